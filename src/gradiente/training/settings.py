"""The settings that must not change when a run is resumed."""

from typing import Any

from gradiente.averages import REGISTRY as AVERAGES
from gradiente.averages import Average
from gradiente.data import Augmentation
from gradiente.losses import REGISTRY as LOSSES
from gradiente.notation import describe
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.training.prepared import Prepared


def settings(
    objective: Objective,
    optimizer: Optimizer,
    groups: ParameterGroups,
    augmentation: Augmentation | None,
    data: Prepared,
    *,
    average: Average | None,
    seed: int,
    monitor: str,
) -> dict[str, Any]:
    """The settings of a training run as plain data."""
    return {
        "loss": describe(objective.loss, LOSSES),
        "optimizer": describe(optimizer, OPTIMIZERS),
        "lr_factors": str(groups.lr_factors) if groups.lr_factors else None,
        "weight_decay_on": None if groups.weight_decay_on == "all" else groups.weight_decay_on,
        "batch_size": data.batch_size,
        "seed": seed,
        "monitor": monitor,
        "clip": repr(objective.clip),
        "penalties": [describe(penalty, PENALTIES) for penalty in objective.penalties],
        "augmentation": repr(augmentation),
        "average": None if average is None else describe(average, AVERAGES),
        "instances": len(data.indices),
        "class_weight": None if data.train.class_weight is None else str(data.train.class_weight),
    }
