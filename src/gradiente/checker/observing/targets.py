"""The targets of forward passes in a recording, where they were not given."""

import re
from collections.abc import Sequence

import numpy as np

from gradiente.checker.observing.forward import ForwardPass
from gradiente.checker.observing.steps import ObservedStep, Target
from gradiente.checker.observing.values import Array, Values
from gradiente.checker.reading.vocabulary import meanings

MOST = 4


def possible_targets(values: Values, observed: Sequence[ObservedStep]) -> list[Target]:
    """One for every variable with a usual name for targets and the right size: its value at the time of the pass."""
    names = {
        (event.function, event.name)
        for event in values.events
        if "Y" in meanings(re.sub(r"^self\.", "", event.name)) and event.value.size >= 1
    }
    entry = observed[0].passes[-1]
    found = []
    for name in sorted(names):
        if _value(values, name, entry) is not None:
            found.append(lambda one, name=name: _value(values, name, one))
    return found[:MOST]


def _value(values: Values, name: tuple[str, str], entry: ForwardPass) -> Array | None:
    """The variable as targets (k, m) at the time of a pass, or soon after it."""
    k, m = entry.layers[-1].Z.shape
    best: Array | None = None
    for index, event in enumerate(values.events):
        if (event.function, event.name) == name:
            form = _as_columns(event.value.astype(float), k, m)
            if form is not None:
                best = form
        if index > entry.end and best is not None:
            break
    return best


def _as_columns(y: Array, k: int, m: int) -> Array | None:
    """(k, m) from a matrix either way round, or from labels."""
    if y.ndim == 2 and y.shape == (k, m):
        return y
    if y.ndim == 2 and y.shape == (m, k):
        return y.T
    if y.size == k * m and 1 in (k, m):
        return y.reshape(k, m)
    if y.size == m and k > 1 and (y == np.round(y)).all() and y.min() >= 0 and y.max() < k:
        return np.eye(k)[:, y.ravel().astype(int)]
    return None
