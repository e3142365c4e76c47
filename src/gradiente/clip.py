"""Gradient clipping."""

import math
from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_in

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Clip:
    r"""Gradient clipping, by value and by norm; None is no clipping.

    Equation:   g = ∇J, every entry clipped to [−value, value];   then g · min(1, norm / (‖g‖ + 10⁻⁶))

    Arguments:
        norm: the largest norm of the whole gradient, > 0
        value: every entry is clipped to [−value, value], > 0

    Errors: ArgumentError for a bound that is not positive

    >>> gradient = np.array([3.0, -4.0])
    >>> round(Clip(norm=1.0).apply(gradient), 6)
    0.2
    >>> gradient.round(6).tolist()
    [0.6, -0.8]

    Source: torch.nn.utils.clip_grad_norm_ and clip_grad_value_
    """

    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        for name, bound in (("norm", self.norm), ("value", self.value)):
            if bound is not None:
                require_in("(0, inf)", "Clip", **{name: bound})

    def __bool__(self) -> bool:
        """Whether anything is clipped."""
        return self.norm is not None or self.value is not None

    def apply(self, gradient: Array) -> float:
        """Clip a flat gradient in place, first by value, then by norm; returns the factor of the norm."""
        if self.value is not None:
            np.clip(gradient, -self.value, self.value, out=gradient)
        if self.norm is None:
            return 1.0
        length = math.sqrt(float(gradient @ gradient))
        scale = min(1.0, self.norm / (length + 1e-6))
        gradient *= scale
        return scale
