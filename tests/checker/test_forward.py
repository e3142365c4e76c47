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

CASES = {
    workshop: [
        random_reference(workshop, g, size, place, biases=True) for place, size in enumerate(SIZES[workshop])
    ]
    for workshop, g in (("mnist", "tanh"), ("xor", "sigmoid"))
}
MISTAKES = [(workshop, mistake) for workshop in CASES for mistake in TABLE if workshop in mistake.workshops]
LAYOUTS = layouts()[:2]


def passed(case, wrong=None):
    """A[1] and A[2], one link of the chain by a wrong rule."""
    for name, rule in RIGHT.items():
        used = wrong.rule if wrong is not None and wrong.at == name else rule
        with np.errstate(all="ignore"):
            case = case.replaced(**{name: used(case)})
    return case.A1, case.A2


def read(workshop, layout, wrong=None):
    cases = CASES[workshop]
    outcomes = [
        CallOutcome(
            tuple(layout.to_student(n, a) for n, a in zip(RETURNED, passed(case, wrong), strict=True))
        )
        for case in cases
    ]
    return match_of(Run(layout, cases, outcomes), None, "order", {"A1": 0, "A2": 1})


def fits(workshop, mistake):
    """Whether it gives numbers, and others than the right rule: a single output's b is its own transpose."""
    try:
        pairs = [(passed(case, mistake), passed(case)) for case in CASES[workshop]]
    except ValueError:
        return False
    numbers = all(np.isfinite(a).all() for found, _ in pairs for a in found)
    return numbers and not all(np.array_equal(a, b) for pair in pairs for a, b in zip(*pair, strict=True))


@pytest.mark.parametrize("workshop", CASES)
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_right_forward_pass_is_right(workshop, layout):
    assert read(workshop, layout).cost == 0


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize(
    ("workshop", "mistake"),
    [pair for pair in MISTAKES if fits(*pair)],
    ids=lambda value: value if isinstance(value, str) else f"{value.at}-{value.key}",
)
def test_a_wrong_one_is_read_as_what_it_is(workshop, layout, mistake):
    found = read(workshop, layout, mistake)
    assert not found.unknown
    assert [entry.key for entry in found.mistakes] == [mistake.key]
