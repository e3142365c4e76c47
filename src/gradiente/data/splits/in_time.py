"""Splitting a data set in time: the past is learned from, what comes after it is held out."""

import numpy as np

from gradiente.errors import DataError, require


def time_split(times: np.ndarray, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to keep and to hold out, which come after all those that are kept.

    The border is where the fraction held out is nearest to the one asked for; rows of the same time are on one side.

    Arguments:
        times: of each row, in any unit
        fraction: the fraction to hold out, in (0, 1)

    Shapes: times (m,) → two sorted arrays that together hold 0 … m − 1 once each
    Errors: ArgumentError for a fraction outside (0, 1); DataError where all times are the same

    >>> kept, held_out = time_split(np.array([2020, 2023, 2021, 2022, 2024]), 0.4)
    >>> kept.tolist(), held_out.tolist()
    ([0, 2, 3], [1, 4])

    Source: sklearn.model_selection.TimeSeriesSplit, whose last fold it is where no two times are the same
    """
    require(0 < fraction < 1, "split.fraction", value=fraction)
    distinct, rows_of = np.unique(times, return_counts=True)
    if len(distinct) < 2:
        raise DataError("split.one_time")
    before = np.cumsum(rows_of)[:-1]  # rows before each border
    held_out = int(np.clip(round(fraction * len(times)), 1, len(times) - 1))
    first = distinct[1:][np.abs(len(times) - before - held_out).argmin()]
    return np.flatnonzero(times < first), np.flatnonzero(times >= first)
