"""The confusion matrix as a picture: rows are the truth, columns what the network said."""

from collections.abc import Sequence

import numpy as np

from gradiente.locale import text
from gradiente.reporting.html import Markup, section, tag
from gradiente.reporting.text import NONE, count

Array = np.ndarray

_LONGEST_NAME = 16


def confusion(matrix: Array, classes: Sequence[str]) -> Markup:
    """A square for each pair of classes, its shade the share of the row; recall at the right, precision below."""
    k = len(matrix)
    cell = 72 if k <= 4 else 46 if k <= 12 else max(24, 620 // k)
    size = 15 if k <= 12 else max(9, round(cell * 0.36))
    names = [_shortened(name) for name in classes]
    longest = max(map(len, names))
    slanted = longest * size * 0.62 > cell
    left = 34 + round(longest * size * 0.6)
    top = 34 + (round(longest * size * 0.46) if slanted else size)
    parts = []
    for j, (name, full) in enumerate(zip(names, classes, strict=True)):
        y = top + (j + 0.5) * cell + size * 0.35
        parts.append(_label(name, full, x=left - 8, y=f"{y:.1f}", class_="end"))
        x = left + (j + 0.5) * cell
        where = {"transform": f"translate({x + size * 0.3:.1f} {top - 8}) rotate(-40)"}
        parts.append(
            _label(name, full, **where)
            if slanted
            else _label(name, full, x=x, y=top - 8, class_="middle")
        )
    shares = row_shares(matrix)
    for row in range(k):
        for column in range(k):
            x, y = left + column * cell, top + row * cell
            n = int(matrix[row, column])
            parts.append(_square(n, float(shares[row, column]), row == column, x, y, cell, size))
    recall, precision = rates(matrix)
    end = top + k * cell
    for j in range(k):
        middle = (j + 0.5) * cell
        parts.append(_rate(recall[j], left + k * cell + 8, top + middle + size * 0.33, "rate"))
        parts.append(_rate(precision[j], left + middle, end + size + 8, "rate middle"))
    width, height = left + k * cell + size * 4, end + size * 2 + 12
    parts += [
        tag("text", text("report.predicted"), x=left + k * cell / 2, y=14, class_="middle name"),
        tag(
            "text",
            text("report.truth"),
            transform=f"translate(12 {top + k * cell / 2:g}) rotate(-90)",
            class_="middle name",
        ),
    ]
    alt = text("report.confusion_alt", right=int(np.trace(matrix)), total=int(matrix.sum()))
    picture = tag(
        "svg",
        *parts,
        viewBox=f"0 0 {width:g} {height:g}",
        role="img",
        aria_label=alt,
        class_="confusion",
        style=f"max-width:{width:g}px;font-size:{size}px",
    )
    note = tag("p", text("report.confusion_explained"), class_="note")
    return section(text("report.confusion"), note, tag("figure", picture), style=f"flex:1 1 {width:g}px")


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


def _square(n: int, part: float, diagonal: bool, x: float, y: float, cell: int, size: int) -> Markup:
    """A square with its count; an error is drawn warm and darker than its share, or nobody would see it."""
    shade = 0.06 + 0.94 * part if diagonal else min(1.0, 0.12 + 1.6 * part**0.7)
    kind = "none" if n == 0 else ("right" if diagonal else "wrong")
    box = tag(
        "rect",
        x=f"{x + 1:g}",
        y=f"{y + 1:g}",
        width=cell - 2,
        height=cell - 2,
        rx=3,
        class_=kind,
        fill_opacity=f"{shade:.2f}" if n else None,
    )
    if n == 0:
        return box
    number = tag(
        "text",
        count(n),
        x=f"{x + cell / 2:g}",
        y=f"{y + cell / 2 + size * 0.35:.1f}",
        class_="middle on" if shade > 0.5 else "middle",
        style=f"font-size:{size * min(1, 3.4 / len(count(n))):.1f}px" if len(count(n)) > 3 else None,
    )
    return Markup(box + number)


def _rate(value: float, x: float, y: float, class_: str) -> Markup:
    written = NONE if np.isnan(value) else f"{100 * value:.0f}"
    return tag("text", written, x=f"{x:g}", y=f"{y:.1f}", class_=class_)


def _label(name: str, full: str, **where: object) -> Markup:
    hint = [tag("title", full)] if name != full else []
    return tag("text", name, *hint, **where)


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
