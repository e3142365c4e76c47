"""The original units of the data, before standardization."""

import numpy as np

from gradiente.data import Dataset

Array = np.ndarray


def units(data: Dataset) -> tuple[Array, Array]:
    """μ and σ of each column of x, so that its own value was x · σ + μ; 0 and 1 where nothing was changed.

    Shapes: two arrays (features,)
    """
    width = int(np.prod(data.x.shape[1:]))
    mean, scale = np.zeros(width), np.ones(width)
    encoder = data.encoder
    if encoder is not None and encoder.mean:
        numeric = [name for name in encoder.columns if name not in encoder.categories]
        known = dict(zip(numeric, zip(encoder.mean, encoder.scale, strict=True), strict=True))
        for column, name in enumerate(encoder.features):
            if name in known:
                mean[column], scale[column] = known[name]
    return mean, scale


def in_original_units(data: Dataset, x: Array) -> Array:
    """Rows of x with every column as it was before it was standardized.

    Shapes: (rows, features) → the same
    """
    mean, scale = units(data)
    return x * scale + mean
