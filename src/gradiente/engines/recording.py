"""What a rule does, written down: it is run once on stand-ins, and every operation on them is noted.

A rule is element-wise and made of NumPy's operations, so the notes are all there is to it: another engine can
carry them out in its own way, operation by operation in the same order, to the same bits.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradiente.optimizers import Optimizer


@dataclass
class Recording:
    """The operations of one step of a rule, as lines of a program about one element.

    Numbers that may change from step to step (1 − β₁ᵗ, the learning rate) are not in the lines: they are
    `constants`, called c[0], c[1] … there. So the lines of two steps are the same, and are prepared once.
    """

    lines: list[str] = field(default_factory=list)
    constants: list[float] = field(default_factory=list)
    results: dict[str, str] = field(default_factory=dict)

    def note(self, ufunc: np.ufunc, inputs: tuple[Any, ...]) -> "StandIn":
        """Write an operation down; the stand-in is for its result."""
        name = f"v{len(self.lines)}"
        operands = ", ".join(self._operand(value) for value in inputs)
        self.lines.append(f"{name} = np.{ufunc.__name__}({operands})")
        return StandIn(self, name)

    def _operand(self, value: Any) -> str:
        if isinstance(value, StandIn):
            return value.name
        self.constants.append(float(value))
        return f"c[{len(self.constants) - 1}]"


class StandIn(np.lib.mixins.NDArrayOperatorsMixin):
    """Behaves as an array does in arithmetic, and has no numbers in it."""

    def __init__(self, recording: Recording, name: str) -> None:
        self.recording = recording
        self.name = name

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        return self.recording.note(ufunc, inputs)


def record(optimizer: Optimizer, slots: list[str], t: int) -> Recording:
    """The rule's step t. Operands are called theta[i], gradient[i] and, for a slot m, slot_m[i].

    >>> from gradiente.optimizers import SGD
    >>> record(SGD(lr=0.5), [], t=1).lines
    ['v0 = np.multiply(c[0], gradient[i])', 'v1 = np.subtract(theta[i], v0)']
    """
    recording = Recording()
    stand_ins = {name: StandIn(recording, f"slot_{name}[i]") for name in slots}
    theta, gradient = StandIn(recording, "theta[i]"), StandIn(recording, "gradient[i]")
    new_theta, new_slots = optimizer.rule(theta, gradient, stand_ins, t)  # pyright: ignore[reportArgumentType]
    for name, value in {
        "theta": new_theta,
        **{f"slot_{name}": slot for name, slot in new_slots.items()},
    }.items():
        assert isinstance(value, StandIn)
        recording.results[f"{name}[i]"] = value.name
    return recording
