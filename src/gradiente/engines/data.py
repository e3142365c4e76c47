"""Where the data of a training lie: here in the host's memory, as they are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray


class Batch(NamedTuple):
    """A batch as an engine computes with it: row numbers of the data set, x and y of those rows.

    Where several processes share a training, `rows` are this one's, and `all_rows` those of all of them.
    """

    rows: Array
    x: Any
    y: Any
    all_rows: Array


class HostData:
    """Arrays in the host's memory."""

    def batches(
        self,
        x: Array,
        y: Array,
        order: Iterable[Array],
        change: Callable[[Array], Array] | None = None,
    ) -> Iterator[Batch]:
        """The batches of an epoch, one for each array of row numbers, their x changed where that is asked for.

        A batch is gathered, and changed, when it is asked for and not before.
        """
        for rows in order:
            yield Batch(rows, x[rows] if change is None else change(x[rows]), y[rows], rows)

    def fetch(self, parts: Sequence[Any]) -> Array:
        """What several steps gave, joined along the first axis; numbers become a vector."""
        return np.concatenate([np.atleast_1d(part) for part in parts])
