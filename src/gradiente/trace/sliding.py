"""Where windows meet an input: what convolutions and pools open their sums with."""

from collections.abc import Iterator

import numpy as np

from gradiente.layers.windows import Windows
from gradiente.trace.terms import Index


def taps(at: Windows) -> Iterator[Index]:
    """Every place in the kernel, in its order."""
    return np.ndindex(*at.kernel)


def seen(at: Windows, window: Index, tap: Index) -> Index | None:
    """The place of the input that a window's tap meets; None in the padding."""
    sizes = zip(window, at.stride, tap, at.dilation, at.before, strict=True)
    place = tuple(p * s + k * d - before for p, s, k, d, before in sizes)
    return place if all(0 <= q < n for q, n in zip(place, at.input, strict=True)) else None


def window_of(at: Windows, place: Index, tap: Index) -> Index | None:
    """The window whose tap meets that place of the input; None where there is no such window."""
    window = []
    for q, s, k, d, before, n in zip(place, at.stride, tap, at.dilation, at.before, at.output, strict=True):
        p, rest = divmod(q + before - k * d, s)
        if rest or not 0 <= p < n:
            return None
        window.append(p)
    return tuple(window)
