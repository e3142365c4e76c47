"""What gradiente.optimizers exports, one line each: `__init__.py` and type checkers read it; lists keep its order."""

from gradiente.lazy import Registry
from gradiente.optimizers import course as course
from gradiente.optimizers.base import Optimizer as Optimizer
from gradiente.optimizers.sgd import SGD as SGD
from gradiente.optimizers.adagrad import Adagrad as Adagrad
from gradiente.optimizers.adadelta import Adadelta as Adadelta
from gradiente.optimizers.rmsprop import RMSprop as RMSprop
from gradiente.optimizers.adam import Adam as Adam
from gradiente.optimizers.adamw import AdamW as AdamW
from gradiente.optimizers.adamax import Adamax as Adamax
from gradiente.optimizers.nadam import NAdam as NAdam
from gradiente.optimizers.radam import RAdam as RAdam
from gradiente.optimizers.lion import Lion as Lion

REGISTRY: Registry[type[Optimizer]]
