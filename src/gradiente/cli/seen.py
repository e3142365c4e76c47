"""What a network saw of a picture, in the terminal."""

from typing import TYPE_CHECKING

import numpy as np

from gradiente.cli.tables import console
from gradiente.locale import text

if TYPE_CHECKING:
    from rich.text import Text

Array = np.ndarray
SHADES = " ░▒▓█"
_LUMA = (0.299, 0.587, 0.114)  # of red, green and blue in grey, as in Pillow's "L"
_FRAME = 2  # characters


def print_seen(source: str, x: Array, image_shape: tuple[int, ...], *, as_json: bool) -> None:
    """The input of a network as a picture of characters, two for each pixel; in colours where the terminal has them.

    A picture that is wider than the terminal is shown smaller.

    Arguments:
        source: its name
        x: in [0, 1], in the order of the rows
        image_shape: (rows, columns), or (3, rows, columns) for colours
        as_json: standard output carries JSON: print on standard error
    """
    from rich.box import SQUARE
    from rich.panel import Panel
    from rich.text import Text

    channels, rows, columns = (1, *image_shape)[-3:]
    out = console(as_json)
    out.print(text("predict.seen", source=source, rows=rows, columns=columns))
    image = reduced(x.reshape(channels, rows, columns), max(1, (out.width - _FRAME) // 2))
    if channels == 1:
        seen = Text(characters(image[0]), no_wrap=True)
    elif out.color_system is None:
        seen = Text(characters(np.tensordot(_LUMA, image, axes=1)), no_wrap=True)
    else:
        seen = colours(image)
    out.print(Panel.fit(seen, box=SQUARE, padding=0))


def characters(image: Array) -> str:
    """A picture in [0, 1] as lines of characters, darker where it is 0.

    >>> print(characters(np.array([[0.1, 1], [0.5, 0.3]])))
      ██
    ▒▒░░
    """
    levels = np.round(image * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(2 * SHADES[level] for level in row) for row in levels)


def colours(image: Array) -> "Text":
    """A picture of red, green and blue in [0, 1] as lines of spaces on those colours.

    >>> str(colours(np.ones((3, 2, 1)))), colours(np.ones((3, 2, 1))).spans[0].style
    ('  \\n  ', 'on #ffffff')
    """
    from rich.text import Text

    lines = []
    for row in np.rint(255 * image).astype(int).transpose(1, 2, 0).tolist():
        line = Text(no_wrap=True)
        for red, green, blue in row:
            line.append("  ", f"on #{red:02x}{green:02x}{blue:02x}")
        lines.append(line)
    return Text("\n").join(lines)


def reduced(image: Array, widest: int) -> Array:
    """A picture with at most that many columns: each pixel the mean of a square of them.

    Shapes: (channels, rows, columns) → (channels, rows / k, columns / k) for the smallest whole k that will do

    >>> reduced(np.arange(8.0).reshape(1, 2, 4), 3).tolist()
    [[[2.5, 4.5]]]
    """
    every = -(-image.shape[2] // widest)
    if every == 1:
        return image
    channels, rows, columns = image.shape[0], image.shape[1] // every or 1, image.shape[2] // every
    whole = image[:, : rows * every, : columns * every]
    return whole.reshape(channels, rows, -1, columns, every).mean(axis=(2, 4))
