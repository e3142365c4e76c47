"""Normalization by the statistics of the batches of all processes together, on any device.

PyTorch's own SyncBatchNorm asks for CUDA devices.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


def synchronize(module: "torch.nn.Module") -> None:
    """Make every batch normalization of a module use the mean and variance over all processes.

    Equation:   μ = Σ x / n,   σ² = Σ (x − μ)² / n,   with sums and n over the batches of all processes

    Of an instance normalization, these are the running statistics alone: every process has those of its own instances.
    """
    from torch import nn

    batch_norms = nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d
    instance_norms = nn.InstanceNorm1d | nn.InstanceNorm2d | nn.InstanceNorm3d
    for part in module.modules():
        if isinstance(part, batch_norms):
            part.forward = partial(_batch_norm, part)  # pyright: ignore
        elif isinstance(part, instance_norms):
            part.forward = partial(_instance_norm, part)  # pyright: ignore


def _batch_norm(norm: Any, x: "torch.Tensor") -> "torch.Tensor":
    import torch

    if not norm.training and norm.track_running_stats:
        return type(norm).forward(norm, x)
    dtype, x = x.dtype, x.to(torch.promote_types(x.dtype, torch.float32))
    axes = [0, *range(2, x.ndim)]
    shape = (1, -1, *(1,) * (x.ndim - 2))
    n = _sum_over_processes(x.new_tensor([x.numel() / x.shape[1]]))
    mu = _sum_over_processes(x.sum(axes)) / n
    centred = x - mu.reshape(shape)
    var = _sum_over_processes((centred * centred).sum(axes)) / n
    if norm.track_running_stats:
        norm.num_batches_tracked.add_(1)
        momentum = 1 / float(norm.num_batches_tracked) if norm.momentum is None else norm.momentum
        _follow(norm, mu, var * n / (n - 1), momentum)
    y = centred * torch.rsqrt(var + norm.eps).reshape(shape)
    return _scaled(norm, y, shape).to(dtype)


def _instance_norm(norm: Any, x: "torch.Tensor") -> "torch.Tensor":
    import torch

    if norm.training and norm.track_running_stats:
        positions = x.detach().to(torch.promote_types(x.dtype, torch.float32)).flatten(2)
        var, mean = torch.var_mean(positions, dim=2)
        instances = _added(mean.new_tensor([len(x)]))
        mean, var = (_added(values.sum(0)) / instances for values in (mean, var))
        _follow(norm, mean, var, norm.momentum or 0.0)
    if len(x) == 0:  # PyTorch's own has no derivative of it
        return _scaled(norm, x, (1, -1, *(1,) * (x.ndim - 2)))
    if not norm.training:
        return type(norm).forward(norm, x)
    return torch.nn.functional.instance_norm(x, weight=norm.weight, bias=norm.bias, eps=norm.eps)


def _scaled(norm: Any, y: "torch.Tensor", shape: tuple[int, ...]) -> "torch.Tensor":
    y = y if norm.weight is None else y * norm.weight.reshape(shape)
    return y if norm.bias is None else y + norm.bias.reshape(shape)


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


def _follow(norm: Any, mean: "torch.Tensor", var: "torch.Tensor", momentum: float) -> None:
    """Move the running statistics to the newest ones by that share of the way."""
    import torch

    with torch.no_grad():
        norm.running_mean.lerp_(mean, momentum)
        norm.running_var.lerp_(var, momentum)
