import math
from dataclasses import dataclass

from gradiente.errors import ShapeError, require
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, written_shape
from gradiente.layers.windows import canonical


@dataclass(frozen=True)
class Unflatten(Layer):
    r"""Every row of numbers becomes an image again: 784 features, 1 channel of 28 × 28 pixels.

    Equation:   y = x, its features laid out along the axes of unflattened_size
    Derivative: ∂J/∂x = δ, laid end to end,   with δ = ∂J/∂y

    Arguments:
        dim: the axis that is laid out; a row of features has only axis 1
        unflattened_size: the new axes, channels first: (1, 28, 28)

    Shapes: x (batch, d₁ · … · dₖ) → y (batch, d₁, …, dₖ)
    Errors: ArgumentError for another axis or a size below 1; ShapeError where x has another number of features

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
    examples = (("Unflatten(1, (2, 3, 5))", (3, 30)), ("Unflatten(1, (1, 7))", (2, 7)))
    equation = r"Y_{i} = \operatorname{vec}^{-1}(X_{i})"
    derivative = {"x": r"\frac{\partial J}{\partial X_{i}} = \operatorname{vec}(\delta_{i})"}

    def __post_init__(self) -> None:
        require(self.dim == 1 and not isinstance(self.dim, bool), "unflatten.dim", value=repr(self.dim))
        object.__setattr__(self, "unflattened_size", canonical(self.unflattened_size))
        size = self.unflattened_size
        valid = isinstance(size, tuple) and len(size) > 0 and all(type(n) is int and n >= 1 for n in size)
        require(valid, "unflatten.size", value=repr(size))

    def input_shape(self) -> Shape:
        return (math.prod(self.unflattened_size),)

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require_features(("batch", *input_shape))
        return self.unflattened_size

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, None]:
        self._require_features(x.shape)
        return x.reshape(len(x), *self.unflattened_size), None

    def input_gradient(self, parameters: Arrays, cache: None, dy: Array) -> Array:
        return dy.reshape(len(dy), math.prod(self.unflattened_size))

    def to_torch(self):
        import torch

        return torch.nn.Unflatten(self.dim, self.unflattened_size)

    def _require_features(self, shape: tuple[int | str, ...]) -> None:
        features = math.prod(self.unflattened_size)
        if shape[1:] != (features,):
            raise ShapeError(
                "unflatten.shape",
                size=self.unflattened_size,
                features=features,
                shape=written_shape(shape),
            )
