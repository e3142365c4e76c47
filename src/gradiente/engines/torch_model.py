"""A network as a torch module: on its device, with the processes that share it, compiled or replayed as graphs."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.engines.group import Group
from gradiente.engines.torch_settings import Torch
from gradiente.network import Network
from gradiente.pytorch.dropout import Masks
from gradiente.pytorch.sync_batch_norm import synchronize

if TYPE_CHECKING:
    import torch

Array = np.ndarray


class TorchModel:
    """A network as PyTorch's modules, synchronized with the network's own arrays.

    `parameters` are those of `module` that learn, by name; with `shard` each process holds a shard of every parameter.

    Arguments:
        generator: what dropout draws from
    """

    def __init__(
        self,
        network: Network,
        device: "torch.device",
        group: Group,
        settings: Torch,
        generator: "torch.Generator",
    ) -> None:
        import torch

        self.network = network
        self.device = device
        self.settings = settings
        self.frozen = network.frozen
        self.module = network.to_torch()
        self.masks = Masks(self.module, generator)
        if not settings.shard:  # what is parted goes to the devices part by part
            self.module.to(device)
        self.learns = bool(network.trainable)
        self._training: bool | None = None
        self._graphed: tuple[torch.Size, Any] | None = None
        self._before: list[torch.Tensor] = []
        self.work: Any = self.module
        if group.world_size > 1:
            synchronize(self.module)
            self.work = self._shared() if self.learns else self.module
        self.parameters = {
            name: parameter for name, parameter in self.module.named_parameters() if parameter.requires_grad
        }
        if settings.compile:
            self.work = torch.compile(self.work)

    def forward(self, x: "torch.Tensor", training: bool, *, undoable: bool = False) -> "torch.Tensor":
        """The output for a batch, recorded by autograd.

        Arguments:
            undoable: keep the running statistics for `restore_buffers`
        """
        import torch

        self._set_mode(training)
        x = x.long() if self.network.takes_indices else x
        self._before = [buffer.clone() for buffer in self.module.buffers()] if undoable else []
        with self.autocast():
            y = self._replayed(x) if training and self.settings.cuda_graphs else self.work(x)
        return y.float() if y.dtype == torch.bfloat16 else y

    def restore_buffers(self) -> None:
        """Restore the running statistics from before the last forward pass."""
        for buffer, before in zip(self.module.buffers(), self._before, strict=False):
            buffer.copy_(before)

    def clear_graph(self) -> None:
        """Discard the recorded graph: another training run may have batches of another shape."""
        self._graphed = None

    def predict(self, x: "torch.Tensor") -> "torch.Tensor":
        """The output for a batch, and nothing else."""
        import torch

        self._set_mode(False)
        x = x.long() if self.network.takes_indices else x
        with torch.no_grad(), self.autocast():
            y = self.module(x)
        return y.float() if y.dtype == torch.bfloat16 else y

    def autocast(self) -> AbstractContextManager[Any]:
        """Context manager: products in 16 bits, if set."""
        import torch

        half = self.settings.precision == "bf16"
        cached = not self.settings.cuda_graphs  # a recording would hold the cached copies of old weights
        return (
            torch.autocast(self.device.type, torch.bfloat16, cache_enabled=cached) if half else nullcontext()
        )

    def upload(self) -> None:
        """Copy the network's parameters and buffers to the module."""
        tensors = self._tensors()
        for name, array in (self.network.parameters | self.network.buffers).items():
            self.write(tensors[name], array)

    def download(self) -> None:
        """Copy parameters, buffers and gradients to the network."""
        network, tensors = self.network, self._tensors()
        for name, array in (network.parameters | network.buffers).items():
            array[...] = full_tensor(tensors[name]).numpy(force=True)
        for name, parameter in self.parameters.items():
            if parameter.grad is not None:
                network.gradients[name][...] = full_tensor(parameter.grad).numpy(force=True)

    def like(self, name: str, array: Array) -> "torch.Tensor":
        """An array as a tensor that lies where, and is parted as, the parameter of that name is."""
        import torch

        tensor = torch.empty_like(self.parameters[name], requires_grad=False)
        self.write(tensor, array)
        return tensor

    def write(self, tensor: "torch.Tensor", array: Array) -> None:
        """Put an array's numbers into a tensor of the device, or into this process's part of it."""
        import torch

        values = torch.from_numpy(np.require(array, requirements=["C", "W"])).to(self.device, tensor.dtype)
        if hasattr(tensor, "device_mesh"):
            from torch.distributed.tensor import distribute_tensor

            values = distribute_tensor(values, tensor.device_mesh, tensor.placements)  # pyright: ignore
        with torch.no_grad():
            tensor.copy_(values)

    def _tensors(self) -> "Mapping[str, torch.Tensor]":
        return dict(self.module.named_parameters()) | dict(self.module.named_buffers())

    def _shared(self) -> Any:
        """The module wrapped to average its gradients over the processes."""
        if not self.settings.shard:
            from torch.nn.parallel import DistributedDataParallel

            return DistributedDataParallel(self.module)
        import torch.distributed as dist
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        mesh = init_device_mesh(self.device.type, (dist.get_world_size(),))
        for layer in self.module:
            if any(parameter.requires_grad for parameter in layer.parameters()):
                fully_shard(layer, mesh=mesh)
        return fully_shard(self.module, mesh=mesh)

    def _replayed(self, x: "torch.Tensor") -> "torch.Tensor":
        """The output by a recording, for batches of the first one's shape; another shape is computed without it."""
        if self._graphed is None:
            self._graphed = x.shape, self._record(x)
        shape, replay = self._graphed
        if x.shape != shape:
            return self.work(x)
        self.masks.redraw()
        return replay(x).clone()  # the next replay writes to the same place

    def _record(self, x: "torch.Tensor") -> Any:
        """Forward and backward as graphs; recording runs them, which moves the buffers and the generator."""
        import torch

        buffers = [(buffer, buffer.clone()) for buffer in self.module.buffers()]
        drawn = self.masks.generator.get_state()
        modules = torch.nn.Sequential(
            *self.module
        )  # the recording takes this one's forward, not the module's
        self.masks.hold(True)
        modules(x)  # outside of the recording: it draws the masks
        replay = torch.cuda.make_graphed_callables(modules, (x.clone(),))
        self.masks.hold(False)
        self.masks.generator.set_state(drawn)
        for buffer, before in buffers:
            buffer.copy_(before)
        return replay

    def _set_mode(self, training: bool) -> None:
        if training != self._training:
            self.module.train(training)
            self.work.train(training)
            for index in self.frozen:
                self.module[index].eval()
            self._training = training


def full_tensor(tensor: "torch.Tensor") -> "torch.Tensor":
    """The full tensor of a sharded one; any other unchanged."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor  # pyright: ignore


def local_tensor(tensor: "torch.Tensor") -> "torch.Tensor":
    """This process's shard of a sharded tensor; any other unchanged."""
    return tensor.to_local() if hasattr(tensor, "to_local") else tensor  # pyright: ignore
