"""Rules written by running them on symbols."""

from dataclasses import dataclass

import numpy as np
import pytest

from gradiente import SGD, Adam, Linear, MSELoss, Network, Optimizer, course, trace

X, Y = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([[1.0], [0.0]])


def step_of(optimizer, **options):
    return trace(Network([Linear(2, 1)], dtype="float64"), MSELoss(), X, Y, optimizer=optimizer, **options)


def symbols(step, name, *index):
    return [term.symbol for term in step.entry(name, *index).terms]


def test_the_rule_with_its_numbers():
    step = step_of(course.Momentum(lr=0.5, beta=0.75))
    assert symbols(step, "m(W[1])", 0, 1) == ["0.75·m⁻[0,1]", "0.25·g[0,1]"]
    assert symbols(step, "W[1]⁺", 0, 1) == ["w[0,1]", "−0.5·m[0,1]"]
    assert step["W[1]⁺"].sources == ("W[1]", "m(W[1])")


def test_a_root_and_a_quotient():
    step = step_of(course.RMSprop(lr=0.5, beta=0.75, eps=1e-6))
    assert symbols(step, "S(b[1])", 0) == ["0.75·S⁻[0]", "0.25·g[0]·g[0]"]
    assert symbols(step, "b[1]⁺", 0) == ["b[0]", "−0.5·g[0]·1/√(S[0]+1e-06)"]


def test_options_change_the_lines():
    assert symbols(step_of(SGD(lr=0.5)), "W[1]⁺", 0, 0) == ["w[0,0]", "−0.5·g[0,0]"]
    assert symbols(step_of(SGD(lr=0.5, maximize=True)), "W[1]⁺", 0, 0) == ["w[0,0]", "0.5·g[0,0]"]
    decayed = step_of(SGD(lr=0.5, weight_decay=0.1))
    assert symbols(decayed, "W[1]⁺", 0, 0) == ["w[0,0]", "−0.5·(g[0,0]+0.1·w[0,0])"]
    assert symbols(step_of(Adam(amsgrad=True)), "v_max(b[1])", 0) == ["max(v_max⁻[0],v[0])"]


@dataclass(frozen=True, kw_only=True)
class Cautious(Optimizer):
    lr: float = 0.1
    equation = r"\theta = \theta - \alpha \operatorname{sign}(g)"

    def initial_slots(self, theta):
        return {}

    def rule(self, theta, gradient, slots, t):
        return theta - self.lr * np.where(gradient > 0, 1.0, -1.0), {}


def test_a_rule_that_chooses_is_not_opened_rather_than_opened_wrongly():
    step = step_of(Cautious())
    entry = step.entry("W[1]⁺", 0, 0)
    assert (entry.opened, entry.terms) == (False, ())
    assert entry.value == pytest.approx(step["W[1]"].value[0, 0] - 0.1 * np.sign(step["dW[1]"].value[0, 0]))
