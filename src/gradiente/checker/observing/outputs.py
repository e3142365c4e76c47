"""What layers may have computed: the arrays of one shape, with what every layer is compared by."""

from dataclasses import dataclass

import numpy as np

from gradiente.checker.rules.activations import IDENTITY, INVERSES

Array = np.ndarray
MOST_COMPARED = 24  # instances of an output, before all of them are


@dataclass(frozen=True)
class Outputs:
    """Arrays of one shape as what a layer may have computed: a stack, with what is asked of each again and again.

    Arguments:
        places: of the arrays
        arrays: (n, rows, m)
        first: the event that each came with
        nonzero: whether it has a number that is not 0
        inverted: by the name of an activation: Z of each, of the first 24 instances; NaN where several Z are possible
        changes: by activation: Z of the first instance minus that of the second; NaN where one is not known
        possible: by activation: whether its numbers are among those that the activation gives
    """

    places: Array
    arrays: Array
    first: Array
    nonzero: Array
    inverted: dict[str, Array]
    changes: Array
    possible: Array

    @classmethod
    @np.errstate(all="ignore")
    def of(cls, places: Array, arrays: Array, first: Array) -> "Outputs":
        part = arrays[:, :, :MOST_COMPARED]
        inverted = {IDENTITY: part, **{name: inverse(part) for name, inverse in INVERSES.items()}}
        changes = np.stack([_change(name, z) for name, z in inverted.items()])
        nonzero = np.array([array.any() for array in arrays], bool)
        possible = [(part >= 0) if name == "relu" else ~np.isnan(z) for name, z in inverted.items()]
        possible = np.asarray(np.stack(possible).all(axis=(2, 3)))
        return cls(places, arrays, first, nonzero, inverted, changes, possible)

    def fitting(self, z: Array, tolerance: float) -> Array:
        """By activation: which arrays may be g(z + b), judged by the first two instances: few of all."""
        plain, of_softmax = _change("", z), _change("softmax", z)
        wanted = np.stack([of_softmax if name == "softmax" else plain for name in self.inverted])
        apart = np.abs(self.changes - wanted[:, None, :]) > 3 * tolerance
        return self.possible & ~apart.any(axis=2)


def _change(name: str, z: Array) -> Array:
    """From one instance to the next, where it is known; what softmax leaves of it."""
    change = z[..., 0] - z[..., 1] if z.shape[-1] > 1 else np.full(z.shape[:-1], np.nan)
    change = np.where(np.isfinite(change), change, np.nan)
    return change - change.mean(axis=-1, keepdims=True) if name == "softmax" else change
