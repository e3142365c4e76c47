"""Every kind of layer with random options, which fit a shape more often than not."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from gradiente.layers import Context, Layer
from gradiente.layers.adaptive_pool import AdaptivePool
from gradiente.layers.channel_norm import ChannelNorm
from gradiente.layers.conv import Conv
from gradiente.layers.conv_transpose import ConvTranspose
from gradiente.layers.dropout import Dropout, Dropout1d, Dropout2d, Dropout3d
from gradiente.layers.pool import Pool
from gradiente.layers.upsample import RANKS

from .draws import Draws, Shape

Maker = Callable[[Draws, Any, Shape], Layer | None]

TOGETHER = 3  # numbers that share a mean, at least: two are normalized to ±1, whatever they are
EPSILONS = (1e-5, 1e-3, 0.1)
SLOPES = (-0.5, 0.01, 0.3)


def plain(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind()


def linear(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(shape[-1], draws.whole(1, 6), bias=draws.flag(0.8))


def scale(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(shape[-1])


def pbld(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    if len(shape) != 1:
        return None
    features = draws.whole(1, shape[0])
    return kind(features, draws.whole(1, 4), draws.whole(1, 3), others=shape[0] - features)


def parametric(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.one(["SELU", "Mish", "ReLU", "GELU"]), draws.one([1, shape[0]]), draws.one(SLOPES))


def along_axis(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(dim=draws.axis(shape))


def sloped(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.one(SLOPES))


def prelu(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.one([1, shape[0]]), draws.one(SLOPES))


def softplus(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.one([1.0, 2.0, -0.5]), draws.one([20.0, 1.5]))


def hardtanh(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.number(-2, 0), draws.number(0.1, 2))


def gelu(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.one(["none", "tanh"]))


def conv(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    rank, groups = kind.rank, draws.divisor(shape[0])
    options: dict[str, Any] = {
        "stride": draws.each_axis(rank, (1, 1, 2, 3)),
        "padding": draws.each_axis(rank, (0, 1, 2)),
        "dilation": draws.each_axis(rank, (1, 1, 2)),
        "padding_mode": draws.one(["zeros", "zeros", "reflect", "replicate", "circular"]),
    }
    if draws.flag(0.2):
        options |= {"stride": 1, "padding": draws.one(["same", "valid"])}
    kernel, outputs = draws.each_axis(rank, (1, 2, 3)), groups * draws.whole(1, 2)
    return kind(shape[0], outputs, kernel, groups=groups, bias=draws.flag(0.8), **options)


def conv_transpose(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    rank, groups = kind.rank, draws.divisor(shape[0])
    options = {
        "stride": draws.each_axis(rank, (1, 2, 3)),
        "padding": draws.each_axis(rank, (0, 0, 1)),
        "output_padding": draws.each_axis(rank, (0, 0, 1)),
        "dilation": draws.each_axis(rank, (1, 1, 2)),
    }
    kernel, outputs = draws.each_axis(rank, (1, 2, 3)), groups * draws.whole(1, 2)
    return kind(shape[0], outputs, kernel, groups=groups, bias=draws.flag(0.8), **options)


def pool(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    rank = kind.rank
    options: dict[str, Any] = {"ceil_mode": draws.flag()}
    if kind.__name__.startswith("Max"):
        options["dilation"] = draws.each_axis(rank, (1, 1, 2))
    else:
        options["count_include_pad"] = draws.flag()
        if rank > 1:
            options["divisor_override"] = draws.one([None, None, 3])
    stride = draws.one([None, draws.each_axis(rank, (1, 2, 3))])
    layer = kind(draws.each_axis(rank, (1, 2, 3)), stride, draws.each_axis(rank, (0, 1)), **options)
    y, _ = layer.forward({}, np.zeros((1, *shape)), Context())
    return layer if np.isfinite(y).all() else None  # a window may see nothing but padding


def adaptive_pool(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    kept = [None] if kind.rank > 1 else []
    return kind(draws.each_axis(kind.rank, [1, 2, 3, *kept]))


def upsample(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    rank = len(shape) - 1
    modes = [mode for mode, ranks in RANKS.items() if rank in ranks]
    if not modes:
        return None
    options: dict[str, Any] = {"mode": draws.one(modes)}
    if not options["mode"].startswith("nearest"):
        options["align_corners"] = draws.one([None, False, True])
    if draws.flag():
        return kind(draws.each_axis(rank, (1, 2, 3, 5)), **options)
    return kind(scale_factor=draws.one([1.5, 2, draws.number(0.6, 2.5)]), **options)


def channel_norm(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    instances = 3 if kind.depends_on_batch else 1
    if instances * math.prod(shape[1:]) < TOGETHER:
        return None
    options = {name: draws.flag(0.7) for name in ("affine", "track_running_stats", "bias")}
    return kind(shape[0], eps=draws.one(EPSILONS), momentum=draws.one([None, 0.1, 0.4]), **options)


def group_norm(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    groups = draws.divisor(shape[0])
    options = {name: draws.flag(0.7) for name in ("affine", "bias")}
    together = math.prod(shape) // groups
    return kind(groups, shape[0], draws.one(EPSILONS), **options) if together >= TOGETHER else None


def layer_norm(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    axes = shape[draws.whole(0, len(shape) - 1) :]
    options = {name: draws.flag(0.7) for name in ("elementwise_affine", "bias")}
    return kind(axes, draws.one(EPSILONS), **options) if math.prod(axes) >= TOGETHER else None


def dropout(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.one([0.0, 0.2, 0.5]))


def flatten(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    first = draws.whole(1, len(shape))
    return kind(first, draws.axis(shape, first))


def unflatten(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    axis = draws.axis(shape)
    n = shape[axis - 1 if axis > 0 else axis]
    first = draws.divisor(n)
    return kind(axis, draws.one([(first, n // first), (-1, n // first), (n, 1)]))


def embedding(draws: Draws, kind: Any, shape: Shape) -> Layer | None:
    return kind(draws.whole(2, 7), draws.whole(1, 5), draws.one([None, 0, -1]))


BY_NAME: dict[str, Maker] = {
    "Linear": linear,
    "NTKLinear": linear,
    "Scale": scale,
    "PBLD": pbld,
    "ParametricActivation": parametric,
    "Softmax": along_axis,
    "LogSoftmax": along_axis,
    "LeakyReLU": sloped,
    "PReLU": prelu,
    "ELU": sloped,
    "Softplus": softplus,
    "Hardtanh": hardtanh,
    "GELU": gelu,
    "Upsample": upsample,
    "GroupNorm": group_norm,
    "LayerNorm": layer_norm,
    "Flatten": flatten,
    "Unflatten": unflatten,
    "Embedding": embedding,
}
BY_FAMILY: dict[Any, Maker] = {
    Conv: conv,
    ConvTranspose: conv_transpose,
    Pool: pool,
    AdaptivePool: adaptive_pool,
    ChannelNorm: channel_norm,
    (Dropout, Dropout1d, Dropout2d, Dropout3d): dropout,
}


def maker(kind: type[Layer]) -> Maker | None:
    """What draws the options of layers of a kind; None where nothing here knows them."""
    if kind.__name__ in BY_NAME:
        return BY_NAME[kind.__name__]
    families = [make for family, make in BY_FAMILY.items() if issubclass(kind, family)]
    return families[0] if families else plain if kind.elementwise else None


def fits(kind: type[Layer], axes: int) -> bool:
    """Whether layers of a kind take instances with so many axes, as far as their class says."""
    ranks = getattr(kind, "ranks", None) or ((kind.rank,) if getattr(kind, "rank", 0) else None)  # pyright: ignore[reportAttributeAccessIssue]
    return ranks is None or axes - 1 in ranks
