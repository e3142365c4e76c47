"""Connected components of a picture's marked points."""

import numpy as np


def components(marked: np.ndarray) -> np.ndarray:
    """The number of each marked point's connected component, from 1; 0 where nothing is marked.

    Two points are connected where they touch, also at a corner. The marked stretches of each row are the nodes of a
    graph, those that touch in the next row its edges; each stretch takes the smallest number of its neighbours, and
    the number of the one it took that from, until nothing changes.

    Shapes: marked (rows, columns), booleans → (rows, columns), int64

    >>> components(np.array([[1, 0, 0, 1], [0, 1, 0, 1]], dtype=bool))
    array([[1, 0, 0, 2],
           [0, 1, 0, 2]])
    """
    rows, columns = marked.shape
    width = columns + 2  # with an empty column on each side, stretches end inside their row
    steps = np.diff(np.pad(marked, ((0, 0), (1, 1))).astype(np.int8).ravel(), append=0)
    begin, end = np.flatnonzero(steps == 1) + 1, np.flatnonzero(steps == -1) + 1
    # Those that touch a stretch in the row below end after its beginning there, and begin before its end.
    first = np.searchsorted(end, begin + width, side="left")
    last = np.searchsorted(begin, end + width, side="right")
    touching = last - first
    above = np.repeat(np.arange(len(begin)), touching)
    below = np.arange(len(above)) - np.repeat(np.cumsum(touching) - touching, touching) + first[above]
    number = np.arange(len(begin))
    while True:
        lowest = number.copy()
        np.minimum.at(lowest, above, number[below])
        np.minimum.at(lowest, below, number[above])
        lowest = lowest[lowest]
        if np.array_equal(lowest, number):
            break
        number = lowest
    stretch = np.unique(number, return_inverse=True)[1] + 1
    marks = np.zeros(rows * width, dtype=np.int64)
    marks[begin], marks[end] = stretch, -stretch
    return np.cumsum(marks).reshape(rows, width)[:, 1:-1]
