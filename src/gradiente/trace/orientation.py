"""Rows-are-instances, as everything is computed, or the lecture's columns: how arrays and places are shown."""

from collections.abc import Callable

import numpy as np

from gradiente.terms import Index
from gradiente.trace.quantity import Role

Array = np.ndarray
WITH_INSTANCES = ("input", "output", "estimate", "target", "weights", "output gradient")


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
