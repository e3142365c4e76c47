"""One quantity of a training step."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gradiente.layers import Layer
from gradiente.serialization import written

Array = np.ndarray
Shape = tuple[int, ...]
Role = Literal[
    "input",
    "parameter",
    "output",
    "estimate",
    "target",
    "weights",
    "loss",
    "penalty",
    "cost",
    "output gradient",
    "parameter gradient",
    "clipped gradient",
    "slot",
    "new parameter",
]


@dataclass(frozen=True, eq=False)
class Quantity:
    """A named array of a step, and where it came from.

    `name` is in the lecture's notation, `label` the same with ∂J/∂ written out, `latex` the LaTeX of the name.
    `formula` is its LaTeX in the names of this step, with only the terms that exist, "" where
    nothing is. `place` is the place of the layer in the network; `parameter` PyTorch's name of the parameter that the
    quantity is or belongs to, "0.weight"; `slot` the optimizer's name of a slot. `sources` are the names of the
    quantities that it is computed from. `value` cannot be written to.
    """

    name: str
    label: str
    latex: str
    formula: str
    role: Role
    value: Array
    sources: tuple[str, ...] = ()
    place: int | None = None
    layer: Layer | None = None
    parameter: str | None = None
    slot: str | None = None

    @property
    def shape(self) -> Shape:
        return self.value.shape

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as JSON has it."""
        return {
            "name": self.name,
            "label": self.label,
            "latex": self.latex,
            "formula": self.formula,
            "role": self.role,
            "place": self.place,
            "layer": None if self.layer is None else written(self.layer),
            "parameter": self.parameter,
            "slot": self.slot,
            "shape": list(self.shape),
            "value": self.value.tolist(),
            "sources": list(self.sources),
        }
