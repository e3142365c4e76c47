"""What layers compute as nodes of an ONNX graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError
from gradiente.operations import Operations, Shape, Value, Windows

Array = np.ndarray

# NumPy's element-wise functions, by ONNX's names.
OPERATORS = {
    "add": "Add",
    "subtract": "Sub",
    "multiply": "Mul",
    "divide": "Div",
    "power": "Pow",
    "negative": "Neg",
    "absolute": "Abs",
    "fabs": "Abs",
    "sign": "Sign",
    "exp": "Exp",
    "log": "Log",
    "sqrt": "Sqrt",
    "reciprocal": "Reciprocal",
    "sin": "Sin",
    "cos": "Cos",
    "tan": "Tan",
    "arctan": "Atan",
    "sinh": "Sinh",
    "cosh": "Cosh",
    "tanh": "Tanh",
    "arcsinh": "Asinh",
    "erf": "Erf",
    "floor": "Floor",
    "ceil": "Ceil",
    "maximum": "Max",
    "minimum": "Min",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "less": "Less",
    "less_equal": "LessOrEqual",
    "equal": "Equal",
    "logical_and": "And",
    "logical_or": "Or",
    "logical_not": "Not",
    "isnan": "IsNaN",
    "where": "Where",
}
BY_INPUT = 18  # since this opset, the axes of a mean or a maximum are an input


class OnnxProgram(Operations):
    """The nodes and the constants of a graph.

    Arguments:
        dtype: of what the network computes with
        opset: the version of ONNX's operators
    """

    def __init__(self, dtype: Any, opset: int) -> None:
        self.dtype, self.opset = np.dtype(dtype), opset
        self.nodes: list[Any] = []
        self.constants: dict[str, Array] = {}
        self._known: dict[tuple[str, Shape, bytes], Value] = {}

    def node(
        self,
        operator: str,
        inputs: Sequence[Value],
        shape: Shape,
        *,
        domain: str = "",
        output: str = "",
        **attributes: Any,
    ) -> Value:
        """A new node, and its output."""
        from onnx import helper

        name = output or f"{operator}_{len(self.nodes)}"
        names = [value.code for value in inputs]
        self.nodes.append(helper.make_node(operator, names, [name], name, domain=domain, **attributes))
        return Value(self, name, shape)

    def constant(self, array: Array, name: str = "") -> Value:
        """Numbers as a constant of the graph: real ones as the network computes with; the same ones once."""
        array = np.ascontiguousarray(array, self.dtype if array.dtype.kind == "f" and not name else None)
        return self.typed(array, name)

    def typed(self, array: Array, name: str = "") -> Value:
        """An array as a constant of its own type."""
        key = (
            array.dtype.str,
            array.shape,
            array.tobytes() if array.dtype.kind != "O" else repr(array).encode(),
        )
        if key not in self._known:
            name = name or f"constant_{len(self.constants)}"
            self.constants[name] = array
            self._known[key] = Value(self, name, array.shape)
        return self._known[key]

    def known(self, x: Value) -> Array | None:
        """The numbers of a constant."""
        return self.constants.get(x.code)

    def elementwise(self, name: str, operands: Sequence[Value]) -> Value:
        shape = max((operand.shape for operand in operands), key=len)
        known: list[Any] = [self.known(operand) for operand in operands]
        if name != "erf" and all(array is not None for array in known):
            function = np.where if name == "where" else getattr(np, name)
            return self.constant(np.asarray(function(*known)))
        if name == "expm1":
            return np.exp(operands[0]) - 1
        if name == "log1p":
            return np.log(1 + operands[0])
        if name == "square":
            return operands[0] * operands[0]
        if name not in OPERATORS:
            raise TypeError(f"np.{name}")
        return self.node(OPERATORS[name], [*map(self._number, operands)], shape)

    def _number(self, operand: Value) -> Value:
        """An operand: whole constants are numbers among numbers."""
        array = self.known(operand)
        return (
            self.constant(array.astype(self.dtype))
            if array is not None and array.dtype.kind in "iu"
            else operand
        )

    def native(self, onnx: str, x: Value) -> Value:
        return self.node(onnx, [x], x.shape)

    def reshape(self, x: Value, shape: Shape) -> Value:
        array = self.known(x)
        if array is not None:
            return self.constant(array.reshape(shape))
        if tuple(shape) == x.shape:
            return x
        sizes = [-1 if size == "batch" else int(size) for size in shape]
        return self.node("Reshape", [x, self.typed(np.array(sizes, np.int64))], shape)

    def transpose(self, x: Value, axes: Sequence[int]) -> Value:
        array = self.known(x)
        if array is not None:
            return self.constant(array.transpose(axes))
        if list(axes) == sorted(axes):
            return x
        return self.node("Transpose", [x], tuple(x.shape[axis] for axis in axes), perm=list(axes))

    def concatenate(self, values: Sequence[Value], axis: int) -> Value:
        shape = list(values[0].shape)
        shape[axis] = sum(value.shape[axis] for value in values)
        return self.node("Concat", values, tuple(shape), axis=axis)

    def part(self, x: Value, axis: int, start: int, stop: int) -> Value:
        if (start, stop) == (0, x.shape[axis]):
            return x
        ends = [self.typed(np.array([number], np.int64)) for number in (start, stop, axis)]
        shape = (*x.shape[:axis], stop - start, *x.shape[axis + 1 :])
        return self.node("Slice", [x, *ends], shape)

    def take(self, x: Value, indices: Value, axis: int) -> Value:
        shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
        return self.node("Gather", [x, self._whole(indices)], shape, axis=axis)

    def _whole(self, indices: Value) -> Value:
        array = self.known(indices)
        return indices if array is None else self.typed(array.astype(np.int64))

    def matmul(self, x: Value, y: Value) -> Value:
        return self.node("MatMul", [x, y], (*x.shape[:-1], y.shape[-1]))

    def linear(self, x: Value, weight: Value, bias: Value | None) -> Value:
        shape = (*x.shape[:-1], weight.shape[0])
        if x.ndim == 2:
            return self.node("Gemm", [x, weight, *_there(bias)], shape, transB=1)
        y = self.matmul(x, self.transpose(weight, (1, 0)))
        return y if bias is None else y + bias

    def mean(self, x: Value, axes: Sequence[int]) -> Value:
        if x.ndim > 2 and list(axes) == list(range(2, x.ndim)):
            return self.node("GlobalAveragePool", [x], (*x.shape[:2], *(1 for _ in axes)))
        return self._over("ReduceMean", x, axes)

    def largest(self, x: Value, axis: int) -> Value:
        return self._over("ReduceMax", x, [axis])

    def _over(self, operator: str, x: Value, axes: Sequence[int]) -> Value:
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape))
        if self.opset < BY_INPUT:
            return self.node(operator, [x], shape, axes=list(axes), keepdims=1)
        return self.node(operator, [x, self.typed(np.array(axes, np.int64))], shape, keepdims=1)

    def softmax(self, x: Value, axis: int, *, log: bool = False) -> Value:
        return self.node("LogSoftmax" if log else "Softmax", [x], x.shape, axis=axis)

    def batch_norm(self, x: Value, at: Mapping[str, Value], eps: float) -> Value:
        mean, variance = at["running_mean"], at["running_var"]
        weight = at["weight"] if "weight" in at else self.constant(np.ones(mean.shape))
        bias = at["bias"] if "bias" in at else self.constant(np.zeros(mean.shape))
        return self.node("BatchNormalization", [x, weight, bias, mean, variance], x.shape, epsilon=eps)

    def convolution(self, x: Value, weight: Value, bias: Value | None, at: Windows, groups: int) -> Value:
        shape = ("batch", weight.shape[0], *at.output)
        options: dict[str, Any] = {**_places(at), "dilations": list(at.dilation), "group": groups}
        return self.node("Conv", [x, weight, *_there(bias)], shape, **options)

    def transposed_convolution(
        self, x: Value, weight: Value, bias: Value | None, at: Windows, groups: int
    ) -> Value:
        shape = ("batch", weight.shape[1] * groups, *at.input)
        axes = zip(at.output, at.kernel, at.stride, at.dilation, at.before, at.input, strict=True)
        more = [size - ((n - 1) * s + d * (k - 1) + 1 - 2 * p) for n, k, s, d, p, size in axes]
        # What is added behind is less than the padding, or an addition of ONNX's own.
        pads = [*at.before, *(max(0, p - m) for p, m in zip(at.before, more, strict=True))]
        added = [max(0, m - p) for p, m in zip(at.before, more, strict=True)]
        options: dict[str, Any] = {
            "strides": list(at.stride),
            "dilations": list(at.dilation),
            "kernel_shape": list(at.kernel),
        }
        options |= {"pads": pads, "output_padding": added, "group": groups}
        return self.node("ConvTranspose", [x, weight, *_there(bias)], shape, **options)

    def max_pool(self, x: Value, at: Windows) -> Value:
        shape = (*x.shape[:2], *at.output)
        return self.node("MaxPool", [x], shape, **_places(at), dilations=list(at.dilation))

    def average_pool(self, x: Value, at: Windows, count: Array) -> Value:
        shape = (*x.shape[:2], *at.output)
        y = self.node("AveragePool", [x], shape, **_places(at), count_include_pad=1)
        factor = len(at.taps) / count
        return y if np.all(factor == 1) else y * factor


def _there(value: Value | None) -> list[Value]:
    return [] if value is None else [value]


def _places(at: Windows) -> dict[str, Any]:
    pads = [*at.before, *at.after]
    return {"kernel_shape": list(at.kernel), "strides": list(at.stride), "pads": pads}


def require_opset(opset: int) -> None:
    """The opset is one that the graph can be written in, or an error that says which are."""
    from onnx.defs import onnx_opset_version

    least, most = 13, onnx_opset_version()
    if not least <= opset <= most:
        raise ArgumentError("export.opset", opset=opset, least=least, most=most)
