"""The loss that a student's own cost is, read from the numbers of a recording."""

import numpy as np
import pytest

from gradiente.checker.observing.costs import computed_loss
from gradiente.checker.running.calls import Event

Y = np.array([[1.0, 0.0, 1.0]])
A = np.array([[0.7, 0.4, 0.9]])


def _event(name, value, function="train"):
    return Event(function, 1, name, np.asarray(value, float))


def _entropy(a, y):
    return float(-(y * np.log(a) + (1 - y) * np.log(1 - a)).sum())


@pytest.mark.parametrize(
    ("name", "value", "loss"),
    [
        ("loss", _entropy(A, Y) / 3, "cross_entropy"),
        ("costs[0]", ((A - Y) ** 2).sum() / 6, "squared_error"),
        ("mse", ((A - Y) ** 2).mean(), None),  # a measure
        ("total", ((A - Y) ** 2).mean(), None),
        ("loss", 0.1234, None),
    ],
)
def test_a_cost_is_a_loss_of_the_targets_and_an_output_before_it(name, value, loss):
    assert computed_loss([_event("y", Y), _event("out", A), _event(name, value)]) == loss


def test_a_cost_that_is_summed_instance_by_instance():
    events, total = [], 0.0
    for a, y in zip(A.T, Y.T, strict=True):
        total += _entropy(a, y)
        events += [_event("y", y), _event("out", a), _event("c", total, "Net.cost")]
    assert computed_loss(events) == "cross_entropy"


def test_costs_of_both_losses_are_no_law():
    events = [_event("y", Y), _event("out", A), _event("loss", _entropy(A, Y))]
    assert computed_loss([*events, _event("cost", ((A - Y) ** 2).sum())]) is None


def test_a_count_in_a_cost_is_none():
    labels = np.array([[0.0, 1.0, 1.0]])
    assert computed_loss([_event("y", Y), _event("p", labels), _event("n", 2, "Net.loss")]) is None
