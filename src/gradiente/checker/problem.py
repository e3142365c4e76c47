"""The random problem on which a wrong number was found, as a file of arrays, and the Python that shows the number."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.storage import write_atomically

EXPECTED, GOT = "expected", "got"
RESERVED = (EXPECTED, GOT, "file", "problem", "np", "runpy")  # no array's name in the file
PROBE = """
def probe(problem):
    file = module.__dict__
    {steps}
    return {number}, {right}
"""


@dataclass(frozen=True)
class Problem:
    """What a student's code gives for some arrays, and what it should give.

    Arguments:
        steps: Python that calls the student's code, of the variables of `file` and the arrays of `problem`
        arguments: these arrays, by their names
        expected, got: the right quantity, and the student's
        number, right: Python for the student's number and the right one, after the steps
        seed: of NumPy's random numbers, where the file draws some
    """

    steps: str
    arguments: Mapping[str, np.ndarray]
    expected: np.ndarray
    got: np.ndarray
    number: str
    right: str
    seed: int | None = None

    def save(self, path: str) -> None:
        """As an .npz.

        Errors: FileError where it cannot be written
        """
        found = io.BytesIO()
        np.savez(found, allow_pickle=False, **self.arrays)
        write_atomically(path, found.getvalue())

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """What is saved."""
        return {**self.arguments, EXPECTED: self.expected, GOT: self.got}

    @property
    def probe(self) -> str:
        """The same Python as the source of a function of the arrays, which gives both numbers."""
        return PROBE.format(steps=self.steps, number=self.number, right=self.right)

    def lines(self, path: str, file: str) -> list[str]:
        """Three lines that load it and print the student's number and the right one.

        Arguments:
            path: where it is saved
            file: the student's; the functions of a notebook are taken from the notebook that runs the lines
        """
        notebook, called = Path(file).suffix.lower() == ".ipynb", "file[" in self.steps
        own = "file = globals(); " if notebook else f"file = runpy.run_path({file!r}); "
        seed = "" if self.seed is None else f"np.random.seed({self.seed}); "
        return [
            f"import {'runpy, ' if called and not notebook else ''}numpy as np; problem = dict(np.load({path!r}))",
            f"{own if called else ''}{seed}{self.steps}",
            f"print({self.number}, {self.right})",
        ]


def indexed(place: tuple[int, ...]) -> str:
    """[1, 2]; [()] for a single number.

    >>> indexed((1, 2)), indexed(())
    ('[1, 2]', '[()]')
    """
    return f"[{', '.join(map(str, place)) or '()'}]"
