"""One input of another library's tests, and what came of it here."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.errors import ArgumentError, GradienteError, ShapeError
from gradiente.parity.difference import Difference, difference, largest

Array = np.ndarray
Wanted = Callable[[str], bool]  # of the name of a concept


def all_of_them(concept: str) -> bool:
    return True


class Missing(Exception):
    """The vector asks for an option or a concept that is not there; the message is its name."""


@dataclass(frozen=True)
class Quantity:
    """One quantity as computed here and by the other library; `bound` is how far apart they may be."""

    name: str
    ours: Array
    theirs: Array
    bound: float = 1e-12
    least: float = 1.0  # of the scale: what a difference is relative to where every number is smaller

    def difference(self) -> Difference:
        """The largest difference, relative to the largest number; NaN and infinities are equal to themselves."""
        ours, theirs = (array + 0.0 for array in map(np.asarray, (self.ours, self.theirs)))
        same = np.isnan(ours) & np.isnan(theirs)
        ours, theirs = np.where(same, 0, ours), np.where(same, 0, theirs)
        return difference(self.name, ours, theirs, largest(theirs, self.least))


@dataclass(frozen=True)
class Vector:
    """An input of an operator, by its place in the other library's list of inputs for it.

    `shown` tells the input as text. `compared` builds the concept, computes both sides and gives every quantity; it
    raises Missing, or an error of ours for an argument or a shape, where the vector asks for what is not there.
    """

    operator: str
    place: str
    concept: str
    shown: Callable[[], str]
    compared: Callable[[], Sequence[Quantity]]

    @property
    def name(self) -> str:
        return f"{self.operator}[{self.place}]"


@dataclass(frozen=True)
class Outcome:
    """A vector that passed, or failed and why, or asks for what is `missing`."""

    vector: Vector
    missing: str = ""
    failure: str = ""

    @property
    def applies(self) -> bool:
        return not self.missing


def judge(vector: Vector) -> Outcome:
    """Compute the vector; a missing option is one that its own class says it does not have."""
    try:
        quantities = vector.compared()
    except Missing as missing:
        return Outcome(vector, missing=str(missing))
    except (ArgumentError, ShapeError) as error:
        return Outcome(vector, missing=what_is_missing(error))
    except Exception as error:
        return Outcome(vector, failure=f"{type(error).__name__}: {error}")
    return Outcome(vector, failure="; ".join(_failures(quantities)))


def _failures(quantities: Sequence[Quantity]) -> Iterator[str]:
    for quantity in quantities:
        ours, theirs = np.shape(quantity.ours), np.shape(quantity.theirs)
        if ours != theirs:
            yield f"{quantity.name} has shape {ours} and not {theirs}"
        elif 0 not in ours and (found := quantity.difference()).relative > quantity.bound:
            yield (
                f"{found.place()} is {found.closed_form!r} and not {found.pytorch!r}, "
                f"relative difference {found.size()} above {quantity.bound:g}"
            )


# What an error says whose option has no name of its own.
WORDS = {
    "conv.same_even": "padding='same' with an even kernel",
    "batch_norm.one_value": "an empty batch in training",
    "chained.factor": "{part} in a chain",
}


def what_is_missing(error: GradienteError) -> str:
    """What an error of a concept says that it does not have: an option, with its value where that is short."""
    if error.key in WORDS:
        return WORDS[error.key].format(**error.values)
    values = error.values
    if isinstance(error, ShapeError):
        shape = str(values.get("shape", values.get("prediction"))).strip("(),")
        count = len(shape.split(",")) if shape else 0
        return f"{'scores' if 'prediction' in values else 'x'} with {axes(count)}"
    name = values.get("option", values.get("name", error.key.rpartition(".")[2]))
    value = str(values.get("value", ""))
    return f"{name}={value}" if 0 < len(value) <= 20 else str(name)


def axes(count: int) -> str:
    return f"{count} axis" if count == 1 else f"{count} axes"
