"""What the page embeds is what the trace says, decoded here as the page's script does."""

import json
import math

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    BatchNorm2d,
    BCELoss,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    NLLLoss,
    ReLU,
    Sigmoid,
    Softmax,
    trace,
)
from gradiente.reporting import explanation_data
from gradiente.reporting.explanation_data import MOST_NUMBERS, MOST_TERMS, key, opened, shown

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4, 3)), np.array([[0.0], [1], [1], [0]])


def dense(**options):
    network = Network([Linear(3, 4), Sigmoid(), Linear(4, 1), Sigmoid()], seed=1)
    return trace(network, BCELoss(), X, Y, optimizer=Adam(), **options)


def images(**options):
    stack = [Conv2d(1, 2, 3), BatchNorm2d(2), ReLU(), MaxPool2d(2), Flatten(), Linear(8, 3)]
    x = RNG.normal(size=(3, 1, 6, 6))
    return trace(
        Network(stack, seed=1), CrossEntropyLoss(), x, np.array([0, 2, 1]), optimizer=SGD(), **options
    )


def likelihood(**options):
    return trace(Network([Linear(3, 2), Softmax()], seed=1), NLLLoss(), X, np.array([0, 1, 1, 0]), **options)


def large():
    return trace(Network([Linear(300, 70)], seed=1), MSELoss(), RNG.normal(size=(2, 300)), np.ones((2, 70)))


STEPS = {
    "dense": dense(),
    "dense in columns": dense(columns=True),
    "images": images(),
    "images in columns": images(columns=True),
    "labels": likelihood(),
    "large": large(),
}
every_step = pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)


def read(step):
    """As it is after JSON."""
    return json.loads(json.dumps(opened(step, shown(step))))


def factor(coded, quantities):
    """Symbol, value, and which number it is, if it is one that is shown."""
    if len(coded) == 3 and isinstance(coded[2], str):
        letter, place, where = coded
        value = quantities[place]["entries"][where][0]
        return f"{letter}[{where.replace('.', ',')}]" if where else letter, value, (place, where)
    symbol, value, *source = coded
    return symbol, value, tuple(source) or None


@every_step
def test_every_number_is_that_of_the_trace_with_its_terms_and_witnesses(step):
    quantities = read(step)
    assert [quantity["name"] for quantity in quantities] == step.names
    for quantity, found in zip(step, quantities, strict=True):
        assert found["entries"]
        for where, (value, terms, closing, rest, difference, torch) in found["entries"].items():
            entry = step.entry(quantity.name, *map(int, where.split(".") if where else []))
            assert (value, difference, torch) == (entry.value, entry.finite_difference, entry.torch)
            if not entry.opened:
                assert terms is closing is rest is None
                continue
            written = entry.terms[: len(terms)]
            for (path, *coded), term in zip(terms, written, strict=True):
                assert path == term.path
                factors = [factor(one, quantities) for one in coded]
                assert [f[:2] for f in factors] == [(f.symbol, f.value) for f in term.factors]
                for (_, _, at), known in zip(factors, term.factors, strict=True):
                    if at is not None:
                        assert (step.names[at[0]], at[1]) == (known.source, key(known.index))
            assert closing == [entry.closing.symbol if entry.closing else "Σ", entry.total]
            assert (rest[0] if rest else 0) == len(entry.terms) - len(terms)


@every_step
def test_a_factor_leads_to_its_number_wherever_that_is_shown(step):
    quantities = read(step)
    for quantity, found in zip(step, quantities, strict=True):
        for where, (_, terms, *_) in found["entries"].items():
            entry = step.entry(
                quantity.name, *map(int, where.split(".") if where else []), differences=False, torch=False
            )
            for (_, *coded), term in zip(terms or [], entry.terms, strict=False):
                for one, known in zip(coded, term.factors, strict=True):
                    there = known.index and known.source in step.names
                    place = step.names.index(known.source) if there else 0
                    expected = there and key(known.index) in quantities[place]["entries"]
                    assert (factor(one, quantities)[2] is not None) == bool(expected), known


def test_a_small_step_is_shown_whole_and_a_large_one_by_its_corners():
    assert all(one.is_complete for one in shown(STEPS["images"]).values())
    extents = {name: one.extent for name, one in shown(STEPS["large"]).items()}
    assert sum(quantity.value.size for quantity in STEPS["large"]) > MOST_NUMBERS
    assert (extents["X"], extents["W[1]"], extents["b[1]"], extents["J"]) == ((2, 8), (8, 8), (8,), ())
    values = shown(STEPS["large"])["W[1]"].values
    np.testing.assert_array_equal(values, STEPS["large"]["W[1]"].value[:8, :8])


def test_of_a_long_sum_the_first_terms_are_written_and_the_others_added_up():
    step = STEPS["large"]
    _, terms, (_, total), (count, rest), *_ = read(step)[step.names.index("Z[1]")]["entries"]["1.2"]
    products = [math.prod(term.value for term in one.factors) for one in step.entry("Z[1]", 1, 2).terms]
    assert (len(terms), count) == (MOST_TERMS, 301 - MOST_TERMS)
    assert rest == pytest.approx(sum(products[MOST_TERMS:]), rel=1e-9)
    assert sum(products[:MOST_TERMS]) + rest == pytest.approx(total, rel=1e-9)


def test_a_huge_step_has_no_finite_differences(monkeypatch):
    monkeypatch.setattr(explanation_data, "MOST_DIFFERENCED", 10)
    entries = read(STEPS["dense"])[STEPS["dense"].names.index("dW[2]")]["entries"]
    assert [entry[4] for entry in entries.values()] == [None] * 4
    assert None not in [entry[5] for entry in entries.values()]
