"""The verdict on a training: its findings, causes before what comes of them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from gradiente.diagnosis import of_architecture, of_data, of_outcome, of_signal, of_steps
from gradiente.diagnosis.evidence import Evidence
from gradiente.diagnosis.finding import Diagnosis, Finding
from gradiente.diagnosis.subject import Subject


class Check(NamedTuple):
    """What may be found, and which findings before it explain it already."""

    find: Callable[[Evidence], Finding | None]
    unless: frozenset[str] = frozenset()


STUCK = frozenset({"symmetric", "dead_units", "vanishing", "exploding", "clipped", "penalty", "dropout"})
STUCK |= {"contained", "constant_target", "contradictory", "inputs_unscaled", "target_unscaled"}
STUCK |= {"exploding_start", "saturation"}
STEPS = frozenset({"momentum", "rate_large", "rate_small", "batch_noise"})
CAUSES = (
    STUCK | STEPS | {"imbalance", "bottleneck", "linear_twice", "loss_task", "few_updates", "undertrained"}
)
CHECKS = (
    Check(of_data.constant_target),
    Check(of_data.contradictory),
    Check(of_data.split_duplicates),
    Check(of_data.leak),
    Check(of_data.imbalance),
    Check(of_architecture.contained),
    Check(of_architecture.loss_task),
    Check(of_architecture.linear_twice),
    Check(of_signal.inputs_unscaled, frozenset({"imbalance"})),
    Check(of_signal.target_unscaled, frozenset({"constant_target"})),
    Check(of_architecture.symmetric),
    Check(of_architecture.penalty),
    Check(of_steps.clipped),
    Check(of_architecture.dropout),
    Check(of_steps.momentum, frozenset({"inputs_unscaled", "constant_target"})),
    Check(of_signal.dead_units),
    Check(of_signal.exploding_start, frozenset({"inputs_unscaled"})),
    Check(
        of_steps.rate_large,
        frozenset({"inputs_unscaled", "exploding_start", "symmetric", "penalty", "imbalance", "momentum"}),
    ),
    Check(of_steps.rate_rough, frozenset({"rate_large"})),
    Check(of_signal.vanishing, frozenset({"dead_units", "symmetric", "penalty", "rate_large"})),
    Check(of_signal.exploding, frozenset({"inputs_unscaled"})),
    Check(of_signal.saturation, frozenset({"inputs_unscaled"})),
    Check(of_steps.rate_small, STUCK | {"imbalance"}),
    Check(of_steps.batch_noise, frozenset({"rate_large", "momentum"})),
    Check(of_architecture.bottleneck, STUCK | STEPS),
    Check(of_data.small_validation),
    Check(of_data.more_columns),
    Check(of_data.few_rows, frozenset({"more_columns"})),
    Check(of_steps.undertrained, STUCK | STEPS | {"imbalance", "bottleneck"}),
    Check(of_outcome.overfitting),
    Check(of_data.noisy_labels, frozenset({"more_columns", "few_rows"})),
    Check(of_outcome.best_earlier, frozenset({"overfitting"}) | STEPS),
    Check(of_outcome.no_better, frozenset({"constant_target", "imbalance"})),
    Check(of_data.missed_class, STUCK),
    Check(of_outcome.one_class, CAUSES),
    Check(of_outcome.not_learning, CAUSES | {"one_class"}),
    Check(of_architecture.penalty_ceiling, CAUSES),
    Check(of_data.ceiling, CAUSES | {"penalty_ceiling", "overfitting", "gap", "noisy_labels"}),
    Check(of_data.idle_columns),
)


@np.errstate(all="ignore")
def diagnose(subject: Subject) -> Diagnosis:
    """The findings of a training that has ended; none of one without an epoch."""
    if not subject.records:
        return Diagnosis(())
    evidence, found = Evidence(subject), list[Finding]()
    for check in CHECKS:
        if check.unless.isdisjoint(finding.key for finding in found):
            finding = check.find(evidence)
            if finding is not None:
                found.append(finding)
    return Diagnosis(tuple(found))
