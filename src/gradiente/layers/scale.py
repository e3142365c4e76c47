from dataclasses import dataclass

import numpy as np

from gradiente.errors import ShapeError
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_positive, written_shape
from gradiente.layers.sums import column_sums
from gradiente.layers.torch_graph import module_of
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class Scale(Layer):
    r"""Multiplies every feature by a number of its own that is learned: a diagonal Linear, at first the identity.

    Equation:   y = s ⊙ x,   with s = weight, 1 before the training
    Derivative: ∂J/∂x = s ⊙ δ,   ∂J/∂s = Σ δ ⊙ x over the batch,   with δ = ∂J/∂y

    In front of a table's network it learns which columns matter; there it needs a learning rate several times that of
    the rest, lr_factors={0: 6.0}.

    Arguments:
        features: the length of the last axis of x, ≥ 1

    Shapes: x (batch, …, features) → the same; weight (features,)
    Errors: ArgumentError for features below 1; ShapeError for an x with another last axis

    >>> import numpy as np
    >>> Scale(2).forward({"weight": np.array([1.0, 10.0])}, np.array([[3.0, 4.0]]), Context())[0]
    array([[ 3., 40.]])

    Source: Holzmüller et al., "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024
    """

    features: int

    symbols = {"x": "X", "y": "Y", "weight": "s"}
    elementwise = True
    examples = (
        ("Scale(5)", (7, 5)),
        ("Scale(2)", (1, 2)),
        ("Scale(4)", (3, 4, 4)),
    )
    equation = r"Y = s \odot X"
    derivative = {
        "x": r"\frac{\partial J}{\partial X} = s \odot \delta",
        "weight": r"\frac{\partial J}{\partial s} = \sum_{i=1}^{m} \delta_i \odot X_i",
    }

    def __post_init__(self) -> None:
        require_positive("Scale", features=self.features)

    def parameters(self) -> dict[str, ParameterSpec]:
        return {"weight": ParameterSpec((self.features,), fan_in=1, fan_out=1, constant=1.0)}

    def input_shape(self) -> Shape:
        return (self.features,)

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require(("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        self._require(x.shape)
        return x * parameters["weight"], x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        return dy * parameters["weight"]

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        column_sums(dy * x, out["weight"])

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,j] = s[j]·x[i,j]"""
        return opening([term(at.parameters["weight"][index[-1:]], at.x[index])])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,j] = δ[i,j]·s[j]"""
        return opening([term(at.delta[index], at.parameters["weight"][index[-1:]])])

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂s[j] = Σᵢ δ[i,j]·x[i,j]"""
        places = [(*i, *index) for i in np.ndindex(at.x.values.shape[:-1])]
        return opening([term(at.delta[place], at.x[place]) for place in places])

    def to_torch(self):
        def formula(x, weight):
            return x * weight

        return module_of(self, formula)

    def _require(self, shape: tuple[int | str, ...]) -> None:
        if len(shape) < 2 or shape[-1] != self.features:
            raise ShapeError("scale.shape", features=self.features, shape=written_shape(shape))
