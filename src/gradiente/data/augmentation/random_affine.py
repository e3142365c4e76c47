from dataclasses import dataclass
from numbers import Real

import numpy as np

from gradiente.data.augmentation.base import (
    Array,
    Augmentation,
    require_pair,
    require_range,
    tuple_of,
    uniform,
)
from gradiente.data.augmentation.interpolation import bilinear
from gradiente.errors import require_in

Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class RandomAffine(Augmentation):
    r"""Random rotation, shear, scaling and translation about the image's center, in one interpolation.

    Equation:   q = c + t + s R(φ) K(ψ) (p − c),
                R(φ) = [[cos φ, −sin φ], [sin φ, cos φ]],   K(ψ) = [[1, −tan ψ], [0, 1]]

    A point p = (x, y), y downwards, goes to q. What is read between pixels is bilinear, what lies outside is 0.

    Arguments:
        degrees: φ ~ U(−degrees, degrees) in degrees, clockwise on the screen; or a pair (smallest, largest)
        translate: t, the largest shift as fractions of width and height, each in [0, 1]; shifts are whole
            pixels, as in torchvision, so that a shift alone blurs nothing
        scale: s ~ U(smallest, largest), both above 0; 2 shows everything twice as large
        shear: ψ ~ U(−shear, shear) in degrees, below 90, along the rows; or a pair (smallest, largest)

    Shapes: (m, C, H, W) → the same
    Errors: ArgumentError for a hyperparameter out of range

    >>> image = np.arange(4.0, dtype=np.float32).reshape(1, 1, 2, 2)
    >>> RandomAffine(degrees=(90, 90))(image, np.random.default_rng(0)).round(4).tolist()
    [[[[2.0, 0.0], [3.0, 1.0]]]]

    Source: torchvision.transforms.v2.RandomAffine(interpolation=BILINEAR)
    """

    degrees: float | Range = 0.0
    translate: Range = (0.0, 0.0)
    scale: Range = (1.0, 1.0)
    shear: float | Range = 0.0

    def __post_init__(self) -> None:
        for name in ("degrees", "translate", "scale", "shear"):
            object.__setattr__(self, name, tuple_of(getattr(self, name)))
        _require_angle("[0, inf)", "(-inf, inf)", degrees=self.degrees)
        _require_angle("[0, 90)", "(-90, 90)", shear=self.shear)
        require_pair("[0, 1]", "RandomAffine", translate=self.translate)
        require_range("(0, inf)", "RandomAffine", scale=self.scale)

    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        m, _, height, width = images.shape
        draw = generator.random((m, 5)).T[..., None, None]  # each (m, 1, 1)
        angle = np.radians(uniform(draw[0], *_ends(self.degrees)))
        shear = np.radians(uniform(draw[1], *_ends(self.shear)))
        scale = uniform(draw[2], *self.scale)
        most_x, most_y = self.translate[0] * width, self.translate[1] * height
        shift_x = np.rint(uniform(draw[3], -most_x, most_x))
        shift_y = np.rint(uniform(draw[4], -most_y, most_y))

        # Each pixel of the new image asks where it came from: p = c + (1/s) K(−ψ) R(−φ) (q − c − t).
        centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
        x = np.arange(width) - centre_x - shift_x  # (m, 1, W)
        y = np.arange(height)[:, None] - centre_y - shift_y  # (m, H, 1)
        cos, sin, tan = np.cos(angle) / scale, np.sin(angle) / scale, np.tan(shear)
        columns = ((cos - tan * sin) * x + centre_x) + (sin + tan * cos) * y
        rows = (-sin * x + centre_y) + cos * y
        return bilinear(images, rows, columns)


def _ends(angle: float | Range) -> Range:
    return angle if isinstance(angle, tuple) else (-angle, angle)


def _require_angle(interval: str, ends: str, **angle: float | Range) -> None:
    if isinstance(next(iter(angle.values())), Real):
        require_in(interval, "RandomAffine", **angle)  # pyright: ignore[reportArgumentType]
    else:
        require_range(ends, "RandomAffine", **angle)
