"""Conversion of networks, weights and optimizers to and from PyTorch.

`gradiente.pytorch.optim`, the lecture's optimizers for any program of PyTorch, is imported by its own name.
"""

from gradiente.pytorch.files import read_state_dict, save_state_dict
from gradiente.pytorch.from_torch import from_torch
from gradiente.pytorch.optimizer_state import (
    optimizer_from_torch,
    optimizer_to_torch,
    torch_optimizer,
)

__all__ = [
    "from_torch",
    "optimizer_from_torch",
    "optimizer_to_torch",
    "read_state_dict",
    "save_state_dict",
    "torch_optimizer",
]
