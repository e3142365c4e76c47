"""What gradiente.schedules exports, one line each: `__init__.py` and type checkers read it; lists keep its order."""

from gradiente.lazy import Registry
from gradiente.schedules.base import Schedule as Schedule
from gradiente.schedules.step import StepLR as StepLR
from gradiente.schedules.multi_step import MultiStepLR as MultiStepLR
from gradiente.schedules.constant import ConstantLR as ConstantLR
from gradiente.schedules.exponential import ExponentialLR as ExponentialLR
from gradiente.schedules.inverse_time import InverseTimeLR as InverseTimeLR
from gradiente.schedules.linear import LinearLR as LinearLR
from gradiente.schedules.polynomial import PolynomialLR as PolynomialLR
from gradiente.schedules.cosine import CosineAnnealingLR as CosineAnnealingLR
from gradiente.schedules.warm_restarts import CosineAnnealingWarmRestarts as CosineAnnealingWarmRestarts
from gradiente.schedules.coslog import CosLogLR as CosLogLR
from gradiente.schedules.warmup import WarmupLR as WarmupLR
from gradiente.schedules.cyclic import CyclicLR as CyclicLR
from gradiente.schedules.one_cycle import OneCycleLR as OneCycleLR
from gradiente.schedules.reduce_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
from gradiente.schedules.sequential import SequentialLR as SequentialLR
from gradiente.schedules.chained import ChainedScheduler as ChainedScheduler
from gradiente.schedules.lambda_lr import LambdaLR as LambdaLR

REGISTRY: Registry[type[Schedule]]
