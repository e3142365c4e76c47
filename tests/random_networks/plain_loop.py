"""A training loop as one writes it in PyTorch: autograd, torch.nn.utils, torch.optim."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gradiente.network import Network
from gradiente.optimizers import Lion
from gradiente.pytorch import torch_optimizer
from gradiente.quiet import ignored_warnings

from .networks import RandomNetwork

Array = np.ndarray
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
WEIGHTED = (nn.Linear, nn.Embedding, nn.modules.conv._ConvNd)  # whose weights penalties act on
OWN_WEIGHTS = {"NTKLinear": ("weight",)}  # of modules that PyTorch does not have; those of PBLD are waves


class GivenDropout(nn.Module):
    """Dropout that keeps the entries which it is told to: two libraries cannot draw the same."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self.kept: Tensor | None = None  # None keeps all, and scales none

    def forward(self, x: Tensor) -> Tensor:
        return x if self.kept is None else self.kept * x / (1 - self.p)


class PaperLion(torch.optim.Optimizer):
    """Chen et al., 2023, algorithm 2: PyTorch has no Lion."""

    def __init__(self, rule: Lion, parameters: Sequence[Tensor]) -> None:
        super().__init__(parameters, {})
        self.rule = rule

    @torch.no_grad()
    def step(self, closure: Any = None) -> Any:
        (beta1, beta2), rule = self.rule.betas, self.rule
        for theta in self.param_groups[0]["params"]:
            g = -theta.grad if rule.maximize else theta.grad
            m = self.state[theta].setdefault("m", torch.zeros_like(theta))
            theta.sub_(rule.lr * (torch.sign(torch.lerp(g, m, beta1)) + rule.weight_decay * theta))
            m.lerp_(g, 1 - beta2)


class PlainLoop:
    """The training of a random network, step by step.

    Arguments:
        network: of case.objective(), before its first step
    """

    def __init__(self, case: RandomNetwork, network: Network) -> None:
        self.case = case
        self.paths = [node.path for node in network.nodes]
        self.module = network.to_torch()
        for name, module in list(self.module.named_modules()):
            if isinstance(module, DROPOUTS):
                self.module.set_submodule(name, GivenDropout(module.p))
        self.loss = case.loss.to_torch()
        self.parameters = {name: p for name, p in self.module.named_parameters() if p.requires_grad}
        parameters = [*self.parameters.values()] or [torch.zeros(1)]
        rule = case.optimizer
        self.optimizer = (
            PaperLion(rule, parameters) if isinstance(rule, Lion) else torch_optimizer(rule, parameters)
        )

    def backward(
        self, x: Array, y: Array, caches: Sequence[Any]
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """ŷ and J; and the derivatives of J for ŷ, for x unless that is indices, and for every parameter that learns.

        Arguments:
            caches: of the network's nodes: those of Dropout say what it keeps
        """
        self.module.train(self.case.training)
        for index in self.case.frozen:
            self.module[index].eval()
        for path, cache in zip(self.paths, caches, strict=True):
            module = self.module.get_submodule(path)
            if isinstance(module, GivenDropout):
                module.kept = None if cache is None else torch.tensor(cache != 0)
        self.optimizer.zero_grad()
        leaf = torch.tensor(x, requires_grad=x.dtype.kind == "f")
        prediction = self._forward(leaf)
        prediction.retain_grad()
        J = self.loss(prediction, torch.tensor(y)) + self._penalty()
        J.backward()
        inputs = {"ŷ": prediction, "x": leaf} if leaf.requires_grad else {"ŷ": prediction}
        derivatives = {name: tensor.grad for name, tensor in (inputs | self.parameters).items()}
        return _arrays({"ŷ": prediction, "J": J}), _arrays(derivatives)

    def load(self, parameters: Mapping[str, Array]) -> None:
        """Take these parameters over."""
        with torch.no_grad():
            for name, parameter in self.module.named_parameters():
                parameter.copy_(torch.tensor(parameters[name]))

    def buffers(self) -> dict[str, Array]:
        """The running statistics."""
        return _arrays(dict(self.module.named_buffers()))

    def clip(self) -> dict[str, Array]:
        """Clip the gradient, by value and then by norm; what is left of it."""
        clip, parameters = self.case.clip, [*self.parameters.values()]
        if clip.value is not None and parameters:
            nn.utils.clip_grad_value_(parameters, clip.value)
        if clip.norm is not None and parameters:
            nn.utils.clip_grad_norm_(parameters, clip.norm)
        return _arrays({name: parameter.grad for name, parameter in self.parameters.items()})

    def replace(self, gradients: Mapping[str, Array], where: Mapping[str, Array]) -> None:
        """Put other numbers in some places of the gradient."""
        for name, parameter in self.parameters.items():
            assert parameter.grad is not None
            parameter.grad[torch.tensor(where[name])] = torch.tensor(gradients[name][where[name]])

    def update(self) -> dict[str, Array]:
        """Take the optimizer's step; every parameter that learns."""
        if self.parameters:
            self.optimizer.step()
        return _arrays(self.parameters)

    def predict(self, x: Array) -> Array:
        """The output in inference."""
        self.module.eval()
        for module in self.module.modules():
            if isinstance(module, GivenDropout):
                module.kept = None
        with torch.no_grad():
            return self._forward(torch.tensor(x)).numpy()

    def _forward(self, x: Tensor) -> Tensor:
        with ignored_warnings("Using padding='same' with even kernel"):  # slower, says PyTorch
            return self.module(x)

    def _penalty(self) -> Tensor:
        weights = [
            weight
            for module in self.module.modules()
            for weight in _weights_of(module)
            if weight.requires_grad
        ]
        terms = (penalty.to_torch()(weight) for penalty in self.case.penalties for weight in weights)
        return sum(terms, start=torch.zeros((), dtype=torch.float64))


def _arrays(tensors: Mapping[str, Any]) -> dict[str, Array]:
    return {name: tensor.detach().numpy().copy() for name, tensor in tensors.items()}


def _weights_of(module: nn.Module) -> list[torch.Tensor]:
    names = ("weight",) if isinstance(module, WEIGHTED) else OWN_WEIGHTS.get(type(module).__name__, ())
    return [getattr(module, name) for name in names]
