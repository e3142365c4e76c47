"""A regression in pictures: what was predicted against what is true, and what is left over."""

import numpy as np

from gradiente.data import Dataset
from gradiente.locale import text
from gradiente.reporting.chart import Chart, padded
from gradiente.reporting.html import Markup, figure, section, tag

Array = np.ndarray

MOST_TARGETS = 3
MOST_POINTS = 2000


def regression(data: Dataset, estimate: Array) -> Markup:
    """For each target, at most three: ŷ against y, and the residuals ŷ − y against ŷ."""
    truth, predicted = columns(data.y, estimate)
    charts = []
    for target in range(min(truth.shape[1], MOST_TARGETS)):
        name = f"y{target + 1}" if truth.shape[1] > 1 else "y"
        charts += _pair(truth[:, target], predicted[:, target], name)
    note = tag("p", text("report.regression_explained"), class_="note")
    return section(text("report.regression"), note, tag("div", *charts, class_="pair"))


def columns(truth: Array, estimate: Array) -> tuple[Array, Array]:
    """Both with a column for each target, at most 2,000 rows of them at equal distances.

    Shapes: (n,) or (n, targets), and (n, targets) → twice (k, targets)
    """
    rows = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), MOST_POINTS)).astype(int))
    return truth.reshape(len(truth), -1)[rows], estimate.reshape(len(truth), -1)[rows]


def _pair(truth: Array, predicted: Array, name: str) -> list[Markup]:
    size = 7 if len(truth) <= 100 else 4.5
    low, high = padded(np.concatenate([truth, predicted]))
    against = text("report.predicted_true", name=name)
    chart = Chart(
        (low, high),
        (low, high),
        f"{name} ({text('report.truth')})",
        f"ŷ ({text('report.predicted')})",
        against,
    )
    chart.straight((low, low), (high, high))
    chart.dots(truth, predicted, class_="first faint", size=size)

    residuals = predicted - truth
    largest = float(np.abs(padded(residuals)).max())
    left, right = padded(predicted)
    title = text("report.residuals", name=name)
    rest = Chart((left, right), (-largest, largest), f"ŷ ({text('report.predicted')})", f"ŷ − {name}", title)
    rest.straight((left, 0), (right, 0))
    rest.dots(predicted, residuals, class_="first faint", size=size)
    return [figure(chart.svg(), against), figure(rest.svg(), title)]
