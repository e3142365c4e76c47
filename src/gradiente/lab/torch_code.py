"""A network as a program of PyTorch."""

import numpy as np

from gradiente.data import Dataset
from gradiente.errors import require
from gradiente.network import Network
from gradiente.reporting.units import units

WEIGHTS = "network.safetensors"


def torch_code(network: Network, data: Dataset) -> str:
    """A file that builds the network in PyTorch and loads its weights from network.safetensors beside it.

    Where columns were standardized, its `predict` does so too.

    Errors: ArgumentError for a layer that is no module of torch.nn, or where PyTorch is not installed
    """
    modules = list(network.to_torch().children())
    known = all(type(module).__module__.startswith("torch.nn.") for module in modules)
    require(known and not any(list(module.children()) for module in modules), "lab.torch_code")
    layers = "".join(f"    nn.{module!r},\n" for module in modules)
    mean, scale = units(data)
    standardized = not (np.all(mean == 0) and np.all(scale == 1))
    scaled = (
        f"MEAN, SCALE = torch.tensor({mean.tolist()}), torch.tensor({scale.tolist()})\n"
        if standardized
        else ""
    )
    given = "(x - MEAN) / SCALE" if standardized else "x"
    return f'''import torch
from safetensors.torch import load_file
from torch import nn

network = nn.Sequential(
{layers})
network.load_state_dict(load_file("{WEIGHTS}"))
network.eval()
{scaled}

@torch.no_grad()
def predict(x):
    return network({given})
'''
