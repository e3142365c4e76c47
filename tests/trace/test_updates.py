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


def test_a_rule_that_chooses_is_opened_by_what_it_chose():
    step = step_of(Cautious())
    for j in range(2):
        entry = step.entry("W[1]⁺", 0, j)
        assert entry.total == pytest.approx(entry.value)
        assert entry.value == pytest.approx(
            step["W[1]"].value[0, j] - 0.1 * np.sign(step["dW[1]"].value[0, j])
        )


@dataclass(frozen=True, kw_only=True)
class Branching(Optimizer):
    lr: float = 0.1
    equation = r"\theta = \theta - \alpha g"

    def initial_slots(self, theta):
        return {}

    def rule(self, theta, gradient, slots, t):
        return theta - self.lr * gradient if np.sum(gradient * gradient) >= 0 else theta, {}


def test_a_rule_that_cannot_be_recorded_shows_its_own_equation_and_value():
    step = step_of(Branching())
    entry = step.entry("W[1]⁺", 0, 0)
    assert step["W[1]⁺"].formula.endswith(Branching.equation)
    assert entry.closing is not None
    assert (entry.closing.symbol, entry.total) == ("Branching", entry.value)


@pytest.mark.parametrize(
    ("optimizer", "t", "slot", "formula"),
    [
        (SGD(lr=0.5), 1, None, r"W^{[1]} - \alpha \frac{\partial J}{\partial W^{[1]}}"),
        (SGD(lr=0.5, momentum=0.9), 1, "m", r"\frac{\partial J}{\partial W^{[1]}}"),
        (
            SGD(lr=0.5, momentum=0.9),
            2,
            "m",
            r"\mu m^{-}(W^{[1]}) + \frac{\partial J}{\partial W^{[1]}}",
        ),
        (
            SGD(lr=0.5, momentum=0.9, dampening=0.1),
            2,
            "m",
            r"\mu m^{-}(W^{[1]}) + \left( 1 - \tau \right) \frac{\partial J}{\partial W^{[1]}}",
        ),
        (
            Adam(),
            1,
            "v",
            r"\beta_2 v^{-}(W^{[1]}) + \left( 1 - \beta_2 \right)"
            r" \left( \frac{\partial J}{\partial W^{[1]}} \right)^{2}",
        ),
        (
            Adam(),
            1,
            None,
            r"W^{[1]} - \frac{\alpha \frac{m(W^{[1]})}{1 - \beta_1^{t}}}"
            r"{\sqrt{\frac{v(W^{[1]})}{1 - \beta_2^{t}}} + \epsilon}",
        ),
    ],
)
def test_the_formula_has_only_what_the_options_switch_on(optimizer, t, slot, formula):
    slots = optimizer.initial_slots(np.zeros(3)) if t > 1 else None
    step = step_of(optimizer, t=t, slots=slots)
    name = "W[1]⁺" if slot is None else f"{slot}(W[1])"
    assert step[name].formula.partition(" = ")[2] == formula


@pytest.mark.parametrize(
    ("optimizer", "weight", "bias"),
    [
        (
            SGD(lr=0.5, weight_decay=0.1),
            r"W^{[1]} - 0.1 \alpha \left( \frac{\partial J}{\partial W^{[1]}} + \lambda W^{[1]} \right)",
            r"b^{[1]} - 0.1 \alpha \frac{\partial J}{\partial b^{[1]}}",
        ),
        (
            Adam(lr=0.5),
            r"W^{[1]} - \frac{0.1 \alpha \frac{m(W^{[1]})}{1 - \beta_1^{t}}}"
            r"{\sqrt{\frac{v(W^{[1]})}{1 - \beta_2^{t}}} + \epsilon}",
            r"b^{[1]} - \frac{0.1 \alpha \frac{m(b^{[1]})}{1 - \beta_1^{t}}}"
            r"{\sqrt{\frac{v(b^{[1]})}{1 - \beta_2^{t}}} + \epsilon}",
        ),
    ],
)
def test_the_formula_has_the_factor_of_the_layer_and_the_number_its_rate(optimizer, weight, bias):
    step = step_of(optimizer, lr_factors={-1: 0.1}, weight_decay_on="weights")
    assert step["W[1]⁺"].formula.partition(" = ")[2] == weight
    assert step["b[1]⁺"].formula.partition(" = ")[2] == bias
    assert symbols(step, "W[1]⁺", 0, 1)[1].startswith("−0.05·")
    for entry in (step.entry("W[1]⁺", 0, 1), step.entry("b[1]⁺", 0)):
        assert entry.total == pytest.approx(entry.value, rel=1e-14)
        assert entry.torch == pytest.approx(entry.value, rel=1e-14)
    data = step.to_dict()
    assert (data["lr_factors"], data["weight_decay_on"]) == ({"0": 0.1}, "weights")


def test_with_a_factor_of_0_the_parameter_stays():
    step = step_of(SGD(lr=0.5, momentum=0.9), lr_factors={0: 0})
    assert step["W[1]⁺"].formula.partition(" = ")[2] == "W^{[1]}"
    np.testing.assert_array_equal(step["W[1]⁺"].value, step["W[1]"].value)
    np.testing.assert_array_equal(step["m(W[1])"].value, step["dW[1]"].value)


def test_a_bias_without_decay_is_no_source_of_its_slot():
    step = step_of(SGD(lr=0.5, momentum=0.9, weight_decay=0.1), weight_decay_on="weights")
    assert step["m(W[1])"].sources == ("dW[1]", "W[1]")
    assert step["m(b[1])"].sources == ("db[1]",)
