"""Transposed convolutions over one, two and three axes: one formula, three names."""

import math
from collections.abc import Mapping
from dataclasses import InitVar, asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from gradiente.errors import ShapeError, require
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_default
from gradiente.layers.correlation import bias_gradient, correlate, require_channels, spread, weight_gradient
from gradiente.layers.windows import Windows, canonical, each_axis, require_channels_first
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class ConvTranspose(Layer):
    r"""The base class of ConvTranspose1d, ConvTranspose2d and ConvTranspose3d, for any number of spatial axes.

    Equation:   y[o, q] = b[o] + Σ_c Σ_t w[c, o, t] · x[c, p] over the p with s·p + d·t = q,   stride s, dilation d
    Derivative: ∂J/∂w[c, o, t] = Σ_p x[c, p] · δ[o, s·p + d·t],   ∂J/∂b[o] = Σ_q δ[o, q],
                ∂J/∂x[c, p] = Σ_o Σ_t w[c, o, t] · δ[o, s·p + d·t],   with δ = ∂J/∂y

    It is the input gradient of the convolution with the same weights, from its y to its x: forward that gradient,
    backward that convolution. The fans of its weights are those of that convolution, as in PyTorch.
    """

    in_channels: int
    out_channels: int
    kernel_size: int | Shape
    stride: int | Shape = 1
    padding: int | Shape = 0
    output_padding: int | Shape = 0
    groups: int = 1
    bias: bool = True
    dilation: int | Shape = 1
    padding_mode: InitVar[str] = "zeros"

    rank: ClassVar[int]
    shares_batch = True
    symbols = {"x": "X", "y": "Y", "weight": "W", "bias": "b"}
    letter = "Z"
    equation = r"Y_{o,q} = b_o + \sum_{c} \sum_{t} \sum_{p \,:\, s p + d t = q} W_{c,o,t} \, X_{c,p}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{c,p}} = \sum_{o} \sum_{t} W_{c,o,t} \, \delta_{o,\, s p + d t}",
        "weight": r"\frac{\partial J}{\partial W_{c,o,t}} = \sum_{i=1}^{m} \sum_{p} X_{c,p} \, \delta_{o,\, s p + d t}",
        "bias": r"\frac{\partial J}{\partial b_o} = \sum_{i=1}^{m} \sum_{q} \delta_{o,q}",
    }

    def __post_init__(self, padding_mode: str) -> None:
        name = type(self).__name__
        require_default(name, padding_mode=(padding_mode, "zeros"))
        for field in ("kernel_size", "stride", "padding", "output_padding", "dilation"):
            object.__setattr__(self, field, canonical(getattr(self, field)))
        require_channels(name, self.in_channels, self.out_channels, self.groups, bias=self.bias)
        for field in ("kernel_size", "stride", "dilation"):
            self._each_axis(field)
        self._each_axis("padding", least=0)
        more = self._each_axis("output_padding", least=0)
        steps = zip(more, self._each_axis("stride"), self._each_axis("dilation"), strict=True)
        fits = all(p < max(s, d) for p, s, d in steps)
        options = {"value": self.output_padding, "stride": self.stride, "dilation": self.dilation}
        require(fits, "conv.output_padding", layer=name, **options)

    def parameters(self) -> dict[str, ParameterSpec]:
        kernel = self._each_axis("kernel_size")
        per_group, taps = self.out_channels // self.groups, math.prod(kernel)
        fan_in, fan_out = per_group * taps, self.in_channels // self.groups * taps
        specs = {"weight": ParameterSpec((self.in_channels, per_group, *kernel), fan_in, fan_out)}
        if self.bias:
            specs["bias"] = ParameterSpec((self.out_channels,), fan_in, fan_out, is_bias=True)
        return specs

    def output_shape(self, input_shape: Shape) -> Shape:
        return (self.out_channels, *self._windows(("batch", *input_shape)).input)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        bias = parameters["bias"] if self.bias else None
        return spread(x, parameters["weight"], self._windows(x.shape), self.groups, bias), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return correlate(dy, parameters["weight"], self._windows(x.shape), self.groups)

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        weight_gradient(dy, x, self._windows(x.shape), self.groups, out["weight"])
        if self.bias:
            bias_gradient(dy, out["bias"])

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        return self.equation if self.bias else self.equation.replace("b_o + ", "")

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,o,q] = Σ_c Σ_t w[c,o,t]·x[i,c,p] over the p with s·p + d·t = q, + b[o]"""
        i, output, *place = index
        windows, w = self._windows(at.x.values.shape), at.parameters["weight"]
        group, o = divmod(output, w.values.shape[1])
        inputs = self.in_channels // self.groups
        terms = [
            term(w[(c, o, *tap)], at.x[(i, c, *window)])
            for c in range(group * inputs, (group + 1) * inputs)
            for tap in np.ndindex(*windows.kernel)
            for window in windows.windows_of(tuple(place), tap)
        ]
        return opening([*terms, term(at.parameters["bias"][(output,)])] if self.bias else terms)

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,p] = Σ_o Σ_t w[c,o,t]·δ[i,o,s·p + d·t]"""
        i, c, *window = index
        windows, w = self._windows(at.x.values.shape), at.parameters["weight"]
        return opening(
            [
                term(w[(c, o, *tap)], at.delta[(i, self._first_output(c) + o, *place)])
                for o in range(w.values.shape[1])
                for tap in np.ndindex(*windows.kernel)
                if (place := windows.place_of(tuple(window), tap)) is not None
            ]
        )

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂w[c,o,t] = Σᵢ Σ_p x[i,c,p]·δ[i,o,s·p + d·t],   ∂J/∂b[o] = Σᵢ Σ_q δ[i,o,q]"""
        windows, batch = self._windows(at.x.values.shape), range(len(at.x.values))
        if name == "bias":
            (o,) = index
            return opening([term(at.delta[(i, o, *q)]) for i in batch for q in np.ndindex(*windows.input)])
        c, o, *tap = index
        output = self._first_output(c) + o
        return opening(
            [
                term(at.x[(i, c, *p)], at.delta[(i, output, *place)])
                for i in batch
                for p in np.ndindex(*windows.output)
                if (place := windows.place_of(p, tuple(tap))) is not None
            ]
        )

    def _first_output(self, c: int) -> int:
        """The first of the output's channels that input channel c is seen by."""
        return c // (self.in_channels // self.groups) * (self.out_channels // self.groups)

    def _each_axis(self, field: str, least: int = 1) -> Shape:
        return each_axis(type(self).__name__, field, getattr(self, field), self.rank, least=least)

    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        """The windows on y of the convolution from y to x."""
        name = f"{type(self).__name__}({self.in_channels}, {self.out_channels}, {self.kernel_size})"
        require_channels_first(name, self.rank, shape, self.in_channels)
        kernel, stride, dilation = map(self._each_axis, ("kernel_size", "stride", "dilation"))
        padding, more = (self._each_axis(field, least=0) for field in ("padding", "output_padding"))
        axes = zip(shape[2:], kernel, stride, dilation, padding, more, strict=True)
        size = tuple(n and (n - 1) * s + d * (k - 1) + 1 - 2 * p + m for n, k, s, d, p, m in axes)
        if min(size) < 1:
            raise ShapeError("conv.transposed", layer=name, shape=shape[2:], size=size, padding=self.padding)
        return Windows(size, kernel, stride, dilation, before=padding, after=padding, output=shape[2:])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        weight, bias, at = parameters["weight"], parameters.get("bias"), self._windows(x.shape)
        return to.transposed_convolution(x, weight, bias, at, self.groups)

    def to_torch(self):
        import torch

        return getattr(torch.nn, type(self).__name__)(**asdict(self))


