"""The processes of a training run, and their communication."""

import atexit
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from gradiente.errors import GradienteError, ProcessError
from gradiente.launcher import launched_ranks

if TYPE_CHECKING:
    import torch
    from torch.distributed.distributed_c10d import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Group:
    """A single process, with the same methods as several.

    Arguments:
        rank: of this process, from 0
        world_size: the number of processes
        local_rank: its rank on its machine

    >>> Group().all_gather("alone")
    ['alone']

    Source: lightning.fabric.Fabric
    """

    rank: int = 0
    world_size: int = 1
    local_rank: int = 0

    @property
    def is_global_zero(self) -> bool:
        """Whether this is the process that prints and writes."""
        return self.rank == 0

    def connect(self, device: "torch.device") -> None:
        """Initialize the process group, once."""

    def all_reduce(self, values: T, op: Literal["sum", "mean"] = "sum") -> T:
        """The sum, or the mean, of an array or a tensor over all processes."""
        return values

    def all_gather(self, value: T) -> list[T]:
        """The value of every process, by rank: tensors of one shape, or anything that pickle takes."""
        return [value]

    def broadcast(self, value: T) -> T:
        """The value of process 0."""
        return value

    def on_global_zero(self, work: Callable[[], T]) -> T:
        """The result of process 0, for all processes; a GradienteError raised there is raised by each."""
        if self.world_size == 1:
            return work()
        found: T | GradienteError | None = None
        if self.is_global_zero:
            try:
                found = work()
            except GradienteError as error:
                found = error
        found = self.broadcast(found)
        if isinstance(found, GradienteError):
            raise found
        return found  # pyright: ignore[reportReturnType]

    @contextmanager
    def session(self) -> Iterator[None]:
        """Context manager around all collective computations.

        Errors: ProcessError where another process died
        """
        yield


@dataclass(frozen=True)
class TorchGroup(Group):
    """Several processes, over torch.distributed."""

    def connect(self, device: "torch.device") -> None:
        """Initialize the process group, once: with NCCL if each process has a CUDA device, else with gloo."""
        import torch.distributed as dist
        from torch.distributed.distributed_c10d import PrefixStore
        from torch.distributed.rendezvous import rendezvous

        if not dist.is_initialized():
            store, _, _ = next(rendezvous("env://"))
            store = PrefixStore(_name_of_start(store, self.rank, self.world_size), store)
            backend = "nccl" if device.type == "cuda" else "gloo"
            dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.world_size)
            atexit.register(_leave)

    def all_reduce(self, values: T, op: Literal["sum", "mean"] = "sum") -> T:
        import torch
        import torch.distributed as dist

        if isinstance(values, np.ndarray):
            device = "cuda" if dist.get_backend() == "nccl" else "cpu"
            return self.all_reduce(torch.tensor(values, device=device), op).numpy(force=True)  # pyright: ignore
        total: Any = values.clone()  # pyright: ignore[reportAttributeAccessIssue]
        dist.all_reduce(total)
        return total / self.world_size if op == "mean" else total

    def all_gather(self, value: T) -> list[T]:
        import torch
        import torch.distributed as dist

        if isinstance(value, torch.Tensor):
            tensors = [torch.empty_like(value) for _ in range(self.world_size)]
            dist.all_gather(tensors, value)
            return tensors  # pyright: ignore[reportReturnType]
        values: list[Any] = [None] * self.world_size
        dist.all_gather_object(values, value)
        return values

    def broadcast(self, value: T) -> T:
        import torch.distributed as dist

        values = [value]
        dist.broadcast_object_list(values, src=0)
        return values[0]

    @contextmanager
    def session(self) -> Iterator[None]:
        from torch.distributed import DistError

        try:
            yield
        except RuntimeError as error:
            words = str(error).split("\n")[0]
            if isinstance(error, DistError) or "gloo" in words:
                reason = words.rpartition("] ")[2][:80]  # without the place in gloo's sources
                raise ProcessError("processes.lost", rank=self.rank, reason=reason) from error
            raise


def launched() -> Group:
    """The processes described in the environment by torchrun or another launcher of PyTorch programs."""
    rank, world_size, local_rank = launched_ranks()
    return (TorchGroup if world_size > 1 else Group)(rank, world_size, local_rank)


def _name_of_start(store: "Store", rank: int, count: int) -> str:
    """A unique name for processes started together.

    torchrun keeps one store over all its restarts: under the same names, processes would look for those that died.
    The first process gives the name, and says it until each of the others has found itself in its list.
    """
    own = os.urandom(16).hex()
    store.set(f"process {rank}", own)
    while True:
        if rank == 0:
            if store.add(f"met {own}", 0) == count - 1:
                return own
            store.set(
                "processes", json.dumps([store.get(f"process {each}").decode() for each in range(count)])
            )
        elif (started := json.loads(store.get("processes")))[rank] == own:
            store.add(f"met {started[0]}", 1)
            return started[0]
        time.sleep(0.02)


def _leave() -> None:
    import torch.distributed as dist

    if dist.is_initialized():
        dist.destroy_process_group()
