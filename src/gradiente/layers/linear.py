import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradiente.errors import ShapeError, require_flag
from gradiente.layers.base import (
    Array,
    Arrays,
    Context,
    Layer,
    Shape,
    require_positive,
    written_shape,
)
from gradiente.layers.sums import column_sums
from gradiente.locale import text
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class Linear(Layer):
    r"""A dense layer: every output is a weighted sum of all inputs, plus a bias.

    Equation:   y = x Wᵀ + b
    Derivative: ∂J/∂x = δ W,   ∂J/∂W = δᵀ x,   ∂J/∂b = Σ δ over the batch,   with δ = ∂J/∂y

    In the lecture's form, where columns are instances, Z = W A + b with the same W. Where x has more axes, its last
    one has the features, and every row of features is computed as if it were an instance of its own.

    Arguments:
        in_features: inputs of each neuron, ≥ 1
        out_features: neurons, ≥ 1
        bias: whether there is b; the lecture's XOR network has none

    Shapes: x (batch, …, in_features) → y (batch, …, out_features); weight (out, in), bias (out,)
    Errors: ArgumentError for a size below 1; ShapeError where the last axis of x does not have in_features

    >>> import numpy as np
    >>> layer = Linear(3, 2)
    >>> y, cache = layer.forward({"weight": np.ones((2, 3)), "bias": np.zeros(2)}, np.eye(3), Context())
    >>> y.shape
    (3, 2)

    Source: the lecture, "Feed Forward para múltiples registros"; torch.nn.Linear
    """

    in_features: int
    out_features: int
    bias: bool = True

    symbols = {"x": "X", "y": "Z", "weight": "W", "bias": "b"}
    letter = "Z"
    examples = (
        ("Linear(5, 3)", (7, 5)),
        ("Linear(1, 4)", (1, 1)),
        ("Linear(33, 17, bias=False)", (3, 33)),
        ("Linear(4, 2)", (3, 2, 5, 4)),
    )
    equation = r"Z = X W^{\top} + b"
    derivative = {
        "x": r"\frac{\partial J}{\partial X} = \delta W",
        "weight": r"\frac{\partial J}{\partial W} = \delta^{\top} X",
        "bias": r"\frac{\partial J}{\partial b} = \sum_{i=1}^{m} \delta_i",
    }

    column_equation = "Z = W X + b"
    column_derivative = {
        "x": r"\frac{\partial J}{\partial X} = W^{\top} \delta",
        "weight": r"\frac{\partial J}{\partial W} = \delta X^{\top}",
    }

    def __post_init__(self) -> None:
        require_positive("Linear", in_features=self.in_features, out_features=self.out_features)
        require_flag("Linear", bias=self.bias)

    def parameters(self) -> dict[str, ParameterSpec]:
        k, n = self.in_features, self.out_features
        specs = {"weight": ParameterSpec((n, k), fan_in=k, fan_out=n)}
        if self.bias:
            specs["bias"] = ParameterSpec((n,), fan_in=k, fan_out=n, is_bias=True)
        return specs

    def input_shape(self) -> Shape:
        return (self.in_features,)

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require(("batch", *input_shape))
        return (*input_shape[:-1], self.out_features)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        self._require(x.shape)
        y = product(x, parameters["weight"].T)  # (batch, …, out)
        if self.bias:
            y += parameters["bias"]
        return y, x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        return product(dy, parameters["weight"])  # (batch, …, in)

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        np.matmul(rows(dy).T, rows(x), out=out["weight"])  # (out, in)
        if self.bias:
            column_sums(dy, out["bias"])  # (out,)

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        equation = super().equation_with(columns=columns)
        return equation if self.bias else equation.replace(" + b", "")

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """z[i,j] = Σₖ w[j,k]·x[i,k] + b[j]"""
        *i, j = index
        w = at.parameters["weight"]
        terms = [term(w[j, k], at.x[(*i, k)]) for k in range(self.in_features)]
        return opening([*terms, term(at.parameters["bias"][(j,)])] if self.bias else terms)

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,k] = Σⱼ δ[i,j]·w[j,k]"""
        *i, k = index
        w = at.parameters["weight"]
        return opening([term(at.delta[(*i, j)], w[j, k]) for j in range(self.out_features)])

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂w[j,k] = Σᵢ δ[i,j]·x[i,k],   ∂J/∂b[j] = Σᵢ δ[i,j]"""
        j, *ks = index
        places = np.ndindex(at.x.values.shape[:-1])
        return opening([term(at.delta[(*i, j)], *(at.x[(*i, k)] for k in ks)) for i in places])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return to.linear(x, parameters["weight"], parameters.get("bias"))

    def to_torch(self):
        import torch

        return torch.nn.Linear(self.in_features, self.out_features, bias=self.bias)

    def _require(self, shape: tuple[int | str, ...]) -> None:
        require_features(f"Linear({self.in_features}, {self.out_features})", self.in_features, shape)


def require_features(layer: str, in_features: int, shape: tuple[int | str, ...]) -> None:
    """The last axis of a batch of that shape has so many features, or an error that says what to do."""
    if len(shape) >= 2 and shape[-1] == in_features:
        return
    sizes = [int(size) for size in shape[1:]] or [0]
    flat = len(shape) > 2 and math.prod(sizes) == in_features
    todo = "flatten" if flat else "last_axis" if len(shape) > 2 else "match"
    raise ShapeError(
        "linear.shape",
        layer=layer,
        expected=written_shape(("batch", *([] if flat else shape[1:-1]), in_features)),
        shape=written_shape(shape),
        todo=text(f"error.linear.todo_{todo}", last=sizes[-1], together=math.prod(sizes)),
    )


def product(x: Array, matrix: Array) -> Array:
    """x @ matrix: all its rows in one product."""
    if x.ndim == 2:
        return x @ matrix
    return (rows(x) @ matrix).reshape(*x.shape[:-1], matrix.shape[1])


def rows(x: Array) -> Array:
    """x with its rows along one axis: (…, features) → (rows, features)."""
    return x if x.ndim == 2 else x.reshape(math.prod(x.shape[:-1]), x.shape[-1])
