"""A random step of a workshop's network: every quantity, taken from a trace."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from gradiente.checker.rules.dataflow import Layer as LayerOfStep
from gradiente.checker.rules.dataflow import Step
from gradiente.initializers import Normal
from gradiente.layers import Layer, Linear, ReLU, Sigmoid, Tanh
from gradiente.losses import BCELoss, CrossEntropyLoss
from gradiente.network import Network
from gradiente.trace import Trace, trace

Array = np.ndarray
ACTIVATIONS: dict[str, type[Layer]] = {"sigmoid": Sigmoid, "tanh": Tanh, "relu": ReLU}
# The names of a trace's quantities, and ours; that of ŷ differs, since a loss of logits has its softmax in it.
TRACED = {
    **{
        "X": "X",
        "W[1]": "W1",
        "b[1]": "b1",
        "W[2]": "W2",
        "b[2]": "b2",
        "Z[1]": "Z1",
        "A[1]": "A1",
        "Z[2]": "Z2",
    },
    **{
        "dZ[2]": "dZ2",
        "dW[2]": "dW2",
        "db[2]": "db2",
        "dA[1]": "dA1",
        "dZ[1]": "dZ1",
        "dW[1]": "dW1",
        "db[1]": "db1",
    },
}
LECTURE = {ours: traced for traced, ours in TRACED.items()}


@dataclass(frozen=True)
class Sizes:
    """m instances, n inputs, h hidden neurons, k outputs."""

    m: int
    n: int
    h: int
    k: int


@dataclass(frozen=True)
class Reference:
    """One step of the network n–h–k in the lecture's form: columns are instances, gradients are those of the mean.

    `labels` are the classes, None where there is one output. `numbers` holds X, Y, W1, b1, Z1, A1, W2, b2, Z2, A2, and
    the gradients dZ2, dW2, db2, dA1, dZ1, dW1, db1; `values.dZ2` is the one of them, and `replaced` replaces some, as a
    student may have computed them.
    """

    workshop: str
    activation: str
    trace: Trace
    sizes: Sizes
    labels: Array | None
    numbers: Mapping[str, Array]

    def __getattr__(self, name: str) -> Array:
        numbers = self.__dict__.get("numbers", {})
        if name not in numbers:
            raise AttributeError(name)
        return numbers[name]

    @property
    def m(self) -> int:
        return self.sizes.m

    @property
    def output(self) -> str:
        """g of the output layer."""
        return "sigmoid" if self.labels is None else "softmax"

    def step(self) -> Step:
        """The step without its gradients; `W2_after` among the numbers is W[2] as it was left."""
        after = self.numbers.get("W2_after", np.full_like(self.W2, np.nan))
        nothing = np.full_like(self.W1, np.nan)
        hidden = LayerOfStep(1, self.X, self.W1, self.b1, self.Z1, self.A1, self.activation, nothing, None)
        output = LayerOfStep(2, self.A1, self.W2, self.b2, self.Z2, self.A2, self.output, after, None)
        return Step((hidden, output), self.Y, "cross_entropy")

    def replaced(self, **numbers: Array) -> Self:
        """The same with some quantities replaced."""
        return replace(self, numbers={**self.numbers, **numbers})

    def slope(self, a: Array) -> Array:
        """g′ as a function of the activation a."""
        return slope(self.activation, a)

    def squash(self, z: Array) -> Array:
        """g"""
        return squash(self.activation, z)


def slope(activation: str, a: Array) -> Array:
    """g′, as a function of a = g(z)"""
    if activation == "sigmoid":
        return a * (1 - a)
    return 1 - a * a if activation == "tanh" else (a > 0).astype(float)


def squash(activation: str, z: Array) -> Array:
    """g"""
    if activation == "sigmoid":
        return 1 / (1 + np.exp(-z))
    return np.tanh(z) if activation == "tanh" else np.maximum(z, 0)


def softmax(z: Array, axis: int = 0) -> Array:
    """e^z over its sum along an axis"""
    powers = np.exp(z - z.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def random_reference(
    workshop: str,
    activation: str,
    sizes: Sizes,
    seed: int,
    *,
    x: Array | None = None,
    y: Array | None = None,
    integers: bool = False,
    biases: bool | None = None,
) -> Reference:
    """A random step.

    Arguments:
        x, y: the data (m, n) and (m, 1) or labels (m,), instead of random ones
        integers: random data are whole numbers
        biases: whether b is other than 0; None: as the workshop begins
    """
    generator = np.random.default_rng([seed, 1])  # not what the weights are drawn from
    one = workshop == "xor"
    hidden = ACTIVATIONS[activation]()
    layers = [Linear(sizes.n, sizes.h), hidden, Linear(sizes.h, sizes.k), *([Sigmoid()] if one else [])]
    network = Network(layers, seed=seed, initializer=Normal(std=0.6), dtype="float64")
    for name, bias in network.parameters.items():
        if name.endswith("bias"):
            zero = one if biases is None else not biases
            bias[...] = 0.0 if zero else generator.normal(size=bias.shape) * 0.5
    if x is None:
        x = generator.normal(size=(sizes.m, sizes.n))
        x = np.round(3 * x) if integers else x
    if y is None:
        y = _targets(generator, sizes, one)
    labels = None if one else y
    loss = BCELoss() if one else CrossEntropyLoss()
    step = trace(network, loss, x, y, columns=True)
    numbers = {ours: step[traced].value for traced, ours in TRACED.items()}
    numbers["A2"] = step["ŷ"].value
    numbers["Y"] = step["y"].value if labels is None else np.eye(sizes.k)[:, labels]
    return Reference(workshop, activation, step, sizes, labels, numbers)


def _targets(generator: "np.random.Generator", sizes: Sizes, one: bool) -> Array:
    """Labels or zeros and ones, at least two different ones."""
    if one:
        y = generator.integers(2, size=(sizes.m, 1)).astype(float)
        y[0], y[-1] = 0.0, 1.0
        return y
    y = generator.integers(sizes.k, size=sizes.m)
    y[0], y[-1] = sizes.k - 1, sizes.k // 2
    return y
