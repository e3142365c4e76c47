"""A step of the chain of links, every quantity in its place: the same rules as of `link`, for hundreds of steps."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.dataflow import RIGHT, Array, View

ORDER = (
    *(("Z", 0), ("A", 0), ("Z", 1), ("A", 1)),
    *(("target", 1), ("output", 1), ("dW", 1), ("db", 1), ("dA", 1), ("dZ", 0), ("dW", 0), ("db", 0)),
)
ATTRIBUTES = {"output": "dZ"}


class Place:
    """What a rule sees of one layer, as a `View`: a quantity that is not there yet is no attribute."""

    loss = "cross_entropy"
    next: "Place"
    previous: "Place"
    Z: Array
    A: Array

    def __init__(self, number: int, w: Array, b: Array, x: Array, y: Array, activation: str) -> None:
        self.number, self.W, self.b, self.X, self.Y, self.activation = number, w, b, x, y, activation
        self.W_after, self.b_after, self.m = w, b, y.shape[1]
        self.last = number == 2
        self.layer = self

    entropy_error = View.entropy_error
    backward = View.backward
    slope = View.slope
    activate = View.activate


def gradients(
    parameters: Sequence[tuple[Array, Array]],
    x: Array,
    y: Array,
    activations: Sequence[str],
    rate: float,
    made: Made | None,
) -> Mapping[str, Array]:
    """The gradients of a step of two layers: dW1, db1, dW2 and db2.

    Arguments:
        x, y: of the batch, as columns
        rate: of the update, which some wrong rules see
        made: a wrong rule, and the link that it computes

    Errors: ValueError where a wrong rule gives no numbers
    """
    (w1, b1), (w2, b2) = parameters
    one, two = Place(1, w1, b1, x, y, activations[0]), Place(2, w2, b2, x, y, activations[1])
    one.next, two.previous = two, one
    for place in (one, two):
        place.Z = place.A = x  # not there yet
    wrong = None if made is None else (made.wrong.kind, made.layer - 1)
    found: dict[str, Array] = {}
    for kind, layer in ORDER:
        place = (one, two)[layer]
        if (kind, layer) == wrong:
            assert made is not None
            value = _tried(made, place)
        else:
            value = RIGHT[kind](place)  # pyright: ignore[reportArgumentType]
        if not math.isfinite(np.add.reduce(value, axis=None)):
            raise ValueError(kind)
        if kind in ("dW", "db"):
            value = _update(place, kind[1], value, rate)
            found[f"{kind}{place.number}"] = value
        if kind == "target":
            one.Y = two.Y = value
        elif kind == "dA":
            one.dA = value  # pyright: ignore[reportAttributeAccessIssue]
        else:
            setattr(place, ATTRIBUTES.get(kind, kind), value)
        if kind == "A" and place is one:
            two.X = two.Z = two.A = value
    return found


def _tried(made: Made, place: Place) -> Array:
    try:
        return np.asarray(made.wrong.rule(place), dtype=float)  # pyright: ignore[reportArgumentType]
    except (AttributeError, IndexError, KeyError, TypeError) as error:  # what is not there
        raise ValueError(made.wrong.kind) from error


def _update(place: Place, letter: str, gradient: Array, rate: float) -> Array:
    """The gradient, in the shape of its parameter; the place has the parameter after its update."""
    before = getattr(place, letter)
    after = before - rate * gradient
    if after.shape != before.shape:
        raise ValueError(letter)
    setattr(place, f"{letter}_after", after)
    return gradient if gradient.shape == before.shape else np.broadcast_to(gradient, before.shape)
