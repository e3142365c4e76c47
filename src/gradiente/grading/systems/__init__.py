"""The systems that check a submission by themselves: what each wants as an autograder, and as its answer."""

from collections.abc import Callable
from typing import NamedTuple

from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.systems import classroom50, coderunner, gradescope, vpl
from gradiente.grading.systems.assignment import Assignment
from gradiente.grading.systems.package import write_package
from gradiente.grading.systems.wheel import wheel, wheel_name


class System(NamedTuple):
    """One of them: the files of an autograder by name, and the answer about one submission."""

    files: Callable[[Assignment], dict[str, str]]
    result: Callable[[GradedStudent, Assignment], str]


SYSTEMS = {
    "gradescope": System(gradescope.files, gradescope.result),
    "classroom50": System(classroom50.files, classroom50.result),
    "coderunner": System(coderunner.files, coderunner.result),
    "vpl": System(vpl.files, vpl.result),
}

__all__ = ["SYSTEMS", "Assignment", "System", "write_autograder"]


def write_autograder(path: str, system: str, assignment: Assignment) -> None:
    """Write the autograder of a system, with this gradiente as a wheel.

    Errors: FileError where there is something of that name, or it cannot be written
    """
    write_package(path, {**SYSTEMS[system].files(assignment), wheel_name(): wheel()})
