"""Grading of a whole class: every submission checked in parallel, with a reason for every point."""

from gradiente.workshops.grading.gradebook import Gradebook, GradedStudent, gradebook
from gradiente.workshops.grading.grading import grade
from gradiente.workshops.grading.outputs import Outputs, default_output, write_outputs
from gradiente.workshops.grading.rubric import Rubric
from gradiente.workshops.grading.student_result import StudentResult
from gradiente.workshops.grading.submissions import Obstacle, StudentSubmission, submissions

__all__ = [
    "Gradebook",
    "GradedStudent",
    "Obstacle",
    "Outputs",
    "Rubric",
    "StudentResult",
    "StudentSubmission",
    "default_output",
    "grade",
    "gradebook",
    "submissions",
    "write_outputs",
]
