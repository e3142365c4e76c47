"""The data of a work as four .npy files, which every peer reads."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from gradiente.benchmarking.job import Job

PARTS = ("train_x", "train_y", "test_x", "test_y")


class Arrays(NamedTuple):
    """Instances first; x is float32, y has class numbers."""

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray

    def write(self, folder: Path) -> None:
        """Save them as NAME.npy."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in PARTS:
            np.save(folder / f"{name}.npy", getattr(self, name))


def read(job: Job) -> Arrays:
    """The data of a job, its first samples only where it says so."""
    train_x, train_y, test_x, test_y = (np.load(Path(job.folder) / f"{name}.npy") for name in PARTS)
    return Arrays(train_x[: job.samples], train_y[: job.samples], test_x, test_y)


def xor() -> Arrays:
    """The four rows of XOR, to train on and to test."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = np.array([0, 1, 1, 0], np.int64)
    return Arrays(x, y, x, y)


def clusters(rows: int, features: int, classes: int) -> Arrays:
    """Normally distributed clusters, one a class, a thousand of the rows for testing.

    >>> clusters(2000, 4, 3).train_x.shape
    (2000, 4)
    """
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(classes, features))
    y = generator.integers(classes, size=rows + 1000)
    x = (centres[y] + 0.5 * generator.normal(size=(rows + 1000, features))).astype(np.float32)
    return Arrays(x[:rows], y[:rows], x[rows:], y[rows:])
