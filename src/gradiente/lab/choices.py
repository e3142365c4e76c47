"""What a page's controls offer: the names of the library's registries."""

from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from gradiente.data import NAMES, data_locations
from gradiente.data.augmentation import REGISTRY as AUGMENTATIONS
from gradiente.initializers import REGISTRY as INITIALIZERS
from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.training.sections import IMAGES

VARIANTS = {"SGD": ("SGD(momentum=0.9)", "SGD(momentum=0.9, nesterov=True)")}
CHANGES = {  # in place of the class with its defaults, for images as small as those of digits
    "RandomAffine": ("RandomAffine(degrees=10)", "RandomAffine(translate=(0.1, 0.1))"),
    "ElasticTransform": ("ElasticTransform(alpha=10, sigma=2)",),
}


def choices(data_dir: str | Path | None = None) -> dict[str, list[str]]:
    """The data sets that are at hand, and what a network is made of and trained with, in the notation of a config.

    Arguments:
        data_dir: where the files of mnist and fashion-mnist are

    >>> choices()["optimizers"][:3]
    ['SGD', 'SGD(momentum=0.9)', 'SGD(momentum=0.9, nesterov=True)']
    """
    files = data_locations()
    elementwise = {name: kind for name, kind in LAYERS.items() if kind.elementwise and not kind.stochastic}
    return {
        "data": [name for name in NAMES if name not in IMAGES or data_dir or files[name]],
        "images": ["digits", *IMAGES],
        "augmentations": [each for name in AUGMENTATIONS for each in CHANGES.get(name, (f"{name}()",))],
        "activations": [f"{name}()" for name in _plain(elementwise)],
        "losses": [f"{name}()" for name in _plain(LOSSES)],
        "optimizers": [each for name in OPTIMIZERS for each in (name, *VARIANTS.get(name, ()))],
        "schedules": [kind.examples[0] for kind in SCHEDULES.values() if kind.examples],
        "initializers": [f"{name}()" for name in _plain(INITIALIZERS)],
    }


def _plain(registry: Any) -> list[str]:
    """Those that need no argument."""
    return [
        name
        for name, kind in registry.items()
        if all(
            one.default is not MISSING or one.default_factory is not MISSING
            for one in fields(kind)
            if one.init
        )
    ]
