"""The reliability diagram: how often answers are right, over how sure they are."""

import numpy as np

from gradiente.formatting import count, share, short
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.metrics.calibration import calibration as measured
from gradiente.reporting.html import figure, key, section
from gradiente.reporting.plot import ACCENT, MUTED, WARM, WASH, axes, svg

Array = np.ndarray
FEWEST = 20  # answers: a diagram of fewer shows chance


def calibration(truth: Array, p: Array) -> Markup | None:
    """A bar for each tenth of confidence, up to the share of right answers; None for too few answers.

    Shapes: truth (n,), p (n, classes)
    """
    if len(truth) < FEWEST:
        return None
    found = measured(truth, p)
    width = found.edges[1] - found.edges[0]
    left = np.clip(np.ceil(found.confidence / width - 1e-9) - 1, 0, None) * width
    error = np.sqrt(found.accuracy * (1 - found.accuracy) / found.count)
    with axes(360, 330) as plot:
        plot.bar(left, found.accuracy, width, align="edge", color=WASH, edgecolor=ACCENT, linewidth=1)
        plot.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
        plot.errorbar(
            found.confidence, found.accuracy, error, fmt="o", color=ACCENT, markersize=6, linewidth=1.5
        )
        too_sure = found.accuracy < found.confidence
        plot.vlines(
            found.confidence[too_sure], found.accuracy[too_sure], found.confidence[too_sure], color=WARM
        )
        plot.set(xlim=(max(0.0, float(left.min()) - 0.02), 1.02), ylim=(0, 1.04))
        plot.set_xlabel(text("report.confidence"))
        plot.set_ylabel(text("report.right_share"))
        for axis in (plot.xaxis, plot.yaxis):
            axis.set_major_formatter(lambda value, _: f"{short(100 * value)}\u202f%")
        picture = svg(
            plot, text("report.calibration_alt", error=share(found.error)), tight=True, in_pixels=True
        )
    legend = [key(text("report.perfect"), shape="line dashed second")]
    words = {"error": share(found.error), "instances": count(len(truth))}
    note = tag("p", text("report.calibration_explained", **words), class_="note")
    caption = text("report.calibration_title")
    return section(text("report.calibration"), note, figure(picture, caption, legend=legend, class_="wide"))
