"""The layers, one file each. A layer named in REGISTRY can be saved, loaded and written on a command line."""

from gradiente.layers.base import Context, Layer
from gradiente.layers.flatten import Flatten
from gradiente.layers.identity import Identity
from gradiente.layers.leaky_relu import LeakyReLU
from gradiente.layers.linear import Linear
from gradiente.layers.relu import ReLU
from gradiente.layers.sigmoid import Sigmoid
from gradiente.layers.softmax import Softmax
from gradiente.layers.tanh import Tanh

REGISTRY: dict[str, type[Layer]] = {
    layer.__name__: layer for layer in (Linear, Sigmoid, Tanh, ReLU, LeakyReLU, Softmax, Flatten, Identity)
}

__all__ = [
    "REGISTRY",
    "Context",
    "Flatten",
    "Identity",
    "Layer",
    "LeakyReLU",
    "Linear",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]
