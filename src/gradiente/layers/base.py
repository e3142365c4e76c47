"""The contract of a layer: hyperparameters are its fields; parameters, caches and generators pass through."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gradiente.errors import require
from gradiente.locale import text
from gradiente.parameters import ParameterSpec

if TYPE_CHECKING:
    import torch

Array = np.ndarray
Arrays = Mapping[str, Array]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Context:
    """What a forward pass may depend on besides parameters and x: training or not, the generator, the buffers."""

    training: bool = False
    generator: "np.random.Generator | None" = None
    buffers: Arrays = field(default_factory=dict)


@dataclass(frozen=True)
class Layer(ABC):
    """One function y = f(x; parameters) with its derivative in closed form.

    `equation` and `derivative` are the LaTeX of what `forward`, `input_gradient` and `parameter_gradients`
    compute. δ stands for ∂J/∂(output).
    """

    equation: ClassVar[str]
    derivative: ClassVar[Mapping[str, str]]
    shares_batch: ClassVar[bool] = False  # between the cores, by threads.share

    def parameters(self) -> dict[str, ParameterSpec]:
        """The parameters by name, in the order of PyTorch's state_dict."""
        return {}

    def buffers(self) -> dict[str, Array]:
        """What a training gathers beside the parameters, by name, as it starts: running statistics."""
        return {}

    def new_buffers(self, buffers: Arrays, cache: Any) -> dict[str, Array]:
        """The buffers after a forward pass of a training, from those before it and its cache."""
        return {}

    def input_shape(self) -> Shape | None:
        """The shape of one instance where the layer fixes it, else None."""
        return None

    def output_shape(self, input_shape: Shape) -> Shape:
        """The shape of one output instance for that of one input instance."""
        return input_shape

    @abstractmethod
    def forward(self, parameters: Arrays, x: Array, context: Context) -> tuple[Array, Any]:
        """y = f(x), and the cache: what the derivative needs of it."""

    @abstractmethod
    def input_gradient(self, parameters: Arrays, cache: Any, dy: Array) -> Array:
        """∂J/∂x, from dy = ∂J/∂y."""

    def parameter_gradients(  # noqa: B027  (a layer without parameters has nothing to write)
        self, parameters: Arrays, cache: Any, dy: Array, out: Arrays
    ) -> None:
        """∂J/∂parameter for every parameter, written into the arrays of `out`."""

    def backward(self, parameters: Arrays, cache: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        """Both gradients at once: ∂J/∂x, and ∂J/∂parameter by name."""
        gradients = {name: np.empty_like(value) for name, value in parameters.items()}
        self.parameter_gradients(parameters, cache, dy, gradients)
        return self.input_gradient(parameters, cache, dy), gradients

    @abstractmethod
    def to_torch(self) -> "torch.nn.Module":
        """The same layer as a module of PyTorch, with PyTorch's own initial parameters."""


def require_flag(layer: str, **flags: bool) -> None:
    """Every flag is True or False, or an error that names it."""
    for name, value in flags.items():
        require(isinstance(value, bool), "layer.flag", layer=layer, name=name, value=repr(value))


def require_positive(layer: str, **sizes: int) -> None:
    """Every size is a whole number of at least 1, or an error that names it."""
    for name, value in sizes.items():
        whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
        require(whole and value >= 1, "layer.positive", layer=layer, name=name, value=repr(value))


def written_shape(shape: Sequence[int | str]) -> str:
    """A shape for a message, its axes in the reader's language."""
    return f"({', '.join(text(f'axis.{size}') if isinstance(size, str) else str(size) for size in shape)})"
