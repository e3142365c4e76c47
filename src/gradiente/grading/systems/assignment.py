"""What is set as a task, and the command with which a system checks one submission of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gradiente.checker.checking import check_workshop, checked_by
from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.verdict import Verdict
from gradiente.checker.workshop import WORKSHOPS, Workshop, workshop_named
from gradiente.checker.workshop_check import LIMITS
from gradiente.errors import ArgumentError, require
from gradiente.grading.rubric import Rubric
from gradiente.grading.systems.wheel import wheel_name
from gradiente.locale import get_language

RUBRIC, EXERCISE = "rubric.toml", "exercise.toml"


@dataclass(frozen=True)
class Assignment:
    """A workshop or an exercise, and what its functions are worth."""

    workshop: str
    rubric: Rubric
    exercise: Exercise | None = None

    @classmethod
    def read(
        cls, workshop: str | None, rubric: str | None = None, exercise_file: str | None = None
    ) -> "Assignment":
        """The assignment of that workshop or exercise, with the rubric of a file; an exercise may have its own.

        Errors: ArgumentError where there is no such workshop, or for what is in a file; FileError where that is not
        there
        """
        require(workshop is None or exercise_file is None, "exercise.and_workshop")
        if exercise_file is not None:
            exercise = Exercise.read(exercise_file)
            known = {exercise.name: exercise.workshop}
            read = (
                Rubric.of_exercise(exercise_file, known)
                if rubric is None
                else Rubric.read(rubric, None, known)
            )
            return cls(exercise.name, read, exercise)
        if workshop is None:
            raise ArgumentError("autograder.workshop", names=", ".join(WORKSHOPS))
        name = workshop_named(workshop).name
        return cls(name, Rubric() if rubric is None else Rubric.read(rubric, name))

    @property
    def known(self) -> Workshop:
        """Its title and functions."""
        return self.rubric.known[self.workshop]

    @property
    def checker(self) -> Callable[[Path, str | None], Verdict]:
        """What checks a submission of it."""
        return check_workshop if self.exercise is None else partial(checked_by, self.exercise)

    @property
    def file(self) -> str:
        """The name of the file that says what a system needs to know."""
        return RUBRIC if self.exercise is None else EXERCISE

    @property
    def content(self) -> str:
        """Of that file: the rubric, and the exercise where it is one."""
        if self.exercise is None:
            return self.rubric.toml()
        return self.rubric.toml(self.exercise.toml(title=self.exercise.workshop.title))

    @property
    def options(self) -> Mapping[str, str]:
        """How `gradiente check` is told what to check by: the option and its value."""
        return {"--workshop": self.workshop} if self.exercise is None else {"--exercise": EXERCISE}

    @property
    def requirement(self) -> str:
        """What pip installs on the system's machine, beside the files of the package."""
        return wheel_name() + ("[torch]" if self.workshop in LIMITS else "")

    def arguments(self, system: str, submission: str) -> list[str]:
        """What follows `python` to check a submission, but for the path of `file`, the last argument.

        The answer on standard output is in the language in use. Python's -P keeps the current folder out of the search
        for modules: a student may have put a json.py there. --unsafe: few of these machines let bubblewrap run, and
        what they let a submission do is theirs to say.
        """
        run = ["-P", "-m", "gradiente", "autograder", "run", system, submission]
        run += ["--lang", get_language(), "--unsafe"]
        return (
            [*run, "--workshop", self.workshop, "--rubric"] if self.exercise is None else [*run, "--exercise"]
        )
