"""Normalization: numbers that share a mean and a variance get mean 0 and variance 1. One formula for all layers."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from gradiente.layers.base import Array, Arrays, Context, Layer, Shape
from gradiente.layers.moments import summed
from gradiente.layers.normalized_place import Layout, NormalizedPlace, places_of
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import MINUS, Index, LayerStep, Opening, opening, term


class Cache(NamedTuple):
    """x̂ in its layout, what it was computed with, μ and 1 / √(σ² + ε), and σ² where that is x's own."""

    x_hat: Array
    mean: Array
    inverse_std: Array
    variance: Array | None


class Normalization(Layer):
    r"""The base class of all normalizations.

    Equation:   μ, σ² = mean and variance of what is normalized together,   x̂ = (x − μ) / √(σ² + ε),   y = γ x̂ + β
    Derivative: ∂J/∂x = (γ δ − mean(γ δ) − x̂ · mean(γ δ x̂)) / √(σ² + ε),   ∂J/∂γ = Σ δ x̂,   ∂J/∂β = Σ δ,
                with δ = ∂J/∂y;   where μ and σ² are running statistics ∂J/∂x = γ δ / √(σ² + ε)

    A subclass is a dataclass with the fields `eps` and `bias`; its `_layout` says what is normalized together.
    """

    eps: float
    bias: bool

    symbols = {"x": "X", "y": "Y", "weight": r"\gamma", "bias": r"\beta"}
    letter = "N"
    subtracts_mean = True

    @abstractmethod
    def _layout(self, shape: tuple[Any, ...]) -> Layout:
        """The layout of an x of that shape.

        Errors: ShapeError for a shape that the layer does not take
        """

    def _uses_running(self, training: bool) -> bool:
        """Whether running statistics take the place of x's own mean and variance."""
        return False

    def _running(self, shape: Shape, at: Layout, context: Context) -> tuple[Array, Array] | None:
        """The running mean and variance where they are used, else None."""
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        self._layout(("batch", *input_shape))
        return input_shape

    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Cache]:
        at = self._layout(x.shape)
        running = self._running(x.shape, at, context)
        cache = _normalized(x.reshape(at.shape), at, self.eps, running)
        y = cache.x_hat
        if "weight" in parameters:
            y = y * parameters["weight"].reshape(at.parameters)
        if "bias" in parameters:
            y += parameters["bias"].reshape(at.parameters)
        return y.reshape(x.shape), cache

    def input_gradient(self, parameters: Arrays, cache: Cache, dy: Array) -> Array:
        at = self._layout(dy.shape)
        d, scale = dy.reshape(at.shape), cache.inverse_std
        if "weight" in parameters:
            gamma = parameters["weight"].reshape(at.parameters)
            d, scale = (d, scale * gamma) if at.shares_scale else (d * gamma, scale)
        if cache.variance is None:
            return (d * scale).reshape(dy.shape)
        dx = cache.x_hat * (summed(d, at.together, times=cache.x_hat) / -at.numbers)
        dx += d
        dx -= summed(d, at.together) / at.numbers
        dx *= scale
        return dx.reshape(dy.shape)

    def parameter_gradients(self, parameters: Arrays, cache: Cache, dy: Array, out: Arrays) -> None:
        at = self._layout(dy.shape)
        d = dy.reshape(at.shape)
        over = tuple(axis for axis, size in enumerate(at.parameters) if size == 1)
        for name, times in (("weight", cache.x_hat), ("bias", None)):
            if name in out:
                out[name][...] = summed(d, over, times=times).reshape(out[name].shape)

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        normalized, _, scaled = self.equation.partition(r", \quad ")
        parameters = self.parameters()
        if "weight" not in parameters:
            return normalized.replace(r"\hat{X}", "Y", 1)
        return self.equation if "bias" in parameters else f"{normalized}, \\quad {scaled.partition(' + ')[0]}"

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        derivative = self.derivative.get(name, "")
        if name == "x" and self._uses_running(training):
            derivative = re.sub(r"\\left\( (\\delta\S*) .*", r"\1", derivative)
        if "weight" in self.parameters():
            return derivative
        return re.sub(
            r"\\gamma(_\w)? \\odot ", "", re.sub(r"\\frac\{\\gamma(_\w)?\}", r"\\frac{1}", derivative)
        )

    def output_terms(self, at: LayerStep, index: Index) -> Opening:
        """y = (x − μ)·1/√(σ² + ε)·γ + β"""
        own = NormalizedPlace(self._layout(at.x.values.shape), at, index)
        terms = [term(own.centred, own.root, *own.parameter("weight"))]
        return opening([*terms, *map(term, own.parameter("bias"))])

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening:
        """γ·δ/√(σ² + ε) − ⟨γ·δ⟩/√(σ² + ε) − x̂·⟨γ·δ·x̂⟩/√(σ² + ε); with running statistics only the first

        The gradient takes three paths: direct, through the mean, through the variance. ⟨⟩ is the mean of what is
        normalized together, in front of which stands a γ that is the same for all of it.
        """
        own = NormalizedPlace(self._layout(at.x.values.shape), at, index)
        gamma = own.parameter("weight")
        direct = term(own.root, *gamma, at.delta[index], path="direct")
        if at.cache.variance is None:
            return opening([direct])
        mean, variance = own.means()
        outside = gamma if own.layout.shares_scale else ()
        return opening(
            [
                direct,
                term(MINUS, own.root, *outside, mean, path="mean"),
                term(MINUS, own.root, *outside, own.x_hat, variance, path="variance"),
            ]
        )

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening:
        """∂J/∂γ = Σ δ·x̂,   ∂J/∂β = Σ δ"""
        layout = self._layout(at.x.values.shape)
        places = places_of(layout, at, name, index)
        if name == "bias":
            return opening([term(at.delta[place]) for place in places])
        return opening([term(at.delta[place], NormalizedPlace(layout, at, place).x_hat) for place in places])

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        at = self._layout(x.shape)
        values = x.reshape(at.shape)
        centred = values - to.mean(values, at.together)
        y = centred / np.sqrt(to.mean(centred * centred, at.together) + self.eps)
        if "weight" in parameters:
            y = y * parameters["weight"].reshape(at.parameters)
        if "bias" in parameters:
            y = y + parameters["bias"].reshape(at.parameters)
        return y.reshape(x.shape)

    def to_torch(self):
        import torch

        options = dict(vars(self))
        if self.bias:  # the default, which older versions of PyTorch do not know by name
            del options["bias"]
        return getattr(torch.nn, type(self).__name__)(**options)


def _normalized(x: Array, at: Layout, eps: float, running: tuple[Array, Array] | None) -> Cache:
    if running is None:
        mean = summed(x, at.together) / at.numbers
        centred = x - mean
        spread = variance = summed(centred, at.together, times=centred) / at.numbers
    else:
        mean, spread = (values.reshape(at.parameters) for values in running)
        centred, variance = x - mean, None
    inverse_std = 1 / np.sqrt(spread + eps)
    x_hat = np.multiply(centred, inverse_std, out=centred)
    return Cache(x_hat, mean, inverse_std, variance)


def scale_and_shift(shape: Shape, *, weight: bool, bias: bool) -> dict[str, ParameterSpec]:
    """γ, which is 1 at first, and β, which is 0; β only with γ."""
    specs = {
        "weight": ParameterSpec(shape, fan_in=1, fan_out=1, constant=1.0),
        "bias": ParameterSpec(shape, fan_in=1, fan_out=1, is_bias=True, constant=0.0),
    }
    return {name: spec for name, spec in specs.items() if weight and (bias or name == "weight")}
