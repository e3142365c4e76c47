"""The targets of forward passes in a recording, where they were not given."""

import re
from collections.abc import Sequence

import numpy as np

from gradiente.checker.observing.forward import ForwardPass
from gradiente.checker.observing.steps import ObservedStep, Target
from gradiente.checker.observing.values import Array, Values
from gradiente.checker.reading.arguments import OWN_TARGET
from gradiente.checker.reading.vocabulary import meanings

MOST = 6


def possible_targets(values: Values, observed: Sequence[ObservedStep]) -> list[Target]:
    """One for every variable with a usual name for targets and the right size: its value at the time of the pass.

    Where a function gets them after the pass, as a cost does, its next value is one more.
    """
    names = {
        (event.function, event.name)
        for event in values.events
        if "Y" in meanings(re.sub(r"^self\.", "", event.name)) and event.value.size >= 1
    }
    entry = observed[0].passes[-1]
    found = []
    for later in (False, True):
        for name in sorted(names, key=lambda name: (not OWN_TARGET.fullmatch(name[1]), name)):
            y, before = (_value(values, name, entry, later=next_one) for next_one in (later, False))
            known = later and before is not None and y is not None and np.array_equal(y, before)
            if y is not None and not known and not _computed(y, entry):
                found.append(lambda one, name=name, later=later: _value(values, name, one, later=later))
    return found[:MOST]


def _computed(y: Array, entry: ForwardPass) -> bool:
    """Whether it is what the pass itself has computed."""
    return any(np.array_equal(y, one) for layer in entry.layers for one in (layer.Z, layer.A, layer.X))


def _value(values: Values, name: tuple[str, str], entry: ForwardPass, *, later: bool) -> Array | None:
    """The variable as targets (k, m) at the time of a pass, or soon after it: its last value until then, or its next.

    Arguments:
        later: its next one, even where there was one before
    """
    k, m = entry.layers[-1].Z.shape
    best: Array | None = None
    for index, event in enumerate(values.events):
        after = index > entry.end
        if after and best is not None and not later:
            break
        if (event.function, event.name) == name:
            form = _as_columns(event.value.astype(float), k, m)
            if form is not None and (after or not later):
                best = form
                if after:
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
