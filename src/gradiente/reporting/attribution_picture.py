"""The picture of an answer taken apart: bars for the columns of a table, colours over a picture."""

import io
from typing import TYPE_CHECKING

import numpy as np

from gradiente.attribution.row import RowExplained
from gradiente.formatting import number, share, short
from gradiente.locale import text
from gradiente.reporting.plot import ACCENT, INK, PAPER, WARM, axes
from gradiente.reporting.samples import is_image_data

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST = 20
ROW = 26  # pixels


def attribution_picture(explained: RowExplained) -> bytes:
    """A PNG: what speaks for the answer in one colour, what against it in the other."""
    file = io.BytesIO()
    if is_image_data(explained.data):
        with axes(640, 340) as plot:
            _beside_picture(plot, explained)
            _save(plot, file)
    else:
        parts = min(MOST, len(explained.parts()))
        with axes(560, ROW * parts + 90) as plot:
            bars(plot, explained)
            _save(plot, file)
    return file.getvalue()


def bars(plot: "Axes", explained: RowExplained) -> None:
    """A bar for each of the columns that add or take most."""
    parts = explained.parts()[:MOST]
    amounts = [part.amount for part in parts]
    plot.barh(range(len(parts)), amounts, color=[ACCENT if amount > 0 else WARM for amount in amounts])
    plot.set_yticks(range(len(parts)), [f"{part.column} = {part.value}" for part in parts], color=INK)
    plot.invert_yaxis()
    plot.grid(False)
    plot.axvline(0, color=INK, linewidth=1)
    plot.xaxis.set_major_formatter(lambda value, _: short(value))
    plot.set_title(_title(explained), color=INK)


def _beside_picture(plot: "Axes", explained: RowExplained) -> None:
    """The picture, and beside it the attributions as colours."""
    shape = (1, *(explained.data.image_shape or ()))[-3:]
    amounts = explained.amounts.reshape(shape).sum(axis=0)
    picture = explained.attribution.x.reshape(shape).mean(axis=0)
    most = float(np.abs(amounts).max()) or 1.0
    height, width = amounts.shape
    plot.set_axis_off()
    left = 1.08 * width
    plot.imshow(picture, cmap="Greys", extent=(0, width, height, 0), interpolation="none")
    right = (left, left + width, height, 0)
    plot.imshow(amounts, cmap="PuOr", vmin=-most, vmax=most, extent=right, interpolation="none")
    plot.set(xlim=(0, 2.08 * width), ylim=(height, 0))
    plot.set_title(_title(explained), color=INK)


def _title(explained: RowExplained) -> str:
    written = number if explained.label is None else share
    label = "ŷ" if explained.label is None else f"P({explained.label})"
    ends = {"f": written(explained.answer), "before": written(explained.at_baseline)}
    return text("explain.row.title", label=label, **ends)


def _save(plot: "Axes", file: io.BytesIO) -> None:
    plot.figure.savefig(  # pyright: ignore[reportAttributeAccessIssue]
        file, format="png", dpi=144, facecolor=PAPER, bbox_inches="tight", metadata={"Software": None}
    )
