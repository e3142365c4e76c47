"""The random problem on which a wrong number was found, as a file of arrays, and the Python that shows the number."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gradiente.storage import write_atomically

EXPECTED, GOT = "expected", "got"
RESERVED = (EXPECTED, GOT, "file", "problem", "np", "runpy")  # no argument's name in the file


@dataclass(frozen=True)
class Problem:
    """A call of a student's function, and what it should give.

    Arguments:
        function: its name
        arguments: by the names in the file
        expected, got: the right quantity, and the student's
        number, right: Python for the student's number and the right one, of `function` and the arrays of `problem`
        seed: of NumPy's random numbers, where the file draws some
    """

    function: str
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
        np.savez(found, allow_pickle=False, **self.arguments, **{EXPECTED: self.expected, GOT: self.got})
        write_atomically(path, found.getvalue())

    def lines(self, path: str, file: str) -> list[str]:
        """Three lines that load it and print the student's number and the right one.

        Arguments:
            path: where it is saved
            file: the student's; the functions of a notebook are taken from the notebook that runs the lines
        """
        load = f"np.load({path!r})"
        seed = "" if self.seed is None else f"; np.random.seed({self.seed})"
        lines = [f"import numpy as np; problem = {load}{seed}"]
        if Path(file).suffix.lower() == ".ipynb":
            lines.append(f"function = {self.function}")
        else:
            lines[0] = f"import runpy, numpy as np; problem = {load}"
            lines.append(f"function = runpy.run_path({file!r})[{self.function!r}]{seed}")
        return [*lines, f"print({self.number}, {self.right})"]


def indexed(place: tuple[int, ...]) -> str:
    """[1, 2]; [()] for a single number.

    >>> indexed((1, 2)), indexed(())
    ('[1, 2]', '[()]')
    """
    return f"[{', '.join(map(str, place)) or '()'}]"
