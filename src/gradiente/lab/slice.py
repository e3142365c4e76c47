"""A plane through the parameters of a network, and J on it: a slice of what a training descends."""

from dataclasses import replace
from math import prod, sqrt
from typing import Literal

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import require
from gradiente.lab.first_layer import FirstLayer
from gradiente.lab.run import LabRun
from gradiente.lab.surfaces import Array, Point, Surface
from gradiente.layers import Context, Linear
from gradiente.losses import MSELoss
from gradiente.network import Network
from gradiente.objective import Evaluation, Objective
from gradiente.summary import output_shapes
from gradiente.training.defaults import multiplications
from gradiente.training.targets import targets

Directions = Literal["random", "way"]
FEWEST_ROWS, MOST_ROWS = 32, 2_000  # instances that J of a slice is a mean over, if there are so many
OUTPUT = 10  # multiplications that an output of a layer takes besides its products
MOST_WORK = 2_000_000  # multiplications of one value of J, beyond the fewest instances
ALL_WORK = 2_500_000_000  # of a grid of them
FEWEST_SIDE, MOST_SIDE = 21, 51  # points of a grid, along each axis


LINE = r"J = \frac{1}{m} \sum_{i=1}^{m} \left( \theta_1 x_i + \theta_2 - y_i \right)^{2}"


class Slice(Surface):
    r"""J of a network whose parameters are a point of the plane, on some data.

    Equation:   J(θ₁, θ₂) = J(w + θ₁ d₁ + θ₂ d₂)
    Derivative: ∂J/∂θᵢ = dᵢ · ∇J, by back-propagation

    Arguments:
        objective: of a network, whose parameters are w
        x, y: the data
        weights: of the instances; None: all count alike
        directions: d₁ and d₂, as rows
        low, high, start: as of Surface
        side: points of a grid, along each axis
    """

    equation = r"J(\theta_1, \theta_2) = J(w + \theta_1 d_1 + \theta_2 d_2)"

    def __init__(
        self,
        objective: Objective,
        x: Array,
        y: Array,
        directions: Array,
        *,
        low: Point = (-1.0, -1.0),
        high: Point = (1.0, 1.0),
        start: Point = (-0.75, 0.6),
        side: int = MOST_SIDE,
        weights: Array | None = None,
    ) -> None:
        self.low, self.high, self.start, self.side = low, high, start, side
        self.instances, self.parameters = len(x), objective.network.theta.size
        origin, first = objective.network.theta.copy(), objective.network.layers[0]
        self.x, self.y, self.weights, self._first = x, y, weights, None
        if isinstance(first, Linear) and len(objective.network.layers) > 1:
            size = first.out_features * (first.in_features + first.bias)
            given = origin[:size], directions[:, :size], objective.penalties
            self._first = FirstLayer(first, x, *given)
            objective = replace(objective, network=_behind(objective.network, size))
            origin, directions = origin[size:], directions[:, size:]
        self._objective, self._origin, self._directions = objective, origin, directions
        self._seen: tuple[Array, Evaluation] | None = None  # where J of all the data was evaluated last

    def value(self, point: Array) -> float:
        evaluation = self._evaluated(point, None)
        return evaluation.value + (0.0 if self._first is None else self._first.penalty(point))

    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        objective, network = self._objective, self._objective.network
        evaluation = self._evaluated(point, rows)
        dy = objective.loss.gradient(evaluation.prediction, *self._targets(rows))
        dz = network.backward(evaluation.caches, dy, input_gradient=self._first is not None)
        objective.add_penalties()
        gradient = self._directions @ network.gradient
        if self._first is None:
            return gradient
        assert dz is not None
        return gradient + self._first.gradient(dz, point, rows)

    def _evaluated(self, point: Array, rows: Array | None) -> Evaluation:
        """The forward pass at a point; that of all the data once."""
        if rows is None and self._seen is not None and np.array_equal(self._seen[0], point):
            return self._seen[1]
        self._objective.network.theta[...] = self._origin + point @ self._directions
        x = self.x if rows is None else self.x[rows]
        x = x if self._first is None else self._first.output(point, rows)
        y, weights = self._targets(rows)
        evaluation = self._objective.forward(x, y, Context(), weights)
        self._seen = (np.array(point), evaluation) if rows is None else None
        return evaluation

    def _targets(self, rows: Array | None) -> tuple[Array, Array | None]:
        """The targets and weights of some rows, or of all."""
        if rows is None:
            return self.y, self.weights
        return self.y[rows], None if self.weights is None else self.weights[rows]


