"""The sum runs along the wrong axis."""

import numpy as np

from gradiente.checker.rules.dataflow import Array, View
from gradiente.checker.rules.mistake import Mistake, WrongRule


def over_neurons(q: View) -> Array:
    """One number for each instance, as a row."""
    return q.dZ.sum(axis=0, keepdims=True)


def as_column(q: View) -> Array:
    """The same as a column; not of softmax, where all are 0, as the sum of everything is."""
    sums = over_neurons(q).T
    if np.abs(sums).max() <= 1e-12 * np.abs(q.dZ).max():
        raise ValueError
    return sums


MISTAKE = Mistake(
    "bias_axis",
    (WrongRule("db", over_neurons), WrongRule("db", as_column)),
    plant=None,
)
