"""Layers and losses, recorded by running their own code on symbols of a batch.

What is recorded: NumPy's element-wise functions, the maximum and the sum of a row, the entry of its right class, and
the sum of a feature, or of a channel with all its positions, over the batch. A layer or loss that does anything else
cannot be recorded, and NumPy executes it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gradiente.symbolic import Symbol

ROWS = 2  # of the batch that is recorded: a formula is the same for any number
# Functions of a recorded formula besides NumPy's.
ROW_SUM, ROW_MAX, AT_CLASS, IS_CLASS = "row_sum", "row_max", "at_class", "is_class"
# Over the rows of the batch, with how many sums there are; the same of everything; over the positions of a channel.
FEATURE_SUM, TOTAL, PLACE_SUM = "feature_sum", "sum", "place_sum"
SUMS_OF_PRODUCTS = {"ij,ij->j": 0, "...i,...i->...": (2,)}  # the axes of einsum's sums
Shape = tuple[int, ...]


class NotRecordable(Exception):
    """A formula does something else than what is recorded."""


class Rows(NDArrayOperatorsMixin):
    """An array of the batch as NumPy code sees it, which records what is computed with it.

    Arguments:
        symbol: any of its entries; a result in place replaces it
        shape: the first axis has the rows of the batch; (rows, 1) and (rows,) have one number for each
        labels: whether it is the numbers of the right classes
        shared: whether it has numbers of features that all rows share, and no axis of rows
    """

    def __init__(
        self, symbol: Symbol, shape: Shape, dtype: Any, *, labels: bool = False, shared: bool = False
    ) -> None:
        self.symbol, self.shape, self.dtype = symbol, shape, np.dtype(dtype)
        self.labels, self.shared = labels, shared

    @property
    def features(self) -> int:
        """How many numbers it has for each row."""
        return self.size if self.shared else self.size // self.shape[0]

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape))

    def __len__(self) -> int:
        return self.shape[0]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        (out,) = options.pop("out", (None,))
        options.pop("dtype", None)  # a network computes in its own
        where = options.pop("where", True)
        if method != "__call__" or options or ufunc.nout != 1:
            return NotImplemented
        if ufunc is np.matmul:
            return _written(_product_with_ones(*inputs), out)
        if where is not True:
            if not isinstance(out, Rows):
                raise NotRecordable("a result with places that are not computed")
            there = self._computed(ufunc.__name__, ufunc, inputs, None)
            return _written(np.where(where, there, out), out)  # pyright: ignore[reportArgumentType, reportCallIssue]
        if ufunc is np.not_equal and self.labels and np.ndim(inputs[1]) == 0 and inputs[1] < 0:
            return Rows(
                Symbol(value=True), self.shape, self.dtype
            )  # the engine takes no class number below 0
        return self._computed(ufunc.__name__, ufunc, inputs, out)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function is np.where and len(inputs) == 3 and not options:
            return self._computed("where", np.where, inputs, None)
        if function is np.clip and len(inputs) == 3 and not options:
            x, low, high = inputs
            return np.minimum(np.maximum(x, low), high)
        if function is np.zeros_like and not options:
            return Rows(Symbol(value=0.0), self.shape, self.dtype, shared=self.shared)
        if function is np.expand_dims and tuple(inputs[1:]) == (1,) and self.ndim == 1 and not self.shared:
            return self.reshape(self.shape[0], 1)
        if function is np.einsum and len(inputs) == 3 and inputs[0] in SUMS_OF_PRODUCTS and not options:
            return (inputs[1] * inputs[2]).sum(axis=SUMS_OF_PRODUCTS[inputs[0]])
        return NotImplemented

    def _computed(self, name: str, operation: Callable[..., Any], inputs: Sequence[Any], out: Any) -> "Rows":
        if any(isinstance(each, Rows) and each.labels for each in inputs):
            raise NotRecordable("arithmetic with class numbers")
        shape = np.broadcast_shapes(*(_shape(each) for each in inputs))
        arguments = tuple(_symbol(each) for each in inputs)
        recorded = [each for each in inputs if isinstance(each, Rows)]
        shared = all(each.shared for each in recorded)
        symbol = Symbol(function=name, operation=operation, arguments=arguments)
        result = Rows(symbol, shape, self.dtype, shared=shared)
        for each in recorded:
            if each.features not in (1, result.features) and not each._has_channels_of(result):
                raise NotRecordable("features that meet others")
        return _written(result, out)

    def astype(self, dtype: Any, *, copy: bool = True) -> "Rows":
        if not copy:
            return self
        return Rows(self.symbol, self.shape, dtype, labels=self.labels, shared=self.shared)

    def reshape(self, *shape: Any) -> "Rows":
        new = np.empty(self.shape, bool).reshape(*shape).shape
        if not self.shared and new[:1] != self.shape[:1]:
            raise NotRecordable("rows of another shape")
        return Rows(self.symbol, new, self.dtype, labels=self.labels, shared=self.shared)

    def max(self, axis: int | None = None, *, keepdims: bool = False, initial: float | None = None) -> Any:
        return self._reduced(ROW_MAX, axis, keepdims)

    def min(self) -> Any:
        return self._reduced("", None, False)

    def sum(self, axis: int | tuple[int, ...] | None = None, *, keepdims: bool = False) -> Any:
        if axis is None and not self.shared and not self.labels:
            return Rows(Symbol(function=TOTAL, arguments=(self.symbol,)), (), self.dtype, shared=True)
        if isinstance(axis, tuple):
            if axis != tuple(range(2, self.ndim)) or self.shared or keepdims:
                raise NotRecordable("a sum over several axes")
            places = Symbol(function=PLACE_SUM, arguments=(self.symbol,))
            return Rows(places, self.shape[:2], self.dtype) if axis else self
        if axis == 0 and not self.shared and self.ndim == 2 and not keepdims:
            whole = self.symbol.arguments[0] if self.symbol.function == PLACE_SUM else self.symbol
            return Rows(feature_sum(whole, self.shape[1]), self.shape[1:], self.dtype, shared=True)
        return self._reduced(ROW_SUM, axis, keepdims)

    def __getitem__(self, index: Any) -> "Rows":
        if self.ndim == 2 and self.shape[1] == 1 and index == (slice(None), 0):
            return Rows(self.symbol, self.shape[:1], self.dtype)
        if self.ndim == 2 and _is_class(index):
            return Rows(_mapped(self.symbol, _at_class), self.shape[:1], self.dtype)
        raise NotRecordable("an index")

    def __setitem__(self, index: Any, value: Any) -> None:
        if index is ...:
            _written(value.reshape(self.shape), self)
            return
        if self.ndim != 2 or not _is_class(index):
            raise NotRecordable("an index")
        there = _mapped(_symbol(value), _anywhere)
        choice = (Symbol(function=IS_CLASS), there, self.symbol)
        self.symbol = Symbol(function="where", operation=np.where, arguments=choice)

    def __bool__(self) -> bool:
        raise NotRecordable("a condition")

    def _has_channels_of(self, batch: "Rows") -> bool:
        """Whether it has a number for each channel, axis 1, of an array of the batch that it meets."""
        shape = (1,) * (batch.ndim - self.ndim) + self.shape
        return self.shared and not batch.shared and shape[1:2] == (self.features,) == batch.shape[1:2]

    def _reduced(self, name: str, axis: int | None, keepdims: bool) -> Any:
        if axis is None:
            return np.nan  # unknown, which passes the checks of a range: the engine makes those
        if axis not in (1, -1) or self.ndim != 2 or self.labels or self.shared:
            raise NotRecordable("a reduction of another axis")
        reduced = Symbol(function=name, arguments=(self.symbol,))
        return Rows(reduced, (self.shape[0], 1) if keepdims else self.shape[:1], self.dtype)


class Draws:
    """A generator as a layer sees it in training: the engine draws a number in [0, 1) for each entry of x."""

    def __init__(self, name: str, shape: Shape) -> None:
        self.name, self.shape, self.used = name, shape, False

    def random(self, shape: Shape, dtype: Any) -> Rows:
        if self.used or shape != self.shape or np.dtype(dtype) != np.float32:
            raise NotRecordable("another draw")
        self.used = True
        return Rows(Symbol(self.name), shape, dtype)


def operand(symbol: Symbol, shape: Shape, dtype: Any, *, labels: bool = False, shared: bool = False) -> Any:
    """An array of the batch, or one that its rows share, for a formula to be recorded with: Rows in its place."""
    return Rows(symbol, shape, dtype, labels=labels, shared=shared)


def recorded(name: str, formula: Callable[[], Any]) -> Any:
    """What a formula gives on Rows.

    Arguments:
        name: of the class that has it

    Errors: NotRecordable, with that name
    """
    try:
        with np.errstate(all="ignore"):
            return formula()
    except Exception as error:  # whatever a formula does with what is no array
        raise NotRecordable(name) from error


def sums_rows(symbol: Symbol) -> bool:
    """Whether a formula has a sum over the rows of the batch in it."""
    return symbol.function == FEATURE_SUM or any(map(sums_rows, symbol.arguments))


def reduces(symbol: Symbol) -> bool:
    """Whether it has a sum or maximum over the features of a row in it."""
    return symbol.function in (ROW_SUM, ROW_MAX) or any(map(reduces, symbol.arguments))


def _written(result: Rows, out: Any) -> Rows:
    """The result, in place of what `out` was if there is one."""
    if out is None:
        return result
    if not isinstance(out, Rows) or (out.shape, out.shared) != (result.shape, result.shared):
        raise NotRecordable("a result in another array")
    out.symbol = result.symbol
    return out


def feature_sum(symbol: Symbol, features: int) -> Symbol:
    """Its sums over the rows of the batch, and over the positions of each feature; there are so many sums."""
    return Symbol(function=FEATURE_SUM, arguments=(symbol, Symbol(value=features)))


def feature_counts(symbol: Symbol) -> set[int]:
    """How many sums over the rows of the batch are in a formula, of each kind."""
    own = {symbol.arguments[1].value} if symbol.function == FEATURE_SUM else set[int]()
    return own.union(*map(feature_counts, symbol.arguments))


def _product_with_ones(ones: Any, x: Any) -> Rows:
    """With ones from the left: the sum of every column; from the right: that of the positions of every channel."""
    if isinstance(ones, Rows) and ones.ndim == 3 and np.array_equal(x, np.ones(ones.shape[2])):
        return ones.sum(axis=(2,))
    if isinstance(ones, Rows) or x.ndim != 2 or not np.array_equal(ones, np.ones(x.shape[0])):
        raise NotRecordable("a product of matrices")
    return x.reshape(x.shape[1:]) if x.shared and len(ones) == 1 else x.sum(axis=0)


def _symbol(entry: Any) -> Symbol:
    if isinstance(entry, Rows):
        return entry.symbol
    if np.size(entry) != 1:
        raise NotRecordable("an array of its own")
    value = np.asarray(entry).item()
    if value != value:
        raise NotRecordable("NaN")
    return Symbol(value=value)


def _shape(entry: Any) -> Shape:
    return entry.shape if isinstance(entry, Rows) else np.shape(entry)


def _is_class(index: Any) -> bool:
    """Whether an index is (0, 1, …) and the classes of those rows."""
    if not isinstance(index, tuple) or len(index) != 2:
        return False
    rows, classes = index
    return isinstance(classes, Rows) and classes.labels and np.array_equal(rows, np.arange(len(classes)))


def _at_class(symbol: Symbol) -> Symbol:
    return Symbol(function=AT_CLASS, arguments=(symbol,))


def _anywhere(symbol: Symbol) -> Symbol:
    return symbol


def _mapped(symbol: Symbol, change: Callable[[Symbol], Symbol]) -> Symbol:
    """The same formula with its wide operands changed; at_class of an operand is the operand again."""
    if symbol.function == AT_CLASS:
        return change(symbol.arguments[0])
    if symbol.function in (ROW_SUM, ROW_MAX) or symbol.constant:
        return symbol
    if symbol.name:
        return change(symbol)
    if symbol.function == IS_CLASS:
        raise NotRecordable("a class of a class")
    arguments = tuple(_mapped(each, change) for each in symbol.arguments)
    return Symbol(function=symbol.function, operation=symbol.operation, arguments=arguments)
