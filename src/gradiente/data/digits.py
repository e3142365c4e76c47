"""Digits: 1,797 handwritten digits of 8 × 8 pixels, from scikit-learn."""

import numpy as np

from gradiente.data.dataset import Dataset


def digits() -> Dataset:
    """Handwritten digits, light ink on 0, each pixel 16 levels between 0 and 1.

    Shapes: x (1797, 64), float32 in [0, 1]; y (1797,)

    >>> data = digits()
    >>> data.x.shape, data.outputs, data.image_shape
    ((1797, 64), 10, (8, 8))

    Source: E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, 1998, as scikit-learn has it
    """
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    x, y = np.asarray(x / 16, dtype=np.float32), np.asarray(y)
    return Dataset(x, y, "classification", "digits", tuple("0123456789"), image_shape=(8, 8))
