"""What is shown of something: as a view with its state, and the same as HTML and as text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.html import Markup, join, tag
from gradiente.locale import text


@dataclass(frozen=True, repr=False)
class View:
    """One view of a notebook, and what stands for it where there is no widget.

    Arguments:
        name: of the view in widget.js
        state: plain data, and arrays as of `packed`
        html, text: the same, without a widget
        answer: what is sent to a page that asks something, one message after the other
    """

    name: str
    state: Mapping[str, Any]
    html: Markup
    text: str
    answer: Callable[[Mapping[str, Any]], Iterable[Mapping[str, Any]]] | None = None

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        """For notebooks without anywidget, which is what the last line says."""
        return join([self.html, tag("p", tag("small", text("show.install")))])


def packed(array: np.ndarray) -> dict[str, Any]:
    """An array of float32 or float64 as plain data and a buffer."""
    content = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return {"type": array.dtype.name, "shape": list(array.shape), "data": content.tobytes()}
