"""The comparison of closed forms and PyTorch: quantity by quantity, and step by step."""

from gradiente.parity.concepts import BOUNDS, Concept, Example, compare_concepts, title
from gradiente.parity.difference import Difference
from gradiente.parity.parity import Parity
from gradiente.parity.setup import DEFAULTS, TrainingSetup
from gradiente.parity.trajectory import Trajectory, follow

__all__ = [
    "BOUNDS",
    "DEFAULTS",
    "Concept",
    "Difference",
    "Example",
    "Parity",
    "TrainingSetup",
    "Trajectory",
    "compare_concepts",
    "follow",
    "title",
]
