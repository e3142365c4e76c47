"""The curves of a training run: loss, accuracy and learning rate over the epochs."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from gradiente.formatting import measure_name, measure_value, short
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.reporting.html import figure, key, section
from gradiente.reporting.plot import ACCENT, MUTED, PAPER, WASH, axes, log_scale, svg
from gradiente.training.history import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray


def curves(
    history: History, monitor: str | None = None, *, restored: bool = False, steps: int = 0
) -> Markup | None:
    """Loss, accuracy where it was measured, learning rate where it changed; None without any epoch.

    The best epoch is marked, and the one whose network was kept.

    Arguments:
        monitor: the measure whose best epoch is marked; None is val_loss, or loss without validation
        restored: whether that epoch was restored, so that later epochs were discarded
        steps: of an epoch that was not finished, whose network was kept
    """
    if not len(history):
        return None
    monitor = monitor or ("val_loss" if "val_loss" in history else "loss")
    best = history.best(monitor)["epoch"]
    kept = None if steps else best if restored else history.records[-1]["epoch"]
    charts = [
        _measure(history, measure, best, kept, restored)
        for measure in ("loss", "accuracy")
        if measure in history
    ]
    if "lr" in history and len(set(history["lr"])) > 1:
        charts.append(_learning_rate(history))
    parts = [tag("div", *charts, class_="pair")]
    if restored and best < history.records[-1]["epoch"]:
        note = text("report.early_stopping", monitor=measure_name(monitor), epoch=best)
        parts.insert(0, tag("p", note, class_="note"))
    return section(text("report.curves"), *parts)


def values(history: History, measure: str) -> Array:
    """One number an epoch; NaN where an epoch has none, or no finite one."""
    numbers = [record.get(measure) for record in history]
    result = np.array([np.nan if number is None else number for number in numbers], dtype=np.float64)
    return np.where(np.isfinite(result), result, np.nan)


def spans(values: Array, decades: float) -> bool:
    """Whether all numbers are positive and reach over more than so many powers of ten."""
    known = values[~np.isnan(values)]
    return known.size > 0 and known.min() > 0 and math.log10(known.max() / known.min()) > decades


@contextmanager
def epochs_axes(history: History) -> Iterator["Axes"]:
    """Axes over the epochs."""
    first, last = history.records[0]["epoch"], history.records[-1]["epoch"]
    with axes() as plot:
        plot.set_xlim((first, last) if last > first else (first - 0.5, last + 0.5))
        plot.locator_params(axis="x", nbins=6, integer=True)
        plot.set_xlabel(text("report.epoch"))
        yield plot


def line(plot: "Axes", epochs: Array, numbers: Array, **style: object) -> None:
    """A line through the numbers; a single epoch is a point."""
    marker = "o" if len(epochs) == 1 else None
    plot.plot(epochs, numbers, marker=marker, clip_on=False, **style)  # pyright: ignore[reportArgumentType]


def _measure(history: History, measure: str, best: int, kept: int | None, restored: bool) -> Markup:
    epochs, training, name = values(history, "epoch"), values(history, measure), measure_name(measure)
    if measure == "loss" and "penalty" in history:
        training, name = training - values(history, "penalty"), text("report.without_penalty", name=name)
    validated = f"val_{measure}" in history
    lines = [training, values(history, f"val_{measure}")] if validated else [training]
    every = np.concatenate(lines)
    log = measure == "loss" and spans(every, 2)
    alt = text(
        "report.curve_alt",
        name=name,
        first=measure_value(measure, training[0]),
        last=measure_value(measure, training[-1]),
    )
    legend = []
    if validated:
        legend += [
            key(text("report.training"), shape="line second"),
            key(text("report.validation"), shape="line"),
        ]
    with epochs_axes(history) as plot:
        for numbers, colour in zip(lines, (MUTED, ACCENT) if validated else (ACCENT,), strict=True):
            line(plot, epochs, numbers, color=colour)
        if log:
            log_scale(plot, np.nanmin(every), np.nanmax(every))
        if measure == "accuracy":
            _in_percent(plot)
        face = ACCENT if kept == best else PAPER
        marked = {"markersize": 8, "color": ACCENT, "clip_on": False}
        plot.plot([best], lines[-1][epochs == best], "o", markerfacecolor=face, **marked)
        discards = restored and best < epochs[-1]
        if discards:
            plot.axvspan(best, epochs[-1], color=WASH, linewidth=0, zorder=0)
            legend.append(key(text("report.discarded"), shape="patch"))
        mark = text("report.kept_epoch" if restored else "report.best_epoch", epoch=best)
        below = measure == "accuracy"
        _mark(plot, best, mark, below=below, before=discards)
        if kept is not None and kept != best:
            plot.plot([kept], lines[-1][epochs == kept], "o", **marked)
            words = text("report.kept_epoch", epoch=kept)
            place = {"xy": (1, 0 if below else 1), "xytext": (-6, 22 if below else -18), "ha": "right"}
            plot.annotate(
                words,
                xycoords="axes fraction",
                textcoords="offset points",
                va="bottom" if below else "top",
                **place,
            )
        picture = svg(plot, alt)
    return figure(picture, _title(name, log), legend=legend)


def _in_percent(plot: "Axes") -> None:
    """A share never goes above 100 %."""
    low, high = plot.get_ylim()
    plot.set_ylim(max(low, 0), min(high, 1 + 0.02 * (1 - low)))
    plot.yaxis.set_major_formatter(lambda value, _: f"{short(100 * value)}\u202f%")


def _mark(plot: "Axes", best: int, words: str, *, below: bool, before: bool) -> None:
    """A thin line at the best epoch, with its words on the side where there is room, rather `before` it."""
    first, last = plot.get_xlim()
    left = best > first + (last - first) / (3 if before else 2)
    plot.axvline(best, color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
    plot.annotate(
        words,
        (best, 0 if below else 1),
        xycoords=("data", "axes fraction"),
        xytext=(-6 if left else 6, 6 if below else -2),
        textcoords="offset points",
        ha="right" if left else "left",
        va="bottom" if below else "top",
    )


def _learning_rate(history: History) -> Markup:
    rates = values(history, "lr")
    name = text("report.learning_rate")
    log = spans(rates, 2)
    alt = text("report.curve_alt", name=name, first=short(rates[0]), last=short(rates[-1]))
    with epochs_axes(history) as plot:
        line(plot, values(history, "epoch"), rates, color=ACCENT)
        if log:
            log_scale(plot, rates.min(), rates.max())
        return figure(svg(plot, alt), _title(name, log))


def _title(name: str, log: bool) -> str:
    return name[0].upper() + name[1:] + (f" ({text('report.log_scale')})" if log else "")
