"""The limit of a dense network: its matrix products at the highest rate of NumPy's own linear algebra."""

import math
import time

import numpy as np

from gradiente.benchmarking import arrays
from gradiente.benchmarking.child import serve
from gradiente.benchmarking.job import Job

SIZE, SECONDS = 2048, 1.0


class Products:
    """The seconds of an epoch's products of the first layer, forward and ∂J/∂W, at the best rate measured."""

    def __init__(self, job: Job) -> None:
        instances = len(arrays.read(job).train_x)
        _, inputs, outputs = next(layer for layer in job.layers if layer[0] == "Linear")
        self.operations = 2 * 2 * instances * inputs * outputs
        self.a, self.b = np.random.default_rng(0).random((2, SIZE, SIZE), np.float32)

    def run(self) -> float:
        best, started = math.inf, time.perf_counter()
        product = np.empty_like(self.a)
        while (begun := time.perf_counter()) < started + SECONDS:
            np.matmul(self.a, self.b, out=product)
            best = min(best, time.perf_counter() - begun)
        return self.operations / (2 * SIZE**3 / best)

    def accuracy(self) -> None:
        """Products have none."""


if __name__ == "__main__":
    serve(Products)
