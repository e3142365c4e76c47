"""Integrated gradients: what each input adds to an answer, on the way there from a baseline."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import ArgumentError, ShapeError, is_whole, require
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network

Array = np.ndarray
FEWEST, MOST = 64, 8192  # points on the way
CLOSE = 1e-3  # of F(x) − F(x′): what the sum may miss
AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each input adds to an answer: values = (x − baseline) · slopes, and their sum is F(x) − F(baseline).

    Arguments:
        x, baseline: the instance, and where the way to it begins
        slopes: the mean of ∂F/∂x on the way
        answer, at_baseline: F(x) and F(baseline)
        points: how many the mean is taken over

    Shapes: x, baseline, slopes and values (…), an instance
    """

    x: Array
    baseline: Array
    slopes: Array
    answer: float
    at_baseline: float
    points: int

    @property
    def values(self) -> Array:
        """(xⱼ − x′ⱼ) times the mean slope: what input j adds."""
        return (self.x - self.baseline) * self.slopes

    @property
    def missing(self) -> float:
        """What the sum of the values lacks to F(x) − F(x′), because the mean is one of finitely many points."""
        return self.answer - self.at_baseline - float(self.values.sum())


def integrated_gradients(
    network: Network, loss: Loss, x: Any, baseline: Any = 0.0, *, output: int = 0
) -> Attribution:
    r"""What each input of one instance adds to an answer of the network, in closed form.

    Equation:   aⱼ = (xⱼ − x′ⱼ) ∫₀¹ ∂F/∂xⱼ (x′ + α (x − x′)) dα,   Σⱼ aⱼ = F(x) − F(x′)

    F is the network's estimate: a probability for a classifier. The integral is the mean over m midpoints,
    α = (k − ½) / m, of which there are twice as many until the sum misses F(x) − F(x′) by less than a thousandth, at
    most 8,192. Everything is computed in float64, as the network predicts: no dropout, with running statistics.

    Arguments:
        network, loss: as they were trained; the network is not changed
        x: one instance
        baseline: x′, an instance without what is to be explained: the mean of the data, a black picture; or one number
        output: which of the network's outputs F is, from 0

    Shapes: x (…), as the network takes it, without the batch; the attribution has the same
    Errors: ArgumentError for an output that is not there, or a network whose inputs are indices or whose answer
        depends on other instances; ShapeError for a baseline of another shape

    >>> from gradiente.layers import Linear
    >>> from gradiente.losses import MSELoss
    >>> network = Network([Linear(2, 1, bias=False)], dtype="float64")
    >>> network.theta[...] = [3.0, -1.0]
    >>> integrated_gradients(network, MSELoss(), [2.0, 5.0]).values.round(9).tolist()
    [6.0, -5.0]

    Source: Sundararajan, Taly and Yan, 2017, "Axiomatic Attribution for Deep Networks", arXiv 1703.01365
    """
    require(not network.takes_indices, "attribution.indices")
    require(not network.whole_batch, "attribution.whole_batch")
    exact = network.astype("float64")
    exact.freeze(*range(len(exact.layers)))  # ∂J/∂θ is not asked for
    x = np.asarray(x, dtype=np.float64)
    given = np.asarray(baseline, dtype=np.float64)
    if given.shape not in ((), x.shape):
        raise ShapeError("attribution.baseline", shape=given.shape, expected=x.shape)
    baseline = np.broadcast_to(given, x.shape)
    ends = loss.estimate(exact.predict(np.stack([baseline, x])))
    outputs = ends.shape[1]
    if not is_whole(output, 0) or output >= outputs:
        raise ArgumentError("attribution.output", value=repr(output), last=outputs - 1)
    at_baseline, answer = ends[:, output].tolist()
    points = FEWEST
    while True:
        slopes = _mean_slopes(exact, loss, x, baseline, output, points)
        found = Attribution(x, baseline, slopes, answer, at_baseline, points)
        if abs(found.missing) <= CLOSE * abs(answer - at_baseline) or points >= MOST:
            return found
        points *= 2


def slope(loss: Loss, prediction: Array, output: int) -> Array:
    """∂ŷ_k/∂prediction, by the link of the loss: the derivative of the identity, σ, exp or softmax.

    Shapes: prediction (n, outputs) → the same
    """
    p = loss.estimate(prediction)
    own = np.zeros_like(prediction)
    if loss.link == "softmax":
        own = -p * p[:, output : output + 1]
        own[:, output] += p[:, output]
    elif loss.link == "logistic":
        own[:, output] = p[:, output] * (1 - p[:, output])
    elif loss.link == "exponential":
        own[:, output] = p[:, output]
    else:
        own[:, output] = 1
    return own


def _mean_slopes(network: Network, loss: Loss, x: Array, baseline: Array, output: int, points: int) -> Array:
    """The mean of ∂F/∂x over the midpoints."""
    total = np.zeros(x.shape)
    alphas = ((np.arange(points) + 0.5) / points).reshape(-1, *[1] * x.ndim)
    for first in range(0, points, AT_ONCE):
        way = baseline + alphas[first : first + AT_ONCE] * (x - baseline)
        prediction, caches = network.forward(way, Context())
        gradient = network.backward(caches, slope(loss, prediction, output), input_gradient=True)
        assert gradient is not None
        total += gradient.sum(axis=0)
    return total / points
