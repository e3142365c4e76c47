"""The quantities of a traced step in plain text: what each is, where it comes from, its numbers as a matrix."""

from collections.abc import Iterator

import numpy as np

from gradiente.formatting import column, number
from gradiente.locale import text
from gradiente.trace import Quantity, Term, Trace

LARGEST = 8  # rows and columns that are shown without being asked for

PARTS = {
    "forward": ("input", "parameter", "output", "estimate", "target", "weights", "loss", "penalty", "cost"),
    "backward": ("output gradient", "parameter gradient", "clipped gradient"),
    "update": ("slot", "new parameter"),
}


def parts(trace: Trace) -> dict[str, list[Quantity]]:
    """The quantities of the parts forward, backward and update; a part without any is left out.

    >>> import gradiente as gr
    >>> step = gr.trace(gr.Network([gr.Linear(2, 1)]), gr.MSELoss(), [[1.0, 2.0]], [[3.0]])
    >>> {name: [quantity.name for quantity in part] for name, part in parts(step).items()}
    {'forward': ['X', 'W[1]', 'b[1]', 'Z[1]', 'y', 'J'], 'backward': ['dZ[1]', 'dW[1]', 'db[1]', 'dX']}
    """
    found = {
        part: [quantity for quantity in trace if quantity.role in roles] for part, roles in PARTS.items()
    }
    return {part: quantities for part, quantities in found.items() if quantities}


def heading(quantity: Quantity) -> str:
    """The name, the shape, and what it is computed from."""
    name = quantity.name if quantity.label == quantity.name else f"{quantity.name} = {quantity.label}"
    if quantity.role == "parameter" and quantity.parameter is not None:
        name = f"{name} ({quantity.parameter})"
    words = [name, str(quantity.shape)] if quantity.shape else [name]
    if quantity.sources:
        words.append(text("explain.sources", names=", ".join(quantity.sources)))
    return "  ".join(words)


def value_lines(values: np.ndarray, *, whole: bool = False) -> list[str]:
    """The numbers as the lines of a matrix; of one larger than 8 × 8 its range, unless the whole is wanted.

    Arguments:
        whole: all numbers of any array, one matrix after the other where it has more than two axes

    >>> value_lines(np.array([[0.5, -20.0], [0.25, 3.0]]))
    ['0.50  −20', '0.25    3']
    """
    if values.ndim <= 2 and (whole or max(values.shape, default=1) <= LARGEST):
        return _matrix(np.atleast_2d(values))
    if whole:
        return list(_matrices(values))
    return [f"{number(float(values.min()))} … {number(float(values.max()))}"]


def latex_line(quantity: Quantity) -> str:
    """The LaTeX of the name and, of what is computed, the formula."""
    return rf"{quantity.latex}:\quad {quantity.formula}" if quantity.formula else quantity.latex


def path_name(term: Term) -> str:
    """The way that a gradient takes through a normalization, where it takes several."""
    return text(f"lab.page.path.{term.path}") if term.path else ""


def _matrices(values: np.ndarray) -> Iterator[str]:
    for place in np.ndindex(*values.shape[:-2]):
        yield f"[{','.join(map(str, place))},·,·]"
        yield from _matrix(values[place])


def _matrix(values: np.ndarray) -> list[str]:
    """A column's numbers below each other, with as many decimals as that column needs."""
    columns = [column(values[:, j]) for j in range(values.shape[1])]
    widths = [max(map(len, cells)) for cells in columns]
    rows = zip(*columns, strict=True)
    return ["  ".join(cell.rjust(n) for cell, n in zip(row, widths, strict=True)) for row in rows]
