"""The report of a run: one self-contained HTML file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from gradiente.data import Dataset
from gradiente.diagnosis import Diagnosis
from gradiente.formatting import NONE, metrics_table, short
from gradiente.html import Markup, table, tag
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.metrics import confusion_matrix
from gradiente.network import Network
from gradiente.reporting.architecture import architecture
from gradiente.reporting.breakdown import breakdown_section
from gradiente.reporting.calibration import calibration
from gradiente.reporting.confusion import confusion
from gradiente.reporting.curves import curves
from gradiente.reporting.diagnosis import diagnosis
from gradiente.reporting.feature_maps import feature_maps
from gradiente.reporting.filters import filters
from gradiente.reporting.gradients import gradient_norms
from gradiente.reporting.headline import headline, kept_epoch
from gradiente.reporting.html import page, section
from gradiente.reporting.importance import importance
from gradiente.reporting.regions import regions
from gradiente.reporting.regression import regression
from gradiente.reporting.samples import samples
from gradiente.reporting.weights import weights
from gradiente.storage import write_atomically
from gradiente.trace.naming import lecture_names
from gradiente.training.breakdown import breakdown
from gradiente.training.environment import WORDS
from gradiente.training.history import History
from gradiente.training.targets import class_names, probabilities


def write_report(
    path: str | Path,
    *,
    network: Network,
    loss: Loss,
    history: History,
    train: Dataset,
    test: Dataset,
    metrics: Mapping[str, float],
    prediction: np.ndarray,
    config: Mapping[str, object],
    environment: Mapping[str, str],
    stopped: str | None = None,
    monitor: str | None = None,
    restored: bool = False,
    steps: int = 0,
    saved: bool = False,
    average: str | None = None,
    undefined: Sequence[str] = (),
    found: Diagnosis | None = None,
) -> None:
    """Write the report of a run, in the language in use.

    Arguments:
        path: of the HTML file, which is written atomically
        network: as it was trained
        loss: what the network's output means: ŷ = loss.estimate(prediction)
        history: of the run; it may be empty
        train, test: the data
        metrics: of the test data, by name
        prediction: the network's output on test.x, as it is
        config: of the run; a mapping inside it becomes lines "optimizer.lr"
        environment: versions and machine, by name
        stopped: why training stopped, in the reader's language
        monitor: the measure whose best epoch is marked; None is val_loss, or loss without validation
        restored: whether the network has the best epoch's parameters, as EarlyStopping leaves it, not the last's
        steps: of an epoch that was not finished, taken after the last one that was
        saved: whether the network is in network.safetensors beside the report, and the best epoch's in checkpoints
        average: of the parameters, which the network has, in the notation
        undefined: a sentence for every metric that is not defined on the test data, below the others
        found: what went wrong in the training

    Shapes: prediction (len(test), outputs)
    Errors: FileError where the file cannot be written
    """
    kept = kept_epoch(history, monitor, restored=restored, steps=steps, saved=saved, average=average)
    sections: list[Markup | None] = [headline(network, history, train, test, metrics, stopped, kept)]
    sections.append(None if found is None else diagnosis(found))
    remarks = [tag("p", sentence, class_="note") for sentence in undefined]
    tested = not train.is_same(test)
    title = text("report.metrics" if tested else "report.training_metrics")
    behind = breakdown(prediction, test, loss)
    measured = section(title, table((), metrics_table(metrics, behind.positive), numeric=[1]), *remarks)
    course = curves(history, monitor, restored=restored, steps=steps)
    if test.task == "classification":
        p = probabilities(loss, prediction)
        classes = class_names(test.classes, p.shape[1])
        sections += [regions(network, loss, train, test, classes), course]
        matrix = confusion_matrix(test.y, p.argmax(axis=1), classes=len(classes))
        sections += [
            tag("div", measured, confusion(matrix, classes, tested=tested), class_="beside"),
            breakdown_section(behind),
            calibration(test.y, p) if tested else None,
            importance(network, loss, test) if tested else None,
            *samples(test, p, classes, tested=tested),
            *_inside(network, test),
        ]
    else:
        sections += [course, measured, breakdown_section(behind)]
        if test.task == "regression":
            sections.append(regression(test, loss.estimate(prediction)))
        sections += [importance(network, loss, test) if tested else None, *_inside(network, test)]
    sections += [
        gradient_norms(history, lecture_names(network.nodes)),
        architecture(network, loss),
        _settings(text("report.config"), flat(config)),
        _settings(text("report.environment"), {_label(name): value for name, value in environment.items()}),
    ]
    title = text("report.title", name=train.name)
    write_atomically(path, page(title, [part for part in sections if part is not None]))


def _inside(network: Network, test: Dataset) -> list[Markup | None]:
    return [weights(network, test), filters(network, test), feature_maps(network, test)]


def flat(values: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Names and values on one level, as they are read.

    >>> flat({"epochs": 3, "optimizer": {"lr": 0.001}, "layers": ["Linear(2, 1)", "Tanh()"]})
    {'epochs': '3', 'optimizer.lr': '0.001', 'layers': 'Linear(2, 1), Tanh()'}
    """
    result = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            result |= flat(value, f"{prefix}{name}.")
        else:
            result[prefix + str(name)] = _written(value)
    return result


def _written(value: object) -> str:
    if value is None:
        return NONE
    if isinstance(value, bool):
        return text("report.yes" if value else "report.no")
    if isinstance(value, list | tuple):
        return ", ".join(map(_written, value))
    return short(value) if isinstance(value, float) else str(value)


def _label(name: str) -> str:
    """What the environment has by that name; packages have the same name in all languages."""
    return text(f"environment.{name}") if name in WORDS else name


def _settings(title: str, values: Mapping[str, str]) -> Markup | None:
    rows = [(tag("code", name), value) for name, value in values.items()]
    return section(title, tag("div", table((), rows), class_="settings")) if rows else None
