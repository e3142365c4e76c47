from dataclasses import dataclass

import numpy as np

from gradiente.data.augmentation.base import Array, Augmentation
from gradiente.errors import ArgumentError, DataError, require_in


@dataclass(frozen=True, kw_only=True)
class GaussianNoise(Augmentation):
    """A random number added to every pixel of every channel.

    Equation:   x + n,   n ~ N(mean, sigma²);   with clip, cut off below 0 and above 1

    Arguments:
        mean: any finite number, in units of the pixels
        sigma: the standard deviation, ≥ 0
        clip: keep the pixels in [0, 1], where those of the images must be; False for images in other units

    Shapes: (m, C, H, W) → the same
    Errors: ArgumentError for a hyperparameter out of range; DataError for pixels outside [0, 1] that would be clipped

    >>> grey = np.full((1, 1, 2, 2), 0.5, dtype=np.float32)
    >>> GaussianNoise(mean=0.25, sigma=0.0)(grey, np.random.default_rng(0)).tolist()
    [[[[0.75, 0.75], [0.75, 0.75]]]]

    Source: torchvision.transforms.v2.GaussianNoise
    """

    mean: float = 0.0
    sigma: float = 0.1
    clip: bool = True

    def __post_init__(self) -> None:
        require_in("(-inf, inf)", "GaussianNoise", mean=self.mean)
        require_in("[0, inf)", "GaussianNoise", sigma=self.sigma)
        if not isinstance(self.clip, bool):
            raise ArgumentError("augmentation.clip", value=repr(self.clip))

    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        if self.clip and images.size and not 0 <= images.min() <= images.max() <= 1:
            raise DataError("augmentation.pixels", least=images.min(), largest=images.max())
        noise = generator.standard_normal(images.shape, dtype=np.float32).astype(images.dtype, copy=False)
        noise *= self.sigma
        noise += self.mean
        noise += images
        return noise.clip(0, 1, out=noise) if self.clip else noise
