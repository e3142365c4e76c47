"""A batch of images as one picture: before and, beside it, after augmentation."""

import io
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from gradiente.reporting.plot import INK, MUTED, PAPER, RULE, axes
from gradiente.reporting.samples import is_drawing, pixels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray

# In points, of which the picture has two pixels each.
_PANEL, _MARGIN, _GAP, _CAPTION = 440, 26, 9, 17
_TITLE, _NOTE, _NAME, _SMALLEST_NAME = 19.0, 10.5, 10.5, 6.0  # sizes of the font
_LINE = 15
_LETTER = 0.6  # the width of a letter for the size 1, rather too wide than too narrow
_PIXELS_PER_POINT = 2


@dataclass(frozen=True)
class Panel:
    """One of the panels side by side.

    Arguments:
        title: above it, large
        note: below the title, small
        x: the instances, as a Dataset has them

    Shapes: x (m, features)
    """

    title: str
    note: str
    x: Array


@dataclass(frozen=True)
class _Grid:
    """Where the tiles of a panel lie, in points from the panel's corner."""

    count: int
    columns: int
    magnified: int
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the panel."""
        rows = math.ceil(self.count / self.columns)
        return self.columns * (self.width + _GAP) - _GAP, rows * (self.height + _CAPTION + _GAP) - _GAP

    def corner(self, index: int) -> tuple[float, float]:
        """Left and top of a tile."""
        row, column = divmod(index, self.columns)
        return column * (self.width + _GAP), row * (self.height + _CAPTION + _GAP)


def batch_picture(
    panels: Sequence[Panel],
    image_shape: tuple[int, ...],
    names: Sequence[str],
    low: float,
    high: float,
) -> bytes:
    """A PNG of the panels side by side, the same instance at the same place in each.

    Arguments:
        panels: the first shows the instances as they are; it decides between ink on paper and light on black
        image_shape: as in the Dataset
        names: what stands under each instance
        low, high: the values that become black and white, or the other way round for ink
    """
    channels, height, width = (1, *image_shape)[-3:]
    grid = _grid(len(names), height, width)
    lines = max(len(_wrapped(panel.note, grid)) for panel in panels)
    head = _TITLE + (lines + 1.5) * _LINE
    panel_width, panel_height = grid.size
    whole_width = len(panels) * (panel_width + 2 * _MARGIN)
    whole_height = 2 * _MARGIN + head + panel_height
    ink = channels == 1 and is_drawing(panels[0].x)
    shown, size = _captions(names, grid.width)
    with axes(whole_width, whole_height) as plot:
        plot.set_position((0, 0, 1, 1))
        plot.set(xlim=(0, whole_width), ylim=(whole_height, 0))
        plot.set_axis_off()
        for index, panel in enumerate(panels):
            left, top = index * (panel_width + 2 * _MARGIN) + _MARGIN, _MARGIN
            baseline = top + 0.8 * _TITLE
            plot.text(left, baseline, panel.title, size=_TITLE, weight="bold", color=INK)
            for number, line in enumerate(_wrapped(panel.note, grid)):
                plot.text(left, baseline + (number + 1.5) * _LINE, line, size=_NOTE, color=MUTED)
            shades = pixels(panel.x.reshape(-1, channels, height, width), low, high, ink=ink)
            for place, shade in enumerate(shades):
                x, y = grid.corner(place)
                _tile(plot, left + x, top + head + y, grid, _colours(shade))
                middle, below = left + x + grid.width / 2, top + head + y + grid.height + 13
                plot.text(middle, below, shown[place], size=size, color=MUTED, ha="center")
        file = io.BytesIO()
        dpi = 72 * _PIXELS_PER_POINT
        plot.figure.savefig(  # pyright: ignore[reportAttributeAccessIssue]
            file, format="png", dpi=dpi, facecolor=PAPER, metadata={"Software": None}
        )
    return file.getvalue()


def _grid(count: int, height: int, width: int) -> _Grid:
    """Nearly as many rows as columns, every pixel magnified a whole number of times."""
    columns = math.ceil(math.sqrt(count))
    room = _PIXELS_PER_POINT * (_PANEL / columns - _GAP)
    magnified = max(1, int(room // max(height, width)))
    points = magnified / _PIXELS_PER_POINT
    return _Grid(count, columns, magnified, width * points, height * points)


def _wrapped(note: str, grid: _Grid) -> list[str]:
    return textwrap.wrap(note, max(20, int(grid.size[0] / (_LETTER * _NOTE))))


def _captions(names: Sequence[str], width: float) -> tuple[list[str], float]:
    """The names in one size of letters, cut where even the smallest letters are too many."""
    longest = max(1, *map(len, names))
    size = min(_NAME, max(_SMALLEST_NAME, width / (_LETTER * longest)))
    most = max(2, math.floor(width / (_LETTER * size) + 1e-9))
    return [name if len(name) <= most else f"{name[: most - 1]}…" for name in names], size


def _tile(plot: "Axes", left: float, top: float, grid: _Grid, colours: Array) -> None:
    from matplotlib.patches import Rectangle

    large = np.repeat(np.repeat(colours, grid.magnified, axis=0), grid.magnified, axis=1)
    box = (left, left + grid.width, top + grid.height, top)
    plot.imshow(large, extent=box, interpolation="none", aspect="auto", zorder=2)
    plot.add_patch(Rectangle((left, top), grid.width, grid.height, fill=False, edgecolor=RULE, zorder=3))


def _colours(shade: Array) -> Array:
    """Bytes of 1 to 4 channels as red, green and blue; what is transparent shows white paper.

    Shapes: (C, H, W) → (H, W, 3)
    """
    opaque = len(shade) % 2 == 1
    colour = shade if opaque else shade[:-1]
    seen = np.moveaxis(np.broadcast_to(colour, (3, *shade.shape[1:])), 0, 2)
    if opaque:
        return seen
    opacity = shade[-1][..., None] / 255
    return np.rint(opacity * seen + (1 - opacity) * 255).astype(np.uint8)
