"""What every loss compares: arrays of real numbers."""

import numpy as np
import pytest

from gradiente import ShapeError
from gradiente.losses import REGISTRY

Z = np.full((2, 2), 0.5)


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
@pytest.mark.parametrize(
    ("other", "named"),
    [
        ([[0.5, 0.5], [0.5]], "different lengths"),
        (np.array([["0.5", "0.5"], ["0.5", "0.5"]]), "numbers.*<U3"),
        (np.array([[0.5, None], [0.5, 0.5]]), "numbers.*object"),
        (Z.astype(complex), "numbers.*complex128"),
        (None, "numbers.*object"),
    ],
)
def test_anything_but_real_numbers_is_an_error(kind, other, named):
    loss = kind()
    for call in (loss.value, loss.gradient):
        with pytest.raises(ShapeError, match=named):
            call(Z, other)
        with pytest.raises(ShapeError, match=named):
            call(other, Z)
    with pytest.raises(ShapeError, match=named):
        loss.require_counted(other)
