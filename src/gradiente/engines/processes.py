"""The processes that share a training, as torchrun starts them."""

import atexit
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from gradiente.errors import GradienteError

if TYPE_CHECKING:
    from torch.distributed.distributed_c10d import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Processes:
    """How many processes there are, which of them this is, and which on its own machine.

    >>> Processes().count
    1
    """

    rank: int = 0
    count: int = 1
    local_rank: int = 0

    @classmethod
    def launched(cls) -> "Processes":
        """Those that torchrun, or another launcher of PyTorch programs, says in the environment."""
        if not {"RANK", "WORLD_SIZE", "MASTER_ADDR"} <= os.environ.keys():
            return cls()
        rank, count = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        return cls(rank, count, int(os.environ.get("LOCAL_RANK", 0)))

    def join(self, device: str) -> None:
        """Meet the others, once: over NCCL where each has a CUDA device, else over gloo."""
        import torch.distributed as dist
        from torch.distributed.distributed_c10d import PrefixStore
        from torch.distributed.rendezvous import rendezvous

        if self.count > 1 and not dist.is_initialized():
            store, _, _ = next(rendezvous("env://"))
            store = PrefixStore(_name_of_start(store, self.rank, self.count), store)
            backend = "nccl" if device == "cuda" else "gloo"
            dist.init_process_group(backend, store=store, rank=self.rank, world_size=self.count)
            atexit.register(_leave)

    def first(self, work: Callable[[], T]) -> T:
        """What the first process finds by that work, for all of them; an error of ours that it meets is everybody's."""
        if self.count == 1:
            return work()
        import torch.distributed as dist

        found: list[T | GradienteError | None] = [None]
        if self.rank == 0:
            try:
                found[0] = work()
            except GradienteError as error:
                found[0] = error
        dist.broadcast_object_list(found, src=0)
        if isinstance(found[0], GradienteError):
            raise found[0]
        return found[0]  # pyright: ignore[reportReturnType]


def _name_of_start(store: "Store", rank: int, count: int) -> str:
    """A name of their own for processes that start together.

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
