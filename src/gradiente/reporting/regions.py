"""The decision regions of a classifier on the plane: the predicted class at each point, and its probability."""

from collections.abc import Sequence

import numpy as np

from gradiente.data import Dataset
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.reporting.html import figure, key, section
from gradiente.reporting.plot import PAPER, axes, svg
from gradiente.reporting.units import in_original_units
from gradiente.training.targets import probabilities

Array = np.ndarray

GRID = 120  # points of the grid on each side
MOST_POINTS = 1000  # drawn of each part
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


def grid(data: Dataset, columns: tuple[int, int], size: int) -> Array:
    """Inputs all over the plane and a little beyond the data, row by row from the top left.

    Shapes: (size, size, features), every constant column with its constant
    """
    x, y = (_axis_values(data.x[:, column], size) for column in columns)
    inputs = np.tile(data.x[0], (size, size, 1))
    inputs[:, :, columns[0]] = x
    inputs[:, :, columns[1]] = y[::-1, None]
    return inputs


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
    """The plane shaded by the network's answer, with the training and the test points on it.

    None also where a point has no answer of its own, because that depends on what is predicted with it.
    """
    columns = plane(train)
    if columns is None or train.task != "classification" or network.whole_batch:
        return None
    inputs = grid(train, columns, GRID)
    p = probabilities(loss, network.predict(inputs.reshape(GRID * GRID, -1)))
    tested = not train.is_same(test)
    own = in_original_units(train, inputs.reshape(GRID * GRID, -1)).reshape(inputs.shape)
    x, y = own[0, :, columns[0]], own[:, 0, columns[1]]
    names = [train.features[c] if train.features else f"x{c + 1}" for c in columns]
    is_small = len(train) <= 40
    with axes(460, 400) as plot:
        plot.grid(False)
        plot.imshow(
            shade(p.reshape(GRID, GRID, -1)),
            extent=(x[0], x[-1], y[-1], y[0]),
            aspect="auto",
            interpolation="none",
        )
        filled = {"markersize": 13 if is_small else 6.5, "markeredgecolor": PAPER}
        ring = {"markersize": 20 if is_small else 9, "markerfacecolor": "none", "markeredgewidth": 1.6}
        for part, style in ((train, filled), (test, ring))[: 2 if tested else 1]:
            part = _spread(part)
            points = in_original_units(part, part.x)[:, columns]
            for c in range(len(classes)):
                if (part.y == c).any():
                    plot.plot(*points[part.y == c].T, "o", color=_css(c), **style)
        plot.set_xlabel(names[0])
        plot.set_ylabel(names[1])
        alt = text("report.regions_alt", x=names[0], y=names[1], classes=", ".join(classes))
        picture = svg(plot, alt)
    legend = [
        *(key(name, shape="dot", style=f"background:{_css(c)}") for c, name in enumerate(classes)),
        key(text("report.training_points"), shape="dot plain"),
    ]
    if tested:
        legend.append(key(text("report.test_points"), shape="ring"))
    note = tag("p", text("report.regions_explained"), class_="note")
    caption = f"{names[0]} × {names[1]}"
    return section(text("report.regions"), note, figure(picture, caption, legend=legend, class_="wide"))


def _axis_values(values: Array, size: int) -> Array:
    air = 0.12 * (values.max() - values.min())
    return np.linspace(values.min() - air, values.max() + air, size)


def _spread(data: Dataset) -> Dataset:
    """The data set, or rows of it at equal distances where there are more than can be drawn."""
    if len(data) <= MOST_POINTS:
        return data
    return data.subset(np.linspace(0, len(data) - 1, MOST_POINTS).astype(int))


def _css(c: int) -> str:
    return "#{:02x}{:02x}{:02x}".format(*COLOURS[c % len(COLOURS)])
