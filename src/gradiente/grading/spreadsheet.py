"""Tables for a spreadsheet: quoted, no text taken for a formula, as Excel opens them in the reader's language."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from gradiente.locale import get_language

BOM = "\ufeff"  # without it Excel does not read UTF-8
# What separates cells, and the decimal mark.
STYLES = {"en": (",", "."), "es": (";", ",")}
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_BREAKS = "\t\n\v\f\r\x85\u2028\u2029"


def points_text(points: float | None, mark: str = ".") -> str:
    """Points with the decimals they need, at most two.

    Arguments:
        mark: between a whole number and its decimals

    >>> points_text(50.0), points_text(100 / 11, ","), points_text(None)
    ('50', '9,09', '')
    """
    return "" if points is None else f"{points:.2f}".rstrip("0").rstrip(".").replace(".", mark)


def plain_cell(value: str) -> str:
    """Text from outside as a cell: on one line, without control characters, and no formula to any spreadsheet.

    >>> plain_cell("=1+2"), plain_cell("a\\r\\n=b\\x1b[31m")
    ("'=1+2", 'a  =b[31m')
    """
    spaced = (" " if letter in _BREAKS else letter for letter in value)
    clean = "".join(letter for letter in spaced if unicodedata.category(letter) not in ("Cc", "Cs")).strip()
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def spreadsheet(rows: Iterable[Sequence[str | float | None]]) -> str:
    """The rows as CSV, for Excel in the language in use: numbers are points, None an empty cell."""
    separator, mark = STYLES[get_language()]
    stored = io.StringIO()
    writer = csv.writer(stored, delimiter=separator, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in rows:
        writer.writerow(
            [plain_cell(value) if isinstance(value, str) else points_text(value, mark) for value in row]
        )
    return BOM + stored.getvalue()
