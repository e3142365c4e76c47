"""A layer against a function of PyTorch: y, every derivative, the running statistics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from gradiente.errors import GradienteError
from gradiente.layers import Context, Layer
from gradiente.quiet import ignored_warnings

from .vector import Quantity

Tensors = Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class LayerCase:
    """A layer with all that its forward pass takes, and the function of PyTorch that is to give the same.

    `reference(x, parameters, buffers)` returns y and may change the buffers in place, as PyTorch's functions do.
    """

    layer: Layer
    x: torch.Tensor
    reference: Callable[[torch.Tensor, Tensors, Tensors], torch.Tensor]
    parameters: Tensors = field(default_factory=dict)
    buffers: Tensors = field(default_factory=dict)
    training: bool = False

    def compared(self) -> Sequence[Quantity]:
        """y and the derivatives of J = Σ δ ⊙ y, and the buffers after the pass."""
        layer, x = self.layer, self.x.detach().numpy()
        parameters, buffers = _arrays(self.parameters), layer.buffers() | _arrays(self.buffers)
        self._require_same(parameters)
        generator = np.random.default_rng(0)
        y, cache = layer.forward(parameters, x, Context(self.training, generator, buffers))

        leaf = self.x.detach().clone()
        leaf.requires_grad_(leaf.is_floating_point())
        leaves = {name: value.detach().clone().requires_grad_() for name, value in self.parameters.items()}
        after = {name: value.detach().clone() for name, value in self.buffers.items()}
        with ignored_warnings():
            torch_y = self.reference(leaf, leaves, after)
        if layer.stochastic and self.training and cache is not None:
            torch_y = _masked(leaf, cache, torch_y)
        if np.shape(y) != tuple(torch_y.shape):
            return [Quantity("y", y, torch_y.detach().numpy())]
        dy = generator.normal(size=torch_y.shape)
        if torch_y.requires_grad:
            torch_y.backward(torch.tensor(dy))
        try:
            dx, gradients = layer.backward(parameters, cache, dy)
        except GradienteError as error:
            raise AssertionError(f"the derivative of what was computed is refused: {error}") from error

        found = [Quantity("y", y, torch_y.detach().numpy())]
        if leaf.requires_grad:
            found.append(Quantity("∂J/∂x", dx, _gradient(leaf)))
        found += [Quantity(f"∂J/∂{name}", gradients[name], _gradient(leaves[name])) for name in leaves]
        updated = layer.new_buffers(buffers, cache) if self.training else buffers
        return found + [Quantity(name, updated[name], value.numpy()) for name, value in after.items()]

    def _require_same(self, parameters: Mapping[str, np.ndarray]) -> None:
        declared = {name: spec.shape for name, spec in self.layer.parameters().items()}
        given = {name: value.shape for name, value in parameters.items()}
        if declared != given:
            raise AssertionError(f"{self.layer} has the parameters {declared} and not {given}")


def _arrays(tensors: Tensors) -> dict[str, Any]:
    return {name: value.detach().numpy() for name, value in tensors.items()}


def _gradient(leaf: torch.Tensor) -> np.ndarray:
    """∂J/∂leaf; zeros where J does not depend on it."""
    return np.zeros(leaf.shape) if leaf.grad is None else leaf.grad.numpy()


def _masked(x: torch.Tensor, mask: np.ndarray, torch_y: torch.Tensor) -> torch.Tensor:
    """x times the mask that was drawn here, which is to hold nothing but what PyTorch's own holds.

    Two libraries do not draw the same numbers; 0 and the factor of what is kept are the same in both.
    """
    theirs = (torch_y / x).detach().numpy()
    allowed = {0.0, *np.round(theirs[np.isfinite(theirs)], 12)}
    if not {*np.round(mask, 12).ravel()} <= allowed:
        raise AssertionError(f"the mask holds {np.unique(mask)} and PyTorch's {sorted(allowed)}")
    return x * torch.tensor(mask)
