"""Convolutions over one, two and three axes: one formula, three names."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from gradiente.errors import ArgumentError, did_you_mean, require
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape
from gradiente.layers.correlation import bias_gradient, correlate, require_channels, spread, weight_gradient
from gradiente.layers.padding import MODES
from gradiente.layers.windows import Windows, canonical, each_axis, require_channels_first, windows
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term


@dataclass(frozen=True)
class Conv(Layer):
    r"""The base class of Conv1d, Conv2d and Conv3d, for any number of spatial axes.

    Equation:   y[o, p] = b[o] + Σ_c Σ_t w[o, c, t] · x[c, s·p + d·t],   with stride s, dilation d, taps t
    Derivative: ∂J/∂w[o, c, t] = Σ_p δ[o, p] · x[c, s·p + d·t],   ∂J/∂b[o] = Σ_p δ[o, p],
                ∂J/∂x[c, q] = Σ_o Σ_t w[o, c, t] · δ[o, p] over the p with s·p + d·t = q,   with δ = ∂J/∂y

    Where the padding copies entries of x, x[c, π(s·p + d·t)], with π(q) the entry that is copied to place q, and
    ∂J/∂x[c, q] has the p with π(s·p + d·t) = q.
    """

    in_channels: int
    out_channels: int
    kernel_size: int | Shape
    stride: int | Shape = 1
    padding: int | Shape | str = 0
    dilation: int | Shape = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    rank: ClassVar[int]
    shares_batch = True
    symbols = {"x": "X", "y": "Y", "weight": "W", "bias": "b"}
    letter = "Z"
    equation = r"Y_{o,p} = b_o + \sum_{c} \sum_{t} W_{o,c,t} \, X_{c,\, s p + d t}"
    derivative = {
        "x": r"\frac{\partial J}{\partial X_{c,q}} ="
        r" \sum_{o} \sum_{t} \sum_{p \,:\, s p + d t = q} W_{o,c,t} \, \delta_{o,p}",
        "weight": r"\frac{\partial J}{\partial W_{o,c,t}} = \sum_{i=1}^{m} \sum_{p} \delta_{o,p} \, X_{c,\, s p + d t}",
        "bias": r"\frac{\partial J}{\partial b_o} = \sum_{i=1}^{m} \sum_{p} \delta_{o,p}",
    }

    def __post_init__(self) -> None:
        name = type(self).__name__
        for field in ("kernel_size", "stride", "padding", "dilation"):
            object.__setattr__(self, field, canonical(getattr(self, field)))
        require_channels(name, self.in_channels, self.out_channels, self.groups, bias=self.bias)
        for field in ("kernel_size", "stride", "dilation"):
            self._each_axis(field)
        if self.padding_mode not in MODES:
            value, hint = repr(self.padding_mode), did_you_mean(str(self.padding_mode), MODES)
            raise ArgumentError("config.choice", owner=name, name="padding_mode", value=value, hint=hint)
        if not isinstance(self.padding, str):
            self._each_axis("padding", least=0)
            return
        require(self.padding in ("same", "valid"), "conv.padding", layer=name, value=repr(self.padding))
        if self.padding == "same":
            require(set(self._each_axis("stride")) == {1}, "conv.same_stride", layer=name, stride=self.stride)

    def parameters(self) -> dict[str, ParameterSpec]:
        kernel = self._each_axis("kernel_size")
        per_group, taps = self.in_channels // self.groups, math.prod(kernel)
        fan_in, fan_out = per_group * taps, self.out_channels // self.groups * taps
        specs = {"weight": ParameterSpec((self.out_channels, per_group, *kernel), fan_in, fan_out)}
        if self.bias:
            specs["bias"] = ParameterSpec((self.out_channels,), fan_in, fan_out, is_bias=True)
        return specs

    def output_shape(self, input_shape: Shape) -> Shape:
        return (self.out_channels, *self._windows(("batch", *input_shape)).output)

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Array]:
        bias = parameters["bias"] if self.bias else None
        return correlate(x, parameters["weight"], self._windows(x.shape), self.groups, bias), x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        return spread(dy, parameters["weight"], self._windows(x.shape), self.groups)

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        weight_gradient(x, dy, self._windows(x.shape), self.groups, out["weight"])
        if self.bias:
            bias_gradient(dy, out["bias"])

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        equation = self.equation if self.bias else self.equation.replace("b_o + ", "")
        return self._copied(equation)

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        return self._copied(self.derivative.get(name, ""))

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,o,p] = Σ_c Σ_t w[o,c,t]·x[i,c,s·p + d·t] + b[o]; a 0 of the padding is left out"""
        i, o, *window = index
        windows, w = self._windows(at.x.values.shape), at.parameters["weight"]
        terms = [
            term(w[(o, c, *tap)], at.x[(i, self._first_channel(o) + c, *place)])
            for c in range(w.values.shape[1])
            for tap in np.ndindex(*windows.kernel)
            if (place := windows.place_of(tuple(window), tap)) is not None
        ]
        return opening([*terms, term(at.parameters["bias"][(o,)])] if self.bias else terms)

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """∂J/∂x[i,c,q] = Σ_o Σ_t w[o,c,t]·δ[i,o,p] over the windows p whose entry t meets q"""
        i, channel, *place = index
        windows, w = self._windows(at.x.values.shape), at.parameters["weight"]
        group, c = divmod(channel, w.values.shape[1])
        outputs = self.out_channels // self.groups
        return opening(
            [
                term(w[(o, c, *tap)], at.delta[(i, o, *window)])
                for o in range(group * outputs, (group + 1) * outputs)
                for tap in np.ndindex(*windows.kernel)
                for window in windows.windows_of(tuple(place), tap)
            ]
        )

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂w[o,c,t] = Σᵢ Σ_p δ[i,o,p]·x[i,c,s·p + d·t],   ∂J/∂b[o] = Σᵢ Σ_p δ[i,o,p]"""
        o, *rest = index
        windows = self._windows(at.x.values.shape)
        places = [(i, p) for i in range(len(at.x.values)) for p in np.ndindex(*windows.output)]
        if name == "bias":
            return opening([term(at.delta[(i, o, *p)]) for i, p in places])
        c, *tap = rest
        channel = self._first_channel(o) + c
        return opening(
            [
                term(at.delta[(i, o, *p)], at.x[(i, channel, *place)])
                for i, p in places
                if (place := windows.place_of(p, tuple(tap))) is not None
            ]
        )

    def _first_channel(self, o: int) -> int:
        """The first of the input's channels that output channel o sees."""
        return o // (self.out_channels // self.groups) * (self.in_channels // self.groups)

    def _copied(self, formula: str) -> str:
        """The formula with π(q), where the padding copies entries of x."""
        return formula if self.padding_mode == "zeros" else formula.replace("s p + d t", r"\pi(s p + d t)")

    def _each_axis(self, field: str, least: int = 1) -> Shape:
        return each_axis(type(self).__name__, field, getattr(self, field), self.rank, least=least)

    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        name = f"{type(self).__name__}({self.in_channels}, {self.out_channels}, {self.kernel_size})"
        require_channels_first(name, self.rank, shape, self.in_channels)
        kernel, dilation = self._each_axis("kernel_size"), self._each_axis("dilation")
        if self.padding == "same":
            total = tuple(d * (k - 1) for d, k in zip(dilation, kernel, strict=True))
        elif self.padding == "valid":
            total = (0,) * self.rank
        else:
            total = tuple(2 * p for p in self._each_axis("padding", least=0))
        return windows(
            name,
            shape[2:],
            kernel,
            stride=self._each_axis("stride"),
            dilation=dilation,
            padding=tuple(p // 2 for p in total),
            padding_after=tuple(p - p // 2 for p in total),
            mode=self.padding_mode,
        )

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        at = self._windows(x.shape)
        if at.mode != "zeros" and at.padded != at.input:
            for axis, sources in enumerate(at.sources, start=2):
                x = to.take(x, to.constant(sources), axis)
            at = replace(at, input=at.padded, before=(0,) * self.rank, after=(0,) * self.rank, mode="zeros")
        return to.convolution(x, parameters["weight"], parameters.get("bias"), at, self.groups)

    def to_torch(self):
        import torch

        return getattr(torch.nn, type(self).__name__)(**asdict(self))


@dataclass(frozen=True)
class Conv1d(Conv):
    r"""A convolution along a sequence: the same weights at every time step.

    Equation:   y[o, p] = b[o] + Σ_c Σ_t w[o, c, t] · x[c, s·p + d·t],   with stride s, dilation d
    Derivative: ∂J/∂w[o, c, t] = Σ_p δ[o, p] · x[c, s·p + d·t],   ∂J/∂b[o] = Σ_p δ[o, p],
                ∂J/∂x[c, q] = Σ_o Σ_t w[o, c, t] · δ[o, p] where s·p + d·t = q,   with δ = ∂J/∂y

    Arguments:
        in_channels, out_channels: features before and after, ≥ 1
        kernel_size: k, how many steps of time a window has, ≥ 1
        stride: s, by how much it moves, ≥ 1
        padding: entries added on both ends, ≥ 0; "valid" is none, "same" as many as keep the length, an odd one behind
        dilation: d, the distance of the window's entries, ≥ 1
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b
        padding_mode: what is added, "zeros", or copies of x: "reflect" mirrors it at its first and last entry,
            "replicate" repeats these two, "circular" goes on at the other end

    Shapes: x (batch, in_channels, length) → y (batch, out_channels, ⌊(length + 2p − d(k − 1) − 1) / s⌋ + 1);
        weight (out, in / groups, k), bias (out,)
    Errors: ArgumentError for an option out of range; ShapeError for other channels, a kernel larger than x, or more
        copies than x has entries

    >>> import numpy as np
    >>> parameters = {"weight": np.array([[[-1.0, 1.0]]]), "bias": np.zeros(1)}
    >>> Conv1d(1, 1, 2).forward(parameters, np.array([[[1.0, 4.0, 9.0, 16.0]]]), Context())[0]
    array([[[3., 5., 7.]]])

    Source: the lecture, "PyTorch" (nn.Conv); torch.nn.Conv1d
    """

    rank = 1
    examples = (
        ("Conv1d(3, 4, 3)", (5, 3, 9)),
        ("Conv1d(4, 6, 5, stride=2, padding=2, groups=2)", (3, 4, 11)),
        ("Conv1d(2, 3, 3, padding='same', dilation=2, bias=False)", (2, 2, 7)),
        ("Conv1d(2, 3, 4, padding='same', padding_mode='circular')", (2, 2, 6)),
    )


@dataclass(frozen=True)
class Conv2d(Conv):
    r"""A convolution over an image: the same weights at every position.

    Equation:   y[o, p] = b[o] + Σ_c Σ_t w[o, c, t] · x[c, s·p + d·t],   p and t with two coordinates
    Derivative: ∂J/∂w[o, c, t] = Σ_p δ[o, p] · x[c, s·p + d·t],   ∂J/∂b[o] = Σ_p δ[o, p],
                ∂J/∂x[c, q] = Σ_o Σ_t w[o, c, t] · δ[o, p] where s·p + d·t = q,   with δ = ∂J/∂y

    Arguments:
        in_channels, out_channels: channels before and after, ≥ 1
        kernel_size: rows and columns of a window, one number where they are equal, ≥ 1
        stride: s, by how much it moves, ≥ 1
        padding: entries added on every side, ≥ 0; "valid" is none, "same" as many as keep the size, an odd one behind
        dilation: d, the distance of the window's entries, ≥ 1
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b
        padding_mode: what is added, "zeros", or copies of x: "reflect" mirrors it at its first and last entry,
            "replicate" repeats these two, "circular" goes on at the other end

    Shapes: x (batch, in_channels, height, width) → y (batch, out_channels, height', width'), each side
        ⌊(side + 2p − d(k − 1) − 1) / s⌋ + 1; weight (out, in / groups, k, k), bias (out,)
    Errors: ArgumentError for an option out of range; ShapeError for other channels, a kernel larger than x, or more
        copies than x has entries

    >>> import numpy as np
    >>> layer = Conv2d(1, 32, 3, padding="same")
    >>> layer.output_shape((1, 28, 28)), layer.parameters()["weight"].shape
    ((32, 28, 28), (32, 1, 3, 3))

    Source: the lecture, "PyTorch" (nn.Conv); torch.nn.Conv2d
    """

    rank = 2
    examples = (
        ("Conv2d(3, 4, 3)", (5, 3, 7, 8)),
        ("Conv2d(1, 5, (5, 3), padding=(2, 1))", (2, 1, 9, 7)),
        ("Conv2d(4, 6, 3, stride=2, padding=1, groups=2)", (3, 4, 9, 9)),
        ("Conv2d(2, 4, 3, dilation=2, padding='same', bias=False)", (2, 2, 7, 5)),
        ("Conv2d(3, 3, 3, groups=3)", (4, 3, 6, 6)),
        ("Conv2d(2, 4, (2, 4), 1, 'same', 1, 2, True, 'replicate')", (2, 2, 5, 6)),
        ("Conv2d(2, 3, 3, 2, 2, padding_mode='reflect')", (2, 2, 5, 4)),
    )


@dataclass(frozen=True)
class Conv3d(Conv):
    r"""A convolution over a video or a volume.

    Equation:   y[o, p] = b[o] + Σ_c Σ_t w[o, c, t] · x[c, s·p + d·t],   p and t with three coordinates
    Derivative: ∂J/∂w[o, c, t] = Σ_p δ[o, p] · x[c, s·p + d·t],   ∂J/∂b[o] = Σ_p δ[o, p],
                ∂J/∂x[c, q] = Σ_o Σ_t w[o, c, t] · δ[o, p] where s·p + d·t = q,   with δ = ∂J/∂y

    Arguments:
        in_channels, out_channels: channels before and after, ≥ 1
        kernel_size: frames, rows and columns of a window, one number where they are equal, ≥ 1
        stride: s, by how much it moves, ≥ 1
        padding: entries added on every side, ≥ 0; "valid" is none, "same" as many as keep the size, an odd one behind
        dilation: d, the distance of the window's entries, ≥ 1
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b
        padding_mode: what is added, "zeros", or copies of x: "reflect" mirrors it at its first and last entry,
            "replicate" repeats these two, "circular" goes on at the other end

    Shapes: x (batch, in_channels, depth, height, width) → y (batch, out_channels, depth', height', width'), each
        side ⌊(side + 2p − d(k − 1) − 1) / s⌋ + 1; weight (out, in / groups, k, k, k), bias (out,)
    Errors: ArgumentError for an option out of range; ShapeError for other channels, a kernel larger than x, or more
        copies than x has entries

    >>> Conv3d(3, 8, (2, 3, 3), stride=(1, 2, 2)).output_shape((3, 16, 32, 32))
    (8, 15, 15, 15)

    Source: the lecture, "PyTorch" (nn.Conv); torch.nn.Conv3d
    """

    rank = 3
    examples = (
        ("Conv3d(2, 3, 3)", (3, 2, 5, 6, 4)),
        ("Conv3d(2, 4, (1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), groups=2)", (2, 2, 3, 7, 5)),
        ("Conv3d(1, 2, 2, padding=1, padding_mode='replicate')", (2, 1, 3, 2, 4)),
    )
