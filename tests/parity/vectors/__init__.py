"""Test inputs that nobody here wrote, PyTorch's and ONNX's own, run over the concepts that are here.

`SOURCES` are the lists of inputs by name, `judge` runs one of their vectors, `rows` and `total` count what came of
them. benchmarks/vectors.py runs all of them, tests/parity/test_vectors.py a few of every operator.
"""

from collections.abc import Iterator
from typing import Protocol

from .building import CONCEPTS
from .modules import module_vectors
from .onnx_cases import onnx_vectors
from .operators import operator_vectors
from .optimizers import EPOCHS, STEPS, optimizer_vectors, schedule_vectors
from .tally import Row, other_concepts, rows, total
from .vector import Outcome, Vector, Wanted, judge


class Source(Protocol):
    """A list of inputs: every vector of the concepts that are wanted."""

    def __call__(self, seed: int = 0, wanted: Wanted = ...) -> Iterator[Vector]: ...


SOURCES: dict[str, Source] = {
    "modules": module_vectors,
    "functions": operator_vectors,
    "optimizers": optimizer_vectors,
    "schedulers": schedule_vectors,
    "onnx": onnx_vectors,
}
__all__ = [
    "CONCEPTS",
    "EPOCHS",
    "SOURCES",
    "STEPS",
    "Outcome",
    "Row",
    "Vector",
    "judge",
    "other_concepts",
    "rows",
    "total",
]
