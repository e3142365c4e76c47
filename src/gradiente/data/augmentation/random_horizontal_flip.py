from dataclasses import dataclass

import numpy as np

from gradiente.data.augmentation.base import Array, Augmentation
from gradiente.errors import require_in


@dataclass(frozen=True, kw_only=True)
class RandomHorizontalFlip(Augmentation):
    """Flips the image horizontally, with probability p.

    Arguments:
        p: in [0, 1]

    Shapes: (m, C, H, W) → the same
    Errors: ArgumentError for a probability outside [0, 1]

    >>> image = np.array([[[[1.0, 2.0], [3.0, 4.0]]]])
    >>> RandomHorizontalFlip(p=1.0)(image, np.random.default_rng(0)).tolist()
    [[[[2.0, 1.0], [4.0, 3.0]]]]

    Source: torchvision.transforms.v2.RandomHorizontalFlip
    """

    p: float = 0.5

    def __post_init__(self) -> None:
        require_in("[0, 1]", "RandomHorizontalFlip", p=self.p)

    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        flip = generator.random(len(images)) < self.p
        return np.where(flip[:, None, None, None], images[..., ::-1], images)
