"""Adaptive pools and Upsample of random geometry, with the shape of an instance for them."""

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from gradiente import ShapeError, Upsample
from gradiente.layers import REGISTRY
from gradiente.layers.adaptive_pool import AdaptivePool
from gradiente.layers.upsample import RANKS


@st.composite
def adaptive_pool(draw, kind):
    kept = [st.none()] if kind.rank > 1 else []
    sizes = st.tuples(*(st.one_of(*kept, st.integers(1, 6)) for _ in range(kind.rank)))
    layer = kind(draw(st.one_of(*kept, st.integers(1, 6), sizes)))
    return layer, tuple(draw(st.integers(1, 7)) for _ in range(1 + kind.rank))


@st.composite
def upsample(draw):
    mode = draw(st.sampled_from(sorted(RANKS)))
    rank = draw(st.sampled_from(RANKS[mode]))
    options: dict[str, Any] = {"mode": mode}
    if not mode.startswith("nearest"):
        options["align_corners"] = draw(st.sampled_from([None, False, True]))
    size, factor = (st.integers(1, 9), 1), (st.one_of(st.integers(1, 3), st.floats(0.5, 3.5)), 2)
    name, (number, least) = draw(st.sampled_from([("size", size), ("scale_factor", factor)]))
    options[name] = draw(st.one_of(number, st.tuples(*[number] * rank)))
    layer, shape = Upsample(**options), tuple(draw(st.integers(least, 6)) for _ in range(1 + rank))
    try:
        layer.output_shape(shape)
    except ShapeError as error:
        assume(error.key != "upsample.two_maps")  # PyTorch's passes contradict each other
        raise
    return layer, shape


RESIZING: dict[Any, Any] = {
    **{kind: adaptive_pool(kind) for kind in REGISTRY.values() if issubclass(kind, AdaptivePool)},
    Upsample: upsample(),
}
