"""Misclassified instances, the most confident first, and the least confident predictions."""

from collections.abc import Sequence

import numpy as np

from gradiente.data import Dataset
from gradiente.formatting import column, count, share
from gradiente.html import Markup, table, tag
from gradiente.locale import text
from gradiente.reporting.html import section
from gradiente.reporting.png import data_uri
from gradiente.reporting.units import in_original_units

Array = np.ndarray

MOST_PICTURES = 24
MOST_ROWS = 10
MOST_COLUMNS = 8


def most_confident_mistakes(p: Array, truth: Array, most: int) -> Array:
    """The rows that were classified wrongly, the largest probability of the wrong class first.

    Shapes: p (n, k), truth (n,) → at most `most` row numbers

    >>> p = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])
    >>> most_confident_mistakes(p, np.array([1, 0, 1]), 5).tolist()
    [0, 1]
    """
    wrong = np.flatnonzero(p.argmax(axis=1) != truth)
    return wrong[np.argsort(-p[wrong].max(axis=1), kind="stable")][:most]


def least_certain(p: Array, most: int) -> Array:
    """The rows whose two largest probabilities are nearest to each other.

    Shapes: p (n, k) → at most `most` row numbers

    >>> least_certain(np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]), 2).tolist()
    [1, 2]
    """
    second, first = np.partition(p, -2, axis=1)[:, -2:].T
    return np.argsort(first - second, kind="stable")[:most]


def samples(data: Dataset, p: Array, classes: Sequence[str], *, tested: bool = True) -> list[Markup]:
    """Two sections: the mistakes, where there are any, and the least certain.

    Arguments:
        tested: whether the data are others than those of training
    """
    part = text(f"report.{'test' if tested else 'training'}_instances")
    most = MOST_PICTURES if is_image_data(data) else MOST_ROWS
    wrong = most_confident_mistakes(p, data.y, most)
    mistakes = int(np.sum(p.argmax(axis=1) != data.y))
    if mistakes:
        note = text(
            "report.mistakes_explained", mistakes=count(mistakes), total=count(len(data)), instances=part
        )
        if len(wrong) < mistakes:
            note += " " + text("report.mistakes_shown", shown=count(len(wrong)))
        first = section(text("report.mistakes"), _note(note), _shown(data, p, wrong, classes))
    else:
        none = text("report.no_mistakes", total=count(len(data)), instances=part)
        first = section(text("report.mistakes"), _note(none))
    unsure = least_certain(p, most // 2 if is_image_data(data) else most)
    note = _note(text("report.uncertain_explained"))
    return [first, section(text("report.uncertain"), note, _shown(data, p, unsure, classes))]


def is_image_data(data: Dataset) -> bool:
    """Whether a row of the data can be shown as a picture: grey or RGB, with its opacity or without."""
    shape = data.image_shape
    return shape is not None and (len(shape) == 2 or (len(shape) == 3 and shape[0] <= 4))


def is_drawing(x: Array) -> bool:
    """Whether pictures are ink on an empty ground, the ground their smallest value; a photograph is not."""
    return float(np.mean(x == x.min())) > 0.2


def pixels(x: Array, low: float, high: float, *, ink: bool) -> Array:
    """Values low … high as bytes, black to white; the other way round where the large ones are ink."""
    scaled = np.clip((x - low) / (high - low or 1), 0, 1)
    return np.rint(255 * (1 - scaled if ink else scaled)).astype(np.uint8)


def pictures(data: Dataset, rows: Array) -> tuple[Array, bool]:
    """Rows as bytes, channels last if there are several, and whether they are ink on paper.

    Shapes: → (rows, height, width) or (rows, height, width, channels)
    """
    assert data.image_shape is not None
    channels, height, width = (1, *data.image_shape)[-3:]
    x = data.x[rows].reshape(-1, channels, height, width)
    ink = channels == 1 and is_drawing(x)
    shades = pixels(x, float(data.x.min()), float(data.x.max()), ink=ink)
    return (shades[:, 0] if channels == 1 else np.moveaxis(shades, 1, -1)), ink


def _shown(data: Dataset, p: Array, rows: Array, classes: Sequence[str]) -> Markup:
    return _pictures(data, p, rows, classes) if is_image_data(data) else _table(data, p, rows, classes)


def _pictures(data: Dataset, p: Array, rows: Array, classes: Sequence[str]) -> Markup:
    shades, ink = pictures(data, rows)
    tiles = []
    for row, picture in zip(rows, shades, strict=True):
        truth, predicted = int(data.y[row]), int(p[row].argmax())
        alt = text("report.sample_alt", row=data.number(row), truth=classes[truth], said=classes[predicted])
        image = tag("img", src=data_uri(picture), alt=alt, class_="ink" if ink else None)
        caption = tag(
            "figcaption",
            *_verdict(classes[truth], classes[predicted], truth == predicted),
            " ",
            _confidence(p[row]),
        )
        tiles.append(tag("figure", image, caption, title=alt))
    return tag("div", *tiles, class_="tiles")


def _verdict(truth: str, predicted: str, right: bool) -> list[object]:
    return [truth, " → ", tag("b", predicted, class_=None if right else "warm")]


def _confidence(p: Array) -> Markup:
    return tag("small", share(float(p.max())))


def _table(data: Dataset, p: Array, rows: Array, classes: Sequence[str]) -> Markup:
    x = in_original_units(data, data.x[rows].reshape(len(rows), -1))
    shown = min(x.shape[1], MOST_COLUMNS)
    names = list(data.features[:shown]) or [f"x{j + 1}" for j in range(shown)]
    header = [
        text("report.row"),
        *names,
        text("report.truth"),
        text("report.predicted"),
        text("report.probability"),
    ]
    written = list(zip(*(column(x[:, j]) for j in range(shown)), strict=True))
    body = []
    for row, features in zip(rows, written, strict=True):
        truth, predicted = int(data.y[row]), int(p[row].argmax())
        verdict = tag("b", classes[predicted], class_=None if truth == predicted else "warm")
        body.append([data.number(row), *features, classes[truth], verdict, share(float(p[row].max()))])
    result = table(header, body, numeric=[*range(shown + 1), shown + 3])
    more = x.shape[1] - shown
    note = _note(text("report.more_columns", more=more)) if more else Markup()
    return Markup(result + note)


def _note(words: str) -> Markup:
    return tag("p", words, class_="note")
