"""What a finding's remedy is as settings of the next training."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from gradiente.diagnosis import Diagnosis, Finding
from gradiente.diagnosis.of_architecture import applied_twice
from gradiente.layers import Dropout, Layer, Linear, ReLU, Sigmoid, Softmax, Tanh
from gradiente.training.config import Config
from gradiente.training.sections import SETTINGS

Changes = dict[str, Any]
OF_A_RATE = {"dead_units", "saturation"}
KEPT = 0.2  # p of a Dropout that leaves most of the signal


@dataclass(frozen=True)
class Mend:
    """A finding, and the settings that mend it."""

    finding: Finding
    changes: Changes

    def options(self) -> str:
        """As they are typed."""
        return " ".join(_option(name, value) for name, value in self.changes.items() if value is not None)


def mend_of(config: Config, found: Diagnosis) -> Mend | None:
    """What mends the first finding that settings mend, of those that have to be mended before the remarks.

    Arguments:
        config: of the training, in full
    """
    findings = sorted(found, key=lambda each: each.remark)
    if findings and findings[0].key in OF_A_RATE:  # units die and saturate by steps that are too large
        findings.sort(key=lambda each: each.key != "rate_large")
    for finding in findings:
        changes = MENDS.get(finding.key, _nothing)(config, finding)
        if changes is not None and config.changed(**changes) != config:
            return Mend(finding, changes)
    return None


def _option(name: str, value: Any) -> str:
    setting = SETTINGS[name]
    if setting.kind is bool:
        return setting.options[0]
    written = ",".join(map(str, value)) if isinstance(value, list) else str(value)
    return (
        f'{setting.options[0]} "{written}"'
        if "(" in written or " " in written
        else f"{setting.options[0]} {written}"
    )


def _nothing(_config: Config, _finding: Finding) -> Changes | None:
    return None


def _set(**changes: Any) -> Callable[[Config, Finding], Changes | None]:
    """Always the same settings."""
    return lambda _config, _finding: changes


def _lr(_config: Config, finding: Finding) -> Changes:
    """The rate that the finding names."""
    return {"lr": float(finding.evidence["new"])}


def _tenth_of_the_rate(config: Config, _finding: Finding) -> Changes:
    return {"lr": float(f"{config.make('optimizer').lr / 10:.3g}")}


def _ten_times_the_rate(config: Config, _finding: Finding) -> Changes:
    return {"lr": float(f"{config.make('optimizer').lr * 10:.3g}")}


def _epochs(_config: Config, finding: Finding) -> Changes:
    return {"epochs": int(finding.evidence["more"])}


def _batch_size(_config: Config, finding: Finding) -> Changes:
    return {"batch_size": int(finding.evidence["new"])}


def _validation(_config: Config, finding: Finding) -> Changes:
    return {"validation": round(float(finding.evidence["wanted"]), 3)}


def _penalty(config: Config, finding: Finding) -> Changes:
    """A weaker penalty, or a smaller decay of the weights."""
    if "new" in finding.evidence:
        return {"penalty": [finding.evidence["new"]]}
    if config.descent.penalty:
        return {"penalty": ["L2(0.0001)"]}
    optimizer = config.descent.optimizer or ""
    decay = f"weight_decay={getattr(config.make('optimizer'), 'weight_decay', 0.0)}"
    return {"optimizer": optimizer.replace(decay, "weight_decay=0.01")}


def _drop(config: Config, finding: Finding) -> Changes | None:
    """Without that column, where the data are a table of the user's own."""
    column = str(finding.evidence["column"]).partition("=")[0]
    if config.data.target is None:
        return None
    return {"drop": [*(config.data.drop or []), column]}


def _loss(config: Config, finding: Finding) -> Changes:
    """A loss of classes, which takes scores: without the function of the output that it applies itself."""
    better = str(finding.evidence["better"])
    layers = config.make("layers")
    if applied_twice(layers[-1], SETTINGS["loss"].make(better)):
        layers = layers[:-1]
    return {"loss": better, **_layers(layers)}


def _without_the_last(config: Config, _finding: Finding) -> Changes:
    return _layers(config.make("layers")[:-1])


def _activation_between(config: Config, finding: Finding) -> Changes:
    layers = config.make("layers")
    place = int(finding.evidence["second"])
    return _layers([*layers[:place], ReLU(), *layers[place:]])


def _less_dropout(config: Config, _finding: Finding) -> Changes:
    layers = config.make("layers")
    return _layers([Dropout(KEPT) if isinstance(layer, Dropout) else layer for layer in layers])


def _relus(config: Config, _finding: Finding) -> Changes:
    """ReLU in place of what saturates, and weights drawn for it."""
    layers = config.make("layers")
    inner = [ReLU() if isinstance(layer, Tanh | Sigmoid) else layer for layer in layers[:-1]]
    return {**_layers([*inner, layers[-1]]), "initializer": "He()"}


def _wider(config: Config, _finding: Finding) -> Changes | None:
    """Hidden Linear layers of 64 units where they are narrower."""
    layers = config.make("layers")
    places = [place for place, layer in enumerate(layers) if isinstance(layer, Linear)]
    if any(not isinstance(layer, Linear | ReLU | Tanh | Sigmoid | Softmax) for layer in layers):
        return None
    for first, second in pairwise(places):
        before, after = layers[first], layers[second]
        units = max(64, before.out_features)
        layers[first] = Linear(before.in_features, units, bias=before.bias)
        layers[second] = Linear(units, after.out_features, bias=after.bias)
    return _layers(layers)


def _layers(layers: list[Layer]) -> Changes:
    return {"layers": SETTINGS["layers"].write(layers)}


MENDS: dict[str, Callable[[Config, Finding], Changes | None]] = {
    "batch_noise": _batch_size,
    "best_earlier": _set(patience=10),
    "bottleneck": _wider,
    "clipped": _set(clip_norm=1.0, clip_value=None),
    "constant_column": _drop,
    "contained": _without_the_last,
    "dead_units": _tenth_of_the_rate,
    "dropout": _less_dropout,
    "exploding": _set(clip_norm=1.0),
    "exploding_start": _set(initializer="He()"),
    "few_rows": _set(penalty=["L2(0.01)"]),
    "few_updates": _epochs,
    "gap": _set(penalty=["L2(0.001)"]),
    "imbalance": _set(class_weight="balanced"),
    "inputs_unscaled": _set(standardize=True),
    "leak": _drop,
    "linear_twice": _activation_between,
    "loss_task": _loss,
    "missed_class": _set(class_weight="balanced"),
    "momentum": lambda config, _: {"optimizer": f"SGD(lr={config.make('optimizer').lr}, momentum=0.9)"},
    "more_columns": _set(penalty=["L1(0.001)"]),
    "no_better": _set(penalty=["L2(0.01)"]),
    "noisy_labels": _set(patience=10),
    "not_learning": _ten_times_the_rate,
    "one_class": _ten_times_the_rate,
    "overfitting": _set(patience=10),
    "penalty": _penalty,
    "penalty_ceiling": _penalty,
    "rate_large": _lr,
    "rate_rough": _lr,
    "rate_small": _lr,
    "same_column": _drop,
    "saturation": _tenth_of_the_rate,
    "small_validation": _validation,
    "symmetric": _set(initializer="He()"),
    "target_unscaled": _set(standardize_target=True),
    "undertrained": _epochs,
    "vanishing": _relus,
}
