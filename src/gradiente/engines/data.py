"""Storage of the training data: here in the host's memory, unchanged."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

Array = np.ndarray


class Batch(NamedTuple):
    """A batch as an engine computes with it: row numbers of the data set, x, y and weights of those rows, if any.

    With several processes, `rows` are those of this process, and `all_rows` those of all of them.
    """

    rows: Array
    x: Any
    y: Any
    all_rows: Array
    weights: Any = None


class HostData:
    """Arrays in the host's memory."""

    def batches(
        self,
        x: Array,
        y: Array,
        order: Iterable[Array],
        change: Callable[[Array], Array] | None = None,
        weights: Array | None = None,
    ) -> Iterator[Batch]:
        """The batches of an epoch, one for each array of row numbers, their x passed through `change` if given.

        A batch is gathered, and changed, lazily.
        """
        for rows in order:
            part = x[rows] if change is None else change(x[rows])
            yield Batch(rows, part, y[rows], rows, None if weights is None else weights[rows])

    def fetch(self, parts: Sequence[Any]) -> Array:
        """The results of several steps, joined along the first axis; numbers become a vector."""
        return np.concatenate([np.atleast_1d(part) for part in parts])
