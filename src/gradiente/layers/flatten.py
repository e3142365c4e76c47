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
from gradiente.operations import Operations, Value


@dataclass(frozen=True)
class Flatten(Layer):
    r"""Every instance becomes one row of numbers: an image of 28 × 28 pixels, 784 features.

    Equation:   y = x, its axes from start_dim to end_dim laid end to end
    Derivative: ∂J/∂x = δ in the shape of x,   with δ = ∂J/∂y

    Arguments:
        start_dim: the first axis that is laid, 1 or later: axis 0 has the instances, which stay apart
        end_dim: the last one; -1 is the last axis of x

    Shapes: x (batch, d₁, …, dₖ) → y (batch, d₁ · … · dₖ)
    Errors: ArgumentError for an axis that is 0 or not a whole number; ShapeError where x does not have those axes, in
        that order

    >>> import numpy as np
    >>> Flatten().forward({}, np.zeros((5, 28, 28)), Context())[0].shape
    (5, 784)
    >>> Flatten(2).forward({}, np.zeros((5, 3, 28, 28)), Context())[0].shape
    (5, 3, 784)

    Source: torch.nn.Flatten
    """

    start_dim: int = 1
    end_dim: int = -1

    symbols = {"x": "X", "y": "Y"}
    letter = "F"
    copies = True
    examples = (
        ("Flatten()", (2, 3, 4, 5)),
        ("Flatten()", (7, 5)),
        ("Flatten(2)", (2, 3, 4, 5)),
        ("Flatten(start_dim=-3, end_dim=2)", (2, 3, 4, 5)),
    )
    equation = r"Y_{i} = \operatorname{vec}(X_{i})"
    derivative = {"x": r"\frac{\partial J}{\partial X_{i}} = \operatorname{vec}^{-1}(\delta_{i})"}

    def __post_init__(self) -> None:
        for name in ("start_dim", "end_dim"):
            axis = getattr(self, name)
            require(is_whole(axis) and axis != 0, "flatten.axis", name=name, value=repr(axis))

    def output_shape(self, input_shape: Shape) -> Shape:
        first, last = self._axes(("batch", *input_shape))
        joined = math.prod(input_shape[first - 1 : last])
        return (*input_shape[: first - 1], joined, *input_shape[last:])

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Shape]:
        return x.reshape(len(x), *self.output_shape(x.shape[1:])), x.shape

    def input_gradient(self, parameters: Arrays, cache: Shape, dy: Array) -> Array:
        return dy.reshape(cache)

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        return self._of_axes(self.equation)

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        return self._of_axes(super().derivative_with(name))

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return x.reshape("batch", *self.output_shape(x.shape[1:]))

    def to_torch(self):
        import torch

        return torch.nn.Flatten(self.start_dim, self.end_dim)

    def _of_axes(self, latex: str) -> str:
        """The formula with the axes, where they are not all of an instance."""
        if (self.start_dim, self.end_dim) == (1, -1):
            return latex
        vec = r"\operatorname{vec}"
        return latex.replace(vec, rf"{vec}_{{{self.start_dim} \ldots {self.end_dim}}}")

    def _axes(self, shape: tuple[int | str, ...]) -> tuple[int, int]:
        """The first and the last of the axes that are laid, counted from the front."""
        first = require_axis("Flatten", "start_dim", self.start_dim, shape)
        last = require_axis("Flatten", "end_dim", self.end_dim, shape)
        if not 1 <= first <= last:
            layer = f"Flatten({self.start_dim}, {self.end_dim})"
            raise ShapeError("flatten.axes", layer=layer, first=first, last=last, shape=written_shape(shape))
        return first, last
