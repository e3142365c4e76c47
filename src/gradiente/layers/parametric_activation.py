from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import ShapeError, require_in, require_one_of
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_positive, written_shape
from gradiente.layers.by_channel import by_channel, channel_of, has_channels, sum_by_channel
from gradiente.layers.elu import ELU
from gradiente.layers.gelu import GELU
from gradiente.layers.mish import Mish
from gradiente.layers.relu import ReLU
from gradiente.layers.selu import SELU
from gradiente.layers.silu import SiLU
from gradiente.layers.tanh import Tanh
from gradiente.layers.torch_graph import module_of
from gradiente.parameters import ParameterSpec
from gradiente.terms import MINUS, Factor, Index, LayerStep, Opening, opening, term

# By their names in PyTorch's functions too.
ACTIVATIONS: dict[str, Layer] = {kind.__name__: kind() for kind in (SELU, Mish, ReLU, ELU, GELU, SiLU, Tanh)}


@dataclass(frozen=True)
class ParametricActivation(Layer):
    r"""An activation with a learned part of it: between the identity, at p = 0, and the activation, at p = 1.

    Equation:   a = (1 − p) z + p f(z),   with p = weight, 1 before the training
    Derivative: ∂J/∂z = δ ((1 − p) + p f′(z)),   ∂J/∂p = Σ δ (f(z) − z) over what has that p,   with δ = ∂J/∂a

    p is not kept within [0, 1].

    Arguments:
        activation: f: "SELU", "Mish", "ReLU", "ELU", "GELU", "SiLU" or "Tanh", with its default options
        num_parameters: 1, a single p; or the number of channels, the length of axis 1 of x
        init: what every p is before the training, any finite number

    Shapes: x (batch, channels, …) → the same; weight (num_parameters,)
    Errors: ArgumentError for an unknown activation, a num_parameters below 1 or an init that is not finite; ShapeError
        where x does not have num_parameters channels

    >>> import numpy as np
    >>> layer, z = ParametricActivation("ReLU"), np.array([[-2.0, 0.0, 3.0]])
    >>> layer.forward({"weight": np.array([0.75])}, z, Context())[0]
    array([[-0.5,  0. ,  3. ]])

    Source: Holzmüller et al., "Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular Data", 2024
    """

    activation: str = "SELU"
    num_parameters: int = 1
    init: float = 1.0

    symbols = {"x": "Z", "y": "A", "weight": "p"}
    letter = "A"
    elementwise = True
    examples = (
        ("ParametricActivation()", (7, 5)),
        ("ParametricActivation('Mish', num_parameters=3, init=0.5)", (2, 3, 4, 5)),
        ("ParametricActivation('ReLU', 6)", (4, 6)),
        ("ParametricActivation('GELU', 5)", (4, 5)),
    )
    equation = r"A = (1 - p) Z + p f(Z)"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \left( (1 - p) + p f'(Z) \right)",
        "weight": r"\frac{\partial J}{\partial p} = \sum_{i} \delta_i \left( f(Z_i) - Z_i \right)",
    }

    def __post_init__(self) -> None:
        require_one_of(tuple(ACTIVATIONS), "ParametricActivation", activation=self.activation)
        require_positive("ParametricActivation", num_parameters=self.num_parameters)
        require_in("(-inf, inf)", "ParametricActivation", init=self.init)

    def parameters(self) -> dict[str, ParameterSpec]:
        return {"weight": ParameterSpec((self.num_parameters,), fan_in=1, fan_out=1, constant=self.init)}

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require_channels(("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, tuple[Array, Any]]:
        self._require_channels(x.shape)
        y, cache = self._f.forward({}, x, context)
        difference = y - x
        return x + by_channel(parameters["weight"], x) * difference, (difference, cache)

    def input_gradient(self, parameters: Arrays, cache: tuple[Array, Any], dy: Array) -> Array:
        p = by_channel(parameters["weight"], dy)
        return (1 - p) * dy + self._f.input_gradient({}, cache[1], p * dy)

    def parameter_gradients(
        self, parameters: Arrays, cache: tuple[Array, Any], dy: Array, out: Arrays
    ) -> None:
        sum_by_channel(dy * cache[0], out["weight"])

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        return rf"{self.equation}, \quad f = \operatorname{{{self.activation}}}"

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = z + p·f(z) − p·z"""
        z, p, f = at.x[index], self._part(at, index), self._value(at, index)
        return opening([term(z), term(p, f), term(MINUS, p, z)])

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂p = Σ δ·f(z) − Σ δ·z over what has that p"""
        places = [
            place
            for place in np.ndindex(at.x.values.shape)
            if channel_of(place, self.num_parameters) == index
        ]
        terms = [
            one
            for place in places
            for one in (
                term(at.delta[place], self._value(at, place)),
                term(MINUS, at.delta[place], at.x[place]),
            )
        ]
        return opening(terms)

    def to_torch(self):
        from torch.nn import functional

        f = getattr(functional, self.activation.lower())

        def formula(x, weight):
            return x + ((f(x) - x).movedim(1, -1) * weight).movedim(-1, 1)

        return module_of(self, formula)

    @property
    def _f(self) -> Layer:
        return ACTIVATIONS[self.activation]

    def _part(self, at: LayerStep, index: Index) -> Factor:
        return at.parameters["weight"][channel_of(index, self.num_parameters)]

    def _value(self, at: LayerStep, index: Index) -> Factor:
        """f(z)"""
        y, _ = self._f.forward({}, at.x.values[index], Context())
        return at.x.derived(index, f"{self.activation}(", float(y), ")")

    def _require_channels(self, shape: tuple[int | str, ...]) -> None:
        if has_channels(shape, self.num_parameters):
            return
        values = {"layer": "ParametricActivation", "count": self.num_parameters}
        raise ShapeError("parametric_activation.channels", **values, shape=written_shape(shape))
