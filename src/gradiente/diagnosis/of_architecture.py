"""Findings about the layers and the loss: what does not fit together, whatever the data are."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from gradiente.diagnosis.evidence import Evidence
from gradiente.diagnosis.finding import Finding
from gradiente.layers import Dropout, Layer, Linear
from gradiente.losses import HuberLoss, L1Loss, Loss, MSELoss, SmoothL1Loss

CONTAINED = {"logistic": ("Sigmoid",), "softmax": ("Softmax", "Sigmoid")}
OF_NUMBERS = (MSELoss, L1Loss, SmoothL1Loss, HuberLoss)
NOISE = 4.0  # variance of a unit's factor in a Dropout: p = 0.8
PENALTY_LEFT = 0.1
HELD_DOWN = 0.2  # of the loss: what it would fall by, were it to fall evenly, with weights twice as large


def applied_twice(last: Layer, loss: Loss) -> bool:
    """Whether a network ends with the function that its loss applies itself.

    >>> from gradiente.layers import Softmax
    >>> from gradiente.losses import CrossEntropyLoss
    >>> applied_twice(Softmax(), CrossEntropyLoss())
    True
    """
    return type(last).__name__ in CONTAINED.get(loss.link, ())


def contained(evidence: Evidence) -> Finding | None:
    """An output activation that the loss contains."""
    last = evidence.subject.objective.network.layers[-1]
    if not applied_twice(last, evidence.loss):
        return None
    return Finding("contained", {"last": type(last).__name__, "loss": type(evidence.loss).__name__})


def loss_task(evidence: Evidence) -> Finding | None:
    """A loss of numbers for classes, where some are still answered wrongly; where few are, a remark."""
    if not evidence.classifies or not isinstance(evidence.loss, OF_NUMBERS) or evidence.skill == 1:
        return None
    better = "BCEWithLogitsLoss()" if len(evidence.subject.train.classes) == 2 else "CrossEntropyLoss()"
    values = {"loss": type(evidence.loss).__name__, "better": better}
    return Finding("loss_task", values, remark=evidence.skill >= 0.9)


def linear_twice(evidence: Evidence) -> Finding | None:
    """Two Linear layers with nothing between them that is not linear; Dropout, as it predicts, is the identity."""
    layers = [
        (place, layer)
        for place, layer in enumerate(evidence.subject.objective.network.layers)
        if not layer.copies and not layer.stochastic
    ]
    for (first, before), (second, layer) in pairwise(layers):
        if isinstance(before, Linear) and isinstance(layer, Linear):
            return Finding("linear_twice", {"first": str(first), "second": str(second)})
    return None


def bottleneck(evidence: Evidence) -> Finding | None:
    """A hidden layer of fewer units than bits are needed to name a class; 1 unit passes 1 number on."""
    widths = [layer.out_features for layer in _linear(evidence)[:-1]]
    if not widths or evidence.skill >= 0.9:
        return None
    narrow = min(widths)
    needed = int(np.ceil(np.log2(max(2, evidence.subject.train.outputs)))) if evidence.classifies else 1
    if (narrow > 1 and narrow >= needed) or evidence.features == 1:
        return None
    layer = widths.index(narrow) + 1
    return Finding("bottleneck", {"layer": layer, "units": narrow, "columns": evidence.features})


def symmetric(evidence: Evidence) -> Finding | None:
    """A hidden layer all of whose units have the same weights at the end."""
    network = evidence.end.network
    for number, name in enumerate(_weights(evidence)[:-1], start=1):
        weight = network.parameters[name]
        rows = weight.reshape(len(weight), -1)
        if len(rows) < 2:
            continue
        if float(np.ptp(rows, axis=0).max()) <= 1e-4 * float(np.abs(rows).max()):
            return Finding("symmetric", {"layer": number, "units": len(rows)})
    return None


def dropout(evidence: Evidence) -> Finding | None:
    """Dropout whose noise is larger than the signal, where little was learned."""
    rates = [
        node.layer.p
        for node in evidence.subject.objective.network.nodes
        if isinstance(node.layer, Dropout) and node.layer.p < 1
    ]
    p = max(rates, default=0.0)
    if p / (1 - p) < NOISE - 1e-9 or evidence.skill >= 0.8:
        return None
    return Finding("dropout", {"p_share": p, "kept_share": 1 - p, "noise": p / (1 - p)})


def penalty(evidence: Evidence) -> Finding | None:
    """A penalty, or a weight decay, that the weights went to, where nothing was learned."""
    subject = evidence.subject
    decay = float(getattr(subject.optimizer, "weight_decay", 0.0))
    if subject.initial is None or not evidence.stuck or not (subject.objective.penalties or decay):
        return None
    before, after = (_size(evidence, theta) for theta in (subject.initial, subject.final))
    network = evidence.network(subject.initial)
    weights = [network.parameters[name] for name in network.weight_names]
    worth = sum(each.value(weight) for weight in weights for each in subject.objective.penalties)
    if after > PENALTY_LEFT * before and worth < evidence.baseline:
        return None
    return Finding(
        "penalty",
        {
            "strength": ", ".join(map(repr, subject.objective.penalties)) or f"weight_decay={decay:g}",
            "left_share": after / before if before else 0.0,
            "penalty": worth,
            "loss": evidence.baseline,
        },
    )


def penalty_ceiling(evidence: Evidence) -> Finding | None:
    """A penalty that holds the weights down where the loss has stopped, far from 0.

    There ∂loss/∂W = −∂penalty/∂W: all weights a little larger would lower the loss by as much as they raise the
    penalty, by ⟨W, ∂penalty/∂W⟩ times that little.
    """
    penalties, network = evidence.subject.objective.penalties, evidence.end.network
    if not penalties or not evidence.learned or evidence.course[-1] < 0.5:
        return None
    weights = [network.parameters[name] for name in network.weight_names]
    pull = sum(float((weight * each.gradient(weight)).sum()) for weight in weights for each in penalties)
    if pull < HELD_DOWN * evidence.end.value:
        return None
    strongest = max(penalties, key=lambda each: each.strength)
    return Finding(
        "penalty_ceiling",
        {
            "strength": ", ".join(map(repr, penalties)),
            "loss_share": float(evidence.course[-1]),
            "pull_share": pull / evidence.end.value,
            "new": repr(replace(strongest, strength=strongest.strength / 100)),
        },
    )


def _linear(evidence: Evidence) -> list[Linear]:
    return [layer for layer in evidence.subject.objective.network.layers if isinstance(layer, Linear)]


def _weights(evidence: Evidence) -> list[str]:
    """The names of the weights that are matrices, from the input to the output."""
    network = evidence.subject.objective.network
    return [name for name in network.weight_names if network.parameters[name].ndim > 1]


def _size(evidence: Evidence, theta: np.ndarray) -> float:
    network = evidence.subject.objective.network
    values = network.named(theta)
    return float(np.sqrt(sum(float(np.square(values[name]).sum()) for name in network.weight_names)))
