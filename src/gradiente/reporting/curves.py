"""The curves of a training: loss, accuracy and learning rate over the epochs."""

from collections.abc import Sequence

import numpy as np

from gradiente.locale import text
from gradiente.reporting.chart import Chart, padded, spans
from gradiente.reporting.html import Markup, figure, key, section, tag
from gradiente.training.history import History
from gradiente.words import measure_name, measure_value, short

Array = np.ndarray

_MOST_HINTS = 150  # columns under the pointer narrower than three pixels help nobody


def curves(history: History) -> Markup | None:
    """Loss, accuracy where it was measured, learning rate where it changed; None without any epoch."""
    if not len(history):
        return None
    measures = [measure for measure in ("loss", "accuracy") if measure in history]
    charts = [_measure(history, measure) for measure in measures]
    if "lr" in history and len(set(history["lr"])) > 1:
        charts.append(_learning_rate(history))
    return section(text("report.curves"), tag("div", *charts, class_="pair"))


def best_epoch(history: History) -> int:
    """The number of the epoch with the smallest loss: on the validation data where there are any."""
    return history.best("val_loss" if "val_loss" in history else "loss")["epoch"]


def values(history: History, measure: str) -> Array:
    """One number an epoch; NaN where an epoch has none."""
    numbers = [record.get(measure) for record in history]
    return np.array([np.nan if number is None else number for number in numbers], dtype=np.float64)


def epochs_chart(history: History, lines: Sequence[Array], *, alt: str, log: bool) -> Chart:
    """An empty chart over the epochs whose y axis has room for those lines."""
    first, last = history.records[0]["epoch"], history.records[-1]["epoch"]
    x_range = (first, last) if last > first else (first - 0.5, last + 0.5)
    y_range = padded(np.concatenate(lines), log=log)
    return Chart(x_range, y_range, text("report.epoch"), "", alt, log_y=log, whole_x=True)


def _measure(history: History, measure: str) -> Markup:
    epochs, training = values(history, "epoch"), values(history, measure)
    validation = values(history, f"val_{measure}") if f"val_{measure}" in history else None
    lines = [training] if validation is None else [training, validation]
    every = np.concatenate(lines)
    log = measure == "loss" and bool((every[np.isfinite(every)] > 0).all()) and spans(every, 2)
    best = best_epoch(history)
    title = _title(measure_name(measure), log)
    alt = text(
        "report.curve_alt",
        name=measure_name(measure),
        first=measure_value(measure, training[0]),
        last=measure_value(measure, training[-1]),
    )
    chart = epochs_chart(history, lines, alt=alt, log=log)
    if measure == "accuracy":
        chart = _percent(chart, every)
    chart.vertical(best, text("report.best_epoch", epoch=best), below=measure == "accuracy")
    chart.line(epochs, training, class_="second" if validation is not None else "first")
    if validation is not None:
        chart.line(epochs, validation, class_="first")
    marked = lines[-1][epochs == best]
    chart.dots(np.array([best]), marked, class_="first", size=8)
    if len(history) <= _MOST_HINTS:
        chart.hints(epochs, [_hint(record, measure) for record in history])
    legend = [
        key(text("report.training"), shape="line second"),
        key(text("report.validation"), shape="line first"),
    ]
    return figure(chart.svg(), title, legend=legend if validation is not None else ())


def _percent(chart: Chart, every: Array) -> Chart:
    """The chart of a share: in percent, and never above 100 %."""
    low, high = padded(every)
    y_range = (max(low, 0.0), min(high, 1 + 0.02 * (1 - low)))
    return Chart(
        chart.x_range, y_range, chart.x_label, chart.y_label, chart.alt, whole_x=True, percent_y=True
    )


def _hint(record: dict, measure: str) -> str:
    names = [name for name in (measure, f"val_{measure}") if record.get(name) is not None]
    said = ", ".join(f"{measure_name(name)} {measure_value(name, record[name])}" for name in names)
    return f"{text('report.epoch')} {record['epoch']}: {said}"


def _learning_rate(history: History) -> Markup:
    rates = values(history, "lr")
    name = text("report.learning_rate")
    log = bool((rates > 0).all()) and spans(rates, 2)
    alt = text("report.curve_alt", name=name, first=short(rates[0]), last=short(rates[-1]))
    chart = epochs_chart(history, [rates], alt=alt, log=log)
    chart.line(values(history, "epoch"), rates, class_="first")
    return figure(chart.svg(), _title(name, log))


def _title(name: str, log: bool) -> str:
    return name[0].upper() + name[1:] + (f" ({text('report.log_scale')})" if log else "")
