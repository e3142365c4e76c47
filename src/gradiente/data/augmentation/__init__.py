"""Data augmentation: random variations of images; one augmentation, one file."""

from gradiente.data.augmentation.base import Augmentation
from gradiente.data.augmentation.compose import Compose
from gradiente.data.augmentation.elastic_transform import ElasticTransform
from gradiente.data.augmentation.gaussian_noise import GaussianNoise
from gradiente.data.augmentation.random_affine import RandomAffine
from gradiente.data.augmentation.random_erasing import RandomErasing
from gradiente.data.augmentation.random_horizontal_flip import RandomHorizontalFlip
from gradiente.data.augmentation.random_vertical_flip import RandomVerticalFlip
from gradiente.data.augmentation.rows import augment_rows

REGISTRY: dict[str, type[Augmentation]] = {
    augmentation.__name__: augmentation
    for augmentation in (
        RandomAffine,
        ElasticTransform,
        RandomHorizontalFlip,
        RandomVerticalFlip,
        RandomErasing,
        GaussianNoise,
    )
}

__all__ = [
    "REGISTRY",
    "Augmentation",
    "Compose",
    "ElasticTransform",
    "GaussianNoise",
    "RandomAffine",
    "RandomErasing",
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "augment_rows",
]
