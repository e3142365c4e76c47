"""The data that a student's code is given: a few random instances, in every form that code may ask for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradiente.checker.observing.forward import ForwardPass
from gradiente.checker.observing.values import WEIGHT, Array, Values

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


def written_sizes(values: Values, data: Data) -> tuple[int, int] | None:
    """How many inputs and outputs the network has, from the first arrays with a name of weights; None without any."""
    weights = [
        array
        for place, array in enumerate(values.arrays)
        if array.ndim == 2 and values.named(place, WEIGHT) and not _is_data(array, data)
    ]
    if len(weights) < 2:
        return None
    first, second = weights[0].shape, weights[1].shape
    out_in = first[0] in second and not (first[1] in second and first[1] < first[0])
    n, k = first[::-1] if out_in else first
    for weight in weights[1:]:
        inputs, outputs = weight.shape[::-1] if out_in else weight.shape
        if inputs != k:
            break
        k = outputs
    return n, k


def _is_data(array: Array, data: Data) -> bool:
    return array.size in (data.x.size, data.y.size) and bool(np.isin(array.ravel()[:3], data.x).all())
