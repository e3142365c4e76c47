"""Tables that a page hands to the lab: kept in a folder that ends with the server."""

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from gradiente.data import load
from gradiente.errors import require
from gradiente.formatting import count as grouped

LARGEST = 20 * 1024**2  # bytes of a table


@dataclass
class Uploads:
    """The tables of a server, each in a file of its own.

    Arguments:
        folder: where they are kept
    """

    folder: Path

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def keep(self, content: bytes) -> dict[str, Any]:
        """Keep a CSV file, and say what it holds: its place, as the name of a data set, its rows, columns and classes.

        Errors: ArgumentError for one that is too large; FileError, DataError for one that is no table to learn from
        """
        require(len(content) <= LARGEST, "lab.table_size", got=grouped(len(content)), most=grouped(LARGEST))
        path = self.folder / f"table-{next(self._numbers)}.csv"
        path.write_bytes(content)
        try:
            train, test = load(path)
        except BaseException:
            path.unlink()
            raise
        return {
            "name": str(path),
            "rows": len(train) + len(test),
            "features": list(train.features),
            "classes": list(train.classes),
        }
