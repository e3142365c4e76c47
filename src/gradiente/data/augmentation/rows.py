"""Augmentation of a data set's instances, which are flat rows."""

import math
from collections.abc import Sequence

import numpy as np

from gradiente.data.augmentation.base import Array, Augmentation
from gradiente.errors import ArgumentError, ShapeError


def augment_rows(
    x: Array,
    image_shape: Sequence[int] | None,
    augmentation: Augmentation,
    generator: "np.random.Generator",
) -> Array:
    """Rows of pixels, augmented as the images that they are.

    Arguments:
        x: the instances, as a Dataset or a batch of it has them
        image_shape: the Dataset's image_shape, (H, W) or (C, H, W)
        augmentation: one of gradiente.data, such as RandomAffine(degrees=10)
        generator: what draws

    Shapes: x (m, C·H·W), float32 or float64 → the same, in the same dtype
    Errors: ArgumentError where the instances are not images; ShapeError for rows of another length or dtype

    >>> from gradiente.data.augmentation.random_horizontal_flip import RandomHorizontalFlip
    >>> row = np.array([[1.0, 2.0, 3.0, 4.0]])
    >>> augment_rows(row, (2, 2), RandomHorizontalFlip(p=1.0), np.random.default_rng(0)).tolist()
    [[2.0, 1.0, 4.0, 3.0]]
    """
    if image_shape is None or len(image_shape) not in (2, 3):
        raise ArgumentError("augmentation.not_images", shape=image_shape)
    if x.ndim != 2 or x.shape[1] != math.prod(image_shape):
        raise ShapeError("augmentation.rows", image_shape=tuple(image_shape), shape=x.shape)
    channels, height, width = (1, *image_shape)[-3:]
    images = augmentation(x.reshape(len(x), channels, height, width), generator)
    return images.reshape(x.shape)
