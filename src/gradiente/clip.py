"""A bound on the gradient of a step."""

import math
from dataclasses import dataclass

import numpy as np

from gradiente.errors import require_in

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Clip:
    r"""A bound on the gradient of a step; None is no bound.

    Equation:   g = ∇J, every entry cut to [−value, value];   then g · min(1, norm / (‖g‖ + 10⁻⁶))

    Arguments:
        norm: the whole gradient is shortened to this length where it is longer, > 0
        value: every entry is cut to [−value, value], > 0

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
        """Whether there is any bound."""
        return self.norm is not None or self.value is not None

    def apply(self, gradient: Array) -> float:
        """Clip a flat gradient in place, first entry by entry, then as a whole; what it was shortened by."""
        if self.value is not None:
            np.clip(gradient, -self.value, self.value, out=gradient)
        if self.norm is None:
            return 1.0
        length = math.sqrt(float(gradient @ gradient))
        scale = min(1.0, self.norm / (length + 1e-6))
        gradient *= scale
        return scale
