"""The search against gradients that are made here by hand: every mistake of the rules, alone and two at a time."""

from functools import cache

import numpy as np
import pytest
import torch

from gradiente.checker.judging.gradient_search import GRADIENTS, GradientSearch
from gradiente.checker.judging.session import SIZES
from gradiente.checker.reference.layout import Layout, layouts
from gradiente.checker.reference.reference import random_reference
from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.dataflow import link, name_of
from gradiente.checker.rules.mistakes import weights_updated

COLUMNS = Layout(columns=True, out_in=True, bias="column", target="matrix")
LINKS = [("target", 2), ("output", 2), ("dW", 2), ("db", 2), ("dA", 2), ("dZ", 1), ("dW", 1), ("db", 1)]
ACTIVATION = {"xor": "sigmoid", "mnist": "tanh"}


@cache
def cases(workshop):
    return [
        random_reference(workshop, ACTIVATION[workshop], size, place)
        for place, size in enumerate(SIZES[workshop])
    ]


def gradients(case, wrong=()):
    """The four gradients, some links of the chain computed by wrong rules."""
    rules = {made.quantity: made.wrong.rule for made in wrong}
    values = {}
    for kind, layer in LINKS:
        name = name_of(kind, layer)
        values[name] = link(case.step(), kind, layer, values, rules.get(name))
    return {name: values[name] for name in GRADIENTS}


@cache
def wrong_gradients(workshop, *wrong):
    """The gradients of every case, with those mistakes."""
    return [gradients(case, wrong) for case in cases(workshop)]


def in_layout(found, case, layout):
    """As a student would have them, whatever shape a wrong rule gives."""
    formed = {}
    for name, value in found.items():
        right = case.numbers[name[1:]].shape
        formed[name] = (
            layout.to_student(name[1:], value)
            if value.shape == right
            else (value if layout.columns else value.T)
        )
    return formed


def made(workshop, wrong, layout=COLUMNS):
    pairs = zip(wrong_gradients(workshop, *wrong), cases(workshop), strict=True)
    return GradientSearch(cases(workshop), [in_layout(found, case, layout) for found, case in pairs], layout)


@cache
def possible(entry, workshop):
    """Whether the rule gives numbers with sizes that all differ: some need equal ones."""
    try:
        found = wrong_gradients(workshop, entry)
    except ValueError:
        return False
    if workshop == "xor" and entry.key == "bias_zero":
        return False  # that is agreed
    return not same(found, wrong_gradients(workshop))


def same(one, other):
    """Whether two rules give the same numbers: with one output some mistakes cannot be told apart."""
    return all(
        np.squeeze(a[name]).shape == np.squeeze(b[name]).shape
        and np.allclose(np.squeeze(a[name]), np.squeeze(b[name]))
        for a, b in zip(one, other, strict=True)
        for name in GRADIENTS
    )


TABLE = [
    Made(mistake, wrong, layer)
    for mistake in all_mistakes()
    for wrong in mistake.rules
    for kind, layer in LINKS
    if wrong.kind == kind and "cross_entropy" in wrong.losses
]
ENTRIES = [
    pytest.param(workshop, entry, id=f"{workshop}-{entry.quantity}-{entry.key}-{place}")
    for workshop in SIZES
    for place, entry in enumerate(TABLE)
    if possible(entry, workshop)
]


