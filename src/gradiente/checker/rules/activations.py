"""The activations that are recognized, as functions of columns: instances side by side."""

import numpy as np

from gradiente.layers import ELU, GELU, Layer, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from gradiente.layers.base import Context

Array = np.ndarray
IDENTITY = ""
ACTIVATIONS: dict[str, Layer] = {  # the usual ones first
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "relu": ReLU(),
    "softmax": Softmax(),
    "leaky_relu": LeakyReLU(),
    "leaky_relu_0.1": LeakyReLU(0.1),
    "leaky_relu_0.2": LeakyReLU(0.2),
    "elu": ELU(),
    "softplus": Softplus(),
    "silu": SiLU(),
    "gelu": GELU(),
}


def activated(name: str, z: Array) -> Array:
    """g(Z), (n, m) → (n, m)"""
    return ACTIVATIONS[name].forward({}, z.T, Context())[0].T if name else z


def through(name: str, z: Array, da: Array) -> Array:
    """∂J/∂Z from ∂J/∂A, by the layer's own derivative."""
    if not name:
        return da
    layer = ACTIVATIONS[name]
    cache = layer.forward({}, z.T, Context())[1]
    return layer.input_gradient({}, cache, da.T).T
