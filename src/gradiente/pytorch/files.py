"""Parameters in the files that PyTorch's programs exchange: a state_dict, saved by torch.save or as safetensors."""

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.errors import FileError, require_installed
from gradiente.files import open_file
from gradiente.network import Network
from gradiente.storage import write_atomically

if TYPE_CHECKING:
    import torch

Array = np.ndarray
# What DataParallel and DistributedDataParallel, and torch.compile, put before every name.
WRAPPERS = ("module.", "_orig_mod.")
SHOWN = 5  # entries in a message


def save_state_dict(network: Network, path: str | Path) -> None:
    """Write parameters and buffers as torch.save(module.state_dict(), path) does, for any program of PyTorch.

    Errors: ArgumentError where PyTorch is not installed; FileError where the file cannot be written

    >>> import torch
    >>> from gradiente.layers import Linear
    >>> save_state_dict(Network([Linear(2, 1)]), "net.pt")
    >>> list(torch.load("net.pt", weights_only=True))
    ['0.weight', '0.bias']
    """
    require_installed("torch", extra="torch")
    import torch

    content = io.BytesIO()
    torch.save(network.to_torch().state_dict(), content)
    write_atomically(path, content.getvalue())


def read_state_dict(path: str | Path) -> dict[str, Array]:
    """What a file holds by name, for network.load_state_dict: one of torch.save(module.state_dict()), or safetensors.

    Nothing in the file is executed. What data parallelism and torch.compile put before the names is left out;
    real numbers of fewer than 32 bits become float32, as NumPy does not have all their types.

    Errors: ArgumentError where PyTorch is not installed; FileError where the file is missing or corrupt, or holds
        something else than tensors by name

    >>> from gradiente.layers import Linear
    >>> save_state_dict(Network([Linear(2, 1)], seed=1), "net.pt")
    >>> net = Network([Linear(2, 1)])
    >>> net.load_state_dict(read_state_dict("net.pt"))
    """
    require_installed("torch", extra="torch")
    path = Path(path)
    open_file(path).close()  # its errors
    state = _safetensors(path) if path.suffix == ".safetensors" else _pickled(path)
    return {name: _array(tensor) for name, tensor in _unwrapped(state).items()}


def _safetensors(path: Path) -> "dict[str, torch.Tensor]":
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise FileError("storage.corrupt", path=path) from error


def _pickled(path: Path) -> "Mapping[str, torch.Tensor]":
    import torch

    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a broken file may be anything to torch.load
        if isinstance(error, pickle.UnpicklingError) and zipfile.is_zipfile(path):
            raise FileError("state_dict.objects", path=path) from error
        raise FileError("state_dict.corrupt", path=path) from error
    if not isinstance(state, Mapping):
        raise FileError("state_dict.other", path=path, got=type(state).__name__)
    others = [
        repr(name)
        for name, entry in state.items()
        if not (isinstance(name, str) and isinstance(entry, torch.Tensor))
    ]
    if others:
        raise FileError("state_dict.other", path=path, got=", ".join(others[:SHOWN]))
    return state


def _unwrapped(state: "Mapping[str, torch.Tensor]") -> "Mapping[str, torch.Tensor]":
    for prefix in WRAPPERS * 2:  # one may be around the other
        if state and all(name.startswith(prefix) for name in state):
            state = {name.removeprefix(prefix): tensor for name, tensor in state.items()}
    return state


def _array(tensor: "torch.Tensor") -> Array:
    tensor = tensor.to_dense()
    short = tensor.is_floating_point() and tensor.itemsize < 4
    return (tensor.float() if short else tensor).numpy(force=True)
