"""The optimizers, one file each, with PyTorch's numbers; `course` holds the lecture's own."""

from gradiente.optimizers import course
from gradiente.optimizers.adadelta import Adadelta
from gradiente.optimizers.adagrad import Adagrad
from gradiente.optimizers.adam import Adam
from gradiente.optimizers.adamax import Adamax
from gradiente.optimizers.adamw import AdamW
from gradiente.optimizers.base import Optimizer
from gradiente.optimizers.lion import Lion
from gradiente.optimizers.nadam import NAdam
from gradiente.optimizers.radam import RAdam
from gradiente.optimizers.rmsprop import RMSprop
from gradiente.optimizers.sgd import SGD

REGISTRY: dict[str, type[Optimizer]] = {
    **{
        rule.__name__: rule
        for rule in (SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, NAdam, RAdam, Lion)
    },
    **{
        f"course.{rule.__name__}": rule
        for rule in (
            course.Momentum,
            course.Nesterov,
            course.Adagrad,
            course.Adadelta,
            course.RMSprop,
            course.Adam,
        )
    },
}

__all__ = [
    "REGISTRY",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "course",
]
