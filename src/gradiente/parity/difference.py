"""One quantity that both compute, and the entry in which they differ most."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from gradiente.formatting import number
from gradiente.trace.naming import both_names

Array = np.ndarray
NO_NAMES: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Difference:
    """Where the closed form and PyTorch differ most in one quantity, and what each of them has there.

    `relative` is |closed_form − pytorch| over the scale that the quantity is measured against. Where only one of them
    has a finite number, or their shapes differ, both differences are infinite.
    """

    quantity: str
    entry: tuple[int, ...]
    closed_form: float
    pytorch: float
    absolute: float
    relative: float

    def place(self, names: Mapping[str, str] = NO_NAMES) -> str:
        """The quantity with the entry behind it: ∂J/∂weight[3, 0].

        Arguments:
            names: the lecture's, of parameters
        """
        entry = f"[{', '.join(map(str, self.entry))}]" if self.entry else ""
        return both_names(self.quantity, names, entry)

    def size(self) -> str:
        """The relative difference as text; 0 where both are bit-identical."""
        return number(self.relative, 2) if self.relative else "0"


def difference(quantity: str, closed_form: Array, pytorch: Array, scale: Array | float) -> Difference:
    """The largest difference of one quantity.

    Equation:   relative = max_i |a_i − b_i| / scale_i

    Arguments:
        closed_form, pytorch: a and b, the same quantity computed by both
        scale: what a difference is measured against, > 0: one number, or one for each entry

    >>> difference("y", np.array([1.0, 4.0]), np.array([1.0, 5.0]), scale=5.0)
    Difference(quantity='y', entry=(1,), closed_form=4.0, pytorch=5.0, absolute=1.0, relative=0.2)
    """
    a, b = np.asarray(closed_form), np.asarray(pytorch)
    if a.shape != b.shape:
        return Difference(quantity, (), float("nan"), float("nan"), float("inf"), float("inf"))
    with np.errstate(invalid="ignore"):
        absolute = np.where(a == b, 0.0, np.abs(a - b))
        relative = absolute / scale
    absolute, relative = (np.where(np.isnan(values), np.inf, values) for values in (absolute, relative))
    worst = np.unravel_index(int(relative.argmax()), a.shape)
    return Difference(
        quantity,
        tuple(int(i) for i in worst),
        float(a[worst]),
        float(b[worst]),
        float(absolute[worst]),
        float(relative[worst]),
    )


def largest(values: Array, least: float = 1.0) -> float:
    """The size of the largest finite entry, and never less than `least`: the scale of a whole quantity.

    >>> largest(np.array([0.5, -3.0])), largest(np.array([0.5]))
    (3.0, 1.0)
    """
    return float(np.abs(values[np.isfinite(values)]).max(initial=least))
