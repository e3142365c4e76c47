"""The random generators of a training run, each a function of (seed, epoch, purpose, process)."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from threading import RLock

import numpy as np

from gradiente.errors import is_whole, require


class Purpose(Enum):
    """What a generator draws; generators of different purposes are independent of one another."""

    PARAMETERS = "parameters"  # the initial ones
    SPLIT = "split"  # of a data set in two
    ORDER = "order"  # of an epoch's instances
    LAYERS = "layers"  # what layers draw in training
    AUGMENTATION = "augmentation"


_torch_generator = RLock()
# Those that draw anew every epoch, and the number that tells them apart.
_EVERY_EPOCH = {Purpose.ORDER: 0, Purpose.LAYERS: 1, Purpose.AUGMENTATION: 2}


@contextmanager
def torch_generator_kept() -> Iterator[None]:
    """Context manager: PyTorch's global generator is afterwards as it was, whatever modules drew when made.

    One thread at a time is inside: it belongs to the whole process.
    """
    import torch

    with _torch_generator, torch.random.fork_rng(devices=[]):
        yield


def stream(purpose: Purpose, seed: int, epoch: int = 0, rank: int = 0) -> "np.random.Generator":
    """The generator of one purpose, at its beginning.

    Arguments:
        seed: of the training run, ≥ 0
        epoch: counted from 1; 0 is what lies outside of epochs
        rank: of the process, for draws that differ between processes

    Errors: ArgumentError for another seed

    >>> stream(Purpose.ORDER, seed=3, epoch=1).permutation(5)
    array([1, 4, 0, 2, 3])

    Source: numpy.random.SeedSequence
    """
    require(is_whole(seed, 0), "load.seed", value=seed)
    if purpose not in _EVERY_EPOCH:
        return np.random.default_rng(seed)
    key = [seed, epoch, _EVERY_EPOCH[purpose], rank]
    while not key[-1] and len(key) > 1:  # NumPy ignores zeros at the end, as long as there are few numbers
        key.pop()
    return np.random.default_rng(key)
