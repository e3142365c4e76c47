"""ONNX's Resize, and the older Upsample, as the Upsample of PyTorch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .onnx_nodes import Array, Node, applied
from .vector import Missing, Quantity

# Attributes that PyTorch has not, with the value at which they change nothing.
WITHOUT = {
    "antialias": 0,
    "cubic_coeff_a": -0.75,
    "exclude_outside": 0,
    "extrapolation_value": 0.0,
    "keep_aspect_ratio_policy": "stretch",
}


def resize(node: Node) -> Sequence[Quantity]:
    for name, nothing in WITHOUT.items():
        if node.attribute(name, nothing) != nothing:
            raise Missing(name)
    x = node.x()
    scales, sizes = _each_axis(node, x, node.input(2)), _each_axis(node, x, node.input(3))
    where = node.attribute("coordinate_transformation_mode", "half_pixel")
    mode = node.attribute("mode", "nearest")
    rounded = node.attribute("nearest_mode", "round_prefer_floor")
    if node.operator == "Upsample":
        where, rounded, scales = "asymmetric", "floor", _each_axis(node, x, node.inputs[1])
    options: dict[str, Any] = {"size": sizes} if sizes else {"scale_factor": scales}
    if mode == "nearest":
        factors = scales or [n / old for n, old in zip(sizes, x.shape[2:], strict=True)]
        options["mode"] = _nearest(where, rounded, factors, node.outputs[0].shape[2:])
    else:
        if where not in ("half_pixel", "align_corners"):
            raise Missing(where)
        if where == "align_corners" and any(n * s % 1 for n, s in zip(x.shape[2:], scales, strict=False)):
            raise Missing("corners aligned to a size that is not whole")
        names = {"linear": ("linear", "bilinear", "trilinear")[node.rank - 1], "cubic": "bicubic"}
        options |= {"mode": names[mode], "align_corners": where == "align_corners"}
    return applied(node, "Upsample", **options)


def _each_axis(node: Node, x: Array, values: Array | None) -> tuple[Any, ...]:
    """One number for each axis of an image; nothing where none was given."""
    if values is None or not len(values):
        return ()
    axes = node.attribute("axes") or range(x.ndim)
    given = dict(zip(axes, values.tolist(), strict=True))
    return tuple(given[axis] for axis in range(2, x.ndim))


def _nearest(where: str, rounded: str, factors: Sequence[float], sizes: Sequence[int]) -> str:
    """The mode that takes the same neighbour: rounding down from the left edge, or from the middle without ties."""
    if (where, rounded) == ("asymmetric", "floor"):
        return "nearest"
    places = [(np.arange(n) + 0.5) / factor for n, factor in zip(sizes, factors, strict=True)]
    tied = any(np.isclose(place, place.round()).any() for place in places)
    if where == "half_pixel" and rounded.startswith("round") and not tied:
        return "nearest-exact"
    raise Missing(f"nearest_mode={rounded}, {where}")
