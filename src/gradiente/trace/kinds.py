"""Every kind of layer: its letter, its parameters' letters, and how its numbers open. A new layer is one entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradiente import layers
from gradiente.layers import Layer
from gradiente.trace import convolution, dense, elementwise, normalization, pooling
from gradiente.trace.terms import LayerOpener

# What a derivative is made of besides δ: all of it, where nothing is known of the layer.
EVERYTHING = ("input", "output", "weight", "bias")


@dataclass(frozen=True)
class Kind:
    """How the layers of one class are called and opened.

    `needs` says what ∂J/∂input is made of besides δ: "input", "output", or parameters by their keys.
    `parameter_needs` says the same of ∂J/∂parameter.
    """

    letter: str
    output: LayerOpener | None = None
    input_gradient: LayerOpener | None = None
    letters: Mapping[str, str] = field(default_factory=dict)
    parameter_gradients: Mapping[str, LayerOpener] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    parameter_needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether such a layer begins the next [l]: it has weights."""
        return self.letter == "Z"


UNKNOWN = Kind("Y", needs=EVERYTHING, parameter_needs=dict.fromkeys(EVERYTHING, EVERYTHING))

_LINEAR = Kind(
    "Z",
    dense.output,
    dense.input_gradient,
    {"weight": "W", "bias": "b"},
    {"weight": dense.weight, "bias": dense.bias},
    ("weight",),
    {"weight": ("input",), "bias": ()},
)
_CONV = Kind(
    "Z",
    convolution.output,
    convolution.input_gradient,
    {"weight": "W", "bias": "b"},
    {"weight": convolution.weight, "bias": convolution.bias},
    ("weight",),
    {"weight": ("input",), "bias": ()},
)
_BATCH_NORM = Kind(
    "N",
    normalization.output,
    normalization.input_gradient,
    {"weight": "γ", "bias": "β"},
    {"weight": normalization.weight, "bias": normalization.bias},
    ("weight", "input"),
    {"weight": ("input",), "bias": ()},
)
_MAX_POOL = Kind("P", pooling.largest, pooling.largest_input_gradient, needs=("input",))
_AVG_POOL = Kind("P", pooling.mean, pooling.mean_input_gradient)
_DROPOUT = Kind("D", elementwise.dropout_output, elementwise.dropout_gradient)

KINDS: dict[type[Layer], Kind] = {
    layers.Linear: _LINEAR,
    layers.Sigmoid: Kind("A", elementwise.sigmoid_output, elementwise.sigmoid_gradient, needs=("output",)),
    layers.Tanh: Kind("A", elementwise.tanh_output, elementwise.tanh_gradient, needs=("output",)),
    layers.ReLU: Kind("A", elementwise.relu_output, elementwise.relu_gradient, needs=("input",)),
    layers.LeakyReLU: Kind(
        "A", elementwise.leaky_relu_output, elementwise.leaky_relu_gradient, needs=("input",)
    ),
    layers.Softmax: Kind("A", elementwise.softmax_output, elementwise.softmax_gradient, needs=("output",)),
    layers.Identity: Kind("A", elementwise.copy_output, elementwise.copy_gradient),
    layers.Flatten: Kind("F", elementwise.copy_output, elementwise.copy_gradient),
    layers.Unflatten: Kind("U", elementwise.copy_output, elementwise.copy_gradient),
    **dict.fromkeys((layers.Conv1d, layers.Conv2d, layers.Conv3d), _CONV),
    **dict.fromkeys((layers.MaxPool1d, layers.MaxPool2d, layers.MaxPool3d), _MAX_POOL),
    **dict.fromkeys((layers.AvgPool1d, layers.AvgPool2d, layers.AvgPool3d), _AVG_POOL),
    **dict.fromkeys((layers.BatchNorm1d, layers.BatchNorm2d, layers.BatchNorm3d), _BATCH_NORM),
    **dict.fromkeys((layers.Dropout, layers.Dropout2d), _DROPOUT),
}


def kind_of(layer: Any) -> Kind:
    """The entry of its class; a layer of one's own has outputs Y[l] and cannot be opened yet."""
    return KINDS.get(type(layer), UNKNOWN)
