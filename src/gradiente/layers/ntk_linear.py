import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_flag
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_positive
from gradiente.layers.linear import product, require_features, rows
from gradiente.layers.sums import column_sums
from gradiente.layers.torch_graph import module_of
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Factor, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class NTKLinear(Layer):
    r"""A dense layer in the NTK parametrization: its weights are of size 1, and 1/√k stands in the formula.

    Equation:   y = c x Wᵀ + b,   with c = 1/√k for k inputs
    Derivative: ∂J/∂x = c δ W,   ∂J/∂W = c δᵀ x,   ∂J/∂b = Σ δ over the batch,   with δ = ∂J/∂y

    It computes what a Linear of the weights c W does. But W and b begin as N(0, 1), whatever k is (with PyTorchDefault,
    which is where nothing else is asked for), so that one learning rate suits layers of every width: a step of Adam
    changes every weight by about α, and y by α √k instead of α k.

    Arguments:
        in_features: k, inputs of each neuron, ≥ 1
        out_features: neurons, ≥ 1
        bias: whether there is b

    Shapes: x (batch, …, in_features) → y (batch, …, out_features); weight (out, in), bias (out,)
    Errors: ArgumentError for a size below 1; ShapeError where the last axis of x does not have in_features

    >>> import numpy as np
    >>> layer = NTKLinear(4, 1)
    >>> layer.forward({"weight": np.ones((1, 4)), "bias": np.zeros(1)}, np.ones((1, 4)), Context())[0]
    array([[2.]])

    Source: Jacot, Gabriel and Hongler, "Neural Tangent Kernel", 2018; Holzmüller et al., "Better by Default", 2024
    """

    in_features: int
    out_features: int
    bias: bool = True

    symbols = {"x": "X", "y": "Z", "weight": "W", "bias": "b"}
    letter = "Z"
    examples = (
        ("NTKLinear(5, 3)", (7, 5)),
        ("NTKLinear(1, 4)", (1, 1)),
        ("NTKLinear(33, 17, bias=False)", (3, 33)),
        ("NTKLinear(4, 2)", (3, 2, 4)),
    )
    equation = r"Z = c \, X W^{\top} + b, \quad c = \frac{1}{\sqrt{k}}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X} = c \, \delta W",
        "weight": r"\frac{\partial J}{\partial W} = c \, \delta^{\top} X",
        "bias": r"\frac{\partial J}{\partial b} = \sum_{i=1}^{m} \delta_i",
    }
    column_equation = r"Z = c \, W X + b, \quad c = \frac{1}{\sqrt{k}}"
    column_derivative = {
        "x": r"\frac{\partial J}{\partial X} = c \, W^{\top} \delta",
        "weight": r"\frac{\partial J}{\partial W} = c \, \delta X^{\top}",
    }

    def __post_init__(self) -> None:
        require_positive("NTKLinear", in_features=self.in_features, out_features=self.out_features)
        require_flag("NTKLinear", bias=self.bias)

    @property
    def gain(self) -> float:
        """c = 1/√k."""
        return 1 / math.sqrt(self.in_features)

    def parameters(self) -> dict[str, ParameterSpec]:
        k, n = self.in_features, self.out_features
        specs = {"weight": ParameterSpec((n, k), fan_in=k, fan_out=n, std=1.0)}
        if self.bias:
            specs["bias"] = ParameterSpec((n,), fan_in=k, fan_out=n, is_bias=True, std=1.0)
        return specs

    def input_shape(self) -> Shape:
        return (self.in_features,)

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require(("batch", *input_shape))
        return (*input_shape[:-1], self.out_features)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        self._require(x.shape)
        y = self.gain * product(x, parameters["weight"].T)  # (batch, …, out)
        if self.bias:
            y += parameters["bias"]
        return y, x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        return self.gain * product(dy, parameters["weight"])  # (batch, …, in)

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        np.matmul(rows(self.gain * dy).T, rows(x), out=out["weight"])  # (out, in)
        if self.bias:
            column_sums(dy, out["bias"])  # (out,)

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        equation = super().equation_with(columns=columns)
        return equation if self.bias else equation.replace(" + b", "")

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """z[i,j] = Σₖ c·w[j,k]·x[i,k] + b[j]"""
        *i, j = index
        w = at.parameters["weight"]
        terms = [term(self._c, w[j, k], at.x[(*i, k)]) for k in range(self.in_features)]
        return opening([*terms, term(at.parameters["bias"][(j,)])] if self.bias else terms)

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,k] = Σⱼ c·δ[i,j]·w[j,k]"""
        *i, k = index
        w = at.parameters["weight"]
        return opening([term(self._c, at.delta[(*i, j)], w[j, k]) for j in range(self.out_features)])

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂w[j,k] = Σᵢ c·δ[i,j]·x[i,k],   ∂J/∂b[j] = Σᵢ δ[i,j]"""
        j, *ks = index
        places = np.ndindex(at.x.values.shape[:-1])
        c = [self._c] if ks else []
        return opening([term(*c, at.delta[(*i, j)], *(at.x[(*i, k)] for k in ks)) for i in places])

    @property
    def _c(self) -> Factor:
        return Factor(f"1/√{self.in_features}", self.gain)

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        return to.linear(x, self.gain * parameters["weight"], parameters.get("bias"))

    def to_torch(self):
        from torch.nn.functional import linear

        def formula(x, weight, bias=None):
            return linear(x, self.gain * weight, bias)

        return module_of(self, formula)

    def _require(self, shape: tuple[int | str, ...]) -> None:
        require_features(f"NTKLinear({self.in_features}, {self.out_features})", self.in_features, shape)
