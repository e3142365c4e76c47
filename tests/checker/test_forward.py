"""The wrong forward passes of the table: none is right, and each is read as what it is."""

import numpy as np
import pytest

from gradiente.checker.judging.forward import RETURNED, match_of
from gradiente.checker.judging.runs import Run
from gradiente.checker.judging.session import SIZES
from gradiente.checker.mistakes.forward import RIGHT, TABLE
from gradiente.checker.reference.layout import layouts
from gradiente.checker.reference.reference import random_reference
from gradiente.checker.running.calls import CallOutcome

CASES = [random_reference("mnist", "tanh", size, place) for place, size in enumerate(SIZES["mnist"])]
LAYOUTS = layouts()[:2]


def passed(case, wrong=None):
    """A[1] and A[2], one link of the chain by a wrong rule."""
    for name, rule in RIGHT.items():
        used = wrong.rule if wrong is not None and wrong.at == name else rule
        with np.errstate(all="ignore"):
            case = case.replaced(**{name: used(case)})
    return case.A1, case.A2


def read(layout, wrong=None):
    outcomes = [
        CallOutcome(
            tuple(layout.to_student(n, a) for n, a in zip(RETURNED, passed(case, wrong), strict=True))
        )
        for case in CASES
    ]
    return match_of(Run(layout, CASES, outcomes), None, "order", {"A1": 0, "A2": 1})


def fits(mistake):
    try:
        return all(np.isfinite(a).all() for case in CASES for a in passed(case, mistake))
    except ValueError:
        return False


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_right_forward_pass_is_right(layout):
    assert read(layout).cost == 0


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize(
    "mistake", [m for m in TABLE if fits(m)], ids=lambda mistake: f"{mistake.at}-{mistake.key}"
)
def test_a_wrong_one_is_read_as_what_it_is(layout, mistake):
    found = read(layout, mistake)
    assert not found.unknown
    assert [entry.key for entry in found.mistakes] == [mistake.key]
