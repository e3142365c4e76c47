import math
from collections.abc import Mapping
from dataclasses import dataclass

from gradiente.errors import ShapeError, is_whole, require
from gradiente.layers.base import (
    Array,
    Arrays,
    Context,
    Layer,
    Shape,
    require_axis,
    written_shape,
)
from gradiente.layers.windows import canonical
from gradiente.locale import text
from gradiente.operations import Operations, Value


@dataclass(frozen=True)
class Unflatten(Layer):
    r"""Every row of numbers becomes an image again: 784 features, 1 channel of 28 × 28 pixels.

    Equation:   y = x, what is along its axis dim laid out along the axes of unflattened_size
    Derivative: ∂J/∂x = δ, laid end to end,   with δ = ∂J/∂y

    Arguments:
        dim: the axis that is laid out, 1 or later, or -1 for the last; axis 0 has the instances, which stay apart
        unflattened_size: the new axes, channels first: (1, 28, 28); one of them may be -1, for what is left

    Shapes: x (batch, d₁ · … · dₖ) → y (batch, d₁, …, dₖ)
    Errors: ArgumentError for axis 0 or a size below 1; ShapeError where that axis of x has another length

    >>> import numpy as np
    >>> Unflatten(1, (1, 28, 28)).forward({}, np.zeros((5, 784)), Context())[0].shape
    (5, 1, 28, 28)

    Source: torch.nn.Unflatten
    """

    dim: int
    unflattened_size: Shape

    symbols = {"x": "X", "y": "Y"}
    letter = "U"
    copies = True
    examples = (
        ("Unflatten(1, (2, 3, 5))", (3, 30)),
        ("Unflatten(1, (1, 7))", (2, 7)),
        ("Unflatten(-1, (2, -1))", (3, 4, 6)),
        ("Unflatten(1, (3, 2))", (2, 6, 5)),
    )
    equation = r"Y_{i} = \operatorname{vec}^{-1}(X_{i})"
    derivative = {"x": r"\frac{\partial J}{\partial X_{i}} = \operatorname{vec}(\delta_{i})"}

    def __post_init__(self) -> None:
        require(is_whole(self.dim) and self.dim != 0, "unflatten.dim", value=repr(self.dim))
        object.__setattr__(self, "unflattened_size", canonical(self.unflattened_size))
        size = self.unflattened_size
        valid = isinstance(size, tuple) and len(size) > 0 and all(type(n) is int for n in size)
        valid = valid and all(n >= 1 or n == -1 for n in size) and size.count(-1) <= 1
        require(valid, "unflatten.size", value=repr(size))

    def input_shape(self) -> Shape | None:
        known = self.dim in (1, -1) and -1 not in self.unflattened_size
        return (math.prod(self.unflattened_size),) if known else None

    def output_shape(self, input_shape: Shape) -> Shape:
        axis = self._axis(("batch", *input_shape)) - 1
        left = input_shape[axis] // math.prod(n for n in self.unflattened_size if n != -1)
        size = (left if n == -1 else n for n in self.unflattened_size)
        return (*input_shape[:axis], *size, *input_shape[axis + 1 :])

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Shape]:
        return x.reshape(len(x), *self.output_shape(x.shape[1:])), x.shape

    def input_gradient(self, parameters: Arrays, cache: Shape, dy: Array) -> Array:
        return dy.reshape(cache)

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return x.reshape("batch", *self.output_shape(x.shape[1:]))

    def to_torch(self):
        import torch

        return torch.nn.Unflatten(self.dim, self.unflattened_size)

    def _axis(self, shape: tuple[int | str, ...]) -> int:
        """The axis that is laid out, counted from the front; it has the length of the new ones together."""
        layer = f"Unflatten({self.dim}, {self.unflattened_size})"
        axis = require_axis(layer, "dim", self.dim, shape)
        if axis == 0:
            raise ShapeError("unflatten.batch", layer=layer, shape=written_shape(shape))
        length, product = int(shape[axis]), math.prod(n for n in self.unflattened_size if n != -1)
        if length % product if -1 in self.unflattened_size else length != product:
            multiple = -1 in self.unflattened_size
            features = text("error.unflatten.multiple", count=product) if multiple else product
            raise ShapeError(
                "unflatten.shape", layer=layer, features=features, axis=axis, shape=written_shape(shape)
            )
        return axis
