"""Plots of a regression: predicted against true values, and residuals."""

import numpy as np

from gradiente.data import Dataset
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.reporting.html import figure, section
from gradiente.reporting.plot import ACCENT, MUTED, axes, svg
from gradiente.training.targets import target_names

Array = np.ndarray

MOST_TARGETS = 3
MOST_POINTS = 1000


def regression(data: Dataset, estimate: Array) -> Markup:
    """For each target, at most three, in its own units: ŷ against y, and the residuals ŷ − y against ŷ."""
    truth, predicted = columns(data.in_units(data.y), data.in_units(estimate))
    charts, names = [], target_names(data.encoder, truth.shape[1]) if truth.shape[1] > 1 else ["y"]
    for target in range(min(truth.shape[1], MOST_TARGETS)):
        name, y, y_hat = names[target], truth[:, target], predicted[:, target]
        y_label = f"ŷ ({text('report.predicted')})"
        title = text("report.predicted_true", name=name)
        charts.append(_scatter(y, y_hat, f"{name} ({text('report.truth')})", y_label, title, slope=1))
        title = text("report.residuals", name=name)
        charts.append(_scatter(y_hat, y_hat - y, y_label, f"ŷ − {name}", title, slope=0))
    note = tag("p", text("report.regression_explained"), class_="note")
    return section(text("report.regression"), note, tag("div", *charts, class_="pair"))


def columns(truth: Array, estimate: Array) -> tuple[Array, Array]:
    """Both with a column for each target, at most 1,000 rows of them at equal distances.

    Shapes: (n,) or (n, targets), and (n, targets) → twice (k, targets)
    """
    rows = np.unique(np.linspace(0, len(truth) - 1, min(len(truth), MOST_POINTS)).astype(int))
    return truth.reshape(len(truth), -1)[rows], estimate.reshape(len(truth), -1)[rows]


def _scatter(x: Array, y: Array, x_label: str, y_label: str, title: str, *, slope: float) -> Markup:
    """Points, and where they would all be if every prediction were exact: y = slope · x."""
    every = np.concatenate([x, y]) if slope else x
    ends = np.array([every.min(), every.max()])
    with axes() as plot:
        plot.plot(ends, slope * ends, color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
        size = 7 if len(x) <= 100 else 4.5
        plot.plot(x, y, "o", color=ACCENT, markersize=size, markeredgewidth=0, alpha=0.55)
        plot.set_xlabel(x_label)
        plot.set_ylabel(y_label)
        return figure(svg(plot, title), title)
