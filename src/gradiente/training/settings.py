"""The settings that must not change when a run is resumed."""

from collections.abc import Mapping
from typing import Any

from gradiente.data import Augmentation
from gradiente.losses import REGISTRY as LOSSES
from gradiente.notation import write
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.training.prepared import Prepared


def settings(
    objective: Objective,
    optimizer: Optimizer,
    augmentation: Augmentation | None,
    data: Prepared,
    *,
    seed: int,
    monitor: str,
) -> dict[str, Any]:
    """The settings of a training run as plain data."""
    return {
        "loss": _written(objective.loss, LOSSES),
        "optimizer": _written(optimizer, OPTIMIZERS),
        "batch_size": data.batch_size,
        "seed": seed,
        "monitor": monitor,
        "clip": repr(objective.clip),
        "penalties": [_written(penalty, PENALTIES) for penalty in objective.penalties],
        "augmentation": repr(augmentation),
        "instances": len(data.indices),
    }


def _written(value: object, registry: Mapping[str, type]) -> str:
    """The notation of a registered object; the repr of any other."""
    return write(value, registry) if type(value) in registry.values() else repr(value)
