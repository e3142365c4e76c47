"""What every schedule of the registry must satisfy; a new one is covered the moment it is registered."""

import inspect
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
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CosLogLR,
    CyclicLR,
    ExponentialLR,
    InverseTimeLR,
    LambdaLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    Schedule,
    SequentialLR,
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
multi_step = st.builds(MultiStepLR, st.lists(st.integers(0, 250), max_size=5), gamma=st.floats(0, 1.01))
constant = st.builds(ConstantLR, factor=st.floats(0.01, 1), total_iters=epochs)
restarts = st.builds(
    CosineAnnealingWarmRestarts, T_0=st.integers(1, 60), T_mult=st.integers(1, 3), eta_min=st.floats(0, 1e-4)
)
coslog = st.builds(CosLogLR, T_max=epochs, num_cycles=st.integers(1, 6))
momenta = st.floats(0.01, 0.99)
cyclic = st.builds(
    CyclicLR,
    base_lr=st.floats(0, 1),
    max_lr=st.floats(0, 1),
    step_size_up=epochs,
    step_size_down=st.none() | epochs,
    mode=st.sampled_from(["triangular", "triangular2", "exp_range"]),
    gamma=st.floats(0, 1),
    cycle_momentum=st.booleans(),
    base_momentum=momenta,
    max_momentum=momenta,
)
lengths = st.fixed_dictionaries({"total_steps": st.integers(EPOCHS, 999)}) | st.fixed_dictionaries(
    {"epochs": st.integers(20, 40), "steps_per_epoch": st.integers(10, 20)}
)
one_cycle = lengths.flatmap(
    lambda length: st.builds(
        OneCycleLR,
        **{name: st.just(value) for name, value in length.items()},
        max_lr=st.floats(0, 1),
        pct_start=st.floats(0, 1),
        anneal_strategy=st.sampled_from(["cos", "linear"]),
        cycle_momentum=st.booleans(),
        base_momentum=momenta,
        max_momentum=momenta,
        div_factor=st.floats(0.1, 100),
        final_div_factor=st.floats(0.1, 1e5),
        three_phase=st.booleans(),
    )
)
formulas = st.sampled_from(
    ["0.95 ** t", "1 / (1 + 0.1 * t)", "max(0.01, 1 - t / 100)", "1 if t < 9 else 0.1", lambda t: 0.9**t]
)
by_formula = st.builds(LambdaLR, formulas)
closed_forms = st.one_of(
    step,
    exponential,
    inverse_time,
    linear,
    polynomial,
    cosine,
    multi_step,
    constant,
    restarts,
    coslog,
    by_formula,
)
warmup = st.builds(
    WarmupLR, total_iters=st.integers(1, 60), start_factor=st.floats(0.01, 1), after=st.none() | closed_forms
)

at_once = st.builds(  # PyTorch's cosine forgets the other factors beyond its T_max
    ChainedScheduler,
    st.lists(
        st.one_of(step, exponential, linear, polynomial, multi_step, constant)
        | st.builds(CosineAnnealingLR, T_max=st.integers(EPOCHS, 400)),
        min_size=1,
        max_size=4,
    ),
)


@st.composite
def one_after_another(draw):
    parts = draw(st.lists(closed_forms | st.builds(WarmupLR), min_size=1, max_size=4))
    begins = st.lists(
        st.integers(1, EPOCHS + 9), min_size=len(parts) - 1, max_size=len(parts) - 1, unique=True
    )
    return SequentialLR(parts, sorted(draw(begins)))


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
    MultiStepLR: multi_step,
    ConstantLR: constant,
    CosineAnnealingWarmRestarts: restarts,
    CosLogLR: coslog,
    CyclicLR: cyclic,
    OneCycleLR: one_cycle,
    LambdaLR: by_formula,
    ChainedScheduler: at_once,
    SequentialLR: one_after_another(),
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
    return list(drive_all(make_scheduler, optimizer, metrics, watches=watches)[0])


def drive_all(make_scheduler, optimizer, metrics, *, watches=False):
    """The learning rate, the momentum and the betas that PyTorch uses in every epoch."""
    scheduler = make_scheduler(optimizer)
    used = []
    for value in metrics:
        group = optimizer.param_groups[0]
        used.append((group["lr"], group.get("momentum"), group.get("betas")))
        optimizer.step()
        if watches:
            scheduler.step(value)
        else:
            scheduler.step()
    return list(zip(*used, strict=True))


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
    if not has_function(schedule):
        assert parse(write(schedule, REGISTRY), REGISTRY) == schedule


def has_function(schedule):
    """Whether there is a Python function in it, which has no notation."""
    parts = getattr(schedule, "schedulers", [getattr(schedule, "after", None)])
    return callable(getattr(schedule, "lr_lambda", None)) or any(has_function(part) for part in parts if part)


@pytest.mark.parametrize(
    "kind", [kind for name, kind in REGISTRY.items() if hasattr(lr_scheduler, name)], ids=lambda k: k.__name__
)
def test_names_order_and_defaults_are_pytorchs(kind):
    parameters = inspect.signature(getattr(lr_scheduler, kind.__name__)).parameters
    expected = [(n, p.default) for n, p in parameters.items() if n not in ("optimizer", "last_epoch")]
    got = [(n, p.default) for n, p in inspect.signature(kind).parameters.items()]
    assert got == expected
    required = REQUIRED.get(kind, {})
    assert kind(*required.values()) == kind(**required)


