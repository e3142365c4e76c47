"""The schedules of the learning rate, one file each."""

from gradiente.schedules.base import Schedule
from gradiente.schedules.cosine import CosineAnnealingLR
from gradiente.schedules.exponential import ExponentialLR
from gradiente.schedules.inverse_time import InverseTimeLR
from gradiente.schedules.linear import LinearLR
from gradiente.schedules.polynomial import PolynomialLR
from gradiente.schedules.reduce_on_plateau import ReduceLROnPlateau
from gradiente.schedules.step import StepLR
from gradiente.schedules.warmup import WarmupLR

REGISTRY: dict[str, type[Schedule]] = {
    schedule.__name__: schedule
    for schedule in (
        StepLR,
        ExponentialLR,
        InverseTimeLR,
        LinearLR,
        PolynomialLR,
        CosineAnnealingLR,
        WarmupLR,
        ReduceLROnPlateau,
    )
}

__all__ = [
    "REGISTRY",
    "CosineAnnealingLR",
    "ExponentialLR",
    "InverseTimeLR",
    "LinearLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "Schedule",
    "StepLR",
    "WarmupLR",
]
