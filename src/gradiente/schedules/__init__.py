"""The schedules of the learning rate, one file each."""

from gradiente.schedules.base import Schedule
from gradiente.schedules.chained import ChainedScheduler
from gradiente.schedules.constant import ConstantLR
from gradiente.schedules.cosine import CosineAnnealingLR
from gradiente.schedules.cyclic import CyclicLR
from gradiente.schedules.exponential import ExponentialLR
from gradiente.schedules.inverse_time import InverseTimeLR
from gradiente.schedules.lambda_lr import LambdaLR
from gradiente.schedules.linear import LinearLR
from gradiente.schedules.multi_step import MultiStepLR
from gradiente.schedules.one_cycle import OneCycleLR
from gradiente.schedules.polynomial import PolynomialLR
from gradiente.schedules.reduce_on_plateau import ReduceLROnPlateau
from gradiente.schedules.sequential import SequentialLR
from gradiente.schedules.step import StepLR
from gradiente.schedules.warm_restarts import CosineAnnealingWarmRestarts
from gradiente.schedules.warmup import WarmupLR

REGISTRY: dict[str, type[Schedule]] = {
    schedule.__name__: schedule
    for schedule in (
        StepLR,
        MultiStepLR,
        ConstantLR,
        ExponentialLR,
        InverseTimeLR,
        LinearLR,
        PolynomialLR,
        CosineAnnealingLR,
        CosineAnnealingWarmRestarts,
        WarmupLR,
        CyclicLR,
        OneCycleLR,
        ReduceLROnPlateau,
        SequentialLR,
        ChainedScheduler,
        LambdaLR,
    )
}

__all__ = [
    "REGISTRY",
    "ChainedScheduler",
    "ConstantLR",
    "CosineAnnealingLR",
    "CosineAnnealingWarmRestarts",
    "CyclicLR",
    "ExponentialLR",
    "InverseTimeLR",
    "LambdaLR",
    "LinearLR",
    "MultiStepLR",
    "OneCycleLR",
    "PolynomialLR",
    "ReduceLROnPlateau",
    "Schedule",
    "SequentialLR",
    "StepLR",
    "WarmupLR",
]
