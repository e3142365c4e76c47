"""The contract of a layer: hyperparameters are its fields; parameters, caches and generators pass through."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from gradiente.concept import Concept
from gradiente.errors import ArgumentError, ShapeError, require, require_whole
from gradiente.locale import text
from gradiente.operations import Operations, Value
from gradiente.parameters import ParameterSpec
from gradiente.terms import Index, LayerStep, Opening

if TYPE_CHECKING:
    import torch

Array = np.ndarray
Arrays = Mapping[str, Array]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Context:
    """What a forward pass depends on besides parameters and x.

    Arguments:
        training: training mode
        generator: that layers draw from
        buffers: of the layer
        dropout: the factor of every dropout's p, ≥ 0: a schedule's
    """

    training: bool = False
    generator: "np.random.Generator | None" = None
    buffers: Arrays = field(default_factory=dict)
    dropout: float = 1.0


@dataclass(frozen=True)
class Layer(metaclass=Concept):
    """One function y = f(x; parameters) with its derivative in closed form.

    Facts about the layer, read by generic code (a trace, parity, reports, tests):

        equation, derivative    the LaTeX of what `forward`, `input_gradient` and `parameter_gradients` compute, in
                                textbook form; δ stands for ∂J/∂(output)
        symbols                 the letters of the input "x", the output "y" and the parameters in that LaTeX
        column_equation, column_derivative    the same where columns are the instances, where that differs
        letter                  of its output in a trace: Z[1], A[1]; "Z" begins the next [l]
        elementwise             every output depends on the input at its own place only
        stochastic              it draws random numbers in training; its cache is then what it drew, as a factor of x
        depends_on_batch        an output depends on the other instances of the batch in training
        whole_batch             outside training too: what is predicted is predicted at once
        subtracts_mean          it subtracts a mean of its input: a bias before it may change nothing
        copies                  outside training its numbers are those of the input, in the same order
        shares_batch            it distributes the instances of a batch over the cores (threads.share)
        onnx                    of an elementwise layer without options, ONNX's operator for it, where that has one
        examples                its notation and the shape of a batch for it, a few times: what tests and parity try
    """

    equation: ClassVar[str] = ""
    derivative: ClassVar[Mapping[str, str]] = {}
    symbols: ClassVar[Mapping[str, str]] = {}
    column_equation: ClassVar[str] = ""
    column_derivative: ClassVar[Mapping[str, str]] = {}
    letter: ClassVar[str] = "Y"
    elementwise: ClassVar[bool] = False
    stochastic: ClassVar[bool] = False
    depends_on_batch: ClassVar[bool] = False
    subtracts_mean: ClassVar[bool] = False
    copies: ClassVar[bool] = False
    shares_batch: ClassVar[bool] = False
    onnx: ClassVar[str] = ""
    examples: ClassVar[Sequence[tuple[str, Shape]]] = ()

    @property
    def whole_batch(self) -> bool:
        """The fact of that name, which may depend on the options."""
        return False

    def branches(self) -> "dict[str, Sequence[Layer]]":
        """Of a composite layer, its sequences of layers by name: its output is the sum of theirs."""
        return {}

    @property
    def index_count(self) -> int | None:
        """Of a layer whose input is indices, from 0, how many there are; None for numbers."""
        return None

    def parameters(self) -> dict[str, ParameterSpec]:
        """The parameters by name, in the order of PyTorch's state_dict."""
        return {}

    def buffers(self) -> dict[str, Array]:
        """The initial running statistics, by name."""
        return {}

    def new_buffers(self, buffers: Arrays, cache: Any) -> dict[str, Array]:
        """The buffers after a forward pass in training, from those before it and its cache."""
        return {}

    def input_shape(self) -> Shape | None:
        """The shape of one instance where the layer fixes it, without axes that may be there; else None."""
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

    def parameter_gradients(self, parameters: Arrays, cache: Any, dy: Array, out: Arrays) -> None:
        """∂J/∂parameter for every parameter, written into the arrays of `out`."""

    def backward(self, parameters: Arrays, cache: Any, dy: Array) -> tuple[Array, dict[str, Array]]:
        """Both gradients at once: ∂J/∂x, and ∂J/∂parameter by name."""
        gradients = {name: np.empty_like(value) for name, value in parameters.items()}
        self.parameter_gradients(parameters, cache, dy, gradients)
        return self.input_gradient(parameters, cache, dy), gradients

    def to_torch(self) -> "torch.nn.Module":
        """The same layer as a module of PyTorch, with PyTorch's own initial parameters.

        Errors: ArgumentError for a custom layer that does not define it
        """
        raise ArgumentError("layer.no_torch", layer=type(self).__name__)

    def exported(self, to: Operations, x: Value, parameters: Mapping[str, Value]) -> Value:
        """y outside training, noted in another program: what ONNX and Python files are made of.

        An elementwise layer's is its own `forward`, whose NumPy functions are noted one by one.

        Arguments:
            parameters: its parameters and its buffers, by name

        Errors: ArgumentError for a custom layer that is not elementwise and does not define it
        """
        if self.copies:
            return x
        if not self.elementwise:
            raise ArgumentError("layer.no_export", layer=type(self).__name__)
        own = to.native(self.onnx, x) if self.onnx else None
        if own is not None:
            return own
        try:
            return to.value(self.forward(parameters, x, Context())[0])  # pyright: ignore[reportArgumentType]
        except (TypeError, AttributeError, KeyError) as error:
            reason = str(error).splitlines()[0]
            raise ArgumentError("layer.no_formula", layer=type(self).__name__, reason=reason) from error

    def equation_with(self, *, columns: bool = False, training: bool = True) -> str:
        """The equation with only the terms that this layer's options use."""
        return (columns and self.column_equation) or self.equation

    def derivative_with(self, name: str, *, columns: bool = False, training: bool = True) -> str:
        """The derivative for "x" or a parameter, likewise."""
        column = self.column_derivative.get(name) if columns else None
        return column or self.derivative.get(name, "")

    def output_terms(self, at: LayerStep, index: Index) -> Opening | None:
        """The terms of y[index], where the layer defines them; None: the trace finds some."""
        return None

    def input_gradient_terms(self, at: LayerStep, index: Index) -> Opening | None:
        """The terms of ∂J/∂x[index], likewise."""
        return None

    def parameter_gradient_terms(self, at: LayerStep, name: str, index: Index) -> Opening | None:
        """The terms of ∂J/∂parameter[index], likewise."""
        return None


def require_positive(layer: str, **sizes: int) -> None:
    """Every size is a whole number of at least 1, or an error that names it."""
    require_whole(1, layer, **sizes)


def require_default(layer: str, **options: tuple[object, object]) -> None:
    """Every option of PyTorch that a layer here does not have is at its default, or an error that names it.

    Arguments:
        options: by name, the value that came and PyTorch's default
    """
    for name, (value, default) in options.items():
        require(
            value == default, "layer.option", layer=layer, name=name, value=repr(value), default=repr(default)
        )


def require_axis(layer: str, name: str, axis: int, shape: Sequence[int | str]) -> int:
    """The place of that axis of x, counted from the front, or an error that tells the axes there are."""
    if not -len(shape) <= axis < len(shape):
        values = {"name": name, "axis": axis, "last": len(shape) - 1, "first": -len(shape)}
        raise ShapeError("layer.axis", layer=layer, shape=written_shape(shape), **values)
    return axis % len(shape)


def written_shape(shape: Sequence[int | str]) -> str:
    """A shape for a message, its axes in the reader's language."""
    return f"({', '.join(text(f'axis.{size}') if isinstance(size, str) else str(size) for size in shape)})"
