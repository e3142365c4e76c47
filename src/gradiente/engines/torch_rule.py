"""An optimizer's rule on PyTorch's device, and its state as the flat arrays of every engine."""

from typing import TYPE_CHECKING

import numpy as np

from gradiente.engines.torch_model import TorchModel, full_tensor
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.parameter_groups import ParameterGroups
from gradiente.pytorch.optimizer_state import grouped_optimizer, read_slots, write_slots

if TYPE_CHECKING:
    import torch

Array = np.ndarray


class TorchRule:
    """A torch optimizer over the parameters of a model that learn.

    `slots` are those of every parameter; `optim` has the state of the trainable ones.
    """

    model: TorchModel
    optim: "torch.optim.Optimizer"

    def __init__(self, network: Network, optimizer: Optimizer, parameter_groups: ParameterGroups) -> None:
        self.network = network
        self.optimizer = optimizer
        self.parameter_groups = parameter_groups
        self.slots = optimizer.initial_slots(network.theta)

    def bind(self, model: TorchModel, t: int) -> None:
        """Update the parameters of that model from now on, with the state after t steps."""
        self.model = model
        if model.learns:
            self.optim = self._new_optim()
            self.write_slots(t)

    def follow(self, optimizer: Optimizer) -> None:
        """Use the rule of the next step: a new learning rate, or another rule, with a new state."""
        if type(optimizer) is not type(self.optimizer):
            self.optimizer = optimizer
            self.slots = optimizer.initial_slots(self.network.theta)
            self.optim = self._new_optim()
        elif optimizer is not self.optimizer:
            self.optimizer = optimizer
            rules = self.parameter_groups.split(self.network, optimizer, self.model.parameters)
            for group, (rule, _) in zip(self.optim.param_groups, rules, strict=True):
                group.update({key: value for key, value in vars(rule).items() if key in group})

    def read_slots(self) -> dict[str, Array]:
        """Update `slots` from the torch optimizer; frozen parameters keep theirs."""
        if self.model.learns:
            for slot, tensors in read_slots(self.optim, self.optimizer, self.model.parameters).items():
                views = self.network.named(self.slots[slot])
                for name, tensor in tensors.items():
                    views[name][...] = full_tensor(tensor).numpy(force=True)
        return self.slots

    def write_slots(self, t: int) -> None:
        """Set the state of the torch optimizer to `slots`, after t steps."""
        if not self.model.learns:
            return
        tensors = {
            slot: {
                name: self.model.like(name, view)
                for name, view in self.network.named(flat).items()
                if name in self.model.parameters
            }
            for slot, flat in self.slots.items()
        }
        write_slots(self.optim, self.optimizer, self.model.parameters, tensors, t)

    def _new_optim(self) -> "torch.optim.Optimizer":
        return grouped_optimizer(self.optimizer, self.network, self.model.parameters, self.parameter_groups)