@pytest.mark.parametrize("workshop", SIZES)
def test_the_right_rules_are_pytorchs_gradients(workshop):
    for case in cases(workshop):
        x, y, w1, b1, w2, b2 = (torch.tensor(case.numbers[n]) for n in ("X", "Y", "W1", "b1", "W2", "b2"))
        parameters = [p.requires_grad_() for p in (w2, b2, w1, b1)]
        hidden = getattr(torch, ACTIVATION[workshop])(w1 @ x + b1)
        z = w2 @ hidden + b2
        if workshop == "xor":
            cost = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
        else:
            cost = torch.nn.functional.cross_entropy(z.T, y.T)
        cost.backward()
        for name, parameter in zip(GRADIENTS, parameters, strict=True):
            assert parameter.grad is not None
            np.testing.assert_allclose(gradients(case)[name], parameter.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("layout", layouts(), ids=str)
@pytest.mark.parametrize("workshop", SIZES)
def test_right_gradients_are_right_in_every_layout_as_means_and_as_sums(workshop, layout):
    steps = cases(workshop)
    for times in (lambda case: 1, lambda case: case.m):
        found = [
            in_layout({n: v * times(case) for n, v in gradients(case).items()}, case, layout)
            for case in steps
        ]
        assert GradientSearch(steps, found, layout).plain().right


@pytest.mark.parametrize(("workshop", "entry"), ENTRIES)
def test_every_mistake_is_found(workshop, entry):
    found = made(workshop, [entry]).best()
    assert not found.right
    assert len(found.made) == 1
    numbers = wrong_gradients(workshop, entry)
    others = [other for other in TABLE if possible(other, workshop)]
    alike = {other.key for other in others if same(numbers, wrong_gradients(workshop, other))}
    assert {one.key for one in found.made} <= alike | {entry.key}


@pytest.mark.parametrize("workshop", SIZES)
def test_two_independent_mistakes_are_both_found(workshop):
    chosen = {(entry.key, entry.quantity): entry for entry in TABLE if possible(entry, workshop)}
    pairs = [
        (("output_other_loss", "dZ2"), ("derivative_missing", "dZ1")),
        (("target_missing", "dZ2"), ("bias_not_summed", "db1")),
        (("dw2_for_w2", "dA1"), ("derivative_twice", "dZ1")),
        (("w2_missing", "dA1"), ("only_last_instance", "dW2")),
    ]
    for pair in pairs:
        wrong = [chosen[entry] for entry in pair if entry in chosen]
        found = made(workshop, wrong).best()
        assert {(one.key, one.quantity) for one in found.made} == {(one.key, one.quantity) for one in wrong}


@pytest.mark.parametrize("workshop", SIZES)
def test_weights_that_a_known_rate_has_updated_are_found(workshop):
    for wrong in weights_updated.updated_by(0.1):
        entry = Made(weights_updated.MISTAKE, wrong, 2)
        steps = cases(workshop)
        found = GradientSearch(steps, wrong_gradients(workshop, entry), COLUMNS, (0.1,)).best()
        assert [(one.key, one.quantity) for one in found.made] == [("w2_updated", "dA1")]


def scaled(workshop, **times):
    steps = cases(workshop)
    found = [{n: v * times.get(n, lambda _: 1.0)(case) for n, v in gradients(case).items()} for case in steps]
    return GradientSearch(steps, found, COLUMNS).best()


@pytest.mark.parametrize("name", GRADIENTS)
@pytest.mark.parametrize("workshop", SIZES)
def test_a_missing_mean_is_seen_at_its_gradient(workshop, name):
    found = scaled(workshop, **{name: lambda case: case.m})
    assert not found.right
    assert not found.made
    assert [q for q, scale in found.scales.items() if scale.power == 1] == [name]


def test_a_mean_over_the_wrong_axis_is_seen():
    found = scaled("mnist", dW1=lambda case: case.m / case.sizes.n)
    assert found.scales["dW1"].size == "n"


@pytest.mark.parametrize("workshop", SIZES)
def test_noise_is_unknown_and_nothing_else(workshop):
    generator = np.random.default_rng(0)
    steps = cases(workshop)
    found = [{n: generator.normal(size=v.shape) for n, v in gradients(case).items()} for case in steps]
    explanation = GradientSearch(steps, found, COLUMNS).best()
    assert set(explanation.unknown) == set(GRADIENTS)
    assert not explanation.made


def test_biases_of_zero_are_right_where_they_are_agreed():
    for workshop, right in (("xor", True), ("mnist", False)):
        steps = cases(workshop)
        found = [
            {n: v * (0 if n.startswith("db") else 1) for n, v in gradients(case).items()} for case in steps
        ]
        assert GradientSearch(steps, found, COLUMNS).best().right is right


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_single_precision_is_precise_enough(kind):
    steps = cases("mnist")
    found = [{n: v.astype(kind) for n, v in gradients(case).items()} for case in steps]
    assert GradientSearch(steps, found, COLUMNS).plain().right
