"""A curve in the terminal."""

import numpy as np

Array = np.ndarray


def curve(y: Array, *, width: int = 60, height: int = 12) -> list[str]:
    """Lines of characters: y from left to right, the largest at the top.

    >>> print("\\n".join(curve(np.array([0.0, 1.0, 2.0]), width=3, height=3)))
      *
     *
    *
    """
    columns = [part.mean() for part in np.array_split(y, min(width, len(y)))]
    places = np.interp(np.linspace(0, len(columns) - 1, width), np.arange(len(columns)), columns)
    low, high = places.min(), places.max()
    rows = np.round((places - low) / ((high - low) or 1) * (height - 1)).astype(int)
    return [
        "".join("*" if row == level else " " for row in rows).rstrip() for level in range(height - 1, -1, -1)
    ]
