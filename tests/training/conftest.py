"""Small data sets, and the training that is run in a process of its own."""

import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gradiente.data import Dataset

WORK = Path(__file__).with_name("work.py")


@pytest.fixture
def clouds():
    """Three clouds of points, a class each, 23 points each."""
    generator = np.random.default_rng(0)
    y = np.arange(69) % 3
    centers = np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])
    return Dataset(centers[y] + generator.normal(size=(69, 2)), y, "classification", "clouds")


@pytest.fixture
def line():
    """A regression: y = 2 a − b + ½ c + 3, and some noise."""
    generator = np.random.default_rng(1)
    x = generator.normal(size=(50, 3))
    y = x @ np.array([2.0, -1.0, 0.5]) + 3 + 0.1 * generator.normal(size=50)
    return Dataset(x, y, "regression", "line")


@pytest.fixture
def work():
    """work(folder, epochs=…): the training of work.py, here; it returns the trainer and the history."""
    return runpy.run_path(str(WORK))["work"]


@pytest.fixture
def start():
    """start(folder, …): the training of work.py in a process of its own; what is left of it ends with the test."""
    started = []

    def start(folder, *arguments):
        command = [sys.executable, str(WORK), str(folder), *map(str, arguments)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
