"""Splitting a data set in two at random, class by class, reproducibly for the same seed."""

from collections.abc import Sequence

import numpy as np

from gradiente.errors import DataError, require
from gradiente.streams import Purpose, stream


def stratified_split(
    y: np.ndarray, fraction: float, seed: int, *, part: str = "test", classes: Sequence[str] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to keep and to hold out, with the same class proportions in both parts.

    The quota of a class is fraction · (its rows). Each class gets its whole part, the rows still missing from
    the total go to the largest remainders, and no class ends with nothing in one of the parts. Real-valued
    targets have no classes: they are split at random.

    Arguments:
        y: the targets; whole numbers are classes, real numbers are not
        fraction: the fraction to hold out, in (0, 1)
        seed: of the split, ≥ 0
        part: what is held out, for messages: "test" or "validation"
        classes: names of the classes, for messages

    Shapes: y (m,) → two sorted arrays that together hold 0 … m − 1 once each
    Errors: ArgumentError for a fraction outside (0, 1); DataError for a class (or a data set) with one row

    >>> import numpy as np
    >>> kept, held_out = stratified_split(np.array([0, 0, 0, 0, 1, 1, 1, 1]), 0.25, seed=0)
    >>> len(kept), len(held_out)
    (6, 2)

    Source: sklearn.model_selection.StratifiedShuffleSplit
    """
    require(0 < fraction < 1, "split.fraction", value=fraction)
    if len(y) < 2:
        raise DataError("split.rows", count=len(y))
    generator = stream(Purpose.SPLIT, seed)
    if y.dtype.kind == "f":
        count = int(np.clip(round(fraction * len(y)), 1, len(y) - 1))
        held_out = generator.permutation(len(y))[:count]
    else:
        labels, rows_of = np.unique(y, return_counts=True)
        if rows_of.min() < 2:
            label = labels[rows_of.argmin()]
            raise DataError(f"split.one_row.{part}", label=classes[label] if classes else label)
        counts = _largest_remainder(fraction * rows_of)
        counts = np.clip(counts, 1, rows_of - 1)
        held_out = np.concatenate(
            [
                generator.permutation(np.flatnonzero(y == label))[:count]
                for label, count in zip(labels, counts, strict=True)
            ]
        )
    mask = np.zeros(len(y), dtype=bool)
    mask[held_out] = True
    return np.flatnonzero(~mask), np.flatnonzero(mask)


def _largest_remainder(quotas: np.ndarray) -> np.ndarray:
    """Whole numbers near the quotas whose sum is the rounded sum of the quotas."""
    counts = np.floor(quotas).astype(int)
    missing = round(quotas.sum()) - counts.sum()
    largest = np.argsort(counts - quotas, kind="stable")  # largest remainder first
    counts[largest[:missing]] += 1
    return counts
