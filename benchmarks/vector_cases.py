"""PyTorch's and ONNX's own test inputs, which the tests read in tests/parity/vectors, loaded from there."""

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.parity.vectors import (
        CONCEPTS,
        EPOCHS,
        SOURCES,
        STEPS,
        Outcome,
        Row,
        judge,
        other_concepts,
        rows,
        total,
    )
else:
    FILE = Path(__file__).parents[1] / "tests" / "parity" / "vectors" / "__init__.py"
    spec = importlib.util.spec_from_file_location("parity_vectors", FILE)
    package = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    globals().update({name: getattr(package, name) for name in package.__all__})

__all__ = [
    "CONCEPTS",
    "EPOCHS",
    "SOURCES",
    "STEPS",
    "Outcome",
    "Row",
    "judge",
    "other_concepts",
    "rows",
    "total",
]