@dataclass(frozen=True)
class ConvTranspose1d(ConvTranspose):
    r"""A transposed convolution along a sequence, which makes it longer: every entry adds a multiple of the weights.

    Equation:   y[o, q] = b[o] + Σ_c Σ_t w[c, o, t] · x[c, p] over the p with s·p + d·t = q,   stride s, dilation d
    Derivative: ∂J/∂w[c, o, t] = Σ_p x[c, p] · δ[o, s·p + d·t],   ∂J/∂b[o] = Σ_q δ[o, q],
                ∂J/∂x[c, p] = Σ_o Σ_t w[c, o, t] · δ[o, s·p + d·t],   with δ = ∂J/∂y

    Arguments:
        in_channels, out_channels: features before and after, ≥ 1
        kernel_size: k, how many steps of time an entry is added to, ≥ 1
        stride: s, how far apart two neighbouring entries are added, ≥ 1
        padding: p, how many steps are cut off at both ends, ≥ 0
        output_padding: how many steps are added again at the end, ≥ 0, less than the stride or the dilation
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b
        dilation: d, the distance of the steps that an entry is added to, ≥ 1
        padding_mode: "zeros", as in PyTorch

    Shapes: x (batch, in_channels, length) → y (batch, out_channels, length'), with length' =
        (length − 1)s − 2p + d(k − 1) + output_padding + 1; weight (in, out / groups, k), bias (out,)
    Errors: ArgumentError for an option out of range; ShapeError for other channels, or where nothing is left of y

    >>> import numpy as np
    >>> layer = ConvTranspose1d(1, 1, 3, stride=2, bias=False)
    >>> layer.forward({"weight": np.array([[[1.0, 2.0, 3.0]]])}, np.array([[[1.0, 10.0]]]), Context())[0]
    array([[[ 1.,  2., 13., 20., 30.]]])

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"; torch.nn.ConvTranspose1d
    """

    rank = 1
    examples = (
        ("ConvTranspose1d(3, 4, 3)", (5, 3, 9)),
        ("ConvTranspose1d(4, 6, 5, stride=3, padding=2, output_padding=1, groups=2)", (3, 4, 6)),
        ("ConvTranspose1d(2, 3, 3, padding=4, dilation=3, output_padding=2, bias=False)", (2, 2, 7)),
    )


