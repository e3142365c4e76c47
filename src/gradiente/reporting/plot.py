"""Plots by matplotlib, drawn in the page's own colours, so that one picture serves on light and on dark."""

import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gradiente.reporting.html import Markup, tag
from gradiente.words import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The colours of report.css on light; in the SVG each gives way to the variable of its name.
INK, MUTED, RULE, WASH, PAPER = "#1d2026", "#6b7079", "#e4e1db", "#f4f2ee", "#fdfcfa"
ACCENT, WARM = "#2459b3", "#c25a12"
_VARIABLES = {
    INK: "var(--ink)",
    MUTED: "var(--muted)",
    RULE: "var(--rule)",
    WASH: "var(--wash)",
    PAPER: "var(--paper)",
    ACCENT: "var(--accent)",
    WARM: "var(--warm)",
}
_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # a class may be called "$5"
    "font.size": 12.5,
    "text.color": MUTED,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 12.5,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.xmargin": 0.0,
    "grid.color": RULE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.major.size": 0,
    "ytick.major.pad": 7,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
}


@contextmanager
def axes(
    width: float = 460,
    height: float = 280,
    *,
    left: float = 54,
    right: float = 12,
    top: float = 10,
    bottom: float = 44,
) -> Iterator["Axes"]:
    """The axes of a new figure; what is drawn on them, and `svg`, belong inside the block.

    Arguments:
        width, height: of the figure, in pixels
        left, right, top, bottom: pixels between its edges and the axes
    """
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)  # its first import anywhere speaks of caches
    from matplotlib import rc_context, rcParamsDefault
    from matplotlib.figure import Figure

    logger.setLevel(level)
    box = (left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)
    with rc_context({**rcParamsDefault, **_STYLE}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # the browser has fonts for what matplotlib's lacks
        result = Figure((width / 72, height / 72)).add_axes(box)
        for axis in (result.xaxis, result.yaxis):
            axis.set_major_formatter(lambda value, _: short(value))
        yield result


def svg(plot: "Axes", alt: str) -> Markup:
    """The figure of those axes as an element of the page."""
    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    with rc_context({"svg.hashsalt": alt})
    plot.get_figure().savefig(file, format="svg", metadata=nothing)
