"""A loss against a function of PyTorch: J, and ∂J/∂prediction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gradiente.losses import Loss
from gradiente.quiet import ignored_warnings

from .vector import Quantity


@dataclass(frozen=True)
class LossCase:
    """A loss, a prediction and a target, and the function of PyTorch that is to give the same.

    Without a reduction the derivative is that of the sum of all terms.
    """

    loss: Loss
    prediction: torch.Tensor
    target: torch.Tensor
    reference: Callable[[torch.Tensor], torch.Tensor]

    def compared(self) -> Sequence[Quantity]:
        prediction, target = self.prediction.detach().numpy(), self.target.detach().numpy()
        value = self.loss.value(prediction, target)
        gradient = self.loss.gradient(prediction, target)
        leaf = self.prediction.detach().clone().requires_grad_()
        with ignored_warnings():
            J = self.reference(leaf)
        J.sum().backward()
        assert leaf.grad is not None
        least = 1 / max(1, prediction.size)
        return [
            Quantity("J", np.asarray(value), J.detach().numpy()),
            Quantity("∂J/∂ŷ", gradient, leaf.grad.numpy(), least=least),
        ]
