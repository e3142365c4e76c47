"""Surfaces over a plane that an optimizer descends: J, its gradient in closed form, and where it is lowest."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Array = np.ndarray
Point = tuple[float, float]
DIFFERENCE = 1e-4  # of the extent: the step of a finite difference
FAR = 100  # times the extent from the centre: what is farther has left the surface


class Surface(ABC):
    """J over a square of the plane.

    equation     as LaTeX
    low, high    the corners of the square that is drawn
    start        where a descent begins, unless another place is chosen
    minima       the points where J is lowest; none where they are not known
    lowest       J there; None where it is not known
    instances    of the data that J is a mean over; 0 where there are none
    """

    equation: str = ""
    low: Point
    high: Point
    start: Point
    minima: Sequence[Point] = ()
    lowest: float | None = None
    instances: int = 0

    @abstractmethod
    def value(self, point: Array) -> float:
        """J at a point, of shape (2,)."""

    @abstractmethod
    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        """∂J/∂θ at a point.

        Arguments:
            rows: the instances of a batch; None: all
        """

    @property
    def extent(self) -> float:
        """The length of a side of the square."""
        return self.high[0] - self.low[0]

    def is_near(self, point: Array) -> bool:
        """Whether a point is finite, and not so far away that it has left the surface for good."""
        centre = (np.array(self.low) + np.array(self.high)) / 2
        return bool(np.isfinite(point).all() and np.abs(point - centre).max() < FAR * self.extent)

    def grid(self, side: int) -> Array:
        """J in side × side points, from the lowest row up."""
        across = np.linspace(self.low[0], self.high[0], side)
        up = np.linspace(self.low[1], self.high[1], side)
        return np.array([[self.value(np.array([x, y])) for x in across] for y in up])

    def curvature(self, point: Array) -> float:
        """The largest eigenvalue of the Hessian at a point, from differences of the gradient."""
        h = DIFFERENCE * self.extent
        ahead = [self.gradient(point + e) - self.gradient(point - e) for e in h * np.eye(2)]
        hessian = np.array(ahead) / (2 * h)
        return float(np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1])


@dataclass(frozen=True)
class Valley(Surface):
    r"""A quadratic valley, κ times as steep across as along.

    Equation:   J = ½ (θ₁² + κ θ₂²)
    Derivative: ∂J/∂θ = (θ₁, κ θ₂)

    Arguments:
        conditioning: κ ≥ 1, the ratio of the two curvatures
    """

    conditioning: float

    equation = r"J = \frac{1}{2} \left( \theta_1^{2} + \kappa \theta_2^{2} \right)"
    low, high, start = (-2.0, -2.0), (2.0, 2.0), (-1.7, 0.9)
    minima, lowest = ((0.0, 0.0),), 0.0

    def value(self, point: Array) -> float:
        x, y = point
        return (x * x + self.conditioning * y * y) / 2

    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        x, y = point
        return np.array([x, self.conditioning * y])


class Rosenbrock(Surface):
    r"""A bent valley with a flat floor.

    Equation:   J = (1 − θ₁)² + 100 (θ₂ − θ₁²)²
    Derivative: ∂J/∂θ = (−2 (1 − θ₁) − 400 θ₁ (θ₂ − θ₁²), 200 (θ₂ − θ₁²))
    """

    equation = r"J = (1 - \theta_1)^{2} + 100 \left( \theta_2 - \theta_1^{2} \right)^{2}"
    low, high, start = (-2.0, -1.0), (2.0, 3.0), (-1.2, 1.8)
    minima, lowest = ((1.0, 1.0),), 0.0

    def value(self, point: Array) -> float:
        x, y = point
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        x, y = point
        return np.array([-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)])


class Beale(Surface):
    r"""Flat, with steep corners.

    Equation:   J = Σ (cₙ − θ₁ (1 − θ₂ⁿ))²,   n = 1, 2, 3,   c = (1.5, 2.25, 2.625)
    Derivative: with eₙ = cₙ − θ₁ (1 − θ₂ⁿ):
                ∂J/∂θ₁ = −2 Σ eₙ (1 − θ₂ⁿ),   ∂J/∂θ₂ = 2 Σ eₙ θ₁ n θ₂ⁿ⁻¹
    """

    equation = (
        r"J = \sum_{n=1}^{3} \left( c_n - \theta_1 (1 - \theta_2^{n}) \right)^{2}, \quad "
        r"c = (1.5, \; 2.25, \; 2.625)"
    )
    low, high, start = (-4.5, -4.5), (4.5, 4.5), (1.0, 1.6)
    minima, lowest = ((3.0, 0.5),), 0.0

    n, c = np.array([1, 2, 3]), np.array([1.5, 2.25, 2.625])

    def value(self, point: Array) -> float:
        x, y = point
        return float(((self.c - x * (1 - y**self.n)) ** 2).sum())

    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        x, y = point
        n, e = self.n, self.c - x * (1 - y**self.n)
        return np.array([-2 * (e * (1 - y**n)).sum(), 2 * (e * x * n * y ** (n - 1)).sum()])


class Saddle(Surface):
    r"""A saddle between two minima: where the gradient is almost zero, and nothing is reached.

    Equation:   J = ½ θ₁² − ½ θ₂² + ¼ θ₂⁴
    Derivative: ∂J/∂θ = (θ₁, −θ₂ + θ₂³)
    """

    equation = r"J = \frac{1}{2} \theta_1^{2} - \frac{1}{2} \theta_2^{2} + \frac{1}{4} \theta_2^{4}"
    low, high, start = (-2.0, -2.0), (2.0, 2.0), (-1.6, 0.01)
    minima, lowest = ((0.0, -1.0), (0.0, 1.0)), -0.25

    def value(self, point: Array) -> float:
        x, y = point
        return x * x / 2 - y * y / 2 + y**4 / 4

    def gradient(self, point: Array, rows: Array | None = None) -> Array:
        x, y = point
        return np.array([x, -y + y**3])
