"""What is wrong with a role's function, before it is put in words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Named:
    """A mistake.

    Arguments:
        key: of its words
        quantity: in which it is made
        values: what fills its words
        seen: quantities of the first problem as the mistake makes them, up to a factor
    """

    key: str
    quantity: str
    values: Mapping[str, Any] = field(default_factory=dict)
    seen: Mapping[str, Array] = field(default_factory=dict)


def near(found: Any, wanted: Any) -> bool:
    """Whether two arrays are equal up to rounding."""
    if found is None or np.shape(found) != np.shape(wanted):
        return False
    return bool(np.allclose(found, wanted, rtol=1e-5, atol=1e-8))
