"""The losses, one file each: L and its derivative together."""

from gradiente.losses.base import Loss, Reduction
from gradiente.losses.bce import BCELoss
from gradiente.losses.bce_with_logits import BCEWithLogitsLoss
from gradiente.losses.cross_entropy import CrossEntropyLoss
from gradiente.losses.huber import HuberLoss
from gradiente.losses.kl_div import KLDivLoss
from gradiente.losses.l1 import L1Loss
from gradiente.losses.mse import MSELoss
from gradiente.losses.msle import MSLELoss
from gradiente.losses.nll import NLLLoss
from gradiente.losses.smooth_l1 import SmoothL1Loss

REGISTRY: dict[str, type[Loss]] = {
    loss.__name__: loss
    for loss in (
        MSELoss,
        MSLELoss,
        L1Loss,
        SmoothL1Loss,
        HuberLoss,
        BCELoss,
        BCEWithLogitsLoss,
        CrossEntropyLoss,
        NLLLoss,
        KLDivLoss,
    )
}

__all__ = [
    "REGISTRY",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "Loss",
    "MSELoss",
    "MSLELoss",
    "NLLLoss",
    "Reduction",
    "SmoothL1Loss",
]
