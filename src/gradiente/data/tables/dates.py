"""Cells that are dates, as seconds since 1970."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

MOSTLY_DATES = 0.9  # of the cells: the others are mistakes

_ZONE = r"(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})"
_CLOCK = rf"(?:[T ]+(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?::(?P<second>\d{{2}}(?:[.,]\d+)?))?\s*{_ZONE}?)?"
_YEAR_FIRST = rf"^(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})(?:[-/.](?P<day>\d{{1,2}}){_CLOCK})?$"
_YEAR_LAST = rf"^(?P<one>\d{{1,2}})[-/.](?P<two>\d{{1,2}})[-/.](?P<year>\d{{4}}){_CLOCK}$"


def is_day_first(cells: "pl.Series") -> bool | None:
    """Whether the day comes before the month where the year comes last, as one above 12 shows; None: nothing does."""
    import polars as pl

    fields = cells.str.extract_groups(_YEAR_LAST).struct.unnest()
    one, two = fields["one"].cast(pl.Int64), fields["two"].cast(pl.Int64)
    if one.null_count() == len(cells) or (one > 12).any() or (one == two).all():
        return True
    return False if (two > 12).any() else None


def dates(cells: "pl.Series", *, day_first: bool) -> "pl.Series":
    """The time of each cell in seconds, in Greenwich where a zone is given; null where it is no date.

    2024-03-01, 2024/3/1, 2024-03, 2024-03-01 12:30, 2024-03-01T12:30:05.5Z, 01/03/2024 and 1.3.2024 12:30 are dates.

    Arguments:
        day_first: whether 01/03/2024 is the first of March
    """
    import polars as pl

    one, two = ("day", "month") if day_first else ("month", "day")
    year_last = _YEAR_LAST.replace("<one>", f"<{one}>").replace("<two>", f"<{two}>")
    readings = [_seconds(cells, pattern) for pattern in (_YEAR_FIRST, year_last)]
    return cells.to_frame().select(pl.coalesce(readings)).to_series()


def _seconds(cells: "pl.Series", pattern: str) -> "pl.Expr":
    import polars as pl

    fields = pl.col(cells.name).str.extract_groups(pattern).struct
    padded = [fields.field(name).str.zfill(2) for name in ("month", "day")]
    words = pl.concat_str(fields.field("year"), padded[0], padded[1].fill_null("01"), separator="-")
    days = words.str.to_date("%Y-%m-%d", strict=False).cast(pl.Int32).cast(pl.Float64)
    hour, minute, second = (
        fields.field(name).fill_null("0").str.replace(",", ".", literal=True).cast(pl.Float64)
        for name in ("hour", "minute", "second")
    )
    zone = fields.field("zone")
    ahead = zone.str.slice(1, 2).cast(pl.Float64, strict=False) * 60
    ahead += zone.str.slice(-2).cast(pl.Float64, strict=False)  # minutes; null for Z and UTC
    ahead = pl.when(zone.str.starts_with("-")).then(-ahead).otherwise(ahead).fill_null(0.0)
    seconds = days * 86400 + hour * 3600 + (minute - ahead) * 60 + second
    return pl.when((hour < 24) & (minute < 60) & (second < 61)).then(seconds)
