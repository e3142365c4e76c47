"""Rows-are-instances, as everything is computed, or the lecture's columns: how arrays and places are shown."""

from collections.abc import Callable

import numpy as np

from gradiente.layers import Layer, Linear, Softmax
from gradiente.trace.quantity import Role
from gradiente.trace.terms import Index

Array = np.ndarray
WITH_INSTANCES = ("input", "output", "estimate", "target", "output gradient")

# What the formulas of the lecture become where columns are the instances; of all others the letters are the same.
COLUMN_EQUATIONS: dict[type[Layer], str] = {
    Linear: "Z = W X + b",
    Softmax: r"A_{ji} = \frac{e^{Z_{ji}}}{\sum_{k} e^{Z_{ki}}}",
}
COLUMN_DERIVATIVES: dict[type[Layer], dict[str, str]] = {
    Linear: {
        "x": r"\frac{\partial J}{\partial X} = W^{\top} \delta",
        "weight": r"\frac{\partial J}{\partial W} = \delta X^{\top}",
        "bias": r"\frac{\partial J}{\partial b} = \sum_{i=1}^{m} \delta_i",
    },
    Softmax: {
        "x": r"\frac{\partial J}{\partial Z_{ji}} = A_{ji} \left( \delta_{ji} - \sum_{k} \delta_{ki} A_{ki} \right)"
    },
}


class Orientation:
    """How a quantity is shown. In columns the axis of the instances is the last, and a vector b is a column (n, 1)."""

    def __init__(self, columns: bool) -> None:
        self.columns = columns

    def value(self, role: Role, array: Array) -> Array:
        """The array as it is shown, a copy that nobody can change."""
        if self.columns and role in WITH_INSTANCES:
            array = np.moveaxis(array, 0, -1)
        elif self.columns and array.ndim == 1:
            array = array[:, None]
        array = np.array(array, dtype=np.float64, order="C")
        array.flags.writeable = False
        return array

    def shown(self, role: Role, ndim: int) -> Callable[[Index], Index]:
        """From a place in the rows form, of an array of so many axes, to the place where it is shown."""
        if not self.columns:
            return lambda index: index
        if role in WITH_INSTANCES:
            return lambda index: (*index[1:], *index[:1])
        return lambda index: (*index, 0) if ndim == 1 else index

    def stored(self, role: Role, ndim: int, index: Index) -> Index:
        """The other way."""
        if not self.columns:
            return index
        if role in WITH_INSTANCES:
            return (*index[-1:], *index[:-1])
        return index[:1] if ndim == 1 else index

    def equation(self, layer: Layer) -> str:
        return COLUMN_EQUATIONS.get(type(layer), layer.equation) if self.columns else layer.equation

    def derivative(self, layer: Layer, key: str) -> str:
        table = COLUMN_DERIVATIVES.get(type(layer), layer.derivative) if self.columns else layer.derivative
        return table.get(key, "")
