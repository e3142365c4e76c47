from dataclasses import dataclass

import numpy as np

from gradiente.data.augmentation.base import Array, Augmentation
from gradiente.data.augmentation.interpolation import bilinear
from gradiente.errors import require_in


@dataclass(frozen=True, kw_only=True)
class ElasticTransform(Augmentation):
    r"""Elastic deformation: every pixel is displaced by a smooth random field.

    Equation:   Δ = (α / 2) G_σ ∗ U,   with U ~ U(−1, 1) for every pixel, once for the rows and once for the columns

    G_σ is a Gaussian of sum 1, mirrored at the border and cut off at 4σ. Both have torchvision's meaning: α/2 is in
    pixels, because torchvision counts displacements in halves of the image. Simard's α is twice as strong: his
    α = 34, σ = 4 for 28 × 28 digits is ElasticTransform(alpha=68, sigma=4). With the defaults a pixel moves
    by about 0.8 pixels (standard deviation, α / (4σ√(3π)) away from the border).

    Arguments:
        alpha: α ≥ 0, the magnitude of the displacements
        sigma: σ > 0, the smoothness of the displacements, in pixels

    Shapes: (m, C, H, W) → the same; a displacement moves all channels of an instance
    Errors: ArgumentError for a hyperparameter out of range

    >>> flat = np.ones((1, 1, 9, 9), dtype=np.float32)
    >>> bent = ElasticTransform(alpha=10.0, sigma=2.0)(flat, np.random.default_rng(0))
    >>> float(bent[0, 0, 4, 4])
    1.0

    Source: Simard, Steinkraus and Platt, Best practices for convolutional neural networks, 2003;
        torchvision.transforms.v2.ElasticTransform
    """

    alpha: float = 50.0
    sigma: float = 5.0

    def __post_init__(self) -> None:
        require_in("[0, inf)", "ElasticTransform", alpha=self.alpha)
        require_in("(0, inf)", "ElasticTransform", sigma=self.sigma)

    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        m, _, height, width = images.shape
        noise = generator.random((m, 2, height, width), dtype=np.float32)
        noise -= 0.5  # U / 2
        down, across = (self._smoothing(size).astype(images.dtype) for size in (height, width))
        displacement = down @ noise @ (self.alpha * across.T)
        rows = displacement[:, 0] + np.arange(height, dtype=images.dtype)[:, None]
        columns = displacement[:, 1] + np.arange(width, dtype=images.dtype)
        return bilinear(images, rows, columns)

    def _smoothing(self, size: int) -> Array:
        """The Gaussian along an axis as a matrix: a product is several times faster than a filter."""
        from scipy.ndimage import gaussian_filter1d

        return gaussian_filter1d(np.eye(size), self.sigma, axis=0, mode="mirror", truncate=4.0)
