"""Logic tables: and, or, xor."""

import numpy as np

from gradiente.data.dataset import Dataset

TRUTH = {"and": (0, 0, 0, 1), "or": (0, 1, 1, 1), "xor": (0, 1, 1, 0)}


def logic(name: str) -> Dataset:
    """The truth table of "and", "or" or "xor".

    With only four rows nothing can be held out: the test part is the training part.

    Shapes: x (4, 2) of 0 and 1; y (4,)

    >>> logic("xor").y.tolist()
    [0, 1, 1, 0]

    Source: the lecture, "Taller ANN: la compuerta XOR"
    """
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    return Dataset(x, np.array(TRUTH[name]), "classification", name, ("0", "1"), ("x1", "x2"))
