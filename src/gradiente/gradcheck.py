"""The gradient check: closed forms against finite differences."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradiente.errors import DataError, require, require_in, require_whole
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network

Array = np.ndarray

ROUNDED = 1e-5  # what rounding explains of a difference counts as this relative error at most
NEARBY = 1e-2  # how far away, relative to the numbers' size, an entry at a kink is compared
POINTS = 4  # how many such points are tried: one may have a kink of its own within ε


@dataclass(frozen=True)
class QuantityCheck:
    """One quantity and its worst entry: what finite differences expect there, and what the closed form gave.

    `kinks` counts the entries at a kink of J, which were compared at a point close by.
    """

    name: str
    entry: tuple[int, ...]
    expected: float
    got: float
    relative_error: float
    checked: int
    size: int
    kinks: int


@dataclass(frozen=True)
class GradcheckResult:
    """Every quantity's worst entry; `worst` is the worst of all."""

    quantities: list[QuantityCheck]
    tolerance: float

    @property
    def worst(self) -> QuantityCheck:
        return max(self.quantities, key=lambda quantity: quantity.relative_error)

    @property
    def passed(self) -> bool:
        return self.worst.relative_error <= self.tolerance


def gradcheck(
    network: Network,
    loss: Loss,
    x: Any,
    y: Any,
    *,
    weights: Any = None,
    epsilon: float = 1e-5,
    tolerance: float = 1e-5,
    entries: int | None = None,
    training: bool = False,
    seed: int = 0,
) -> GradcheckResult:
    r"""Compare every gradient of a network with central differences, in float64.

    Equation:   ∂J/∂θᵢ ≈ (J(θᵢ + ε) − J(θᵢ − ε)) / 2ε
                error = |expected − got| / max(|expected|, |got|, s/1000, 10⁵ r),
                s the quantity's largest gradient,   r = 2⁻⁵¹ |J| / ε what the rounding of J itself explains

    A central difference carries about nine digits of the largest gradients and none of one a billion times
    smaller: entries below a thousandth of the largest are measured against that thousandth.

    At a kink (ReLU at exactly 0, two equal maxima in a window) there is no derivative to compare with. An entry that
    disagrees is therefore compared again at a point close by, x and θ moved by a hundredth of their size at random and
    ε a tenth: a right formula agrees there, a wrong one does not.

    Arguments:
        network, loss: any; the network is not changed, frozen layers are left out
        x, y: a batch, as for Network.forward and Loss.value
        weights: of its instances, as for Loss.value
        epsilon: ε in [1e-10, 1]; below, all digits of a difference are rounding
        tolerance: the relative error up to which the check passes, > 0
        entries: the largest number of entries checked in each quantity, drawn at random; None checks all
        training: training mode: batch statistics, and dropout with the same mask every time
        seed: of that draw, and of what layers draw

    Errors: ArgumentError for a number out of range, a loss that is not reduced to one number, or a network with nothing
        to check, whose input is indices and whose layers are frozen; ShapeError where x or y do not fit; DataError
        where all targets are ignored

    >>> from gradiente.layers import Linear, Tanh
    >>> from gradiente.losses import MSELoss
    >>> net = Network([Linear(3, 2), Tanh()])
    >>> result = gradcheck(net, MSELoss(), np.eye(3), np.zeros((3, 2)))
    >>> result.passed, [quantity.name for quantity in result.quantities]
    (True, ['0.weight', '0.bias', 'x'])

    Source: the definition of the derivative
    """
    require_in("[1e-10, 1]", "gradcheck", epsilon=epsilon)
    require_in("(0, inf)", "gradcheck", tolerance=tolerance)
    if entries is not None:
        require_whole(1, "gradcheck", entries=entries)
    require_whole(0, "gradcheck", seed=seed)
    loss.require_number()
    network = network.astype(np.float64)
    x = np.array(network.as_batch(x))

    context, generator = Context(training=training), np.random.default_rng(seed)
    here = _Point(network, loss, x, y, weights, context, seed, epsilon)
    loss.require_counted(y, None if weights is None else np.asarray(weights))
    require(bool(here.values), "gradcheck.nothing")
    found = {}
    for name, values in here.values.items():
        learned = _learned(network, name, values)
        chosen = np.sort(generator.permutation(learned)[:entries])
        found[name] = here.compare(name, chosen)
    kinks = dict.fromkeys(found, 0)
    for _ in range(POINTS):
        wrong = {name: entry.wrong(tolerance) for name, entry in found.items()}
        if not any(places.size for places in wrong.values()):
            break
        if not network.takes_indices:
            x = _moved(x, generator)
        network.theta[...] = _moved(network.theta, generator)
        try:
            beside = _Point(network, loss, x, y, weights, context, seed, epsilon / 10)
        except DataError:  # outside of what the loss takes
            break
        for name, places in wrong.items():
            agrees = beside.compare(name, found[name].chosen[places])
            right = agrees.errors <= tolerance
            found[name].replace(places[right], agrees, right)
            kinks[name] += int(right.sum())
    return GradcheckResult([entry.worst(kinks[name]) for name, entry in found.items()], tolerance)


