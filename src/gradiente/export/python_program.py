"""What layers compute as expressions of Python, with NumPy."""

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.operations import Operations, Shape, Value, Windows

Array = np.ndarray

OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add,
    "subtract": ast.Sub,
    "multiply": ast.Mult,
    "divide": ast.Div,
    "power": ast.Pow,
    "matmul": ast.MatMult,
}
COMPARISONS: dict[str, type[ast.cmpop]] = {
    "greater": ast.Gt,
    "greater_equal": ast.GtE,
    "less": ast.Lt,
    "less_equal": ast.LtE,
    "equal": ast.Eq,
}


class PythonProgram(Operations):
    """Expressions, the names of the functions that they need, and arrays that are no parameters, by name.

    Arguments:
        dtype: of what the network computes with
    """

    def __init__(self, dtype: Any) -> None:
        self.dtype = np.dtype(dtype)
        self.functions: set[str] = set()
        self.arrays: dict[str, Array] = {}

    def named(self, name: str, shape: Sequence[Any]) -> Value:
        """A variable."""
        return Value(self, ast.Name(name), shape)

    def parameter(self, name: str, array: Array) -> Value:
        """An entry of the dictionary W."""
        self.arrays[name] = array
        return Value(self, ast.Subscript(ast.Name("W"), ast.Constant(name)), array.shape)

    def constant(self, array: Array) -> Value:
        if array.ndim == 0:
            return Value(self, ast.Constant(array.item()), ())
        if array.dtype.kind == "f":
            array = array.astype(self.dtype)
        return self.parameter(f"constant.{len(self.arrays)}", array)

    def call(self, function: str, *arguments: Any, shape: Shape, **options: Any) -> Value:
        """A call of np.NAME, or of one of our functions, by its name alone."""
        if not function.startswith("np."):
            self.functions.add(function)
        keywords = [ast.keyword(name, _code(value)) for name, value in options.items()]
        return Value(self, ast.Call(_function(function), [*map(_code, arguments)], keywords), shape)

    def elementwise(self, name: str, operands: Sequence[Value]) -> Value:
        shape = max((operand.shape for operand in operands), key=len)
        codes = [operand.code for operand in operands]
        if name in OPERATORS:
            return Value(self, ast.BinOp(codes[0], OPERATORS[name](), codes[1]), shape)
        if name in COMPARISONS:
            return Value(self, ast.Compare(codes[0], [COMPARISONS[name]()], [codes[1]]), shape)
        if name == "negative":
            return Value(self, ast.UnaryOp(ast.USub(), codes[0]), shape)
        return self.call("erf" if name == "erf" else f"np.{name}", *operands, shape=shape)

    def reshape(self, x: Value, shape: Shape) -> Value:
        if tuple(shape) == x.shape:
            return x
        sizes = [-1 if size == "batch" else int(size) for size in shape]
        return Value(self, _method(x, "reshape", *(sizes or [()])), shape)

    def transpose(self, x: Value, axes: Sequence[int]) -> Value:
        if list(axes) == sorted(axes):
            return x
        return Value(self, _method(x, "transpose", *axes), tuple(x.shape[axis] for axis in axes))

    def concatenate(self, values: Sequence[Value], axis: int) -> Value:
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        return self.call("np.concatenate", list(values), axis=axis, shape=tuple(shape))

    def part(self, x: Value, axis: int, start: int, stop: int) -> Value:
        if (start, stop) == (0, x.shape[axis]):
            return x
        slices: list[ast.expr] = [ast.Slice() for _ in range(axis)]
        slices.append(
            ast.Slice(_code(start) if start else None, _code(stop) if stop < x.shape[axis] else None)
        )
        code = ast.Subscript(x.code, ast.Tuple(slices) if axis else slices[0])
        return Value(self, code, (*x.shape[:axis], stop - start, *x.shape[axis + 1 :]))

    def take(self, x: Value, indices: Value, axis: int) -> Value:
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
        return self.call("np.take", x, indices, axis=axis, shape=shape)

    def matmul(self, x: Value, y: Value) -> Value:
        product = self.elementwise("matmul", [x, y])
        return Value(self, product.code, (*x.shape[:-1], y.shape[-1]))

    def linear(self, x: Value, weight: Value, bias: Value | None) -> Value:
        turned = Value(self, ast.Attribute(weight.code, "T"), weight.shape[::-1])
        y = self.matmul(x, turned)
        return y if bias is None else y + bias

    def mean(self, x: Value, axes: Sequence[int]) -> Value:
        return self._over("mean", x, tuple(axes))

    def largest(self, x: Value, axis: int) -> Value:
        return self._over("max", x, (axis,))

    def _over(self, method: str, x: Value, axes: tuple[int, ...]) -> Value:
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
        over = axes[0] if len(axes) == 1 else axes
        return Value(self, _method(x, method, axis=over, keepdims=True), shape)

    def softmax(self, x: Value, axis: int, *, log: bool = False) -> Value:
        return self.call("log_softmax" if log else "softmax", x, axis=axis, shape=x.shape)

    def batch_norm(self, x: Value, at: Mapping[str, Value], eps: float) -> Value:
        ones = (1,) * (x.ndim - 2)
        along = {
            name: value.reshape(-1, *ones) if ones else value for name, value in at.items() if value.ndim
        }
        more = {name: along[name] for name in ("weight", "bias") if name in along}
        mean, variance = along["running_mean"], along["running_var"]
        return self.call("batch_norm", x, mean, variance, eps, **more, shape=x.shape)

    def convolution(self, x: Value, weight: Value, bias: Value | None, at: Windows, groups: int) -> Value:
        self.functions.add("windows")
        options = {"stride": at.stride, "dilation": at.dilation, "groups": groups}
        shape = ("batch", weight.shape[0], *at.output)
        y = self.call("convolution", self._padded(x, at), weight, **options, shape=shape)
        return self._with(y, bias)

    def transposed_convolution(
        self, x: Value, weight: Value, bias: Value | None, at: Windows, groups: int
    ) -> Value:
        options = {"size": at.input, "stride": at.stride, "dilation": at.dilation, "padding": at.before}
        shape = ("batch", weight.shape[1] * groups, *at.input)
        y = self.call("transposed_convolution", x, weight, **options, groups=groups, shape=shape)
        return self._with(y, bias)

    def max_pool(self, x: Value, at: Windows) -> Value:
        self.functions.add("windows")
        options = {"kernel": at.kernel, "stride": at.stride, "dilation": at.dilation}
        return self.call(
            "max_pool", self._padded(x, at, -np.inf), **options, shape=(*x.shape[:2], *at.output)
        )

    def average_pool(self, x: Value, at: Windows, count: Array) -> Value:
        self.functions.add("windows")
        y = self.call(
            "sum_pool",
            self._padded(x, at),
            kernel=at.kernel,
            stride=at.stride,
            shape=(*x.shape[:2], *at.output),
        )
        divisor = count.flat[0] if np.all(count == count.flat[0]) else count.astype(self.dtype)
        return y / self.value(divisor)

    def _padded(self, x: Value, at: Windows, value: float = 0.0) -> Value:
        if at.padded == at.input:
            return x
        pads = list(zip(at.before, at.after, strict=True))
        filled: dict[str, Any] = {"value": value} if value else {}
        return self.call("padded", x, pads, **filled, shape=(*x.shape[:2], *at.padded))

    def _with(self, y: Value, bias: Value | None) -> Value:
        return y if bias is None else y + bias.reshape(-1, *(1,) * (y.ndim - 2))


def text_of(value: Value) -> str:
    """Its expression."""
    return ast.unparse(value.code).replace("'", '"')


def _code(value: Any) -> ast.expr:
    if isinstance(value, Value):
        return value.code
    if isinstance(value, list):
        return ast.List([*map(_code, value)])
    if isinstance(value, tuple):
        return ast.Tuple([*map(_code, value)])
    if isinstance(value, float) and np.isinf(value):
        code = _function("np.inf")
        return code if value > 0 else ast.UnaryOp(ast.USub(), code)
    return ast.Constant(value.item() if isinstance(value, np.generic) else value)


def _function(name: str) -> ast.expr:
    first, *rest = name.split(".")
    code: ast.expr = ast.Name(first)
    for attribute in rest:
        code = ast.Attribute(code, attribute)
    return code


def _method(x: Value, name: str, *arguments: Any, **options: Any) -> ast.expr:
    keywords = [ast.keyword(key, _code(value)) for key, value in options.items()]
    return ast.Call(ast.Attribute(x.code, name), [*map(_code, arguments)], keywords)
