"""The wrong forward passes of the rules: none is right, and each is read as what it is."""

import numpy as np
import pytest

from gradiente.checker.judging.forward import RETURNED, match_of
from gradiente.checker.judging.runs import Run
from gradiente.checker.judging.session import SIZES
from gradiente.checker.reference.layout import layouts
from gradiente.checker.reference.reference import random_reference
from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.dataflow import link, name_of
from gradiente.checker.running.calls import CallOutcome

CASES = {
    workshop: [
        random_reference(workshop, g, size, place, biases=True) for place, size in enumerate(SIZES[workshop])
    ]
    for workshop, g in (("mnist", "tanh"), ("xor", "sigmoid"))
}
LINKS = [("Z", 1), ("A", 1), ("Z", 2), ("A", 2)]
MISTAKES = [
    (workshop, Made(mistake, wrong, layer))
    for workshop in CASES
    for mistake in all_mistakes()
    for wrong in mistake.rules
    for kind, layer in LINKS
    if wrong.kind == kind
]
LAYOUTS = layouts()[:2]


def passed(case, wrong=None):
    """A[1] and A[2], one link of the chain by a wrong rule."""
    values = {}
    for kind, layer in LINKS:
        rule = wrong.wrong.rule if wrong and (wrong.wrong.kind, wrong.layer) == (kind, layer) else None
        values[name_of(kind, layer)] = link(case.step(), kind, layer, values, rule)
    return values["A1"], values["A2"]


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
    return not all(
        a.shape == b.shape and np.allclose(a, b) for pair in pairs for a, b in zip(*pair, strict=True)
    )


@pytest.mark.parametrize("workshop", CASES)
@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_right_forward_pass_is_right(workshop, layout):
    assert read(workshop, layout).cost == 0


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize(
    ("workshop", "mistake"),
    [pair for pair in MISTAKES if fits(*pair)],
    ids=lambda value: value if isinstance(value, str) else f"{value.quantity}-{value.key}",
)
def test_a_wrong_one_is_read_as_what_it_is(workshop, layout, mistake):
    found = read(workshop, layout, mistake)
    assert not found.unknown
    assert [entry.key for entry in found.mistakes] == [mistake.key]
