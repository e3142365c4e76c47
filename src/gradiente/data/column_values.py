"""A column in memory in the form in which training read it from a file: numbers, or the words of its categories."""

import numpy as np

from gradiente.errors import DataError


def column_numbers(name: str, column: np.ndarray) -> np.ndarray:
    """A column as numbers, also where they are written as text."""
    if column.dtype.kind != "U":
        return column
    try:
        return np.where(column == "", "nan", column).astype(np.float64)
    except ValueError:
        row = next(row for row, cell in enumerate(column.tolist()) if not _is_number(cell))
        raise DataError("encoder.frame_number", column=name, row=row, cell=str(column[row])) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell or "nan")
    except ValueError:
        return False
    return True


def column_words(column: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
    """A column as text; numbers as a file has them: 7, not 7.0, and True and False where those are kinds."""
    if column.dtype.kind == "U":
        return column
    truths = {
        value: kind
        for kind in kinds
        if (value := {"true": 1.0, "false": 0.0}.get(kind.casefold())) is not None
    }
    written = [truths.get(value, repr(value).removesuffix(".0")) for value in column.tolist()]
    return np.array(["" if cell == "nan" else cell for cell in written])


def as_category(cell: str, kinds: tuple[str, ...]) -> str:
    """A cell as training wrote it: pandas writes 1 as 1.0 where a number of the column is missing."""
    whole = cell.removesuffix(".0")
    return whole if cell not in kinds and whole in kinds else cell