@dataclass(frozen=True)
class ConvTranspose2d(ConvTranspose):
    r"""A transposed convolution, which makes an image larger: every entry adds a multiple of the weights.

    Equation:   y[o, q] = b[o] + Σ_c Σ_t w[c, o, t] · x[c, p] over the p with s·p + d·t = q,   with two coordinates
    Derivative: ∂J/∂w[c, o, t] = Σ_p x[c, p] · δ[o, s·p + d·t],   ∂J/∂b[o] = Σ_q δ[o, q],
                ∂J/∂x[c, p] = Σ_o Σ_t w[c, o, t] · δ[o, s·p + d·t],   with δ = ∂J/∂y

    It gives back the size that a Conv2d of the same kernel, stride and padding had got, with the output_padding that
    its division by the stride left over.

    Arguments:
        in_channels, out_channels: channels before and after, ≥ 1
        kernel_size: k, the rows and columns that an entry is added to, one number where they are equal, ≥ 1
        stride: s, how far apart two neighbouring entries are added, ≥ 1
        padding: p, how many rows and columns are cut off on every side, ≥ 0
        output_padding: how many are added again behind the last, ≥ 0, less than the stride or the dilation
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b
        dilation: d, the distance of the places that an entry is added to, ≥ 1
        padding_mode: "zeros", as in PyTorch

    Shapes: x (batch, in_channels, height, width) → y (batch, out_channels, height', width'), each side
        (side − 1)s − 2p + d(k − 1) + output_padding + 1; weight (in, out / groups, k, k), bias (out,)
    Errors: ArgumentError for an option out of range; ShapeError for other channels, or where nothing is left of y

    >>> layer = ConvTranspose2d(64, 32, 4, 2, 1)
    >>> layer.output_shape((64, 7, 7)), layer.parameters()["weight"].shape
    ((32, 14, 14), (64, 32, 4, 4))

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"; torch.nn.ConvTranspose2d
    """

    rank = 2
    examples = (
        ("ConvTranspose2d(3, 4, 3)", (5, 3, 5, 4)),
        ("ConvTranspose2d(3, 2, 4, 2, 1)", (3, 3, 4, 5)),
        ("ConvTranspose2d(4, 6, (3, 2), (2, 3), (1, 0), (1, 2), groups=2)", (2, 4, 3, 4)),
        ("ConvTranspose2d(2, 4, 3, padding=1, output_padding=1, bias=False, dilation=2)", (2, 2, 5, 4)),
        ("ConvTranspose2d(3, 3, 3, padding=2, groups=3)", (4, 3, 6, 6)),
    )


@dataclass(frozen=True)
class ConvTranspose3d(ConvTranspose):
    r"""A transposed convolution, which makes a video or a volume larger.

    Equation:   y[o, q] = b[o] + Σ_c Σ_t w[c, o, t] · x[c, p] over the p with s·p + d·t = q,   with three coordinates
    Derivative: ∂J/∂w[c, o, t] = Σ_p x[c, p] · δ[o, s·p + d·t],   ∂J/∂b[o] = Σ_q δ[o, q],
                ∂J/∂x[c, p] = Σ_o Σ_t w[c, o, t] · δ[o, s·p + d·t],   with δ = ∂J/∂y

    Arguments:
        in_channels, out_channels: channels before and after, ≥ 1
        kernel_size: k, the frames, rows and columns that an entry is added to, one number where they are equal, ≥ 1
        stride: s, how far apart two neighbouring entries are added, ≥ 1
        padding: p, how many frames, rows and columns are cut off on every side, ≥ 0
        output_padding: how many are added again behind the last, ≥ 0, less than the stride or the dilation
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b
        dilation: d, the distance of the places that an entry is added to, ≥ 1
        padding_mode: "zeros", as in PyTorch

    Shapes: x (batch, in_channels, depth, height, width) → y (batch, out_channels, depth', height', width'), each
        side (side − 1)s − 2p + d(k − 1) + output_padding + 1; weight (in, out / groups, k, k, k), bias (out,)
    Errors: ArgumentError for an option out of range; ShapeError for other channels, or where nothing is left of y

    >>> ConvTranspose3d(8, 3, (1, 4, 4), stride=(1, 2, 2), padding=(0, 1, 1)).output_shape((8, 5, 8, 8))
    (3, 5, 16, 16)

    Source: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"; torch.nn.ConvTranspose3d
    """

    rank = 3
    examples = (
        ("ConvTranspose3d(2, 3, 2)", (3, 2, 3, 4, 2)),
        ("ConvTranspose3d(2, 4, (1, 3, 2), (1, 2, 3), (0, 1, 1), (0, 1, 2), 2)", (2, 2, 3, 2, 3)),
    )
