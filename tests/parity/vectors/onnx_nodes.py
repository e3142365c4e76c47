"""A node of ONNX, and how a layer, a loss or a rule of ours computes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.layers import Context, Layer

from .building import build
from .vector import Missing, Quantity

Array = np.ndarray
BOUND = 1e-5  # the cases are in float32 …
ROUNDED = 1e-4  # … and the outputs of some are written with four decimals


@dataclass(frozen=True)
class Node:
    """An operator with its attributes, its inputs in their places, and the outputs that are right."""

    operator: str
    attributes: Mapping[str, Any]
    inputs: Sequence[Any]
    outputs: Sequence[Any]

    @property
    def rank(self) -> int:
        """The axes of x behind its batch and its channels."""
        return max(1, np.ndim(self.inputs[0]) - 2) if isinstance(self.inputs[0], Array) else 1

    def attribute(self, name: str, default: Any = None) -> Any:
        return self.attributes.get(name, default)

    def input(self, index: int) -> Any:
        """The input of that place; None where it is left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def only(self, *names: str) -> None:
        """Raise Missing for an attribute that is not one of those."""
        for name in self.attributes:
            if name not in names:
                raise Missing(name)

    def value(self, index: int, ours: Any, name: str = "y") -> Quantity:
        """The output of that place beside what came of ours."""
        right = np.asarray(self.outputs[index])
        written = (
            right.dtype.kind == "f" and (right == right.round(4)).all() and (right != right.round(3)).any()
        )
        return Quantity(name, np.asarray(ours), right, ROUNDED if written else BOUND)

    def x(self) -> Array:
        """The first input, an array of floating-point numbers."""
        x = self.inputs[0]
        if not isinstance(x, Array):
            raise Missing("x that is not one array")
        if x.dtype.kind != "f":
            raise Missing(f"dtype {x.dtype}")
        return x


def through(
    layer: Layer,
    x: Array,
    parameters: Mapping[str, Array] | None = None,
    buffers: Mapping[str, Array] | None = None,
    *,
    training: bool = False,
) -> tuple[Array, Mapping[str, Array]]:
    """y of a layer, and its buffers afterwards."""
    running = layer.buffers() | dict(buffers or {})
    y, cache = layer.forward(parameters or {}, x, Context(training, None, running))
    return y, layer.new_buffers(running, cache) if training else running


def applied(node: Node, concept: str, *arguments: Any, **options: Any) -> Sequence[Quantity]:
    """A layer without parameters, of x."""
    return [node.value(0, through(build(concept, arguments, options), node.x())[0])]
