"""Splitting a data set by whole groups: the rows of a patient, a shop or a sensor are on one side."""

import numpy as np

from gradiente.errors import DataError, require
from gradiente.streams import Purpose, stream


def group_split(
    groups: np.ndarray, y: np.ndarray, fraction: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to keep and to hold out, of which no group has some in both.

    The groups are gone through in random order, and each is held out if that brings the held-out fraction of every
    class, or of the rows of a regression, nearer to the one asked for: by the sum of the squared differences.

    Arguments:
        groups: the group of each row
        y: the targets; whole numbers are classes, real numbers are not
        fraction: the fraction of the rows to hold out, in (0, 1)
        seed: of the order, ≥ 0

    Shapes: groups (m,), y (m,) or, of a regression, (m, k) → two sorted arrays that together hold 0 … m − 1 once each
    Errors: ArgumentError for a fraction outside (0, 1); DataError for a single group

    >>> kept, held_out = group_split(np.array([7, 7, 8, 8, 9, 9]), np.array([0, 1, 0, 1, 0, 1]), 0.3, seed=0)
    >>> len(kept), len(held_out)
    (4, 2)

    Source: sklearn.model_selection.GroupShuffleSplit, which takes a fraction of the groups, whatever their size
    """
    require(0 < fraction < 1, "split.fraction", value=fraction)
    names, group_of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        raise DataError("split.one_group", count=len(names))
    class_of = np.zeros(len(y), int) if y.dtype.kind == "f" else np.unique(y, return_inverse=True)[1]
    rows = np.zeros((len(names), class_of.max() + 1))  # of each group and class
    np.add.at(rows, (group_of, class_of), 1)
    shares = rows / rows.sum(axis=0)

    def distance(share: np.ndarray) -> np.ndarray:
        return ((share - fraction) ** 2).sum(axis=-1)

    held_out = np.zeros(len(names), bool)
    for group in stream(Purpose.SPLIT, seed).permutation(len(names)):
        share = shares[held_out].sum(axis=0)
        if held_out.sum() + 1 < len(names) and distance(share + shares[group]) < distance(share):
            held_out[group] = True
    if not held_out.any():
        held_out[distance(shares).argmin()] = True
    return np.flatnonzero(~held_out[group_of]), np.flatnonzero(held_out[group_of])
