"""The confusion matrix as a picture: rows are the truth, columns what the network said."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.locale import text
from gradiente.reporting.html import Markup, section, tag
from gradiente.words import NONE, count

Array = np.ndarray

_LONGEST_NAME = 16


@dataclass(frozen=True)
class _Layout:
    """Where things are, in pixels: k squares of `cell` from (left, top) on, text of `size`."""

    k: int
    cell: int
    size: int
    left: int
    top: int
    right: int
    slanted: bool

    @classmethod
    def of(cls, classes: Sequence[str]) -> "_Layout":
        k = len(classes)
        cell = 72 if k <= 4 else 46 if k <= 12 else max(24, 620 // k)
        size = 15 if k <= 12 else max(9, round(cell * 0.36))
        longest = size * max(len(_shortened(name)) for name in classes)
        slanted = longest * 0.62 > cell
        left = 34 + round(longest * 0.6)
        top = 34 + (round(longest * 0.46) if slanted else size)
        right = max(4 * size, round(longest * 0.46) if slanted else 0)
        return cls(k, cell, size, left, top, right, slanted)

    @property
    def end_x(self) -> int:
        return self.left + self.k * self.cell

    @property
    def end_y(self) -> int:
        return self.top + self.k * self.cell

    def middle(self, j: int) -> float:
        """Of square j, counted from where the squares begin."""
        return (j + 0.5) * self.cell


def confusion(matrix: Array, classes: Sequence[str]) -> Markup:
    """A square for every pair of classes, as dark as its share of the row, with the rates at the edges."""
    at = _Layout.of(classes)
    k, shares = len(matrix), row_shares(matrix)
    squares = [
        _square(at, row, column, int(matrix[row, column]), float(shares[row, column]))
        for row in range(k)
        for column in range(k)
    ]
    alt = text("report.confusion_alt", right=int(np.trace(matrix)), total=int(matrix.sum()))
    width, height = at.end_x + at.right, at.end_y + 2 * at.size + 12
    picture = tag(
        "svg",
        *_names(at, classes),
        *squares,
        *_rates(at, matrix),
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=alt,
        class_="confusion",
        style=f"max-width:{width:g}px;font-size:{at.size}px",
    )
    note = tag("p", text("report.confusion_explained"), class_="note")
    beside = f"flex:1 1 {min(width, 560):g}px"
    return section(text("report.confusion"), note, tag("figure", picture), style=beside)


def row_shares(matrix: Array) -> Array:
    """Each count as a share of its row; 0 in a row of zeros.

    >>> row_shares(np.array([[3, 1], [0, 0]])).tolist()
    [[0.75, 0.25], [0.0, 0.0]]
    """
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def rates(matrix: Array) -> tuple[Array, Array]:
    """Recall of each row and precision of each column; NaN where there is nothing to share out."""
    with np.errstate(invalid="ignore"):
        right = np.diag(matrix)
        return right / matrix.sum(axis=1), right / matrix.sum(axis=0)


def _names(at: _Layout, classes: Sequence[str]) -> list[Markup]:
    """The classes along both edges, and what the edges are."""
    x, y = (at.left + at.end_x) / 2, (at.top + at.end_y) / 2
    parts = [
        tag("text", text("report.predicted"), x=x, y=14, class_="middle name"),
        tag("text", text("report.truth"), transform=f"translate(12 {y:g}) rotate(-90)", class_="middle name"),
    ]
    for j, name in enumerate(classes):
        y = at.top + at.middle(j) + at.size * 0.35
        parts.append(_label(name, x=at.left - 8, y=f"{y:.1f}", class_="end"))
        x, y = at.left + at.middle(j), at.top - 8
        if at.slanted:
            parts.append(_label(name, transform=f"translate({x + at.size * 0.3:.1f} {y}) rotate(-40)"))
        else:
            parts.append(_label(name, x=f"{x:g}", y=y, class_="middle"))
    return parts


def _square(at: _Layout, row: int, column: int, n: int, part: float) -> Markup:
    """A square with its count; an error is drawn warm and darker than its share, or nobody would see it."""
    diagonal = row == column
    x, y = at.left + column * at.cell, at.top + row * at.cell
    box = {"x": x + 1, "y": y + 1, "width": at.cell - 2, "height": at.cell - 2, "rx": 3}
    if n == 0:
        return tag("rect", **box, class_="none")
    shade = 0.06 + 0.94 * part if diagonal else min(1.0, 0.12 + 1.6 * part**0.7)
    dark = shade > (0.45 if diagonal else 0.75)
    written = count(n)
    number = tag(
        "text",
        written,
        x=f"{x + at.cell / 2:g}",
        y=f"{y + at.cell / 2 + at.size * 0.35:.1f}",
        class_="middle on" if dark else "middle",
        style=f"font-size:{at.size * 3.4 / len(written):.1f}px" if len(written) > 3 else None,
    )
    square = tag("rect", **box, class_="right" if diagonal else "wrong", fill_opacity=f"{shade:.2f}")
    return Markup(square + number)


def _rates(at: _Layout, matrix: Array) -> list[Markup]:
    """Recall at the right of every row, precision below every column."""
    parts = []
    for j, (recall, precision) in enumerate(zip(*rates(matrix), strict=True)):
        parts.append(_rate(recall, at.end_x + 8, at.top + at.middle(j) + at.size * 0.33, "rate"))
        parts.append(_rate(precision, at.left + at.middle(j), at.end_y + at.size + 8, "rate middle"))
    return parts


def _rate(value: float, x: float, y: float, class_: str) -> Markup:
    written = NONE if np.isnan(value) else f"{100 * value:.0f}"
    return tag("text", written, x=f"{x:g}", y=f"{y:.1f}", class_=class_)


def _label(name: str, **where: object) -> Markup:
    short = _shortened(name)
    return tag("text", short, *([tag("title", name)] if short != name else []), **where)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
