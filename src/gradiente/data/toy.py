"""Toy data sets: points on the plane, in shapes that a straight line can or cannot separate."""

from collections.abc import Callable

import numpy as np

from gradiente.data.dataset import Dataset
from gradiente.errors import is_whole, require

Points = tuple[np.ndarray, np.ndarray]
_TURNS = 1.5


def moons(samples: int = 1000, noise: float = 0.15, seed: int = 0) -> Points:
    """Two interleaving half circles.

    Shapes: x (samples, 2), y (samples,)
    Source: sklearn.datasets.make_moons
    """
    from sklearn.datasets import make_moons

    x, y = make_moons(samples, noise=noise, random_state=seed)
    return np.asarray(x), np.asarray(y)


def circles(samples: int = 1000, noise: float = 0.08, seed: int = 0) -> Points:
    """A circle inside another of twice its size.

    Shapes: x (samples, 2), y (samples,)
    Source: sklearn.datasets.make_circles
    """
    from sklearn.datasets import make_circles

    x, y = make_circles(samples, noise=noise, random_state=seed, factor=0.5)
    return np.asarray(x), np.asarray(y)


def blobs(samples: int = 1000, noise: float = 1.0, seed: int = 0) -> Points:
    """Three Gaussian clusters; noise is their standard deviation.

    Shapes: x (samples, 2), y (samples,)
    Source: sklearn.datasets.make_blobs
    """
    from sklearn.datasets import make_blobs

    x, y, *_ = make_blobs(samples, centers=3, cluster_std=noise, random_state=seed)
    return np.asarray(x), np.asarray(y)


def spirals(samples: int = 1000, noise: float = 0.02, seed: int = 0, arms: int = 2) -> Points:
    """Arms that wind around one another, one class each.

    Equation: x = r (cos φ, sin φ) + noise,   r ∈ [0.1, 1] and φ = 2π (1.5 r + class / arms)

    Arguments:
        samples: points in all; the first arms get one more where they do not divide evenly
        noise: standard deviation of the displacement, ≥ 0
        seed: ≥ 0
        arms: 2 or 3

    Shapes: x (samples, 2), y (samples,)
    Errors: ArgumentError for another number of arms

    >>> x, y = spirals(301, arms=3)
    >>> x.shape, [int((y == arm).sum()) for arm in range(3)]
    ((301, 2), [101, 100, 100])

    Source: K. J. Lang, M. J. Witbrock, Learning to tell two spirals apart, 1988
    """
    require(arms in (2, 3), "toy.arms", value=arms)
    generator = np.random.default_rng(seed)
    y = np.arange(samples) % arms
    r = 0.1 + 0.9 * np.sqrt(generator.random(samples))
    angle = 2 * np.pi * (_TURNS * r + y / arms)
    x = np.column_stack([r * np.cos(angle), r * np.sin(angle)])
    return x + noise * generator.standard_normal((samples, 2)), y


TOYS: dict[str, Callable[..., Points]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "blobs": blobs,
}


def toy(name: str, samples: int | None = None, noise: float | None = None, seed: int = 0) -> Dataset:
    """A toy set by name, with its own number of samples and noise where none is given.

    Arguments:
        name: "moons", "circles", "spirals" or "blobs"
        samples: points in all, ≥ 10
        noise: standard deviation of the noise, ≥ 0
        seed: ≥ 0

    Shapes: x (samples, 2), y (samples,)
    Errors: ArgumentError for samples or noise out of range

    >>> toy("moons", samples=50).x.shape
    (50, 2)
    """
    options = {}
    if samples is not None:
        require(is_whole(samples, 10), "toy.samples", value=repr(samples))
        options["samples"] = samples
    if noise is not None:
        require(0 <= noise < np.inf, "toy.noise", value=noise)
        options["noise"] = noise
    x, y = TOYS[name](**options, seed=seed)
    classes = tuple(map(str, range(y.max() + 1)))
    return Dataset(x, y, "classification", name, classes, ("x1", "x2"))
