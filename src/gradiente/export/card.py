"""The model card of a run, in Markdown: what it learned from, what it is, how good it is, and how to use it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis import diagnose
from gradiente.errors import FileError, GradienteError
from gradiente.files import read_text
from gradiente.formatting import (
    NONE,
    count,
    duration,
    measure_name,
    measure_value,
    metrics_table,
    number,
    share,
)
from gradiente.locale import text
from gradiente.training.breakdown import Breakdown, breakdown
from gradiente.training.build import plan
from gradiente.training.checkpoint import load_checkpoint
from gradiente.training.diagnosed_run import subject_of_run
from gradiente.training.load_for import load_for
from gradiente.training.run import DataDescription, Run

COLUMNS_SHOWN, FEW = 30, 20  # names of columns; training rows of a class, below which it is named
Rows = Iterable[Sequence[object]]


def card(run: Run) -> str:
    """The card, in the language in use.

    What needs the run's data, their sizes, the measures of each class and the diagnosis, is left out where they are not
    there any more, or have changed, and the card says so.

    Errors: FileError for a run without a network
    """
    network, description = run.network(), run.description()
    try:
        parts = load_for(run.config())
        run.require_same_data(*parts)
    except GradienteError:
        parts = None
    blocks = [
        f"# {run.folder.name}",
        text("card.summary", task=text(f"card.task.{description.task}"), name=_code(description.name)),
        *_data(run, description, parts),
        *_network(run, network),
        *_training(run),
        *_results(run, description, parts),
        *_diagnosis(run, parts),
        *_limits(description, parts),
        *_use(run),
    ]
    return "\n\n".join(blocks) + "\n"


def _data(run: Run, description: DataDescription, parts: tuple[Dataset, Dataset] | None) -> list[str]:
    data, encoder = run.config().data, description.table_encoder()
    facts = [(text("card.name"), _code(description.name))]
    if parts is not None:
        train, test = parts
        facts.append((text("report.training_instances"), count(len(train))))
        if not train.is_same(test):
            facts.append((text("report.test_instances"), count(len(test))))
    facts.append((text("card.split"), _split(run)))
    if encoder is not None:
        facts += [
            (text("card.target"), _codes(encoder.targets) or NONE),
            (text("card.columns"), _codes(encoder.columns)),
            (text("card.missing"), _code(data.missing)),
        ]
    if description.image_shape is not None:
        facts.append((text("card.image"), " × ".join(map(str, description.image_shape))))
    if description.task == "multilabel":
        facts.append((text("card.labels"), _codes(description.classes)))
    if description.task == "classification":
        facts.append((text("card.classes"), _codes(description.classes)))
    return [f"## {text('card.data')}", _list(facts), *([] if parts is not None else [text("card.no_data")])]


def _split(run: Run) -> str:
    """How the test and the validation rows were chosen."""
    config = run.config()
    data = config.data
    test = _code(data.test) if isinstance(data.test, str) else share(data.test)
    if data.folds is not None:
        return text("card.split_folds", folds=data.folds, rule=_code(data.split or "random"))
    words = {"test": test, "validation": share(data.validation or 0), "seed": config.descent.seed}
    return text("card.split_how", **words, rule=_code(data.split or "random"))


def _network(run: Run, network: Any) -> list[str]:
    summary = network.summary()
    rows = [
        [_code(cell) if place == 1 else cell for place, cell in enumerate(row.cells())]
        for row in summary.rows
    ]
    total = f"{text('summary.total')}: {summary.footer()}"
    return [f"## {text('report.network')}", _table(summary.header(), rows), total]


def _training(run: Run) -> list[str]:
    descent = run.config().descent
    facts = [
        (text("card.loss"), _code(descent.loss or NONE)),
        (text("card.optimizer"), _code(descent.optimizer or NONE)),
        (text("card.batch_size"), str(descent.batch_size)),
    ]
    if descent.schedule:
        facts.append((text("card.schedule"), _code(descent.schedule)))
    if descent.penalty:
        facts.append((text("card.penalty"), _codes(descent.penalty)))
    history = _history(run)
    if history:
        seconds = sum(record.get("seconds", 0.0) for record in history)
        facts += [(text("report.epochs"), count(len(history))), (text("report.time"), duration(seconds))]
    return [f"## {text('card.training')}", _list(facts)]


def _results(run: Run, description: DataDescription, parts: tuple[Dataset, Dataset] | None) -> list[str]:
    title = f"## {text('report.metrics')}"
    try:
        metrics = json.loads(read_text(run.folder / "test.json"))
    except (FileError, ValueError):
        return [title, text("card.not_finished")]
    if parts is not None and parts[0].is_same(parts[1]):
        title = f"## {text('report.training_metrics')}"
    measured = _table((text("card.measure"), text("card.value")), metrics_table(metrics))
    if parts is None:
        return [title, measured]
    behind = breakdown(run.network().predict(parts[1].x), parts[1], run.loss())
    if behind.targets:
        return [title, measured, *([_by_target(behind)] if len(behind.targets) > 1 else [])]
    return [title, measured, _by_class(behind)]


def _by_class(behind: Breakdown) -> str:
    """Precision, recall and F1 of every class or label, and how many rows are of it."""
    measures = ("precision", "recall", "f1")
    name = text("breakdown.label" if behind.labels else "card.class")
    rows = [
        [_code(each.name), *(measure_value(key, getattr(each, key)) for key in measures), count(each.count)]
        for each in behind.labels or behind.classes
    ]
    last = text("breakdown.having" if behind.labels else "report.test_instances")
    return _table([name, *map(measure_name, measures), last], rows)


def _by_target(behind: Breakdown) -> str:
    """R² and the errors of every target."""
    kinds = ("r2", "rmse", "mae")
    rows = [[_code(each.name), *(number(getattr(each, kind)) for kind in kinds)] for each in behind.targets]
    return _table([text("card.target"), *(text(f"breakdown.{kind}") for kind in kinds)], rows)


def _diagnosis(run: Run, parts: tuple[Dataset, Dataset] | None) -> list[str]:
    title = f"## {text('card.diagnosis')}"
    if parts is None:
        return [title, text("card.no_diagnosis")]
    try:
        config = run.config()
        found = diagnose(replace(subject_of_run(run, plan(config, parts[0]), parts[0]), test=parts[1]))
    except GradienteError:
        return [title, text("card.no_diagnosis")]
    if not len(found):
        return [title, text("diagnosis.nothing")]
    each = [
        f"**{finding.statement}** {finding.why} {text('diagnosis.remedy')}: {finding.remedy}"
        for finding in found
    ]
    return [title, "\n".join(f"- {line}" for line in each)]


def _limits(description: DataDescription, parts: tuple[Dataset, Dataset] | None) -> list[str]:
    """What the network was never shown: follows from the data, and nobody has to remember to write it."""
    lines = [text(f"card.limit.{description.task}")]
    encoder = description.table_encoder()
    if encoder is not None and encoder.categories:
        lines.append(text("card.limit.categories", columns=_codes(encoder.categories)))
    if encoder is not None:
        key = "card.limit.filled" if encoder.fill else "card.limit.missing"
        lines.append(text(key))
    if description.image_shape is not None:
        lines.append(text("card.limit.images"))
    if parts is not None and description.task == "classification":
        rows = np.bincount(parts[0].y, minlength=len(description.classes))
        rare = [name for name, n in zip(description.classes, rows, strict=False) if n < FEW]
        if rare:
            lines.append(text("card.limit.rare", classes=_codes(rare), few=FEW))
    return [f"## {text('card.limits')}", "\n".join(f"- {line}" for line in lines)]


def _use(run: Run) -> list[str]:
    commands = [
        f"gradiente predict {run.folder.name} FILE",
        f"gradiente export {run.folder.name} --format onnx",
    ]
    return [f"## {text('card.use')}", "```sh\n" + "\n".join(commands) + "\n```"]


def _history(run: Run) -> list[dict[str, Any]]:
    try:
        return load_checkpoint(run.last_checkpoint).history.records
    except FileError:
        return []


def _list(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in facts)


def _table(header: Sequence[str], rows: Rows) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def _code(words: object) -> str:
    """Words as they stand, whatever Markdown would make of them."""
    shown = str(words)
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}"


def _codes(names: Iterable[object]) -> str:
    listed = list(names)
    more = f" … ({count(len(listed))})" if len(listed) > COLUMNS_SHOWN else ""
    return ", ".join(map(_code, listed[:COLUMNS_SHOWN])) + more
