"""Grading of a whole class: every submission checked in parallel, with a reason for every point."""

from gradiente.grading.feedback_zip import check_feedback_zip, write_feedback_zip
from gradiente.grading.gradebook import Gradebook, GradedStudent, gradebook
from gradiente.grading.grading import grade
from gradiente.grading.outputs import Outputs, default_output, write_outputs
from gradiente.grading.rubric import Rubric
from gradiente.grading.student_result import StudentResult
from gradiente.grading.submissions import Obstacle, StudentSubmission, one_submission, submissions
from gradiente.grading.worksheet import Filled, Worksheet

__all__ = [
    "Filled",
    "Gradebook",
    "GradedStudent",
    "Obstacle",
    "Outputs",
    "Rubric",
    "StudentResult",
    "StudentSubmission",
    "Worksheet",
    "check_feedback_zip",
    "default_output",
    "grade",
    "gradebook",
    "one_submission",
    "submissions",
    "write_feedback_zip",
    "write_outputs",
]
