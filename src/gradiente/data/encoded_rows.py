"""The rows of a table as a network gets them, encoded piece by piece."""

from collections.abc import Iterable, Mapping

import numpy as np

from gradiente.data.encoder import Encoder


def encoded_rows(pieces: Iterable[Mapping[str, np.ndarray]], encoder: Encoder, rows: int) -> np.ndarray:
    """The features of consecutive rows.

    Arguments:
        pieces: the columns of some rows after those of the others
        rows: of all pieces

    Shapes: → (rows, features), float32
    """
    x = np.empty((rows, len(encoder.features)), np.float32)
    start = 0
    for columns in pieces:
        part = encoder.transform(columns)
        x[start : start + len(part)] = part
        start += len(part)
    return x
