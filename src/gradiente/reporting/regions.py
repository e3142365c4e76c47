"""The decision regions of a classifier on the plane: which class it says where, and how surely."""

from collections.abc import Sequence

import numpy as np

from gradiente.data import Dataset
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.reporting.chart import Chart, linear_ticks, padded
from gradiente.reporting.html import Markup, figure, key, section, tag
from gradiente.reporting.png import data_uri
from gradiente.reporting.samples import probabilities
from gradiente.reporting.units import units
from gradiente.words import short

Array = np.ndarray

GRID = 120  # points of the grid on each side
MOST_POINTS = 2000  # drawn of each part
COLOURS = (
    (47, 111, 196),
    (217, 118, 40),
    (56, 142, 92),
    (176, 72, 111),
    (122, 95, 176),
    (140, 109, 70),
    (190, 155, 30),
    (60, 150, 170),
    (107, 114, 128),
    (163, 84, 63),
)


def plane(data: Dataset) -> tuple[int, int] | None:
    """The two columns of x that vary, where there are exactly two: a constant one is the lecture's bias.

    >>> x = np.array([[0.0, 0.0, 1.0], [1.0, 2.0, 1.0]])
    >>> plane(Dataset(x, np.array([0, 1]), "classification", "two"))
    (0, 1)
    """
    if data.x.ndim != 2:
        return None
    varying = np.flatnonzero(data.x.min(axis=0) != data.x.max(axis=0))
    return (int(varying[0]), int(varying[1])) if len(varying) == 2 else None


def grid(data: Dataset, columns: tuple[int, int], size: int) -> tuple[Array, tuple[float, ...]]:
    """Inputs all over the plane, row by row from the top left, and the edges (left, right, bottom, top).

    Shapes: (size · size, features), every constant column with its constant
    """
    left, right = padded(data.x[:, columns[0]], share=0.12)
    bottom, top = padded(data.x[:, columns[1]], share=0.12)
    # The middles of the picture's pixels.
    steps = (np.arange(size) + 0.5) / size
    inputs = np.repeat(data.x[:1], size * size, axis=0)
    inputs[:, columns[0]] = np.tile(left + steps * (right - left), size)
    inputs[:, columns[1]] = np.repeat(top - steps * (top - bottom), size)
    return inputs, (left, right, bottom, top)


def shade(p: Array) -> Array:
    """The colour of the most probable class, the more opaque the surer; all but clear where classes meet.

    Shapes: p (…, k) → (…, 4), uint8
    """
    k = p.shape[-1]
    colours = np.array([COLOURS[c % len(COLOURS)] for c in range(k)])[p.argmax(axis=-1)]
    certainty = np.clip((p.max(axis=-1) - 1 / k) / (1 - 1 / k), 0, 1)
    opacity = np.rint(255 * (0.03 + 0.37 * certainty))
    return np.concatenate([colours, opacity[..., None]], axis=-1).astype(np.uint8)


def regions(
    network: Network, loss: Loss, train: Dataset, test: Dataset, classes: Sequence[str]
) -> Markup | None:
    """The plane shaded by the network's answer, with the training and the test points on it."""
    columns = plane(train)
    if columns is None or train.task != "classification":
        return None
    inputs, (left, right, bottom, top) = grid(train, columns, GRID)
    p = probabilities(loss, network.predict(inputs))
    mean, scale = units(train)
    names = [train.features[c] if train.features else f"x{c + 1}" for c in columns]
    alt = text("report.regions_alt", x=names[0], y=names[1], classes=", ".join(classes))
    chart = Chart(
        (left, right),
        (bottom, top),
        names[0],
        names[1],
        alt,
        x_ticks=_own_ticks(left, right, mean[columns[0]], scale[columns[0]]),
        y_ticks=_own_ticks(bottom, top, mean[columns[1]], scale[columns[1]]),
        height=400,
    )
    chart.picture(data_uri(shade(p.reshape(GRID, GRID, -1))))
    size = 12 if len(train) <= 40 else 5
    trained, tested = _spread(train), _spread(test)
    for halo in (True, False):
        for c in range(len(classes)):
            x, y = (trained.x[trained.y == c, column] for column in columns)
            if len(x):
                style = None if halo else f"stroke:{_css(c)}"
                chart.dots(x, y, class_="halo" if halo else "", size=size + 2 if halo else size, style=style)
    for c in range(len(classes)):
        x, y = (tested.x[tested.y == c, column] for column in columns)
        if len(x):
            chart.rings(x, y, radius=10 if len(train) <= 40 else 4.5, style=f"stroke:{_css(c)}")
    legend = [
        *(key(name, shape="dot", style=f"background:{_css(c)}") for c, name in enumerate(classes)),
        key(text("report.training_points"), shape="dot plain"),
        key(text("report.test_points"), shape="ring"),
    ]
    note = tag("p", text("report.regions_explained"), class_="note")
    caption = f"{names[0]} × {names[1]}"
    return section(text("report.regions"), note, figure(chart.svg(), caption, legend=legend, class_="wide"))


def _spread(data: Dataset) -> Dataset:
    """The data set, or rows of it at equal distances where there are more than can be drawn."""
    if len(data) <= MOST_POINTS:
        return data
    return data.subset(np.linspace(0, len(data) - 1, MOST_POINTS).astype(int))


def _own_ticks(low: float, high: float, mean: float, scale: float) -> list[tuple[float, str]]:
    """Ticks at round numbers of the data's own unit, where the standardized axis has them."""
    ticks = linear_ticks(low * scale + mean, high * scale + mean, 6)
    return [((tick - mean) / scale, short(tick)) for tick in ticks]


def _css(c: int) -> str:
    return "rgb({} {} {})".format(*COLOURS[c % len(COLOURS)])
