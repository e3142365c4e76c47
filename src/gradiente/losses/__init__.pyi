"""What gradiente.losses exports, one line each: `__init__.py` and type checkers read it here; lists keep its order."""

from gradiente.lazy import Registry
from gradiente.losses.base import Loss as Loss
from gradiente.losses.base import Reduction as Reduction
from gradiente.losses.mse import MSELoss as MSELoss
from gradiente.losses.msle import MSLELoss as MSLELoss
from gradiente.losses.l1 import L1Loss as L1Loss
from gradiente.losses.smooth_l1 import SmoothL1Loss as SmoothL1Loss
from gradiente.losses.huber import HuberLoss as HuberLoss
from gradiente.losses.bce import BCELoss as BCELoss
from gradiente.losses.bce_with_logits import BCEWithLogitsLoss as BCEWithLogitsLoss
from gradiente.losses.cross_entropy import CrossEntropyLoss as CrossEntropyLoss
from gradiente.losses.nll import NLLLoss as NLLLoss
from gradiente.losses.kl_div import KLDivLoss as KLDivLoss

REGISTRY: Registry[type[Loss]]
