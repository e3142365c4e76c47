"""The corpus of students' files that the tests use, tests/checker/corpus, loaded from there."""

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.checker.corpus import (
        HOSTILE,
        MISTAKES,
        PAIRS,
        RIGHT,
        RIGHT_NETWORKS,
        WRONG_NETWORKS,
        Case,
        Network,
    )
else:
    FILE = Path(__file__).parents[1] / "tests" / "checker" / "corpus" / "__init__.py"
    spec = importlib.util.spec_from_file_location("students_corpus", FILE)
    package = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    HOSTILE, MISTAKES, PAIRS, RIGHT = package.HOSTILE, package.MISTAKES, package.PAIRS, package.RIGHT
    RIGHT_NETWORKS, WRONG_NETWORKS = package.RIGHT_NETWORKS, package.WRONG_NETWORKS
    Case, Network = package.Case, package.Network

__all__ = [
    "HOSTILE",
    "MISTAKES",
    "PAIRS",
    "RIGHT",
    "RIGHT_NETWORKS",
    "WRONG_NETWORKS",
    "Case",
    "Network",
]
