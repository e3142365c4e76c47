"""A column of text cells: which are missing, which are numbers, and what numbers they are."""

import re
from typing import TYPE_CHECKING

from gradiente.data.tables.form import DECIMALS

if TYPE_CHECKING:
    import polars as pl

# What stands for no value, whatever the column holds: what spreadsheets, databases and pandas write.
MISSING = frozenset(("", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "nat", "null", "?")) | frozenset(
    (
        "#div/0!",
        "#value!",
        "#ref!",
        "#name?",
        "#num!",
        "#null!",
        "#¡div/0!",
        "#¡valor!",
        "#¡ref!",
        "#¿nombre?",
        "#¡num!",
    )
)
# What stands for no value among numbers; among words it may be one of them.
MISSING_NUMBER = MISSING | frozenset(("none", "-", "--", "—", "–", ".", "nil", "nd", "n.d.", "s/d"))

MANY = 20  # cells, of which some decimals would have less than three digits
MOSTLY_NUMBERS = 0.9  # of the cells: the others are mistakes

_MINUS = r"[\x{2212}\x{2010}-\x{2013}\x{fe63}\x{ff0d}]"
_SPACE = "[ \u00a0\u2007\u2009\u202f'’]"  # that may group thousands
_UNIT = r"%|\p{Sc}|USD|EUR|COP|GBP|MXN|US\$|COL\$"
_DIGITS = rf"[.,]?\d(?:[\d.,]|{_SPACE})*"
MEASURES = (
    "kg g mg t lb oz km m cm mm mi ft in km/h mph l ml h hrs min s seg ms d kWh Wh W kW V Hz kHz MHz Pa hPa"
)
MEASURES += " kPa bar °C °F ºC ° K m² m2 m³ m3 ha GB MB KB TB ppm px días dias años anos years yrs days"
_MEASURE = "|".join(sorted(map(re.escape, MEASURES.split()), key=len, reverse=True))
_EXPONENT = r"(?:[eE][+-]?\d+)?"
_INFINITE = r"^[+-]?inf(?:inity)?$"


def missing(cells: "pl.Series", *, number: bool) -> "pl.Series":
    """Which cells hold no value, in a column of numbers or of words."""
    return cells.str.to_lowercase().is_in(sorted(MISSING_NUMBER if number else MISSING))


def plain(cells: "pl.Series") -> "pl.Series":
    """Numbers as they are typed, in the characters of ASCII: their minus, and no unit where all have the same one.

    A unit is %, a currency, or one of MEASURES after each number; so 12.3 % is 12.3, and 5 kg is 5. Where some are
    negative as in bookkeeping, (46) and 46- are -46.
    """
    cells = cells.str.replace(f"^{_MINUS}", "-")
    present = cells.filter(~missing(cells, number=True))
    for unit in (f"({_UNIT})", rf"^[-+(]*{_DIGITS}\s*({_MEASURE})\)?$"):
        units = present.str.extract(unit, 1)
        if len(present) and units.null_count() == 0 and units.n_unique() == 1:
            cells = cells.str.replace(rf"\s*{re.escape(units[0])}\s*", "")
    negative = rf"^(?:\(\s*({_DIGITS})\s*\)|({_DIGITS})-)$"
    if present.str.contains(r"^\(|-$").all():  # (601) in every row is a code
        return cells
    return cells.str.replace(negative, "-${1}${2}")


def numbers(cells: "pl.Series", decimal: str) -> "pl.Series":
    """The float64 of each plain cell; null where it is none, as for a missing one."""
    import polars as pl

    whole, decimals = _number(decimal)
    group = rf"(?:{_SPACE}|{re.escape(DECIMALS[1 - DECIMALS.index(decimal)])})"
    grouped = rf"^[+-]?\d{{1,3}}(?:{group}\d{{3}})+(?:{re.escape(decimal)}\d*)?$"
    of = pl.col(cells.name)
    ungrouped = pl.when(of.str.contains(grouped)).then(of.str.replace_all(group, "")).otherwise(of)
    is_number = ungrouped.str.contains(rf"^[+-]?(?:{whole}|{decimals}){_EXPONENT}$|(?i){_INFINITE}")
    value = (
        ungrouped.str.replace(decimal, ".", literal=True).str.to_lowercase().cast(pl.Float64, strict=False)
    )
    return cells.to_frame().select(pl.when(is_number).then(value)).to_series()


def _number(decimal: str) -> tuple[str, str]:
    point = re.escape(decimal)
    return rf"\d+{point}?\d*", rf"{point}\d+"


def decimals_in(cells: "pl.Series") -> tuple[set[str], str | None]:
    """What certainly stands before the decimals of plain cells, and one that does not say whether it groups thousands.

    4,627 may be 4627 or 4.627, and so may 4.627; 0,5 and 12,25 and 1.234,5 have a decimal comma, 1,234.5 and 1,234,567
    have a decimal point. Where 967 stands among 4.627 and 1.250, they have a decimal comma: no program writes the last
    zero of some decimals, and none of others.
    """
    either = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"
    bare = bool(cells.str.contains(r"^[+-]?[1-9]\d{0,2}$").any())
    certain = set()
    open_cells = cells.filter(cells.str.contains("[.,]"))
    closed = open_cells.filter(~open_cells.str.contains(either))
    for decimal, other in zip(DECIMALS, reversed(DECIMALS), strict=True):
        point, group = re.escape(decimal), re.escape(other)
        one = rf"^[+-]?(?:\d*|\d{{1,3}}(?:{group}\d{{3}})+){point}\d+{_EXPONENT}$"
        several = rf"^[+-]?\d{{1,3}}(?:{group}\d{{3}}){{2,}}$"
        if closed.str.contains(f"{one}|{several}").any():
            certain.add(decimal)
        grouped = open_cells.filter(open_cells.str.contains(rf"^[+-]?[1-9]\d{{0,2}}{group}\d{{3}}$"))
        if (
            decimal == ","
            and bare
            and MANY <= len(grouped) == len(open_cells)
            and grouped.str.ends_with("0").any()
        ):
            certain.add(decimal)
    unclear = open_cells.filter(open_cells.str.contains(either))
    return certain, unclear[0] if len(unclear) else None


def is_code(cells: "pl.Series") -> bool:
    """Whether a cell begins with a zero that no number needs: 007 is a code, and not the same as 7."""
    return bool(cells.str.contains(r"^0\d+$").any())
