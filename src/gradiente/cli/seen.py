"""What a network saw of a picture, in the terminal."""

import numpy as np

from gradiente.cli.tables import console
from gradiente.locale import text

SHADES = " ░▒▓█"


def print_seen(source: str, x: np.ndarray, image_shape: tuple[int, ...], *, as_json: bool) -> None:
    """The input of a network as a picture of characters, two for each pixel.

    Arguments:
        source: its name
        x: in [0, 1], in the order of the rows
        image_shape: (rows, columns)
        as_json: standard output carries JSON: print on standard error
    """
    from rich.box import SQUARE
    from rich.panel import Panel
    from rich.text import Text

    rows, columns = image_shape
    out = console(as_json)
    out.print(text("predict.seen", source=source, rows=rows, columns=columns))
    out.print(Panel.fit(Text(characters(x.reshape(rows, columns)), no_wrap=True), box=SQUARE, padding=0))


def characters(image: np.ndarray) -> str:
    """A picture in [0, 1] as lines of characters, darker where it is 0.

    >>> print(characters(np.array([[0.1, 1], [0.5, 0.3]])))
      ██
    ▒▒░░
    """
    levels = np.round(image * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(2 * SHADES[level] for level in row) for row in levels)
