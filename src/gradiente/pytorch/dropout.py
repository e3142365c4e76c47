"""Dropout whose masks come from a given generator, not from PyTorch's global one."""

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class Masks:
    """The masks of all dropout layers of a module, in training; that module draws from `generator` from now on.
    `factor` multiplies every p.

    A CUDA graph can replay what is computed from a mask, and not the drawing of one: `hold` keeps the masks of the
    next forward pass in place, and `redraw` fills them anew.

    Equation:   y = M ⊙ x / (1 − p),   with M 1 or 0: of every number, or of every channel; y = 0 for p = 1

    Source: torch.nn.functional.dropout
    """

    def __init__(self, module: "torch.nn.Module", generator: "torch.Generator") -> None:
        import torch

        self.generator, self.factor = generator, 1.0
        self._held: dict[Any, torch.Tensor] = {}
        self._holding = False
        drawn = torch.compiler.disable(self._mask)
        channels = torch.nn.Dropout1d | torch.nn.Dropout2d | torch.nn.Dropout3d
        for part in module.modules():
            if isinstance(part, torch.nn.Dropout | channels):
                part.forward = partial(_forward, part, partial(drawn, part, isinstance(part, channels)))

    def hold(self, holding: bool) -> None:
        """Reuse the masks of the next forward pass from then on, or draw new ones every time."""
        if holding:
            self._held = {}
        self._holding = holding

    def redraw(self) -> None:
        """Refill the held masks, in the order of the layers."""
        for part, mask in self._held.items():
            self._fill(mask, part.p)

    def _mask(self, part: Any, channels: bool, x: "torch.Tensor") -> "torch.Tensor":
        if self._holding and part in self._held:
            return self._held[part]
        mask = self._fill(x.new_empty((*x.shape[:2], *(1,) * (x.ndim - 2)) if channels else x.shape), part.p)
        if self._holding:
            self._held[part] = mask
        return mask

    def _fill(self, mask: "torch.Tensor", p: float) -> "torch.Tensor":
        """M / (1 − p)"""
        p = p * self.factor
        return mask.bernoulli_(1 - p, generator=self.generator).div_(1 - p if p < 1 else 1)


def _forward(part: Any, mask: Any, x: "torch.Tensor") -> "torch.Tensor":
    return x * mask(x) if part.training and part.p > 0 else x
