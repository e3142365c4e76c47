"""The activations that are recognized, as functions of columns: instances side by side."""

from collections.abc import Callable
from functools import partial

import numpy as np

from gradiente.checker.rules.wrong_forms import WRONG_FORMS, meant
from gradiente.layers import ELU, GELU, Layer, LeakyReLU, ReLU, Sigmoid, SiLU, Softmax, Softplus, Tanh
from gradiente.layers.base import Context

Array = np.ndarray
IDENTITY = ""


def _leaky(slope: float, a: Array) -> Array:
    return np.where(a > 0, a, a / slope)


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
# g⁻¹, element by element; NaN where several z give one a. Of softmax but for one number for each instance.
INVERSES: dict[str, Callable[[Array], Array]] = {
    "sigmoid": lambda a: np.log(a / (1 - a)),
    "tanh": np.arctanh,
    "relu": lambda a: np.where(a > 0, a, np.nan),
    "softmax": np.log,
    **{
        name: partial(_leaky, slope)
        for name, slope in (("leaky_relu", 0.01), ("leaky_relu_0.1", 0.1), ("leaky_relu_0.2", 0.2))
    },
}


def activated(name: str, z: Array) -> Array:
    """g(Z), (n, m) → (n, m), or the wrong form of it."""
    if name in WRONG_FORMS:
        with np.errstate(all="ignore"):
            return WRONG_FORMS[name].form(z)
    return ACTIVATIONS[name].forward({}, z.T, Context())[0].T if name else z


def softmax(z: Array, axis: int = 0) -> Array:
    """e^z over its sum along an axis"""
    powers = shifted_powers(z, axis)
    return powers / powers.sum(axis=axis, keepdims=True)


def shifted_powers(z: Array, axis: int) -> Array:
    """e^(z − c), c the largest along an axis"""
    return np.exp(z - z.max(axis=axis, keepdims=True))


def through(name: str, z: Array, da: Array) -> Array:
    """∂J/∂Z from ∂J/∂A, by the layer's own derivative; of a wrong form by that of the activation it stands for."""
    if not name:
        return da
    if name in WRONG_FORMS:
        return da * slope(name, activated(name, z))
    layer = ACTIVATIONS[name]
    cache = layer.forward({}, z.T, Context())[1]
    return layer.input_gradient({}, cache, da.T).T


def slope(activation: str, a: Array) -> Array:
    """g′ as a function of a = g(z), for activations that have such a form; ValueError for another."""
    name = meant(activation)
    if name in ("sigmoid", "softmax"):
        return a * (1 - a)
    if name == "tanh":
        return 1 - a * a
    if name == "relu":
        return (a > 0).astype(float)
    raise ValueError(activation)
