"""The confusion matrix as a picture: rows are the truth, columns the prediction."""

from collections.abc import Sequence

import numpy as np

from gradiente.formatting import NONE, count
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.reporting.html import section
from gradiente.reporting.plot import ACCENT, INK, PAPER, WARM, WASH, axes, svg

Array = np.ndarray

_LONGEST_NAME = 16


def confusion(matrix: Array, classes: Sequence[str], *, tested: bool = True) -> Markup:
    """A square for every pair of classes, as dark as its share of the row, with the rates at the edges.

    Arguments:
        tested: whether the data are others than those of training
    """
    k = len(matrix)
    cell = 72 if k <= 4 else 46 if k <= 12 else max(24, 620 // k)
    size = 15 if k <= 12 else max(9, round(cell * 0.36))
    names = [name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…" for name in classes]
    slanted = size * max(map(len, names)) * 0.62 > cell
    shades, right = shade(matrix), np.eye(k, dtype=bool)
    colours = np.where(matrix == 0, WASH, np.where(right, ACCENT, WARM)).ravel()
    rows, columns = np.indices(matrix.shape)
    edge = {"fontsize": 0.87 * size, "annotation_clip": False, "textcoords": "offset points"}
    with axes(k * cell + 66, k * cell + 54) as plot:
        plot.set(xlim=(-0.5, k - 0.5), ylim=(k - 0.5, -0.5))
        plot.grid(False)
        plot.spines["bottom"].set_visible(False)
        faces = list(zip(colours, shades.ravel(), strict=True))
        plot.scatter(columns, rows, s=(cell - 2) ** 2, c=faces, marker="s", linewidths=0)
        for row, column in np.argwhere(matrix):
            written = count(int(matrix[row, column]))
            dark = shades[row, column] > (0.45 if row == column else 0.75)
            plot.text(
                column,
                row,
                written,
                color=PAPER if dark else INK,
                fontsize=size * min(1, 3.4 / len(written)),
                ha="center",
                va="center_baseline",
            )
        for j, (recall, precision) in enumerate(zip(*rates(matrix), strict=True)):
            at_right, below = (k - 0.5, j), (j, k - 0.5)
            plot.annotate(_percent(recall), at_right, (8, 0), ha="left", va="center_baseline", **edge)
            plot.annotate(_percent(precision), below, (0, -8), ha="center", va="top", **edge)
        plot.xaxis.tick_top()
        plot.xaxis.set_label_position("top")
        plot.tick_params(length=0, labelsize=size, labelcolor=INK)
        turned = {"rotation": 40, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
        plot.set_xticks(range(k), names, **turned)
        plot.set_yticks(range(k), names)
        plot.set_xlabel(text("report.predicted"), fontsize=size, labelpad=14)
        plot.set_ylabel(text("report.truth"), fontsize=size, labelpad=8)
        numbers = {"right": count(int(np.trace(matrix))), "total": count(int(matrix.sum()))}
        part = text(f"report.{'test' if tested else 'training'}_instances")
        alt = text("report.confusion_alt", **numbers, instances=part)
        picture = svg(plot, alt, tight=True, in_pixels=True)
    note = tag("p", text("report.confusion_explained"), class_="note")
    beside = f"flex:1 1 {min(k * cell + 100, 560)}px"
    return section(text("report.confusion"), note, tag("figure", picture), style=beside)


def row_shares(matrix: Array) -> Array:
    """Each count as a share of its row; 0 in a row of zeros.

    >>> row_shares(np.array([[3, 1], [0, 0]])).tolist()
    [[0.75, 0.25], [0.0, 0.0]]
    """
    return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)


def shade(matrix: Array) -> Array:
    """The opacity of each square; an error is darker than its fraction, so that it is visible.

    >>> shade(np.array([[4, 0], [0, 4]])).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    part = row_shares(matrix)
    errors = np.minimum(1.0, 0.12 + 1.6 * part**0.7)
    return np.where(matrix == 0, 1.0, np.where(np.eye(len(matrix)), 0.06 + 0.94 * part, errors))


def rates(matrix: Array) -> tuple[Array, Array]:
    """Recall of each row and precision of each column; NaN where there is nothing to share out."""
    with np.errstate(invalid="ignore"):
        right = np.diag(matrix)
        return right / matrix.sum(axis=1), right / matrix.sum(axis=0)


def _percent(rate: float) -> str:
    return NONE if np.isnan(rate) else f"{100 * rate:.0f}"
