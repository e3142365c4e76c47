"""Convolutions over one, two and three axes: one formula, three names."""

import math
from dataclasses import KW_ONLY, asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from gradiente.errors import require
from gradiente.layers.base import Array, Arrays, Context, Layer, Shape, require_flag, require_positive
from gradiente.layers.columns import Columns
from gradiente.layers.windows import Windows, canonical, each_axis, require_channels_first, windows
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening, opening, term
from gradiente.threads import share


@dataclass(frozen=True)
class Conv(Layer):
    r"""The base class of Conv1d, Conv2d and Conv3d, for any number of spatial axes.

    Equation:   y[o, p] = b[o] + Σ_c Σ_t w[o, c, t] · x[c, s·p + d·t],   with stride s, dilation d, taps t
    Derivative: ∂J/∂w[o, c, t] = Σ_p δ[o, p] · x[c, s·p + d·t],   ∂J/∂b[o] = Σ_p δ[o, p],
                ∂J/∂x[c, q] = Σ_o Σ_t w[o, c, t] · δ[o, p] over the p with s·p + d·t = q,   with δ = ∂J/∂y

    As products of matrices, with what tap t sees of channel c as row (t, c) of `columns`:
    y = W columns + b,   ∂J/∂W = δ columnsᵀ,   ∂J/∂columns = Wᵀ δ, and every entry goes back to where it was seen.
    The columns of a few images at a time, of one at least, so that they stay in a core's cache.
    """

    in_channels: int
    out_channels: int
    kernel_size: int | Shape
    stride: int | Shape = 1
    padding: int | Shape | str = 0
    _: KW_ONLY
    dilation: int | Shape = 1
    groups: int = 1
    bias: bool = True

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
        require_positive(
            name, in_channels=self.in_channels, out_channels=self.out_channels, groups=self.groups
        )
        require_flag(name, bias=self.bias)
        for channels in ("in_channels", "out_channels"):
            value = getattr(self, channels)
            divisible = value % self.groups == 0
            require(divisible, "conv.groups", layer=name, groups=self.groups, name=channels, value=value)
        for field in ("kernel_size", "stride", "dilation"):
            self._each_axis(field)
        if not isinstance(self.padding, str):
            self._each_axis("padding", least=0)
            return
        require(self.padding in ("same", "valid"), "conv.padding", layer=name, value=repr(self.padding))
        if self.padding == "same":
            require(set(self._each_axis("stride")) == {1}, "conv.same_stride", layer=name, stride=self.stride)
            spans = zip(self._each_axis("kernel_size"), self._each_axis("dilation"), strict=True)
            centred = all(d * (k - 1) % 2 == 0 for k, d in spans)
            require(centred, "conv.same_even", layer=name, kernel=self.kernel_size)

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
        at = self._windows(x.shape)
        weight = self._matrix(parameters["weight"])
        bias = parameters["bias"].reshape(-1, *(1,) * self.rank) if self.bias else 0
        y = np.empty((len(x), self.out_channels, *at.output), x.dtype)

        def work(part: range) -> None:
            columns = Columns(at, self.in_channels, self.groups, x.dtype)
            for chunk in columns.chunks(part):
                product = columns.product(weight, columns.of(x[chunk]))
                np.add(columns.narrow(product), bias, out=y[chunk])

        share(work, len(x), y.size * weight.shape[2])
        return y, x

    def input_gradient(self, parameters: Arrays, cache: Array, dy: Array) -> Array:
        x = cache
        at = self._windows(x.shape)
        weight = self._matrix(parameters["weight"]).swapaxes(1, 2)
        dx = np.empty(x.shape, x.dtype)

        def work(part: range) -> None:
            columns = Columns(at, self.in_channels, self.groups, x.dtype, every=True)
            for chunk in columns.chunks(part):
                columns.back(columns.product(weight, columns.widen(dy[chunk])), out=dx[chunk])

        share(work, len(x), dy.size * weight.shape[1])
        return dx

    def parameter_gradients(self, parameters: Arrays, cache: Array, dy: Array, out: Arrays) -> None:
        x = cache
        at = self._windows(x.shape)
        weight = out["weight"]

        def work(part: range) -> Array:
            columns = Columns(at, self.in_channels, self.groups, x.dtype)
            total = np.zeros(self._matrix(weight).shape, x.dtype)
            for chunk in columns.chunks(part):
                total += columns.product(columns.widen(dy[chunk]), columns.of(x[chunk]).swapaxes(1, 2))
            return total

        totals = share(work, len(x), dy.size * weight[0].size)
        by_tap = sum(totals[1:], start=totals[0]).reshape(len(weight), -1, weight.shape[1])
        weight[...] = by_tap.swapaxes(1, 2).reshape(weight.shape)
        if self.bias:
            np.sum(dy, axis=(0, *range(2, dy.ndim)), out=out["bias"])

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        return self.equation if self.bias else self.equation.replace("b_o + ", "")

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y[i,o,p] = Σ_c Σ_t w[o,c,t]·x[i,c,s·p + d·t] + b[o]; what lies in the padding is 0 and left out"""
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
                if (window := windows.window_of(tuple(place), tap)) is not None
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

    def _matrix(self, weight: Array) -> Array:
        """The weights as the left factor: (groups, out / groups, taps · in / groups)."""
        by_tap = weight.reshape(*weight.shape[:2], -1).swapaxes(1, 2)
        return by_tap.reshape(self.groups, self.out_channels // self.groups, -1)

    def _each_axis(self, field: str, least: int = 1) -> Shape:
        return each_axis(type(self).__name__, field, getattr(self, field), self.rank, least=least)

    def _padding(self) -> Shape:
        if self.padding == "valid":
            return (0,) * self.rank
        if self.padding == "same":
            spans = zip(self._each_axis("kernel_size"), self._each_axis("dilation"), strict=True)
            return tuple(d * (k - 1) // 2 for k, d in spans)
        return self._each_axis("padding", least=0)

    def _windows(self, shape: tuple[Any, ...]) -> Windows:
        name = f"{type(self).__name__}({self.in_channels}, {self.out_channels}, {self.kernel_size})"
        require_channels_first(name, self.rank, shape, self.in_channels)
        return windows(
            name,
            shape[2:],
            self._each_axis("kernel_size"),
            stride=self._each_axis("stride"),
            dilation=self._each_axis("dilation"),
            padding=self._padding(),
        )

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
        padding: zeros on both ends, ≥ 0; "valid" is none, "same" as many as keep the length
        dilation: d, the distance of the window's entries, ≥ 1
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b

    Shapes: x (batch, in_channels, length) → y (batch, out_channels, ⌊(length + 2p − d(k − 1) − 1) / s⌋ + 1);
        weight (out, in / groups, k), bias (out,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or a kernel larger than x

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
        padding: zeros on every side, ≥ 0; "valid" is none, "same" as many as keep the size
        dilation: d, the distance of the window's entries, ≥ 1
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b

    Shapes: x (batch, in_channels, height, width) → y (batch, out_channels, height', width'), each side
        ⌊(side + 2p − d(k − 1) − 1) / s⌋ + 1; weight (out, in / groups, k, k), bias (out,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or a kernel larger than x

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
        padding: zeros on every side, ≥ 0; "valid" is none, "same" as many as keep the size
        dilation: d, the distance of the window's entries, ≥ 1
        groups: the number of groups of channels, each connected to its own outputs; a divisor of both
        bias: whether there is b

    Shapes: x (batch, in_channels, depth, height, width) → y (batch, out_channels, depth', height', width'), each
        side ⌊(side + 2p − d(k − 1) − 1) / s⌋ + 1; weight (out, in / groups, k, k, k), bias (out,)
    Errors: ArgumentError for a number out of range; ShapeError for other channels, or a kernel larger than x

    >>> Conv3d(3, 8, (2, 3, 3), stride=(1, 2, 2)).output_shape((3, 16, 32, 32))
    (8, 15, 15, 15)

    Source: the lecture, "PyTorch" (nn.Conv); torch.nn.Conv3d
    """

    rank = 3
    examples = (
        ("Conv3d(2, 3, 3)", (3, 2, 5, 6, 4)),
        ("Conv3d(2, 4, (1, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), groups=2)", (2, 2, 3, 7, 5)),
    )
