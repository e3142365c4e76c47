from dataclasses import dataclass

import numpy as np

from gradiente.data.augmentation.base import Array, Augmentation, require_range, tuple_of, uniform
from gradiente.errors import require_in

_ATTEMPTS = 10


@dataclass(frozen=True, kw_only=True)
class RandomErasing(Augmentation):
    r"""Erases a random rectangle, with probability p, so that no single part decides the class.

    Equation:   h = √(a r),  w = √(a / r),   a ~ H W · U(scale),  ln r ~ U(ln ratio)

    h and w are rounded to whole pixels, at least 1; the place is any at which the rectangle fits. One that is as
    high or as wide as the image is drawn anew, up to ten times in all; after that the image is not changed.

    Arguments:
        p: in [0, 1]
        scale: the erased share of the image's area, (smallest, largest) in [0, 1]
        ratio: height / width, (smallest, largest), above 0
        value: the value of the erased pixels, any finite number

    Shapes: (m, C, H, W) → the same; a rectangle goes through all channels
    Errors: ArgumentError for a hyperparameter out of range

    >>> image = np.ones((1, 1, 4, 4), dtype=np.float32)
    >>> erase = RandomErasing(p=1.0, scale=(0.25, 0.25), ratio=(1.0, 1.0))
    >>> int((erase(image, np.random.default_rng(0)) == 0).sum())
    4

    Source: Zhong et al., Random erasing data augmentation, 2020; torchvision.transforms.v2.RandomErasing
    """

    p: float = 0.5
    scale: tuple[float, float] = (0.02, 0.33)
    ratio: tuple[float, float] = (0.3, 3.3)
    value: float = 0.0

    def __post_init__(self) -> None:
        for name in ("scale", "ratio"):
            object.__setattr__(self, name, tuple_of(getattr(self, name)))
        require_in("[0, 1]", "RandomErasing", p=self.p)
        require_range("[0, 1]", "RandomErasing", scale=self.scale)
        require_range("(0, inf)", "RandomErasing", ratio=self.ratio)
        require_in("(-inf, inf)", "RandomErasing", value=self.value)

    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        m, _, height, width = images.shape
        draw = generator.random((m, 3 + 2 * _ATTEMPTS))
        chosen, place_y, place_x = draw[:, 0] < self.p, draw[:, 1], draw[:, 2]
        area = height * width * uniform(draw[:, 3 : 3 + _ATTEMPTS], *self.scale)
        ratio = np.exp(uniform(draw[:, 3 + _ATTEMPTS :], *np.log(self.ratio)))
        h = np.rint(np.sqrt(area * ratio)).clip(1)  # (m, attempts)
        w = np.rint(np.sqrt(area / ratio)).clip(1)
        fits = (h < height) & (w < width)
        first = np.arange(m), fits.argmax(axis=1)
        h, w = h[first], w[first]
        top, left = np.floor(place_y * (height - h + 1)), np.floor(place_x * (width - w + 1))
        erased = (
            (chosen & fits.any(axis=1))[:, None, None]
            & _within(height, top, h)[:, :, None]
            & _within(width, left, w)[:, None, :]
        )
        return np.where(erased[:, None], images.dtype.type(self.value), images)


def _within(size: int, start: Array, length: Array) -> Array:
    """For each instance, which of the positions 0 … size − 1 lie in its piece."""
    position = np.arange(size)
    return (start[:, None] <= position) & (position < (start + length)[:, None])
