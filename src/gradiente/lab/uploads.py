"""Tables that a page hands to the lab: kept in a folder that ends with the server."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from gradiente.data import load
from gradiente.errors import GradienteError, require
from gradiente.formatting import count as grouped

LARGEST = 20 * 1024**2  # bytes of a table


@dataclass
class Uploads:
    """The tables of a server, each in a file of its own.

    Arguments:
        folder: where they are kept
        lines: of a table, at most, beyond its header
    """

    folder: Path
    lines: int

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def keep(self, content: bytes, size: int, called: str = "") -> dict[str, Any]:
        """Keep a CSV file, and say what it holds: its place, as the name of a data set, its rows, columns and classes.

        Arguments:
            content: of the file, or as much of it as is looked at
            size: of the file, in bytes
            called: its name on the user's machine, which what is wrong with it is said of

        Errors: ArgumentError for one that is too large; FileError, DataError for one that is no table to learn from
        """
        require(size <= LARGEST, "lab.table_size", got=grouped(size), most=grouped(LARGEST))
        lines = content.count(b"\n")
        require(lines <= self.lines + 1, "lab.table_lines", got=grouped(lines), most=grouped(self.lines))
        path = self.folder / f"table-{next(self._numbers)}.csv"
        path.write_bytes(content)
        try:
            train, test = load(path)
        except GradienteError as error:
            path.unlink()
            raise _said_of(called or path.name, path, error) from error
        except BaseException:
            path.unlink()
            raise
        return {
            "name": str(path),
            "rows": len(train) + len(test),
            "features": list(train.features),
            "classes": list(train.classes),
        }


def _said_of(called: str, path: Path, error: GradienteError) -> GradienteError:
    """The same error, of a file with another name."""
    names = {str(path): called, path.stem: called}
    return type(error)(error.key, **{name: names.get(str(each), each) for name, each in error.values.items()})
