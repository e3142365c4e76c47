"""The gradient check: closed forms against finite differences."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import require, require_in
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network

Array = np.ndarray

ROUNDED = 1e-5  # what rounding explains of a difference counts as this relative error at most


@dataclass(frozen=True)
class QuantityCheck:
    """One quantity and its worst entry: what finite differences expect there, and what the closed form gave."""

    name: str
    entry: tuple[int, ...]
    expected: float
    got: float
    relative_error: float
    checked: int
    size: int


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
    smaller: entries below a thousandth of the largest are measured against that thousandth. At a kink (ReLU at
    exactly 0) there is no derivative to compare with.

    Arguments:
        network, loss: any; the network is not changed, frozen layers are left out
        x, y: a batch, as for Network.forward and Loss.value
        epsilon: ε in [1e-10, 1]; below, all digits of a difference are rounding
        tolerance: the relative error up to which the check passes, > 0
        entries: the largest number of entries checked in each quantity, drawn at random; None checks all
        training: training mode: batch statistics, and dropout with the same mask every time
        seed: of that draw, and of what layers draw

    Errors: ArgumentError for a number out of range, or a loss that is not reduced to one number; ShapeError where x or
        y do not fit; DataError where all targets are ignored

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
    require(entries is None or entries >= 1, "gradcheck.entries", value=entries)
    loss.require_number()
    loss.require_counted(y)
    network = network.astype(np.float64)
    x = np.array(x, dtype=np.float64)

    def forward() -> tuple[Array, list[Any]]:
        return network.forward(x, Context(training=training, generator=np.random.default_rng(seed)))

    prediction, caches = forward()
    dx = network.backward(caches, loss.gradient(prediction, y), input_gradient=True)
    assert dx is not None

    def cost() -> float:
        return loss.value(forward()[0], y)

    floor = max(2**-51 * abs(cost()) / epsilon / ROUNDED, 1e-7)
    generator = np.random.default_rng(seed)
    pairs = {
        name: (network.parameters[name], gradient) for name, gradient in network.trainable_gradients().items()
    }
    pairs["x"] = (x, dx)
    quantities = []
    for name, (values, gradient) in pairs.items():
        count = values.size if entries is None else min(entries, values.size)
        chosen = np.sort(generator.permutation(values.size)[:count])
        expected = np.array([_central_difference(values.reshape(-1), i, epsilon, cost) for i in chosen])
        quantities.append(_compare(name, values.shape, chosen, expected, gradient, floor))
    return GradcheckResult(quantities, tolerance)


def _central_difference(flat: Array, i: int, epsilon: float, cost: Any) -> float:
    kept = flat[i]
    flat[i] = kept + epsilon
    above = cost()
    flat[i] = kept - epsilon
    below = cost()
    flat[i] = kept
    return (above - below) / (2 * epsilon)


def _compare(
    name: str, shape: tuple[int, ...], chosen: Array, expected: Array, gradient: Array, floor: float
) -> QuantityCheck:
    got = gradient.reshape(-1)[chosen]
    largest = max(np.abs(expected).max(), np.abs(got).max())
    scale = np.maximum(np.maximum(np.abs(expected), np.abs(got)), max(largest / 1000, floor))
    errors = np.abs(expected - got) / scale
    worst = int(np.argmax(np.where(np.isnan(errors), np.inf, errors)))
    return QuantityCheck(
        name=name,
        entry=tuple(int(i) for i in np.unravel_index(chosen[worst], shape)),
        expected=float(expected[worst]),
        got=float(got[worst]),
        relative_error=float(np.nan_to_num(errors[worst], nan=np.inf)),
        checked=len(chosen),
        size=int(np.prod(shape)),
    )
