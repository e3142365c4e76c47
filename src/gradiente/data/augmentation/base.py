"""The contract of an augmentation: a batch of images in, a batch of randomly changed images out."""

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.concept import Concept
from gradiente.errors import ArgumentError, ShapeError, require_in

Array = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Augmentation(metaclass=Concept):
    """A random change of images that preserves what they show.

    Every instance of the batch has its own draw. The draw depends on the generator's state and the place in the
    batch, on nothing else: not on the pixels, nor on their dtype, nor on how many instances follow (save in a Compose).
    """

    def __call__(self, images: Array, generator: "np.random.Generator") -> Array:
        """The augmented images; the input is not changed.

        Shapes: (m, C, H, W), float32 or float64 → the same, in the same dtype
        Errors: ShapeError for another rank or dtype
        """
        if images.ndim != 4 or images.dtype not in (np.float32, np.float64):
            name = type(self).__name__
            raise ShapeError("augmentation.shape", name=name, shape=images.shape, dtype=images.dtype)
        return self.augmented(images, generator)

    @abstractmethod
    def augmented(self, images: Array, generator: "np.random.Generator") -> Array:
        """The new images, once shape and dtype are known to be right."""


def tuple_of(value: Any) -> Any:
    """A list, as JSON, TOML and the notation have it, as the tuple of plain numbers that it means."""
    if not isinstance(value, list | tuple):
        return value
    return tuple(entry.item() if isinstance(entry, np.generic) else entry for entry in value)


def require_pair(interval: str, owner: str, **values: Any) -> None:
    """Every value is a tuple of two numbers inside the interval."""
    for name, value in values.items():
        two = isinstance(value, tuple) and len(value) == 2
        if not two:
            shown = repr(value)
            raise ArgumentError("augmentation.pair", owner=owner, name=name, interval=interval, value=shown)
        for entry in value:
            require_in(interval, owner, **{name: entry})


def require_range(interval: str, owner: str, **values: Any) -> None:
    """Every value is a tuple (smallest, largest) inside the interval."""
    require_pair(interval, owner, **values)
    for name, value in values.items():
        low, high = value
        if low > high:
            raise ArgumentError("augmentation.range", owner=owner, name=name, value=repr(value))


def uniform(unit: Array, low: float, high: float) -> Array:
    """Numbers of U(0, 1) scaled to U(low, high)."""
    return low + (high - low) * unit
