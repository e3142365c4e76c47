from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.data.augmentation.base import Array, Augmentation
from gradiente.errors import ArgumentError


@dataclass(frozen=True)
class Compose(Augmentation):
    """Several augmentations in sequence, all drawing from the same generator.

    Arguments:
        augmentations: at least one, in the order in which they are applied

    Shapes: (m, C, H, W) → the same
    Errors: ArgumentError for none, or for anything that is not an augmentation

    >>> from gradiente.data.augmentation.random_horizontal_flip import RandomHorizontalFlip
    >>> from gradiente.data.augmentation.random_vertical_flip import RandomVerticalFlip
    >>> turn = Compose([RandomHorizontalFlip(p=1.0), RandomVerticalFlip(p=1.0)])
    >>> turn(np.array([[[[1.0, 2.0], [3.0, 4.0]]]]), np.random.default_rng(0)).tolist()
    [[[[4.0, 3.0], [2.0, 1.0]]]]

    Source: torchvision.transforms.v2.Compose
    """

    augmentations: Sequence[Augmentation]

    def __post_init__(self) -> None:
        if isinstance(self.augmentations, Iterable):
            object.__setattr__(self, "augmentations", tuple(self.augmentations))
        augmentations = self.augmentations
        right = isinstance(augmentations, tuple) and all(isinstance(a, Augmentation) for a in augmentations)
        if not right or augmentations == ():
            raise ArgumentError("augmentation.compose", value=repr(augmentations))

    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        for augmentation in self.augmentations:
            images = augmentation(images, generator)
        return images
