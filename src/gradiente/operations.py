"""The operations that a network's computations are written in for another program: ONNX, or Python with NumPy alone."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

Shape = tuple[Any, ...]
Array = np.ndarray


class Windows(Protocol):
    """Where a kernel falls on the spatial axes of x, an entry an axis, as layers.windows.Windows says it."""

    @property
    def input(self) -> Shape: ...
    @property
    def padded(self) -> Shape: ...
    @property
    def kernel(self) -> Shape: ...
    @property
    def stride(self) -> Shape: ...
    @property
    def dilation(self) -> Shape: ...
    @property
    def before(self) -> Shape: ...
    @property
    def after(self) -> Shape: ...
    @property
    def output(self) -> Shape: ...
    @property
    def taps(self) -> list[Shape]: ...


class Value(NDArrayOperatorsMixin):
    """An array of another program, written with NumPy's operators: they are noted there, and nothing is computed.

    Arguments:
        to: the program that it belongs to
        code: what it is there
        shape: "batch" stands for the number of instances
    """

    def __init__(self, to: "Operations", code: Any, shape: Sequence[Any]) -> None:
        self.to, self.code, self.shape = to, code, tuple(shape)

    def __len__(self) -> int:
        return self.shape[0]

    def __bool__(self) -> bool:
        raise TypeError("a formula that depends on the value of a number")

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        target = options.pop("out", (self,))  # x += 1 makes another value
        if method != "__call__" or options or not all(isinstance(entry, Value) for entry in target):
            return NotImplemented
        if ufunc is np.matmul:
            return self.to.matmul(*map(self.to.value, inputs))
        return self.to.elementwise(ufunc.__name__, [self.to.value(entry) for entry in inputs])

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function is np.where and len(inputs) == 3 and not options:
            return self.to.elementwise("where", [self.to.value(entry) for entry in inputs])
        if function is np.clip and len(inputs) == 3 and not options:
            x, low, high = inputs
            return np.minimum(np.maximum(x, low), high)
        return NotImplemented

    def reshape(self, *shape: Any) -> "Value":
        """The same numbers in another shape; "batch" or −1 is what is left."""
        wanted = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        return self.to.reshape(self, tuple(wanted))


class Operations(ABC):
    """What a layer's computation outside training may be written in: `Layer.exported` uses nothing else."""

    def value(self, entry: Any) -> Value:
        """An operand as a value of this program."""
        return entry if isinstance(entry, Value) else self.constant(np.asarray(entry))

    @abstractmethod
    def constant(self, array: Array) -> Value:
        """Numbers that are known."""

    @abstractmethod
    def elementwise(self, name: str, operands: Sequence[Value]) -> Value:
        """A function of NumPy, element by element, by its name: "add", "exp", "where"; "erf" too."""

    def native(self, onnx: str, x: Value) -> Value | None:
        """The program's own operator for an activation, by its name in ONNX, where it has that."""
        return None

    @abstractmethod
    def reshape(self, x: Value, shape: Shape) -> Value: ...

    @abstractmethod
    def transpose(self, x: Value, axes: Sequence[int]) -> Value: ...

    @abstractmethod
    def concatenate(self, values: Sequence[Value], axis: int) -> Value: ...

    @abstractmethod
    def part(self, x: Value, axis: int, start: int, stop: int) -> Value:
        """The entries from start to stop − 1 on one axis."""

    @abstractmethod
    def take(self, x: Value, indices: Value, axis: int) -> Value:
        """The entries of those numbers on one axis; on axis 0 for indices of any shape."""

    @abstractmethod
    def matmul(self, x: Value, y: Value) -> Value: ...

    @abstractmethod
    def linear(self, x: Value, weight: Value, bias: Value | None) -> Value:
        """x Wᵀ + b, along the last axis."""

    @abstractmethod
    def mean(self, x: Value, axes: Sequence[int]) -> Value:
        """The mean over some axes, which are kept as axes of 1."""

    @abstractmethod
    def largest(self, x: Value, axis: int) -> Value:
        """The maximum along one axis, which is kept as an axis of 1."""

    @abstractmethod
    def softmax(self, x: Value, axis: int, *, log: bool = False) -> Value: ...

    @abstractmethod
    def batch_norm(self, x: Value, at: Mapping[str, Value], eps: float) -> Value:
        """(x − running_mean) / √(running_var + ε) · weight + bias along axis 1, with what is there of them."""

    @abstractmethod
    def convolution(self, x: Value, weight: Value, bias: Value | None, at: Windows, groups: int) -> Value: ...

    @abstractmethod
    def transposed_convolution(
        self, x: Value, weight: Value, bias: Value | None, at: Windows, groups: int
    ) -> Value:
        """`at` are the windows of the convolution from y to x."""

    @abstractmethod
    def max_pool(self, x: Value, at: Windows) -> Value: ...

    @abstractmethod
    def average_pool(self, x: Value, at: Windows, count: Array) -> Value:
        """The sum of every window divided by its count; what is padding is 0."""

    def along_axes(self, matrices: Sequence[Array], x: Value) -> Value:
        """Every matrix times x along its spatial axis, from axis 2."""
        for axis, matrix in enumerate(matrices, start=2):
            if matrix.shape[0] == matrix.shape[1] and np.array_equal(matrix, np.eye(len(matrix))):
                continue
            swapped = [k for k in range(x.ndim) if k != axis] + [axis]
            back = np.argsort(swapped).tolist()
            x = self.transpose(self.linear(self.transpose(x, swapped), self.constant(matrix), None), back)
        return x
