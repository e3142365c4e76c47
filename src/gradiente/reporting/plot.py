"""Plots by matplotlib, in the page's own colours: for light and dark backgrounds."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from gradiente.formatting import short
from gradiente.html import Markup, tag
from gradiente.quiet import ignored_warnings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The colours of report.css on light; in the page each gives way to the variable of its name.
INK, MUTED, RULE, WASH, PAPER = "#1d2026", "#6b7079", "#e4e1db", "#f4f2ee", "#fdfcfa"
ACCENT, WARM = "#2459b3", "#c25a12"
_VARIABLES = {INK: "ink", MUTED: "muted", RULE: "rule", WASH: "wash", PAPER: "paper"}
_VARIABLES |= {ACCENT: "accent", WARM: "warm"}
# Left to the page: its font, ids that would not be unique in it, pictures as smooth as the browser makes them.
_UNWANTED = re.compile(
    r"""(?<=<g) id="[^"]*"|font-family: 'DejaVu Sans'(; )?| style="image-rendering:[^"]*"|(?<=\d)[ ]?\n(?=L)"""
)
_COLOUR = re.compile("(?<=: )#[0-9a-f]{6}")

_drawing = RLock()
_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.labelcolor": MUTED,
    "axes.labelsize": 12.5,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "none",
    "font.family": "DejaVu Sans",
    "font.size": 12.5,
    "grid.color": RULE,
    "grid.linewidth": 1,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "text.color": MUTED,
    "text.parse_math": False,  # a class may be called "$5"
    "xtick.color": MUTED,
    "xtick.labelsize": 12.5,
    "ytick.color": MUTED,
    "ytick.labelsize": 12.5,
    "ytick.major.pad": 7,
    "ytick.major.size": 0,
}


@contextmanager
def axes(width: float = 460, height: float = 280) -> Iterator["Axes"]:
    """The axes of a new figure, so many pixels large; all that is drawn, and `svg`, belong inside the block.

    One thread draws at a time: matplotlib's rcParams belong to the whole process, and of those it reads, several
    (svg.fonttype, svg.hashsalt, path.simplify, axes.autolimit_mode) cannot be set on a figure. Two threads that
    changed them at once would leave them changed.
    """
    with _drawing:
        yield from _axes(width, height)


def _axes(width: float, height: float) -> Iterator["Axes"]:
    logger = logging.getLogger("matplotlib")
    level = logger.level
    logger.setLevel(logging.ERROR)  # the first import of all speaks of font caches
    from matplotlib import rc_context, rcParamsDefault
    from matplotlib.figure import Figure

    logger.setLevel(level)
    left, right, top, bottom = 54 / width, 1 - 12 / width, 1 - 10 / height, 44 / height
    style = {**rcParamsDefault, **_STYLE}
    del style["backend"]  # matplotlib would look for a screen
    # The browser has the letters that matplotlib's font lacks.
    missing = ignored_warnings("Glyph|Matplotlib currently does not support")
    with rc_context(style), missing:  # pyright: ignore[reportArgumentType]
        plot = Figure((width / 72, height / 72)).add_axes((left, bottom, right - left, top - bottom))
        plot.locator_params(axis="y", nbins=5)
        for axis in (plot.xaxis, plot.yaxis):
            axis.set_major_formatter(lambda value, _: short(value))
        yield plot


def log_scale(plot: "Axes", low: float, high: float) -> None:
    """Powers of ten up the y axis; where low … high is less than two of them, also 2 and 5 times each."""
    subs = (1, 2, 5) if high < 100 * low else (1,)
    plot.set_yscale("log")
    plot.minorticks_off()
    plot.locator_params(axis="y", numticks=6, subs=subs)
    plot.yaxis.set_major_formatter(lambda value, _: short(value))


def svg(plot: "Axes", alt: str, *, tight: bool = False, in_pixels: bool = False) -> Markup:
    """The figure of those axes as an element of the page, with `alt` as its text alternative.

    Arguments:
        tight: cut or widen the figure to what was drawn
        in_pixels: never larger than it was drawn
    """
    import matplotlib

    matplotlib.rcParams["svg.hashsalt"] = alt  # ids: the same in every run, and no other figure's
    file = io.StringIO()
    plot.figure.savefig(  # pyright: ignore[reportAttributeAccessIssue]
        file,
        format="svg",
        bbox_inches="tight" if tight else None,
        pad_inches=0.02,
        metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")),
    )
    head, _, drawn = file.getvalue().partition("</defs>")
    drawn = _UNWANTED.sub("", drawn.removesuffix("</svg>\n"))
    drawn = _COLOUR.sub(
        lambda match: f"var(--{_VARIABLES[match[0]]})" if match[0] in _VARIABLES else match[0], drawn
    )
    size = head.partition('viewBox="')[2].partition('"')[0]
    style = f"max-width:{size.split()[2]}px" if in_pixels else None
    return tag("svg", Markup(drawn), viewBox=size, role="img", aria_label=alt, style=style)
