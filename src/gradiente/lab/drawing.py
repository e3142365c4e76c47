"""What a pen draws on a pad, as ink."""

from collections.abc import Sequence

import numpy as np

from gradiente.errors import require

Array = np.ndarray
SIDE = 280  # of the pad: what coordinates go up to
PEN = 32  # how wide the pen is: in a drawn digit about as wide as in the data
MOST = 20_000  # coordinates


def ink_of(strokes: Sequence[Sequence[int]]) -> Array:
    """The ink of a drawing, 0 where the pad is empty.

    Arguments:
        strokes: of each x, y, x, y … from the left and from above, from 0 to 280

    Shapes: → (280, 280), float32 in [0, 1]
    Errors: ArgumentError for coordinates outside the pad, an odd number of them, or too many

    >>> ink_of([[140, 40, 140, 240]]).any(axis=0).sum()
    np.int64(33)
    """
    from PIL import Image, ImageDraw

    numbers = [number for stroke in strokes for number in stroke]
    require(len(numbers) <= MOST and all(0 <= number <= SIDE for number in numbers), "lab.strokes", side=SIDE)
    require(all(len(stroke) % 2 == 0 for stroke in strokes), "lab.strokes", side=SIDE)
    picture = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        points = list(zip(stroke[::2], stroke[1::2], strict=True))
        if len(points) > 1:
            pen.line(points, fill=255, width=PEN, joint="curve")
        for x, y in {*points[:1], *points[-1:]}:
            pen.ellipse((x - PEN / 2, y - PEN / 2, x + PEN / 2, y + PEN / 2), fill=255)
    return np.asarray(picture, np.float32) / 255
