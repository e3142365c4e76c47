"""The data that a student's code is given: a few random instances, in every form that code may ask for."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gradiente.checker.observing.values import Array

M = 7


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


def possible_data(n: int, k: int | None, seed: int) -> Iterator[Data]:
    """Every form: rows or columns; one output, one-hot targets, labels flat or not; k is None where it is free."""
    generator = np.random.default_rng([seed, 7])
    x = generator.normal(size=(n, M)) * 0.8
    for outputs in (1, 3) if k is None else (k,):
        classes = generator.permutation(np.arange(M) % max(outputs, 2))
        hot = np.eye(outputs)[:, classes] if outputs > 1 else classes.reshape(1, -1).astype(float)
        for columns in (False, True):
            given = np.array(x if columns else x.T, order="C")
            matrix = np.array(hot if columns else hot.T, order="C")
            yield Data(x, hot, given, matrix, columns, labels=False)
            yield Data(x, hot, given, classes.astype(float) if outputs == 1 else classes, columns, labels=outputs > 1)
            if outputs > 1:
                flat = classes.reshape((1, -1) if columns else (-1, 1))
                yield Data(x, hot, given, flat, columns, labels=True)
