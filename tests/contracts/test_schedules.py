"""What every schedule of the registry must satisfy; a new one is covered the moment it is registered."""

import math
from dataclasses import MISSING, FrozenInstanceError, fields
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from gradiente import (
    ArgumentError,
    CosineAnnealingLR,
    ExponentialLR,
    InverseTimeLR,
    LinearLR,
    PolynomialLR,
    ReduceLROnPlateau,
    Schedule,
    StepLR,
    WarmupLR,
)
from gradiente.notation import parse, write
from gradiente.schedules import REGISTRY

EPOCHS = 200
every_schedule = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
base_rates = st.floats(1e-4, 10)
epochs = st.integers(1, 250)

step = st.builds(StepLR, step_size=epochs, gamma=st.floats(0, 1.01))
exponential = st.builds(ExponentialLR, gamma=st.floats(0, 1.01))
inverse_time = st.builds(InverseTimeLR, decay_rate=st.floats(0, 5))
linear = st.builds(LinearLR, start_factor=st.floats(0.01, 1), end_factor=st.floats(0, 1), total_iters=epochs)
polynomial = st.builds(PolynomialLR, total_iters=epochs, power=st.floats(0, 4))
cosine = st.builds(CosineAnnealingLR, T_max=epochs, eta_min=st.floats(0, 1e-4))
plateau = st.builds(
    ReduceLROnPlateau,
    mode=st.sampled_from(["min", "max"]),
    factor=st.floats(0.1, 0.9),
    patience=st.integers(0, 6),
    threshold=st.sampled_from([0.0, 1e-4, 0.1, 0.3]),
    threshold_mode=st.sampled_from(["rel", "abs"]),
    cooldown=st.integers(0, 4),
    min_lr=st.sampled_from([0.0, 1e-3]),
    eps=st.sampled_from([0.0, 1e-8, 1e-2]),
)
closed_forms = st.one_of(step, exponential, inverse_time, linear, polynomial, cosine)
warmup = st.builds(
    WarmupLR, total_iters=st.integers(1, 60), start_factor=st.floats(0.01, 1), after=st.none() | closed_forms
)

# How each schedule is drawn. A schedule that is not here is built without arguments.
EXAMPLES: dict[type[Schedule], st.SearchStrategy[Any]] = {
    StepLR: step,
    ExponentialLR: exponential,
    InverseTimeLR: inverse_time,
    LinearLR: linear,
    PolynomialLR: polynomial,
    CosineAnnealingLR: cosine,
    WarmupLR: warmup,
    ReduceLROnPlateau: plateau,
}


def examples(kind):
    if kind not in EXAMPLES and any(field.default is MISSING for field in fields(kind)):
        pytest.fail(f"{kind.__name__} needs arguments: add a strategy for it to EXAMPLES in {__file__}")
    return EXAMPLES.get(kind, st.builds(kind))


def metrics_of(data, count):
    """Rough values, so that ties and exact multiples of the threshold happen."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    digits = data.draw(st.sampled_from([1, 2, 6]))
    falling = np.linspace(3, 0, count) if data.draw(st.booleans()) else 0
    return (rng.normal(0, 1, count) + falling).round(digits).tolist()


def drive(make_scheduler, base, metrics, *, watches):
    """The learning rate that PyTorch uses in every epoch."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    scheduler = make_scheduler(optimizer)
    rates = []
    for value in metrics:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if watches:
            scheduler.step(value)
        else:
            scheduler.step()
    return rates


@every_schedule
@settings(max_examples=50)
@given(data=st.data(), base=base_rates)
def test_equals_pytorch(kind, data, base):
    schedule = data.draw(examples(kind))
    metrics = metrics_of(data, EPOCHS)
    expected = drive(schedule.to_torch, base, metrics, watches=kind is ReduceLROnPlateau)
    got = [schedule.lr(base, t, metrics[:t]) for t in range(EPOCHS)]
    assert np.abs(np.subtract(got, expected)).max() <= 1e-10 * max(1, *expected)


@settings(max_examples=150)
@given(schedule=plateau, data=st.data(), base=base_rates)
def test_the_plateau_of_any_history_is_pytorchs(schedule, data, base):
    metrics = metrics_of(data, 60)
    expected = drive(schedule.to_torch, base, metrics, watches=True)
    assert [schedule.lr(base, t, metrics) for t in range(60)] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("mode", ["min", "max"])