@dataclass
class _Comparison:
    """The entries of a quantity that are checked: what is expected, what the closed form gives, the relative error."""

    name: str
    shape: tuple[int, ...]
    chosen: Array
    expected: Array
    got: Array
    errors: Array

    def wrong(self, tolerance: float) -> Array:
        return np.flatnonzero(self.errors > tolerance)

    def replace(self, places: Array, other: "_Comparison", rows: Array) -> None:
        """Take over some rows of another comparison."""
        for field in ("expected", "got", "errors"):
            getattr(self, field)[places] = getattr(other, field)[rows]

    def worst(self, kinks: int) -> QuantityCheck:
        i = int(np.argmax(self.errors))
        return QuantityCheck(
            name=self.name,
            entry=tuple(int(k) for k in np.unravel_index(self.chosen[i], self.shape)),
            expected=float(self.expected[i]),
            got=float(self.got[i]),
            relative_error=float(self.errors[i]),
            checked=len(self.chosen),
            size=math.prod(self.shape),
            kinks=kinks,
        )


class _Point:
    """One place (θ, x): the closed form there, and finite differences of any entry."""

    def __init__(
        self,
        network: Network,
        loss: Loss,
        x: Array,
        y: Any,
        weights: Any,
        context: Context,
        seed: int,
        epsilon: float,
    ) -> None:
        self.network, self.loss, self.x, self.y, self.weights = network, loss, x, y, weights
        self.context, self.seed, self.epsilon = context, seed, epsilon
        prediction, caches = self._forward()
        dx = network.backward(caches, loss.gradient(prediction, y, weights), input_gradient=True)
        assert dx is not None
        gradients = network.trainable_gradients()
        self.gradients = {name: gradient.copy() for name, gradient in gradients.items()}
        self.values = {name: network.parameters[name] for name in gradients}
        if not network.takes_indices:
            self.gradients["x"], self.values["x"] = dx, x
        self.floor = max(2**-51 * abs(self._cost()) / epsilon / ROUNDED, 1e-7)

    def compare(self, name: str, chosen: Array) -> _Comparison:
        """Some entries of a quantity, by their places in the flat array."""
        values, gradient = self.values[name], self.gradients[name]
        expected = np.array([self._central_difference(values.reshape(-1), i) for i in chosen])
        got = gradient.reshape(-1)[chosen]
        largest = max(np.abs(expected).max(initial=0), np.abs(gradient).max(initial=0))
        scale = np.maximum(np.maximum(np.abs(expected), np.abs(got)), max(largest / 1000, self.floor))
        errors = np.nan_to_num(np.abs(expected - got) / scale, nan=np.inf)
        return _Comparison(name, values.shape, chosen, expected, got, errors)

    def _forward(self) -> tuple[Array, list[Any]]:
        return self.network.forward(self.x, replace(self.context, generator=np.random.default_rng(self.seed)))

    def _cost(self) -> float:
        return self.loss.value(self._forward()[0], self.y, self.weights)

    def _central_difference(self, flat: Array, i: int) -> float:
        kept = flat[i]
        flat[i] = kept + self.epsilon
        above = self._cost()
        flat[i] = kept - self.epsilon
        below = self._cost()
        flat[i] = kept
        return (above - below) / (2 * self.epsilon)


def _learned(network: Network, name: str, values: Array) -> Array:
    """The places of a quantity's entries; without the vector of a padding index, whose gradient is set to 0."""
    places = np.arange(values.size).reshape(values.shape)
    row = network.specs[name].zero_row if name in network.specs else None
    return (places if row is None else np.delete(places, row, axis=0)).reshape(-1)


def _moved(values: Array, generator: "np.random.Generator") -> Array:
    """The numbers, each moved at random by a hundredth of their typical size."""
    size = float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0
    return values + NEARBY * (size or 1.0) * generator.standard_normal(values.shape)
