"""A whole class at once: what every student handed in, checked side by side, with a reason for every point."""

from gradiente.workshops.grading.gradebook import Gradebook, Graded, gradebook
from gradiente.workshops.grading.grading import grade
from gradiente.workshops.grading.outputs import Outputs, default_output, write_outputs
from gradiente.workshops.grading.results import Result
from gradiente.workshops.grading.rubric import Rubric
from gradiente.workshops.grading.submissions import HandedIn, Obstacle, submissions

__all__ = [
    "Gradebook",
    "Graded",
    "HandedIn",
    "Obstacle",
    "Outputs",
    "Result",
    "Rubric",
    "default_output",
    "grade",
    "gradebook",
    "submissions",
    "write_outputs",
]