@pytest.mark.parametrize("threshold_mode", ["rel", "abs"])
@pytest.mark.parametrize("threshold", [0.01, 0.1, 0.3])
def test_the_plateau_calls_a_tie_as_pytorch_does(mode, threshold_mode, threshold):
    """A value exactly the threshold better than the best: rounding decides, and must decide alike."""
    schedule = ReduceLROnPlateau(mode=mode, threshold_mode=threshold_mode, threshold=threshold, patience=0)
    sign = -1 if mode == "min" else 1
    for best in np.arange(1, 300) / 100:
        margin = threshold * (best if threshold_mode == "rel" else 1)
        for value in (best + sign * margin, round(best + sign * margin, 4)):
            expected = drive(schedule.to_torch, 1.0, [best, value, 0], watches=True)
            assert [schedule.lr(1.0, t, [best, value]) for t in range(3)] == expected


@settings(max_examples=20)
@given(after=plateau, data=st.data(), base=base_rates, total=st.integers(1, 20))
def test_a_plateau_after_the_warm_up_counts_from_its_end(after, data, base, total):
    metrics = metrics_of(data, 80)
    schedule = WarmupLR(total_iters=total, after=after)
    expected = drive(
        lambda o: lr_scheduler.LinearLR(o, 0.1, 1.0, total), base, metrics[:total], watches=False
    )
    expected += drive(after.to_torch, base, metrics[total:], watches=True)
    assert [schedule.lr(base, t, metrics[:t]) for t in range(80)] == pytest.approx(expected, rel=1e-12)


@settings(max_examples=30)
@given(first=warmup, data=st.data(), base=base_rates)
def test_the_warm_up_rises_to_the_base_and_hands_over(first, data, base):
    rates = [first.lr(base, t) for t in range(first.total_iters)]
    assert rates[0] == pytest.approx(base * first.start_factor, rel=1e-12)
    assert rates == sorted(rates)
    expected = first.after.lr(base, 7) if first.after else base
    assert first.lr(base, first.total_iters + 7) == expected


@every_schedule
@settings(max_examples=20)
@given(data=st.data(), base=base_rates)
def test_depends_on_nothing_but_its_arguments(kind, data, base):
    schedule = data.draw(examples(kind))
    metrics = metrics_of(data, 50)
    forwards = [schedule.lr(base, t, metrics[:t]) for t in range(50)]
    backwards = [schedule.lr(base, t, metrics[:t]) for t in reversed(range(50))]
    assert forwards == backwards[::-1]
    assert schedule.lr(2 * base, 0) >= schedule.lr(base, 0) >= 0


@every_schedule
@settings(max_examples=10)
@given(data=st.data())
def test_is_frozen_and_has_its_equation_and_its_notation(kind, data):
    schedule = data.draw(examples(kind))
    for name in [*(field.name for field in fields(schedule)), "anything"]:
        with pytest.raises(FrozenInstanceError):
            setattr(schedule, name, 1)
    assert schedule.equation
    assert schedule.equation.count("{") == schedule.equation.count("}")
    assert parse(write(schedule, REGISTRY), REGISTRY) == schedule


REQUIRED = {
    StepLR: {"step_size": 3},
    ExponentialLR: {"gamma": 0.9},
    InverseTimeLR: {"decay_rate": 0.1},
    CosineAnnealingLR: {"T_max": 9},
}
FRACTIONS = [2.5, 2.0, True, "2"]  # where a whole number is meant
WRONG = {
    "step_size": [0, *FRACTIONS],
    "total_iters": [0, *FRACTIONS],
    "T_max": [0, *FRACTIONS],
    "patience": FRACTIONS,
    "cooldown": FRACTIONS,
    "factor": [0.0, 1.0],
    "start_factor": [0.0, 1.1],
    "end_factor": [1.1],
    "mode": ["lower"],
    "threshold_mode": ["relative"],
}


@every_schedule
def test_hyperparameters_out_of_range_are_errors(kind):
    for field in fields(kind):
        if field.name == "after":
            continue
        wrong = [*WRONG.get(field.name, []), None, -0.1, math.nan, math.inf]
        for value in wrong:
            with pytest.raises(ArgumentError, match=f"{kind.__name__}.*{field.name}"):
                kind(**{**REQUIRED.get(kind, {}), field.name: value})


def test_the_registry_holds_every_schedule_under_its_own_name():
    concrete = {k for k in Schedule.__subclasses__() if k.__module__.startswith("gradiente.schedules.")}
    assert set(REGISTRY.values()) == concrete
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())
