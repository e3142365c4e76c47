"""Biases that a network of the file's own has and does not use."""

import re

import numpy as np

from gradiente.checker.observing.recognition import Recognition
from gradiente.checker.observing.values import BIAS, Array
from gradiente.checker.rules.dataflow import Layer
from gradiente.checker.rules.search import FEW, ratio

STATE = re.compile(
    r"(\b|self\.|\['?)_*(v|m|s|vel\w*|mom\w*|acc\w*|g|d|prev\w*)_?b", re.IGNORECASE
)  # what an optimizer keeps
CLOSE = 1e-4  # two factors


def without_bias(found: Recognition) -> list[int]:
    """The layers whose bias is there and learns by its own gradient, and takes no part in the forward pass."""
    used = {layer.bias for entry in found.observed for layer in entry.passes[-1].layers if np.any(layer.b)}
    unused = [series for series in _series(found) if not used & {place for _, place in series}]
    return [
        layer.number
        for layer in found.steps[-1].layers
        if (layer.b is None or not np.any(layer.b))
        and any(_learns(found, series, layer) for series in unused)
    ]


def _series(found: Recognition) -> list[list[tuple[int, int]]]:
    """Of every variable that may hold a bias its values: the event that each came with, and its place."""
    series: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for index, event in enumerate(found.values.events):
        place = found.values.place(event)
        flat = max(event.value.shape, default=1) == event.value.size
        if flat and found.values.named(place, BIAS) and not STATE.search(event.name):
            series.setdefault(event.variable, []).append((index, place))
    return list(series.values())


def _learns(found: Recognition, series: list[tuple[int, int]], layer: Layer) -> bool:
    """Whether the last step changes a variable by a multiple of ∂J/∂b of a layer, and it was not 0 before.

    With momentum, by that and the same share of the change before as the weights have.
    """
    step, explanation = found.observed[-1], found.explanation
    dz = explanation.values[-1].get(f"dZ{layer.number}")
    before = [place for index, place in series if index <= step.start] or [place for _, place in series[:1]]
    after = [place for index, place in series if step.start < index < step.end]
    if dz is None or not after:
        return False
    old, new = (found.values.arrays[places[-1]].ravel() for places in (before, after))
    seen = np.abs(old).max() > CLOSE * np.abs(layer.Z).max()  # one that is too small does not show in Z
    if old.shape != new.shape or old.size != len(dz) or not seen:
        return False
    shares = [share for key, share in explanation.extra.values() if key == "momentum"]
    kept = np.zeros_like(old)
    if shares and len(before) > 1 and found.values.arrays[before[-2]].size == old.size:
        kept = shares[0] * (old - found.values.arrays[before[-2]].ravel())
    c = ratio(new - old - kept, dz.sum(axis=1))
    return c is not None and (old.size >= FEW or _as_long(c, explanation.base, dz))


def _as_long(c: float, base: tuple[float, ...], dz: Array) -> bool:
    """Whether a factor is that of the weights, or differs by the number of instances: a few numbers fit any factor."""
    m = dz.shape[1]
    return bool(base) and any(abs(abs(c / base[-1]) / one - 1) < CLOSE for one in (1, m, 1 / m))
