"""The top of the report: data, result, and cost."""

import math
from collections.abc import Mapping

from gradiente.data import Dataset
from gradiente.formatting import count, duration, measure_name, measure_value
from gradiente.locale import text
from gradiente.network import Network
from gradiente.reporting.html import Markup, tag
from gradiente.training.history import History


def headline(
    network: Network,
    history: History,
    train: Dataset,
    test: Dataset,
    metrics: Mapping[str, float],
    stopped: str | None,
) -> Markup:
    """The result in large type, and a few numbers about the training run."""
    facts = [
        (count(len(history)), text("report.epochs")),
        (duration(sum(record.get("seconds", 0.0) for record in history)), text("report.time")),
        (count(network.theta.size), text("summary.parameters")),
        (count(len(train)), text("report.training_instances")),
        (count(len(test)), text("report.test_instances")),
    ]
    measure = result_measure(metrics)
    large = (
        tag(
            "p",
            tag("strong", measure_value(measure, metrics[measure])),
            tag("span", text("report.on_test", name=measure_name(measure))),
            class_="result",
        )
        if measure
        else ""
    )
    listed = tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for value, name in facts))
    reason = tag("p", stopped, class_="stopped") if stopped else ""
    return tag(
        "header",
        tag("p", text("report.kicker"), class_="kicker"),
        tag("h1", train.name),
        large,
        listed,
        reason,
    )


def result_measure(metrics: Mapping[str, float]) -> str | None:
    """The main metric: accuracy, else R², else the loss; None where none is finite.

    >>> result_measure({"loss": 0.1, "accuracy": 0.9}), result_measure({"loss": 0.1, "r2": float("nan")})
    ('accuracy', 'loss')
    """
    known = [name for name in ("accuracy", "r2", "loss") if math.isfinite(metrics.get(name, math.nan))]
    return known[0] if known else None
