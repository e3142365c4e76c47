"""The works of a benchmark as bars: each entry's median, against the slowest of its work."""

import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradiente.benchmarking.result import Row
from gradiente.benchmarking.words import accuracy_words, entry_label, value_words
from gradiente.reporting.plot import ACCENT, INK, MUTED, PAPER, RULE, axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# In points, of which the picture has two pixels each.
_WIDTH, _MARGIN, _LABEL, _VALUE = 520, 28, 170, 120
_BAR, _LINE, _TITLE, _GAP = 11, 19, 24, 20
_TITLE_SIZE, _LETTER = 11.5, 0.7  # the width of a bold letter for the size 1, rather too wide than too narrow
_MOST_IN_A_COLUMN = 4
_PIXELS_PER_POINT = 2


def benchmark_picture(rows: Sequence[Row]) -> bytes:
    """A PNG of the works, ours in colour; a work without a single round is left out."""
    rows = [row for row in rows if any(one.values for one in row.measured)]
    columns = _columns(rows)
    height = max((sum(map(_height, column)) for column in columns), default=_LINE) + 2 * _MARGIN - _GAP
    width = len(columns) * _WIDTH
    with axes(width, height) as plot:
        plot.set_position((0, 0, 1, 1))
        plot.set(xlim=(0, width), ylim=(height, 0))
        plot.set_axis_off()
        for number, column in enumerate(columns):
            top = float(_MARGIN)
            for row in column:
                _work(plot, row, number * _WIDTH + _MARGIN, top)
                top += _height(row)
        file = io.BytesIO()
        plot.figure.savefig(  # pyright: ignore[reportAttributeAccessIssue]
            file, format="png", dpi=72 * _PIXELS_PER_POINT, facecolor=PAPER, metadata={"Software": None}
        )
    return file.getvalue()


def _columns(rows: Sequence[Row]) -> list[list[Row]]:
    """The works from top to bottom, in one column or in two of about the same height."""
    if len(rows) <= _MOST_IN_A_COLUMN:
        return [list(rows)]
    heights = list(map(_height, rows))
    cut = min(range(1, len(rows)), key=lambda k: max(sum(heights[:k]), sum(heights[k:])))
    return [list(rows[:cut]), list(rows[cut:])]


def _height(row: Row) -> float:
    return _TITLE + _LINE * sum(bool(one.values) for one in row.measured) + _GAP


def _work(plot: "Axes", row: Row, left: float, top: float) -> None:
    from matplotlib.patches import Rectangle

    title = f"{row.work.title}, {row.work.column}"
    size = min(_TITLE_SIZE, (_WIDTH - 2 * _MARGIN) / (_LETTER * len(title)))
    plot.text(left, top + 12, title, size=size, weight="bold", color=INK)
    shown = [one for one in row.measured if one.median is not None]
    longest = max((one.median or math.nan for one in shown), default=1.0)
    start, room = left + _LABEL, _WIDTH - 2 * _MARGIN - _LABEL - _VALUE
    for place, one in enumerate(shown):
        middle = top + _TITLE + place * _LINE + _LINE / 2
        ours = one.entry.of().name.startswith("gradiente")
        length = room * (one.median or 0) / longest
        plot.text(
            left,
            middle,
            entry_label(row.work, one.entry),
            size=9.5,
            va="center",
            color=INK if ours else MUTED,
        )
        bar = Rectangle(
            (start, middle - _BAR / 2), length, _BAR, facecolor=ACCENT if ours else RULE, edgecolor="none"
        )
        plot.add_patch(bar)
        value = value_words(row, one)
        if one.accuracy is not None:
            value = f"{value} · {accuracy_words(one)}"
        plot.text(start + length + 6, middle, value, size=9.5, va="center", color=INK)
