"""The records of a training drawn with matplotlib, in a notebook or a program."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gradiente.formatting import measure_name
from gradiente.locale import text

Array = np.ndarray
WIDTH, HEIGHT = 4.5, 3.2  # inches of each


def plot_records(records: Sequence[dict[str, Any]]) -> Array:
    """Loss, every measure, and the learning rate over the epochs, one plot each: the axes of a new figure.

    A loss that falls through more than two powers of ten has a logarithmic scale.
    """
    from matplotlib import pyplot
    from matplotlib.ticker import MaxNLocator

    measures = _measures(records)
    size = (WIDTH * len(measures), HEIGHT)
    _, axes = pyplot.subplots(1, len(measures), figsize=size, squeeze=False, layout="constrained")
    for plot, measure in zip(axes[0], measures, strict=True):
        rate = measure == "lr"
        name = text("report.learning_rate") if rate else measure_name(measure)
        for key, part in ((measure, "training"), (f"val_{measure}", "validation")):
            numbers = [record.get(key, np.nan) for record in records]
            if any(key in record for record in records):
                epochs = [record["epoch"] for record in records]
                marker = "o" if len(records) == 1 else ""
                plot.plot(epochs, numbers, marker=marker, label=text(f"report.{part}"))
                if measure == "loss" and min(numbers) > 0 and max(numbers) > 100 * min(numbers):
                    plot.set_yscale("log")
        plot.set_title(name)
        plot.set_xlabel(text("report.epoch"))
        plot.xaxis.set_major_locator(MaxNLocator(integer=True))
        if not rate:
            plot.legend(frameon=False)
    return axes[0]


def _measures(records: Sequence[dict[str, Any]]) -> list[str]:
    """What was measured, without "val_": the loss first, the learning rate last."""
    others = {"epoch", "seconds", "gradient_norms", "penalty", "lr", "loss"}
    named = dict.fromkeys(name.removeprefix("val_") for record in records for name in record)
    return ["loss", *(name for name in named if name not in others), "lr"]
