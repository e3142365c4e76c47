"""The categories of a column of text as features."""

import numpy as np


def one_hot(column: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
    """A row of 0 and 1 for each category; a cell that is none of them is 0 in all.

    Shapes: column (rows,) → (categories, rows), float32
    """
    written, place = np.unique(column, return_inverse=True)
    known = {kind: number for number, kind in enumerate(kinds)}
    number = np.array([known.get(cell, len(kinds)) for cell in written.tolist()], dtype=np.intp)[place]
    found = np.zeros((len(kinds) + 1, len(column)), dtype=np.float32)
    found[number, np.arange(len(column))] = 1
    return found[:-1]
