"""The losses, one file each: value and gradient together."""

from gradiente.losses.base import Loss, Reduction
from gradiente.losses.bce import BCELoss
from gradiente.losses.bce_with_logits import BCEWithLogitsLoss
from gradiente.losses.cross_entropy import CrossEntropyLoss
from gradiente.losses.mse import MSELoss
from gradiente.losses.msle import MSLELoss
from gradiente.losses.nll import NLLLoss

REGISTRY: dict[str, type[Loss]] = {
    loss.__name__: loss for loss in (MSELoss, MSLELoss, BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, NLLLoss)
}

__all__ = [
    "REGISTRY",
    "BCELoss",
    "BCEWithLogitsLoss",
    "CrossEntropyLoss",
    "Loss",
    "MSELoss",
    "MSLELoss",
    "NLLLoss",
    "Reduction",
]