@pytest.mark.parametrize("make", [lambda p: torch.optim.SGD(p, momentum=0.3), torch.optim.NAdam])
@settings(max_examples=30)
@given(schedule=cyclic | one_cycle, base=base_rates)
def test_the_momentum_is_pytorchs(make, schedule, base):
    optimizer = make([torch.zeros(1, requires_grad=True)])
    own = optimizer.defaults.get("momentum"), optimizer.defaults.get("betas")
    rates, momenta, betas = drive_all(schedule.to_torch, optimizer, range(EPOCHS))
    assert [schedule.lr(base, t) for t in range(EPOCHS)] == pytest.approx(rates, rel=1e-10, abs=1e-10)
    if not schedule.cycle_momentum:
        assert {(momenta[t], betas[t]) for t in range(EPOCHS)} == {own}
        assert {schedule.momentum(t) for t in range(EPOCHS)} == {None}
        return
    expected = momenta if own[1] is None else [pair[0] for pair in betas]
    assert [schedule.momentum(t) for t in range(EPOCHS)] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
@settings(max_examples=10)
@given(data=st.data(), base=base_rates)
def test_only_an_absolute_schedule_ignores_the_base(kind, data, base):
    schedule = data.draw(examples(kind))
    metrics = metrics_of(data, 50)
    same = all(schedule.lr(base, t, metrics) == schedule.lr(2 * base, t, metrics) for t in range(50))
    assert same or not kind.absolute
    assert kind.absolute or schedule.momentum(3) is None


REQUIRED: dict[type[Schedule], dict[str, Any]] = {
    StepLR: {"step_size": 3},
    ExponentialLR: {"gamma": 0.9},
    InverseTimeLR: {"decay_rate": 0.1},
    CosineAnnealingLR: {"T_max": 9},
    MultiStepLR: {"milestones": [3]},
    CosineAnnealingWarmRestarts: {"T_0": 9},
    CosLogLR: {"T_max": 9},
    CyclicLR: {"base_lr": 0.1, "max_lr": 0.2},
    OneCycleLR: {"max_lr": 0.1, "total_steps": 9},
    LambdaLR: {"lr_lambda": "1"},
    ChainedScheduler: {"schedulers": [StepLR(3)]},
    SequentialLR: {"schedulers": [StepLR(3), StepLR(3)], "milestones": [5]},
}
OPTIONAL = {"after", "step_size_down", "total_steps", "epochs", "steps_per_epoch"}  # may be None
FRACTIONS = [2.5, 2.0, True, "2"]  # where a whole number is meant
WRONG = {
    "step_size": [0, *FRACTIONS],
    "total_iters": [0, *FRACTIONS],
    "T_max": [0, *FRACTIONS],
    "num_cycles": [0, *FRACTIONS],
    "T_0": [0, *FRACTIONS],
    "T_mult": [0, *FRACTIONS],
    "step_size_up": [0, *FRACTIONS],
    "step_size_down": [0, *FRACTIONS],
    "total_steps": [0, *FRACTIONS],
    "epochs": [0, *FRACTIONS],
    "steps_per_epoch": [0, *FRACTIONS],
    "milestones": [5, np.array(5), "5", [2.5], [2.0], [True], ["2"], [-1]],
    "schedulers": [[], StepLR(3), ["StepLR(3)"], [StepLR, StepLR], [StepLR(3), None]],
    "lr_lambda": [["1"]],
    "after": [3, "StepLR(3)", StepLR],
    "pct_start": [1.1],
    "anneal_strategy": ["cosine"],
    "base_momentum": [0.0, 1.0],
    "max_momentum": [0.0, 1.0],
    "div_factor": [0.0],
    "final_div_factor": [0.0],
    "cycle_momentum": ["no", 2, 1],
    "three_phase": ["no", 2, 1],
    "patience": FRACTIONS,
    "cooldown": FRACTIONS,
    "factor": [0.0, 1.1],
    "start_factor": [0.0, 1.1],
    "end_factor": [1.1],
    "mode": ["lower", np.array(["min", "max"])],
    "threshold_mode": ["relative"],
}


@every_schedule
def test_hyperparameters_out_of_range_are_errors(kind):
    for field in fields(kind):
        none = [] if field.name in OPTIONAL else [None]
        for value in [*WRONG.get(field.name, []), *none, -0.1, math.nan, math.inf]:
            with pytest.raises(ArgumentError, match=f"{kind.__name__}.*{field.name}"):
                kind(**{**REQUIRED.get(kind, {}), field.name: value})


@pytest.mark.parametrize("part", [0, 1])
def test_a_cycle_that_only_rises_or_only_falls_is_pytorchs(part):
    schedule = OneCycleLR(0.3, total_steps=9, pct_start=part)
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1, momentum=0.9)
    expected = schedule.to_torch(optimizer)
    for t in range(9):
        assert schedule.lr(0.1, t) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
        optimizer.step()
        if t < 8:
            expected.step()


def test_the_registry_holds_every_schedule_under_its_own_name():
    concrete = {k for k in Schedule.__subclasses__() if k.__module__.startswith("gradiente.schedules.")}
    assert set(REGISTRY.values()) == concrete
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())
