"""The top of the report: data, result, and cost."""

import math
from collections.abc import Mapping

from gradiente.data import Dataset
from gradiente.formatting import count, duration, measure_name, measure_value
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.network import Network
from gradiente.training.history import History


def headline(
    network: Network,
    history: History,
    train: Dataset,
    test: Dataset,
    metrics: Mapping[str, float],
    stopped: str | None,
    kept: str | None = None,
) -> Markup:
    """The result in large type, and a few numbers about the training run.

    Arguments:
        stopped: why training stopped
        kept: which epoch's network it is
    """
    tested = not train.is_same(test)
    facts = [
        (count(len(history)), text("report.epochs")),
        (duration(sum(record.get("seconds", 0.0) for record in history)), text("report.time")),
        (count(network.theta.size), text("summary.parameters")),
        (count(len(train)), text("report.training_instances")),
        *([(count(len(test)), text("report.test_instances"))] if tested else []),
    ]
    measure = result_measure(metrics)
    large = (
        tag(
            "p",
            tag("strong", measure_value(measure, metrics[measure])),
            tag(
                "span", text("report.on_test" if tested else "report.on_training", name=measure_name(measure))
            ),
            class_="result",
        )
        if measure
        else ""
    )
    listed = tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for value, name in facts))
    remarks = [tag("p", words, class_="stopped") for words in (stopped, kept) if words]
    return tag(
        "header",
        tag("p", text("report.kicker"), class_="kicker"),
        tag("h1", train.name),
        large,
        listed,
        *remarks,
    )


def kept_epoch(
    history: History,
    monitor: str | None,
    *,
    restored: bool,
    steps: int = 0,
    saved: bool = False,
    average: str | None = None,
) -> str | None:
    """Which epoch's network was kept, and which was the best, in a sentence; None without any epoch.

    Arguments:
        monitor: the measure that decides; None is val_loss, or loss without validation
        restored: whether the best epoch was restored
        steps: of an epoch that was not finished, taken after the last one that was
        saved: whether the network is in network.safetensors, and the best one in checkpoints/best.safetensors
        average: of the parameters, in the notation, where they are one
    """
    if not len(history):
        return None
    monitor = monitor or ("val_loss" if "val_loss" in history else "loss")
    best, last = history.best(monitor), history.records[-1]["epoch"]
    words = {
        "file": " (network.safetensors)" if saved else "",
        "monitor": measure_name(monitor),
        "value": measure_value(monitor, best[monitor]),
        "best": best["epoch"],
        "last": last,
        "step": steps,
        "next": last + 1,
    }
    averaged = "" if average is None else f" {text('report.kept.average', average=average)}"
    if restored:
        return text("report.kept.restored", **words) + averaged
    if not steps and best["epoch"] == last:
        return text("report.kept.last", **words) + averaged
    where = text("report.kept.in_file") if saved else ""
    return text("report.kept.steps" if steps else "report.kept.not_best", **words, where=where) + averaged


def result_measure(metrics: Mapping[str, float]) -> str | None:
    """The main metric: accuracy, else R², else the loss; None where none is finite.

    >>> result_measure({"loss": 0.1, "accuracy": 0.9}), result_measure({"loss": 0.1, "r2": float("nan")})
    ('accuracy', 'loss')
    """
    known = [name for name in ("accuracy", "r2", "loss") if math.isfinite(metrics.get(name, math.nan))]
    return known[0] if known else None
