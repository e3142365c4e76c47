"""What is set as a task, and the command with which a system checks one submission of it."""

from dataclasses import dataclass

from gradiente.checker.checking import LIMITS
from gradiente.checker.workshop import WORKSHOPS, workshop_named
from gradiente.errors import ArgumentError
from gradiente.grading.rubric import Rubric
from gradiente.grading.systems.wheel import wheel_name
from gradiente.locale import get_language

RUBRIC = "rubric.toml"


@dataclass(frozen=True)
class Assignment:
    """A workshop, and what its functions are worth."""

    workshop: str
    rubric: Rubric

    @classmethod
    def read(cls, workshop: str | None, rubric: str | None) -> "Assignment":
        """The assignment of that workshop, with the rubric of a file.

        Errors: ArgumentError where there is no such workshop, or for what is in the rubric; FileError where that is not
        there
        """
        if workshop is None:
            raise ArgumentError("autograder.workshop", names=", ".join(WORKSHOPS))
        name = workshop_named(workshop).name
        return cls(name, Rubric() if rubric is None else Rubric.read(rubric, name))

    @property
    def requirement(self) -> str:
        """What pip installs on the system's machine, beside the files of the package."""
        return wheel_name() + ("[torch]" if self.workshop in LIMITS else "")

    def arguments(self, system: str, submission: str) -> list[str]:
        """What follows `python` to check a submission, but for the rubric, the last argument.

        The answer on standard output is in the language in use. Python's -P keeps the current folder out of the search
        for modules: a student may have put a json.py there. --unsafe: few of these machines let bubblewrap run, and
        what they let a submission do is theirs to say.
        """
        run = ["-P", "-m", "gradiente", "autograder", "run", system, submission]
        return [*run, "--workshop", self.workshop, "--lang", get_language(), "--unsafe", "--rubric"]
