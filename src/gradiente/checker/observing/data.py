"""The data that a student's code is given: a few random instances, in every form that code may ask for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.checker.observing.forward import ForwardPass
from gradiente.checker.observing.values import BIAS, WEIGHT, Array, Values

M, INPUTS, HIDDEN = 7, 3, 5


@dataclass(frozen=True)
class Data:
    """Instances and targets as columns, X (n, m) and Y (k, m), and as the code gets them.

    Arguments:
        x, y: the arguments
        columns: instances are columns of x
        labels: y are the numbers of the classes
    """

    X: Array
    Y: Array
    x: Array
    y: Array
    columns: bool
    labels: bool

    def target(self, entry: ForwardPass) -> Array:
        """The targets of the instances of a forward pass."""
        return self.Y[:, list(entry.input.instances)]


def possible_data(n: int, k: int | None = None) -> Iterator[Data]:
    """Every form; k is None where it is free.

    Rows or columns; one output, one-hot targets, labels flat or not; every instance a column or a row by itself.
    """
    generator = np.random.default_rng(7)
    x = generator.normal(size=(n, M)) * 0.8
    for outputs in (1, 3) if k is None else (k,):
        classes = generator.permutation(np.arange(M) % max(outputs, 2))
        hot = np.eye(outputs)[:, classes] if outputs > 1 else classes.reshape(1, -1).astype(float)
        for columns in (False, True):
            given = np.array(x if columns else x.T, order="C")
            matrix = np.array(hot if columns else hot.T, order="C")
            yield Data(x, hot, given, matrix, columns, labels=False)
            yield Data(
                x, hot, given, classes.astype(float) if outputs == 1 else classes, columns, labels=outputs > 1
            )
            if outputs > 1:
                flat = classes.reshape((1, -1) if columns else (-1, 1))
                yield Data(x, hot, given, flat, columns, labels=True)
        yield Data(x, hot, x.T[:, :, None].copy(), hot.T[:, :, None].copy(), columns=True, labels=False)
        yield Data(x, hot, x.T[:, None].copy(), hot.T[:, None].copy(), columns=False, labels=False)


def written_sizes(values: Values, data: Data) -> list[tuple[int, int]]:
    """How many inputs and outputs the network may have, from the first arrays with a name of weights.

    Where W1 and W2 fit together as (out, in) and as (in, out), b1 decides; without one both are tried.
    """
    weights, biases = (
        [
            array
            for place, array in enumerate(values.arrays)
            if array.ndim in dimensions and values.named(place, name) and not _is_data(array, data)
        ]
        for name, dimensions in ((WEIGHT, (2,)), (BIAS, (1, 2)))
    )
    weights = [weight for weight in weights if not any(weight is bias for bias in biases)]
    if len(weights) < 2:
        return []
    first, second = weights[0].shape, weights[1].shape
    forms = [out_in for out_in in (False, True) if first[0 if out_in else 1] in second] or [False]
    forms.sort(reverse=first[0] <= first[1])
    if len(forms) == 2 and len(set(first)) == 2 and biases and biases[0].size in first:
        forms = [biases[0].size == first[0]]
    return [_sizes([weight.shape for weight in weights], out_in=out_in) for out_in in forms]


def _sizes(shapes: Sequence[tuple[int, ...]], *, out_in: bool) -> tuple[int, int]:
    """The inputs of the first matrix, and the outputs of the last that still fits to the one before it."""
    n, k = shapes[0][::-1] if out_in else shapes[0]
    for shape in shapes[1:]:
        inputs, outputs = shape[::-1] if out_in else shape
        if inputs != k:
            break
        k = outputs
    return n, k


def _is_data(array: Array, data: Data) -> bool:
    return array.size in (data.x.size, data.y.size) and bool(np.isin(array.ravel()[:3], data.x).all())
