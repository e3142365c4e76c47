"""Files that are no tables, or begin with something else: what they are, said in place of what went wrong in them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gradiente.data.tables.form import SEPARATORS
from gradiente.errors import DataError, FileError, GradienteError

START = 4096  # bytes that are looked at
_SHOWN = ("csv.ragged", "csv.malformed", "csv.one_column", "csv.empty", "csv.unnamed", "csv.binary")
_KINDS = {
    "html": re.compile(r"<(!doctype|html|table|\?xml)", re.IGNORECASE),
    "json": re.compile(r"(\[\s*)?\{"),
    "pointer": re.compile(r"version https://git-lfs"),
    "arff": re.compile(r"(%.*\n|\s)*@relation", re.IGNORECASE),
}


@contextmanager
def named_kinds(path: Path) -> Iterator[None]:
    """Context manager: of a file that cannot be read as a table, the error says what it is, where that is seen.

    Errors: DataError for a page, JSON, the pointer of Git LFS, ARFF, UTF-16 without a mark, cells between spaces, for
        lines above the header, and for a header among the rows; else that of what is read within
    """
    try:
        yield
    except (DataError, FileError) as error:
        if again := header_again(error):
            raise again from None
        kind = _kind(_start(path), error) if error.key in _SHOWN else None
        if kind is None:
            raise
        raise DataError(f"kind.{kind}", **error.values) from None


def header_again(error: GradienteError) -> DataError | None:
    """The error of a header among the rows, where a cell that is no number is its column's name."""
    if error.key not in ("csv.not_number", "csv.not_number_target"):
        return None
    is_name = error.values["cell"] == error.values["column"]
    return DataError("kind.header_again", **error.values) if is_name else None


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(START)
    except OSError:
        return b""


def _kind(start: bytes, error: DataError | FileError) -> str | None:
    if error.key == "csv.binary":
        halves = [start[place::2] for place in (0, 1)]
        nul = [half.count(0) > 0.5 * len(half) for half in halves]
        return {(False, True): "utf_16_le", (True, False): "utf_16_be"}.get((nul[0], nul[1]))
    text = start.decode("utf-8", "replace").lstrip("\ufeff \n\r\t")
    for kind, pattern in _KINDS.items():
        if pattern.match(text):
            return kind
    lines = [line for line in text.splitlines()[:-1] if line.strip()]
    if error.key == "csv.one_column" and len(lines) > 1:
        cells = {len(line.split()) for line in lines[:20]}
        alone = not any(separator in lines[0] for separator in SEPARATORS)
        return "spaces" if alone and len(cells) == 1 and cells != {1} else None
    above = error.key == "csv.ragged" and error.values["expected"] == 1
    return "above" if above or (error.key == "csv.unnamed" and _few_names(lines)) else None


def _few_names(lines: list[str]) -> bool:
    """Whether only the first cell of the first line holds something."""
    first = lines[0].rstrip() if lines else ""
    return any(first.endswith(each) and each not in first.rstrip(each) for each in SEPARATORS)
