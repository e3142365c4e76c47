"""The inputs of forward passes in a recording: the instances that were given, in whatever form the code has them."""

import re
from collections.abc import Iterator

import numpy as np

from gradiente.checker.observing.forward import Input
from gradiente.checker.observing.values import Array, Values

CLOSE = 1e-7
MOST_INPUTS = 60  # arrays that are tried as inputs
MOST_INSTANCES = 256  # of one batch, drawn from few with repetition


def given_inputs(values: Values, x: Array) -> list[Input]:
    """The values whose rows or columns are instances of x (n, m), with or without a feature of ones."""
    found = []
    for place, array in enumerate(values.arrays):
        for form in _forms(array):
            ones = len(form) == len(x) + 1
            for features in _without_ones(form) if ones else (form,):
                instances = _instances(features, x) if len(features) == len(x) else None
                if instances is not None:
                    found.append(Input(place, form, instances, ones))
    return found


def single_inputs(x: Array) -> list[Input]:
    """Every instance of x (n, m) by itself, for code that takes X[i] without a name; also with a one for the bias."""
    plain = [Input(None, x[:, [i]], (i,)) for i in range(x.shape[1])]
    ones = [Input(None, np.vstack([x[:, [i]], [[1.0]]]), (i,), ones=True) for i in range(x.shape[1])]
    return [*plain, *ones]


def _forms(array: Array) -> Iterator[Array]:
    """An array as columns of instances: as it is, transposed; one instance as a column."""
    if array.ndim == 2:
        yield array
        yield array.T
    elif array.ndim == 1:
        yield array.reshape(-1, 1)


def _without_ones(form: Array) -> Iterator[Array]:
    """The features without the first or the last, where that is 1 for every instance."""
    if (form[0] == 1).all():
        yield form[1:]
    if (form[-1] == 1).all():
        yield form[:-1]


def _instances(form: Array, x: Array) -> tuple[int, ...] | None:
    """Which instance of x every column is; None where one is none."""
    if form.shape[1] > MOST_INSTANCES or not form.size:
        return None
    distance = np.abs(form[:, :, None] - x[:, None, :]).max(axis=0)
    nearest = distance.argmin(axis=1)
    if distance.min(axis=1).max() > CLOSE * (1 + np.abs(x).max()):
        return None
    return tuple(map(int, nearest))


INPUT_NAMES = re.compile(
    r"^(self\.)?(?!.*(error|grad|delta|size|dim|node|weight|shape))(x|xs|x_?train\w*|train_?x|inputs?\w*|entradas?|data|datos|features|a_?0|x_?batch|l(ayer)?_?0|in_\w*)$",
    re.IGNORECASE,
)

# Functions whose argument is no input of the network, whatever its name.
ELEMENTWISE = re.compile(
    r"sigm|relu|tanh|soft|activ|nonlin|lineal|deriv|prime|grad|cost|loss|perdida", re.IGNORECASE
)


def possible_inputs(values: Values) -> list[Input]:
    """Where no instances were given: the arrays with a usual name for an input, instances as rows, as columns, one."""
    found, seen = [], set()
    array_size = max((array.size for array in values.arrays), default=1)
    for event in values.events:
        place = values.place(event)
        if not INPUT_NAMES.match(event.name) or ELEMENTWISE.search(event.function) or place in seen:
            continue
        seen.add(place)
        if len(seen) > MOST_INPUTS:
            break
        forms = [form for form in _forms(values.arrays[place]) if form.size > 1]
        for form in reversed(forms):
            first = place * array_size  # no two arrays have an instance in common
            found.append(Input(place, form, tuple(range(first, first + form.shape[1]))))
    return found
