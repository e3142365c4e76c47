"""Networks, weights and optimizers as PyTorch has them, both ways.

`gradiente.pytorch.optim`, the lecture's optimizers for any program of PyTorch, is imported by its own name.
"""

from gradiente.pytorch.optimizer_state import (
    optimizer_from_torch,
    optimizer_to_torch,
    read_slots,
    torch_optimizer,
    write_slots,
)

__all__ = [
    "optimizer_from_torch",
    "optimizer_to_torch",
    "read_slots",
    "torch_optimizer",
    "write_slots",
]
