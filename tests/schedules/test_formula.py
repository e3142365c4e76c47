"""Formulas of t as text, against Python's own evaluation; what is none is named, and nothing is executed."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente import ArgumentError, ExponentialLR, LambdaLR, Linear, MSELoss, Network, Scheduler, Trainer
from gradiente.data import Dataset
from gradiente.optimizers import SGD
from gradiente.schedules.formula import formula

NAMES = {name: getattr(math, name) for name in ("sqrt", "exp", "log", "sin", "cos", "floor", "pi")}
NAMES |= {"min": min, "max": max, "abs": abs, "__builtins__": {}}


@st.composite
def texts(draw, depth=3):
    """Any formula."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["t", "pi", "0.5", "3", "1e-3", "17"]))
    part = texts(depth=depth - 1)
    a, b, c = draw(part), draw(part), draw(part)
    operation = draw(st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]))
    relation = draw(st.sampled_from(["<", "<=", ">", ">=", "==", "!="]))
    function = draw(st.sampled_from(["sqrt", "exp", "log", "sin", "cos", "abs", "floor"]))
    forms = [
        f"({a}) {operation} ({b})",
        f"{a} {operation} {b}",
        f"-({a})",
        f"{function}({a})",
        f"min({a}, {b}, {c})",
        f"max({a}, {b})",
        f"({a} if {b} {relation} {c} else {b})",
        f"({a} {relation} {b} < {c}) * {a}",
    ]
    return draw(st.sampled_from(forms))


def by_python(source, t):
    """The value, or None where Python finds none among the real numbers."""
    try:
        value = eval(source, dict(NAMES), {"t": float(t)})
        return None if isinstance(value, complex) else float(value)
    except (ArithmeticError, ValueError, TypeError):
        return None


def by_formula(source, t):
    try:
        return formula(source)(t)
    except (ArithmeticError, ValueError):
        return None


@given(source=texts(), t=st.integers(0, 200))
def test_any_formula_is_pythons(source, t):
    expected, got = by_python(source, t), by_formula(source, t)
    if expected is None or not math.isfinite(expected) or abs(expected) > 1e12:
        return  # whole numbers have no bound in Python, and here they are floating-point numbers
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("0.95 ** x", "x in the formula"),
        ("__import__('os').system('true')", "import"),
        ("t.__class__", "t.__class__"),
        ("(lambda: 1)()", "lambda"),
        ("[t][0]", r"\[t\]"),
        ("open('x')", "open"),
        ("sin(t, t)", r"sin\(t, t\)"),
        ("min(t)", r"min\(t\)"),
        ("max(*[t, t])", r"max\(\*"),
        ("log(x=t)", r"log\(x=t\)"),
        ("t if t", "cannot read the formula"),
        ("t = 3", "cannot read the formula"),
        ("", "cannot read the formula"),
        ("t; t", "cannot read the formula"),
        ("'0.5'", "'0.5' in the formula"),
        ("True", "True in the formula"),
        ("1j", "1j in the formula"),
        ("t and 1", "t and 1"),
        ("not t", "not t"),
        ("t @ t", "t @ t"),
        ("t in t", "t in t"),
        ("(" * 999 + "t" + ")" * 999, "cannot read the formula"),
        ("-" * 9999 + "t", "cannot read the formula"),
        ("1 / t", "no value at t = 0: float division"),
        ("log(t)", "no value at t = 0"),
        ("(-1) ** 0.5", "no value at t = 0"),
        ("9 ** 9 ** 9 ** 9", "no value at t = 0"),
        ("1" + "0" * 400, "no value at t = 0"),
        ("t - 1", r"lr_lambda\(0\) must be a number in \[0, inf\), got -1.0"),
        ("1e999", r"lr_lambda\(0\) must be a number in \[0, inf\), got inf"),
    ],
)
def test_what_is_no_formula_is_named(source, named):
    with pytest.raises(ArgumentError, match=named):
        LambdaLR(source)


def test_nothing_is_executed(tmp_path):
    target = tmp_path / "made"
    with pytest.raises(ArgumentError):
        LambdaLR(f"open({str(target)!r}, 'w')")
    assert not target.exists()


def test_a_value_that_is_missing_later_is_named_when_it_is_met():
    schedule = LambdaLR("1 / (3 - t)")
    assert schedule.lr(1.0, 2) == 1.0
    with pytest.raises(ArgumentError, match="no value at t = 3"):
        schedule.lr(1.0, 3)
    with pytest.raises(ArgumentError, match=r"lr_lambda\(4\) must be a number in \[0, inf\), got -1.0"):
        schedule.lr(1.0, 4)
    with pytest.raises(ArgumentError, match=r"lr_lambda\(5\) must be a number.*got None"):
        LambdaLR(lambda t: None).lr(1.0, 5)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("every", ["epoch", "step"])
def test_it_trains_as_the_schedule_with_the_same_factor(every):
    data = Dataset(np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 2.0, 4.0]), "regression", "line")

    def trained(schedule):
        network = Network([Linear(1, 1)], seed=0)
        Trainer(network, MSELoss(), SGD(lr=0.1), callbacks=[Scheduler(schedule, every=every)]).fit(
            data, epochs=5, batch_size=2
        )
        return network.theta

    expected = trained(ExponentialLR(0.5))
    for schedule in (LambdaLR("0.5 ** t"), LambdaLR(lambda t: 0.5**t)):
        assert trained(schedule).tobytes() == expected.tobytes()
