"""Mini-batches, as row numbers: the data set itself is never copied or reordered."""

from collections.abc import Iterator

import numpy as np

from gradiente.errors import ArgumentError, is_whole


def batches(
    indices: np.ndarray, batch_size: int, generator: "np.random.Generator | None" = None
) -> Iterator[np.ndarray]:
    """One epoch: the row numbers, shuffled, in batches of batch_size; the last one may be smaller.

    A batch is then one gather: x[batch], y[batch].

    Arguments:
        indices: the row numbers of the epoch
        batch_size: 1 to len(indices)
        generator: what shuffles; None keeps the order

    Shapes: indices (m,) → ⌈m / batch_size⌉ arrays of at most batch_size numbers
    Errors: ArgumentError for a batch size below 1 or above the number of instances

    >>> import numpy as np
    >>> [batch.tolist() for batch in batches(np.arange(5), 2)]
    [[0, 1], [2, 3], [4]]
    """
    if not is_whole(batch_size, 1) or batch_size > len(indices):
        raise ArgumentError("batches.size", size=repr(batch_size), instances=len(indices))
    one = batch_size == len(indices)  # all of them have no order
    order = indices if generator is None or one else generator.permutation(indices)
    return (order[start : start + batch_size] for start in range(0, len(order), batch_size))
