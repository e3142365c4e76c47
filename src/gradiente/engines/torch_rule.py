"""An optimizer's rule on PyTorch's device, and its state as the flat arrays of every engine."""

from typing import TYPE_CHECKING

import numpy as np

from gradiente.engines.torch_model import TorchModel, full_tensor
from gradiente.network import Network
from gradiente.optimizers import Optimizer
from gradiente.pytorch.optimizer_state import read_slots, torch_optimizer, write_slots

if TYPE_CHECKING:
    import torch

Array = np.ndarray


class TorchRule:
    """A torch optimizer over the parameters of a model that learn.

    `slots` are those of every parameter; `optim` has the state of the trainable ones.
    """

    model: TorchModel
    optim: "torch.optim.Optimizer"

    def __init__(self, network: Network, optimizer: Optimizer) -> None:
        self.network = network
        self.optimizer = optimizer
        self.slots = optimizer.initial_slots(network.theta)

    def bind(self, model: TorchModel, t: int) -> None:
        """Update the parameters of that model from now on, with the state after t steps."""
        self.model = model
        if model.learns:
            self.optim = torch_optimizer(self.optimizer, list(model.parameters.values()))
            self.write_slots(t)

    def follow(self, optimizer: Optimizer) -> None:
        """Use the rule of the next step: a new learning rate, or another rule, with a new state."""
        if type(optimizer) is not type(self.optimizer):
            self.optimizer = optimizer
            self.slots = optimizer.initial_slots(self.network.theta)
            self.optim = torch_optimizer(optimizer, list(self.model.parameters.values()))
        elif optimizer is not self.optimizer:
            self.optimizer = optimizer
            for group in self.optim.param_groups:
                group.update({key: value for key, value in vars(optimizer).items() if key in group})

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
