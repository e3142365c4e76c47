"""How the engine `torch` computes: where, in which precision, compiled or not."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gradiente.engines.group import Group
from gradiente.errors import require

if TYPE_CHECKING:
    import torch

PRECISIONS = ("float32", "bf16")
DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True, kw_only=True)
class Torch:
    """The settings of the engine `torch`: Trainer(…, engine=Torch(device="cuda")).

    Arguments:
        device: "cpu", "cuda", "cuda:1", "mps", or "auto": the fastest available; with several processes each uses
            the CUDA device of its local rank
        precision: "float32": all in the network's own type; "bf16": products in 16 bits, parameters in float32
        compile: compile the network with torch.compile
        cuda_graphs: record the network's kernels once and replay them; for small networks on one CUDA device
        shard: with several processes, shard parameters and optimizer state (FSDP) instead of replicating them

    Errors: ArgumentError for a setting that does not exist, or that the device does not support

    >>> Torch(device="cpu").precision
    'float32'

    Source: torch.autocast, torch.compile, torch.cuda.make_graphed_callables, torch.distributed.fsdp.fully_shard
    """

    device: str = "auto"
    precision: Literal["float32", "bf16"] = "float32"
    compile: bool = False
    cuda_graphs: bool = False
    shard: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "device", str(self.device))
        require(
            self.precision in PRECISIONS,
            "torch.precision",
            value=repr(self.precision),
            known=", ".join(PRECISIONS),
        )
        require(not (self.compile and self.cuda_graphs), "torch.compile_or_graphs")
        kind, _, index = self.device.partition(":")
        known = kind in DEVICES and (not index or (kind == "cuda" and index.isdecimal()))
        require(known, "torch.device_name", value=repr(self.device), known=", ".join(DEVICES))


def find_device(name: str, group: Group, dtype: "np.dtype") -> "torch.device":
    """The device of that name; where processes share a machine, the CUDA device of this process's number.

    Errors: ArgumentError that lists the available devices, if it is not available or does not support the dtype
    """
    import torch

    cuda = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    if name == "auto":
        name = "cuda" if cuda else "mps" if mps and dtype == np.float32 else "cpu"
    if name == "cuda":
        name = f"cuda:{group.local_rank}"
    else:
        require(group.world_size == 1 or not name.startswith("cuda:"), "torch.one_device", device=name)
    there = ["cpu", *cuda, *mps]
    require(name in there, "torch.device", device=name, there=", ".join(there))
    require(name != "mps" or dtype == np.float32, "torch.mps_dtype", dtype=dtype)
    return torch.device(name)
