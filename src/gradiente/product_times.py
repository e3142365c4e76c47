"""How long the products of a training step take by the kernels in use: `python -m gradiente.product_times`, as JSON.

A process of its own for each kind of kernels, because OpenBLAS chooses them once; started by training/kernel_times.py.
"""

import json
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

BATCH, INPUTS, NEURONS = 128, 784, 512
SECONDS = 0.15  # of each product


def products() -> dict[str, Callable[[], Any]]:
    """x Wᵀ and δᵀ x in float32, by NumPy and by SciPy's BLAS.

    Shapes: x (128, 784), W (512, 784), δ (128, 512)
    """
    from scipy.linalg.blas import sgemm  # pyright: ignore[reportAttributeAccessIssue]

    draw = np.random.default_rng(0)
    x, w, delta = (
        draw.standard_normal(shape, np.float32)
        for shape in ((BATCH, INPUTS), (NEURONS, INPUTS), (BATCH, NEURONS))
    )
    return {
        "numpy_forward": lambda: x @ w.T,
        "numpy_gradient": lambda: delta.T @ x,
        "scipy_forward": lambda: sgemm(1, w.T, x.T, trans_a=1),  # of the transposes, as BLAS lays them out
        "scipy_gradient": lambda: sgemm(1, x.T, delta.T, trans_b=1),
    }


def median_seconds(product: Callable[[], Any]) -> float:
    product()
    times = []
    end = time.perf_counter() + SECONDS
    while len(times) < 5 or time.perf_counter() < end:
        start = time.perf_counter()
        product()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def architecture() -> str | None:
    """The kernels of NumPy's OpenBLAS; None where NumPy has another library."""
    from threadpoolctl import threadpool_info

    return next(
        (
            info["architecture"]
            for info in threadpool_info()
            if info["internal_api"] == "openblas" and "numpy.libs" in info["filepath"]
        ),
        None,
    )


if __name__ == "__main__":
    named = products()
    print(
        json.dumps(
            {"architecture": architecture(), "seconds": {n: median_seconds(p) for n, p in named.items()}}
        )
    )
