"""Batch normalization over the batches of all processes together, on any device.

PyTorch's own SyncBatchNorm asks for CUDA devices.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def synchronize(module: "torch.nn.Module") -> None:
    """Make every batch normalization of a module use the mean and variance over all processes.

    Equation:   μ = Σ x / n,   σ² = Σ (x − μ)² / n,   with sums and n over the batches of all processes
    """
    import torch

    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm1d | torch.nn.BatchNorm2d | torch.nn.BatchNorm3d):
            part.forward = partial(_forward, part)  # pyright: ignore


def _forward(norm: Any, x: "torch.Tensor") -> "torch.Tensor":
    import torch

    if not norm.training:
        return type(norm).forward(norm, x)
    dtype, x = x.dtype, x.to(norm.running_mean.dtype)
    axes = [0, *range(2, x.ndim)]
    shape = (1, -1, *(1,) * (x.ndim - 2))
    n = _sum_over_processes(x.new_tensor([x.numel() / x.shape[1]]))
    mu = _sum_over_processes(x.sum(axes)) / n
    centred = x - mu.reshape(shape)
    var = _sum_over_processes((centred * centred).sum(axes)) / n
    _follow(norm, mu.detach(), (var * n / (n - 1)).detach())
    y = centred * torch.rsqrt(var + norm.eps).reshape(shape)
    y = y * norm.weight.reshape(shape) + norm.bias.reshape(shape) if norm.affine else y
    return y.to(dtype)


def _sum_over_processes(values: "torch.Tensor") -> "torch.Tensor":
    """Their sum over all processes, whose derivative is the sum of all processes' derivatives."""
    total = _added(values.detach())
    if values.requires_grad:
        values.register_hook(_added)
    return values + (total - values.detach())


def _added(values: "torch.Tensor") -> "torch.Tensor":
    import torch.distributed as dist

    total = values.clone()
    dist.all_reduce(total)
    return total


def _follow(norm: Any, mean: "torch.Tensor", var: "torch.Tensor") -> None:
    import torch

    norm.num_batches_tracked.add_(1)
    momentum = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
    with torch.no_grad():
        norm.running_mean.lerp_(mean, momentum)
        norm.running_var.lerp_(var, momentum)
