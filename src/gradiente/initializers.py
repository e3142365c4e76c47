"""Initial values of the parameters, scaled by the fans of the layer."""

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from gradiente.concept import Concept
from gradiente.errors import require_in
from gradiente.parameters import ParameterSpec

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Initializer(metaclass=Concept):
    """A distribution for the weights; biases start at 0 unless the rule says otherwise."""

    def __call__(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        """The initial value of a parameter, in float64."""
        if spec.constant is not None:
            return np.full(spec.shape, spec.constant)
        value = self.bias(spec, generator) if spec.is_bias else self.weight(spec, generator)
        if spec.zero_row is not None:
            value[spec.zero_row] = 0
        return value

    def bias(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        """The initial value of a bias."""
        return np.zeros(spec.shape)

    @abstractmethod
    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        """The initial value of a weight."""


@dataclass(frozen=True, kw_only=True)
class PyTorchDefault(Initializer):
    r"""The default of torch.nn: uniform weights and biases, normal ones in an Embedding and an NTKLinear.

    Equation:   W, b ~ U(−1/√k, 1/√k),   with k the inputs of a neuron;   in an Embedding W ~ N(0, 1)

    A layer that PyTorch does not have says in its own words what its default is.

    >>> rng = np.random.default_rng(0)
    >>> bool(np.abs(PyTorchDefault()(ParameterSpec((3, 100), 100, 3), rng)).max() <= 0.1)
    True

    Source: torch.nn.Linear.reset_parameters
    """

    def bias(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        return self.weight(spec, generator)

    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        if spec.std is not None:
            return generator.normal(0, spec.std, spec.shape)
        bound = spec.bound or 1 / math.sqrt(spec.fan_in)
        return generator.uniform(-bound, bound, spec.shape)


@dataclass(frozen=True, kw_only=True)
class Glorot(Initializer):
    r"""For sigmoid and tanh: preserves the variance of the signal, forward and backward.

    A convolution's k and n count the taps, and with groups only the channels of one group (PyTorch counts all outputs).

    Equation:   W ~ U(−a, a),   a = gain √(6 / (k + n)),   with k inputs and n outputs;   b = 0

    Arguments:
        gain: > 0; 5/3 is often taken for tanh

    Errors: ArgumentError for a gain that is not positive

    >>> Glorot()(ParameterSpec((2,), 3, 2, is_bias=True), np.random.default_rng(0)).tolist()
    [0.0, 0.0]

    Source: Glorot and Bengio, 2010; torch.nn.init.xavier_uniform_
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        require_in("(0, inf)", "Glorot", gain=self.gain)

    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        bound = self.gain * math.sqrt(6 / (spec.fan_in + spec.fan_out))
        return generator.uniform(-bound, bound, spec.shape)


@dataclass(frozen=True, kw_only=True)
class He(Initializer):
    r"""For ReLU, which zeroes half of its inputs: twice the variance.

    Equation:   W ~ N(0, 2 / k),   with k the inputs of a neuron;   b = 0

    >>> He()(ParameterSpec((2, 3), 3, 2), np.random.default_rng(0)).shape
    (2, 3)

    Source: He et al., 2015; torch.nn.init.kaiming_normal_
    """

    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        return generator.normal(0, math.sqrt(2 / spec.fan_in), spec.shape)


@dataclass(frozen=True, kw_only=True)
class Normal(Initializer):
    r"""A normal distribution with a given standard deviation.

    Equation:   W ~ N(0, σ²);   b = 0

    Arguments:
        std: σ > 0

    Errors: ArgumentError for a standard deviation that is not positive

    >>> Normal(std=0.5)(ParameterSpec((2, 3), 3, 2), np.random.default_rng(0)).shape
    (2, 3)

    Source: torch.nn.init.normal_
    """

    std: float = 0.01

    def __post_init__(self) -> None:
        require_in("(0, inf)", "Normal", std=self.std)

    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        return generator.normal(0, self.std, spec.shape)


@dataclass(frozen=True, kw_only=True)
class Uniform(Initializer):
    r"""Uniform weights around 0, with the same bound for every layer, and biases 0, as in the XOR workshop.

    Equation:   W ~ U(−a, a),   b = 0

    Arguments:
        bound: a > 0

    Errors: ArgumentError for a bound that is not positive

    >>> bool(np.abs(Uniform(bound=0.5)(ParameterSpec((3, 4), 4, 3), np.random.default_rng(0))).max() <= 0.5)
    True

    Source: torch.nn.init.uniform_
    """

    bound: float = 1.0

    def __post_init__(self) -> None:
        require_in("(0, inf)", "Uniform", bound=self.bound)

    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        return generator.uniform(-self.bound, self.bound, spec.shape)


@dataclass(frozen=True, kw_only=True)
class Zeros(Initializer):
    r"""All zeros, to show the symmetry problem: equal neurons get equal gradients and stay equal.

    Equation:   W = 0,   b = 0

    >>> Zeros()(ParameterSpec((1, 2), 2, 1), np.random.default_rng(0)).tolist()
    [[0.0, 0.0]]

    Source: torch.nn.init.zeros_
    """

    def weight(self, spec: ParameterSpec, generator: "np.random.Generator") -> Array:
        return np.zeros(spec.shape)


REGISTRY: dict[str, type[Initializer]] = {
    initializer.__name__: initializer for initializer in (PyTorchDefault, Glorot, He, Normal, Uniform, Zeros)
}
