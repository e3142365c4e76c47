"""A plane through the parameters of a network, and J on it: a slice of what a training descends."""

from math import sqrt
from typing import Literal

import numpy as np

from gradiente.errors import require
from gradiente.lab.run import LabRun
from gradiente.lab.surfaces import Array, Point, Surface
from gradiente.layers import Context, Linear
from gradiente.losses import MSELoss
from gradiente.network import Network
from gradiente.objective import Objective
from gradiente.training.targets import targets

Directions = Literal["random", "way"]
FEWEST_ROWS, MOST_ROWS = 32, 2_000  # instances that J of a slice is a mean over, if there are so many
MOST_WORK = 2_000_000  # parameters × instances of one value of J, beyond the fewest
ALL_WORK = 5_000_000_000  # of a grid of them


LINE = r"J = \frac{1}{m} \sum_{i=1}^{m} \left( \theta_1 x_i + \theta_2 - y_i \right)^{2}"


class Slice(Surface):
    r"""J of a network whose parameters are a point of the plane, on some data.

    Equation:   J(θ₁, θ₂) = J(w + θ₁ d₁ + θ₂ d₂)
    Derivative: ∂J/∂θᵢ = dᵢ · ∇J, by back-propagation

    Arguments:
        objective: of a network, whose parameters are set to the point that is asked for
        x, y: the data
        origin: w, the parameters at (0, 0)
        directions: d₁ and d₂, as rows
        low, high, start: as of Surface
    """

    equation = r"J(\theta_1, \theta_2) = J(w + \theta_1 d_1 + \theta_2 d_2)"

    def __init__(
        self,
        objective: Objective,
        x: Array,
        y: Array,
        origin: Array,
        directions: Array,
        *,
        low: Point = (-1.0, -1.0),
        high: Point = (1.0, 1.0),
        start: Point = (-0.75, 0.6),
    ) -> None:
        self.objective, self.x, self.y = objective, x, y
        self.origin, self.directions = origin, directions
        self.low, self.high, self.start = low, high, start
        self.instances = len(x)

    @property
    def side(self) -> int:
        """Points of a grid, along each axis, that are computed in good time."""
        return int(min(51, max(21, sqrt(ALL_WORK / (self.origin.size * self.instances)))))

    def value(self, point: Array) -> float:
        self._go_to(point)
        return self.objective.forward(self.x, self.y, Context()).value

    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        self._go_to(point)
        x, y = (self.x, self.y) if rows is None else (self.x[rows], self.y[rows])
        self.objective.backward(self.objective.forward(x, y, Context()), y)
        return self.directions @ self.objective.network.gradient

    def _go_to(self, point: Array) -> None:
        self.objective.network.theta[...] = self.origin + point @ self.directions


def slice_of(run: LabRun, directions: Directions, seed: int) -> Slice:
    """The slice of a run's J through the network where it is, on the first instances of its training data.

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
    rows = min(len(run.train), MOST_ROWS, max(FEWEST_ROWS, MOST_WORK // theta.size))
    data = run.train.subset(np.arange(rows))
    x = network.as_batch(data.x)
    y = targets(data, run.loss, network.forward(x[:1])[0].shape[-1])
    objective = Objective(network, run.loss, penalties)
    if directions == "random":
        return Slice(objective, x, y, theta, filter_normalized(network, seed))
    began, middle = _earlier(run)
    plane, ends = _plane_through(theta, began, middle)
    reach = 1.3 * np.abs(ends).max()
    low, high = (-reach, -reach), (reach, reach)
    return Slice(objective, x, y, theta, plane, low=low, high=high, start=tuple(ends[0].tolist()))


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
    (w,), (b,) = _line(x, y)
    surface = Slice(
        Objective(network, MSELoss()),
        x,
        y,
        np.zeros(2),
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
