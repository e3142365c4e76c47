"""Whether a student's array is a rule's array, up to a number: and which number that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Array, Reference

FACTORS = (1.0, 2.0, 0.5)
ALIKE = 1e-4  # two ratios


@dataclass(frozen=True)
class Scale:
    """sign · factor · mᵖᵒʷᵉʳ, next to the mean over instances; `size`: divided by that number instead of m.

    The power is 0 for the mean, 1 for the sum, −1 where 1/m is applied twice.
    """

    sign: int = 1
    factor: float = 1.0
    power: int = 0
    size: str = ""

    @property
    def usual(self) -> bool:
        """Whether it is the mean or the sum, the one as good as the other."""
        return self.sign == 1 and self.factor == 1 and self.power in (0, 1) and not self.size


def ratio(found: Array, wanted: Array) -> float | None:
    """c with found = c · wanted; None where there is no such number."""
    if found.size != wanted.size:
        return None
    a, b = np.asarray(found, dtype=float).ravel(), np.asarray(wanted, dtype=float).ravel()
    square = float(b @ b)
    if not square or not math.isfinite(square) or not np.isfinite(a).all():
        return None
    c = float(a @ b) / square
    loose = (
        3e-4 if found.dtype in (np.float32, np.float16) else 5e-6
    )  # single precision on the way is right, too
    return c if np.abs(a - c * b).max() <= loose * np.abs(a).max(initial=1e-300) else None


def compared(found: Array, wanted: Array, layout: Layout, name: str, shape: tuple[int, ...]) -> float | None:
    """The ratio of a student's array to a rule's, where the shapes allow it.

    Arguments:
        wanted: in the lecture's form
        name: "W1", "b2"
        shape: that the right array has, in the lecture's form; that of a wrong rule may be another
    """
    if wanted.shape == shape and not name.startswith("b"):
        form = layout.to_student(name, wanted)
        return ratio(found, form) if found.shape == form.shape else None
    if max(found.shape, default=1) != max(np.squeeze(found).shape, default=1):
        return None
    for form in (wanted, wanted.T):
        if np.squeeze(found).shape == np.squeeze(form).shape and (c := ratio(found, form)) is not None:
            return c
    return None


def scale_of(
    ratios: Sequence[float], cases: Sequence[Reference], *, many: bool, factors: Sequence[float] = ()
) -> Scale | None:
    """The one scale that gives these ratios, a case each; None where there is none.

    Arguments:
        factors: what may be expected beside 1, 2 and ½
        many: the arrays have several numbers, so that a ratio says something by itself; of single numbers it takes
            three cases with one and the same ratio
    """
    for size in ("", "n", "h", "k"):
        for power in (0, 1, -1, 2, -2):
            first = ratios[0] / _power(cases[0], power, size)
            sign = 1 if first > 0 else -1
            for factor in (*FACTORS, *factors):
                if _all_are([first], sign * factor) and _all_are(
                    _without(ratios, cases, power, size), sign * factor
                ):
                    return Scale(sign, factor, power, size)
    if len(cases) < (2 if many else 3):
        return None
    for power in (0, 1):
        found = _without(ratios, cases, power, "")
        if _all_are(found, found[0]) and found[0]:
            return Scale(1 if found[0] > 0 else -1, abs(found[0]), power)
    return None


def _without(ratios: Sequence[float], cases: Sequence[Reference], power: int, size: str) -> list[float]:
    return [c / _power(case, power, size) for c, case in zip(ratios, cases, strict=True)]


def _all_are(found: Sequence[float], wanted: float) -> bool:
    return all(abs(c - wanted) <= ALIKE * abs(wanted) for c in found)


def _power(case: Reference, power: int, size: str) -> float:
    instead = case.m / getattr(case.sizes, size) if size else 1.0
    return case.m**power * instead
