from dataclasses import dataclass

import numpy as np

from gradiente.errors import ShapeError, require_in
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_positive, written_shape
from gradiente.layers.by_channel import by_channel, channel_of, has_channels, sum_by_channel
from gradiente.parameters import ParameterSpec
from gradiente.terms import Factor, Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class PReLU(Layer):
    r"""The leaky rectifier with a slope that is learned, one for everything or one a channel.

    Equation:   a = z where z > 0, else s·z,   with s = weight
    Derivative: ∂J/∂z = δ where z > 0, else s·δ,   ∂J/∂s = Σ δ·z over the z ≤ 0 of its channel,   with δ = ∂J/∂a

    At z = 0 the derivative is the slope, as in PyTorch.

    Arguments:
        num_parameters: 1, a single slope; or the number of channels, the length of axis 1 of x
        init: what every slope is before the training, any finite number

    Shapes: x (batch, channels, …) → the same; weight (num_parameters,)
    Errors: ArgumentError for a num_parameters below 1 or an init that is not finite; ShapeError where x does not have
        num_parameters channels

    >>> import numpy as np
    >>> a, _ = PReLU().forward({"weight": np.array([0.25])}, np.array([[-2.0, 0.0, 3.0]]), Context())
    >>> a
    array([[-0.5,  0. ,  3. ]])

    Source: He et al., "Delving Deep into Rectifiers", 2015; torch.nn.PReLU
    """

    num_parameters: int = 1
    init: float = 0.25

    symbols = {"x": "Z", "y": "A", "weight": "s"}
    letter = "A"
    elementwise = True
    examples = (
        ("PReLU()", (7, 5)),
        ("PReLU(num_parameters=3, init=0.1)", (2, 3, 4, 5)),
        ("PReLU(6, -0.5)", (4, 6)),
    )
    equation = r"A = \begin{cases} Z & Z > 0 \\ s Z & Z \leq 0 \end{cases}"
    derivative = {
        "x": r"\frac{\partial J}{\partial Z} = \delta \odot \begin{cases} 1 & Z > 0 \\ s & Z \leq 0 \end{cases}",
        "weight": r"\frac{\partial J}{\partial s} = \sum_{Z_i \leq 0} \delta_i Z_i",
    }

    def __post_init__(self) -> None:
        require_positive("PReLU", num_parameters=self.num_parameters)
        require_in("(-inf, inf)", "PReLU", init=self.init)

    def parameters(self) -> dict[str, ParameterSpec]:
        return {"weight": ParameterSpec((self.num_parameters,), fan_in=1, fan_out=1, constant=self.init)}

    def output_shape(self, input_shape: Shape) -> Shape:
        self._require_channels(("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        self._require_channels(x.shape)
        return np.where(x > 0, x, by_channel(parameters["weight"], x) * x), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return dy * np.where(x > 0, 1, by_channel(parameters["weight"], x))

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        by_slope = dy * np.where(x > 0, 0, x)  # δ·∂a/∂s
        sum_by_channel(by_slope, out["weight"])

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """a = z, or s·z where z ≤ 0"""
        return opening([term(*self._slope(at, index), at.x[index])])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂z = δ, or δ·s where z ≤ 0"""
        return opening([term(at.delta[index], *self._slope(at, index))])

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂s = Σ δ·z over the z ≤ 0 of the channel"""
        places = [
            place
            for place in np.ndindex(at.x.values.shape)
            if channel_of(place, self.num_parameters) == index
        ]
        bent = [place for place in places if not at.x.values[place] > 0]
        return opening([term(at.delta[place], at.x[place]) for place in bent])

    def _slope(self, at: LayerStep, index: Index) -> tuple[Factor, ...]:
        return (
            ()
            if at.x.values[index] > 0
            else (at.parameters["weight"][channel_of(index, self.num_parameters)],)
        )

    def to_torch(self):
        import torch

        return torch.nn.PReLU(self.num_parameters, self.init)

    def _require_channels(self, shape: tuple[int | str, ...]) -> None:
        if not has_channels(shape, self.num_parameters):
            raise ShapeError("prelu.channels", count=self.num_parameters, shape=written_shape(shape))