def _behind(network: Network, size: int) -> Network:
    """The network without its first layer, whose parameters are so many."""
    rest = Network(network.layers[1:], dtype=network.dtype)
    places = {name: name.split(".", 1) for name in network.buffers}
    buffers = {f"{int(i) - 1}.{own}": network.buffers[name] for name, (i, own) in places.items()}
    rest.restore(network.theta[size:], buffers)
    return rest


def slice_of(run: LabRun, directions: Directions, seed: int) -> Slice:
    """The slice of a run's J through the network where it is, on some of its training instances, evenly taken.

    Arguments:
        directions: "random", each filter as long as the network's own (Li et al., 2018); "way", the plane through
            the run's beginning, the middle of its way, and where it is
        seed: of random directions

    Errors: ArgumentError for the way of a run that has taken fewer than two steps
    """
    theta = run.snapshot.state.theta.astype(np.float64)
    network = Network(run.network.layers, dtype="float64", input_shape=run.network.input_shape)
    network.restore(theta, run.snapshot.state.buffers)
    penalties = run.config.make("penalty") or []
    work = work_of(network, run.train)
    count = min(len(run.train), MOST_ROWS, max(FEWEST_ROWS, MOST_WORK // work))
    side = int(min(MOST_SIDE, max(FEWEST_SIDE, sqrt(ALL_WORK / (work * count)))))
    data = run.train.subset(np.linspace(0, len(run.train) - 1, count).astype(int))
    x = network.as_batch(data.x)
    y = targets(data, run.loss, network.forward(x[:1])[0].shape[-1])
    objective, weights = Objective(network, run.loss, penalties), data.loss_weights
    if directions == "random":
        return Slice(objective, x, y, filter_normalized(network, seed), side=side, weights=weights)
    began, middle = _earlier(run)
    plane, ends = _plane_through(theta, began, middle)
    reach = 1.3 * np.abs(ends).max()
    ends = {"low": (-reach, -reach), "high": (reach, reach), "start": tuple(ends[0].tolist())}
    return Slice(objective, x, y, plane, **ends, side=side, weights=weights)


def work_of(network: Network, train: Dataset) -> int:
    """What J of one instance takes, in multiplications: the products of a first Linear are made once."""
    shape, layers = train.x.shape[1:], network.layers
    products = multiplications(network, shape)
    if isinstance(layers[0], Linear) and len(layers) > 1:
        products -= layers[0].in_features * layers[0].out_features
    return products + OUTPUT * sum(prod(output) for output in output_shapes(layers, shape))


def filter_normalized(network: Network, seed: int) -> Array:
    """Two random directions, in which each filter, or vector of biases, is as long as the network's own."""
    generator = np.random.default_rng(seed)
    directions = generator.standard_normal((2, network.theta.size))
    for direction in directions:
        for name, part in network.named(direction).items():
            own = network.parameters[name]
            filters, lengths = _rows(part), np.linalg.norm(_rows(own), axis=1, keepdims=True)
            filters *= lengths / np.linalg.norm(filters, axis=1, keepdims=True)
    return directions


def _rows(parameter: Array) -> Array:
    return parameter.reshape(len(parameter) if parameter.ndim > 1 else 1, -1)


def _earlier(run: LabRun) -> tuple[Array, Array]:
    """The parameters where the run began, and in the middle of its way."""
    now = run.step
    require(now - run.first > 1, "lab.way")
    try:
        began, middle = (run.go_to(step).state.theta for step in (run.first, (run.first + now) // 2))
        return began.astype(np.float64), middle.astype(np.float64)
    finally:
        run.go_to(now)


def _plane_through(here: Array, began: Array, middle: Array) -> tuple[Array, Array]:
    """Two orthonormal directions, and where the two earlier points lie in their plane."""
    ways = np.array([began - here, middle - here])
    plane, _ = np.linalg.qr(ways.T)
    return plane.T, ways @ plane


def least_squares() -> Slice:
    """The mean squared error of a line w x + b through twenty-four points, over w and b."""
    generator = np.random.default_rng(0)
    x = generator.uniform(-1, 3, (24, 1))
    y = 0.8 * x - 0.4 + 0.5 * generator.standard_normal((24, 1))
    network = Network([Linear(1, 1)], dtype="float64")
    network.theta[...] = 0
    (w,), (b,) = _line(x, y)
    surface = Slice(
        Objective(network, MSELoss()),
        x,
        y,
        np.eye(2),
        low=(-2.0, -3.0),
        high=(4.0, 3.0),
        start=(-1.4, 2.2),
    )
    surface.equation = LINE
    surface.minima = ((float(w), float(b)),)
    surface.lowest = surface.value(np.array([w, b]))
    return surface


def _line(x: Array, y: Array) -> Array:
    """w and b of the line with the least squares."""
    return np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y, rcond=None)[0]
