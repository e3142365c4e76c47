"""The forms in which a student may have a quantity: instances as columns or rows, W as (out, in) or (in, out), b, y.

The checker's own form is the lecture's: instances are columns, W is (out, in), b and y are matrices.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Layout:
    """One way to write everything down.

    Arguments:
        columns: instances are columns
        out_in: W is (out, in), as in the lecture and in PyTorch; else (in, out)
        bias: "column" (n, 1), "row" (1, n) or "flat" (n,)
        target: "matrix", or "flat": labels (m,), or of one output its values (m,)
    """

    columns: bool
    out_in: bool
    bias: str
    target: str

    @property
    def usual(self) -> bool:
        """Whether W has the form that goes with the instances: W X, or X W."""
        return self.columns == self.out_in

    @property
    def natural(self) -> bool:
        """Whether b has the form that goes with the instances, or is flat."""
        return self.bias in ("flat", "column" if self.columns else "row")

    def to_student(self, name: str, value: Array, labels: Array | None = None) -> Array:
        """A quantity of the checker's form as the student has it; `name` without its d."""
        if name == "Y" and self.target == "flat":
            return np.array(value[0] if labels is None else labels)
        if name.startswith("W"):
            return np.array(value if self.out_in else value.T, order="C")
        if name.startswith("b"):
            shapes = {"column": (-1, 1), "row": (1, -1), "flat": (-1,)}
            return np.array(value.reshape(shapes[self.bias]))
        return np.array(value if self.columns else value.T, order="C")

    def to_lecture(self, name: str, value: Array) -> Array:
        """The way back: the lecture's form of what a student has; y only as a matrix."""
        if name.startswith("b"):
            return value.reshape(-1, 1)
        straight = self.out_in if name.startswith("W") else self.columns
        return value if straight or value.ndim < 2 else value.T

    def place(self, name: str, index: tuple[int, ...]) -> tuple[int, ...]:
        """Where a number of the checker's form stands in the student's."""
        if name.startswith("b"):
            return {"column": (index[0], 0), "row": (0, index[0]), "flat": (index[0],)}[self.bias]
        straight = self.out_in if name.startswith("W") else self.columns
        return index if straight else index[::-1]


def layouts(*, bias: str | None = None, out_in: bool | None = None) -> list[Layout]:
    """All layouts, the most natural first; restricted to what is known already.

    The natural ones have b as a column beside columns, else as a row or flat.
    """
    found = []
    for target, form in product(("matrix", "flat"), ("natural", "flat", "other")):
        for columns, straight in ((True, True), (False, False), (False, True), (True, False)):
            natural, other = ("column", "row") if columns else ("row", "column")
            chosen = {"natural": natural, "flat": "flat", "other": other}[form]
            if bias in (None, chosen) and out_in in (None, straight):
                found.append(Layout(columns, straight, chosen, target))
    return sorted(found, key=lambda layout: _unnatural(layout))


def _unnatural(layout: Layout) -> int:
    natural = "column" if layout.columns else "row"
    return 0 if layout.bias == natural else 1 if layout.bias == "flat" else 2
