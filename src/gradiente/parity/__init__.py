"""The proof that the closed form and PyTorch are equal: quantity by quantity, and step by step."""

from gradiente.parity.concepts import BOUNDS, Concept, Example, compare_concepts, title
from gradiente.parity.course import DEFAULTS, Course
from gradiente.parity.difference import Difference
from gradiente.parity.results import Parity
from gradiente.parity.trajectory import Trajectory, follow

__all__ = [
    "BOUNDS",
    "DEFAULTS",
    "Concept",
    "Course",
    "Difference",
    "Example",
    "Parity",
    "Trajectory",
    "compare_concepts",
    "follow",
    "title",
]
