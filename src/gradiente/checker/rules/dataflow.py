"""A training step as a chain of links, each computed by the right rule or by a wrong one: for networks of any depth.

Instances are columns. A link is a kind and a layer: `Z` and `A` are those of the forward pass; `output` is ∂J/∂Z of the
last layer, `dA` the error that leaves a layer for the one before it, `dZ` that error through the activation, `dW` and
`db` the gradients. A rule is a function of one layer's quantities, and of those around it by `next` and `previous`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gradiente.checker.rules.activations import activated, slope, through

Array = np.ndarray
KINDS = ("Z", "A", "target", "output", "dW", "db", "dA", "dZ")


@dataclass(frozen=True)
class Layer:
    """The quantities of one layer in one training step, as the forward pass gave them.

    Arguments:
        number: from 1
        X: its input A[l−1] (n, m)
        W, b: (h, n) and (h, 1); b is None where the layer has none
        W_after, b_after: after the step; of NaN where that is not known
        Z, A: (h, m)
        activation: a key of ACTIVATIONS
    """

    number: int
    X: Array
    W: Array
    b: Array | None
    Z: Array
    A: Array
    activation: str
    W_after: Array
    b_after: Array | None


@dataclass(frozen=True)
class Step:
    """A training step before its backward pass.

    Arguments:
        layers: in their order
        Y: the targets as columns (k, m)
        loss: "cross_entropy" or "squared_error"
    """

    layers: tuple[Layer, ...]
    Y: Array
    loss: str

    @property
    def m(self) -> int:
        return self.Y.shape[1]

    def with_output(self, activation: str) -> "Step":
        """The step with another activation of its last layer."""
        last = self.layers[-1]
        other = replace(last, activation=activation, A=activated(activation, last.Z))
        return replace(self, layers=(*self.layers[:-1], other))


class View:
    """What a rule sees: one layer's quantities, and those that the chain has given so far, which come first.

    `q.W`, `q.Z` … are the layer's, `q.dZ`, `q.dA`, `q.dW` what the chain has; `q.next` and `q.previous` are the views
    of the layers around it.
    """

    def __init__(self, step: Step, place: int, values: Mapping[str, Array], target: Array) -> None:
        self._step, self._place, self._values = step, place, values
        self.Y = target

    @property
    def layer(self) -> Layer:
        return self._step.layers[self._place]

    @property
    def m(self) -> int:
        return self._step.m

    @property
    def loss(self) -> str:
        return self._step.loss

    @property
    def last(self) -> bool:
        return self._place == len(self._step.layers) - 1

    @property
    def next(self) -> "View":
        return View(self._step, self._place + 1, self._values, self.Y)

    @property
    def previous(self) -> "View":
        if not self._place:
            raise AttributeError("previous")
        return View(self._step, self._place - 1, self._values, self.Y)

    def __getattr__(self, name: str) -> Array:
        number = self.layer.number
        key = f"A{number - 1}" if name == "X" and self._place else f"{name}{number}"
        return self._values[key] if key in self._values else getattr(self.layer, name)

    @property
    def entropy_error(self) -> Array:
        """m · ∂J/∂A of the binary cross-entropy, (a − y) / (a · (1 − a)): before it goes through the sigmoid.

        Errors: ValueError for another activation
        """
        if self.activation != "sigmoid":
            raise ValueError(self.activation)
        return (self.A - self.Y) / (self.A * (1 - self.A))

    def backward(self, da: Array) -> Array:
        """An error through the activation of this layer."""
        return through(self.layer.activation, self.layer.Z, da)

    def slope(self, a: Array) -> Array:
        """g′ as a function of the activation a."""
        return slope(self.layer.activation, a)

    def activate(self, z: Array) -> Array:
        return activated(self.layer.activation, z)


Rule = Callable[[View], Array]
RIGHT: dict[str, Rule] = {
    "Z": lambda q: q.W @ q.X if q.layer.b is None else q.W @ q.X + q.b,
    "A": lambda q: q.activate(q.Z),
    "output": lambda q: (q.A - q.Y) / q.m if q.loss == "cross_entropy" else q.backward(q.A - q.Y) / q.m,
    "dW": lambda q: q.dZ @ q.X.T,
    "db": lambda q: q.dZ.sum(axis=1, keepdims=True),
    "dA": lambda q: q.W.T @ q.dZ,
    "dZ": lambda q: q.backward(q.dA),
    "target": lambda q: q.Y,
}


def value_of(
    step: Step, kind: str, number: int, values: Mapping[str, Array], rule: Rule | None = None
) -> Array:
    """What a rule gives, of numbers that need not be finite."""
    with np.errstate(all="ignore"):
        seen = View(step, number - 1, values, values.get("Y", step.Y))
        return np.asarray((rule or RIGHT[kind])(seen), dtype=float)


def link(step: Step, kind: str, number: int, values: Mapping[str, Array], rule: Rule | None = None) -> Array:
    """One link of the chain from those before it, by the right rule or by another.

    Errors: ValueError where the shapes of a wrong rule do not fit together, or it gives no finite number
    """
    try:
        value = value_of(step, kind, number, values, rule)
    except (
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
    ) as error:  # a layer or a quantity that is not there
        raise ValueError(kind) from error
    if not np.isfinite(value).all():
        raise ValueError(kind)
    return value


def name_of(kind: str, number: int) -> str:
    """The quantity that a link gives: what leaves a layer is the ∂J/∂A of the one before.

    >>> name_of("output", 2), name_of("dA", 2), name_of("dW", 1)
    ('dZ2', 'dA1', 'dW1')
    """
    names = {"target": "Y", "output": f"dZ{number}", "dA": f"dA{number - 1}"}
    return names.get(kind, f"{kind}{number}")


def gradients_of(step: Step) -> Sequence[str]:
    """The names of the gradients, from the last layer to the first."""
    return [
        f"d{letter}{layer.number}"
        for layer in reversed(step.layers)
        for letter in ("W", "b")
        if letter == "W" or layer.b is not None
    ]
