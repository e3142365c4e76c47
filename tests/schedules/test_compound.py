"""Schedules made of others, and those that are no part of any; what PyTorch cannot build."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from gradiente import (
    ArgumentError,
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    InverseTimeLR,
    LambdaLR,
    LinearLR,
    OneCycleLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
    WarmupLR,
)
from gradiente.notation import parse, write
from gradiente.schedules import REGISTRY

ONE_CYCLE = OneCycleLR(0.1, total_steps=9)
CYCLE = CyclicLR(0.1, 0.2)


def torch_optimizer():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)


@pytest.mark.parametrize(
    "build",
    [
        lambda: SequentialLR([LinearLR(), ONE_CYCLE], [5]),
        lambda: SequentialLR([CYCLE], []),
        lambda: WarmupLR(after=ONE_CYCLE),
        lambda: ChainedScheduler([ExponentialLR(0.9), CYCLE]),
        lambda: SequentialLR([LinearLR(), WarmupLR(after=CYCLE)], [5]),
    ],
)
def test_what_sets_the_rate_by_its_own_numbers_is_no_part(build):
    with pytest.raises(ArgumentError, match="sets the learning rate by its own numbers"):
        build()


@pytest.mark.parametrize(
    "part",
    [
        CosineAnnealingLR(9, eta_min=1e-3),
        CosineAnnealingWarmRestarts(9),
        InverseTimeLR(0.1),
        LambdaLR("0.9 ** t"),
        ReduceLROnPlateau(),
        WarmupLR(),
        SequentialLR([StepLR(2), StepLR(3)], [4]),
    ],
)
def test_only_factors_are_chained(part):
    """In PyTorch these overwrite the rate that the others have set, or mix it with a floor of their own."""
    with pytest.raises(ArgumentError, match=f"{type(part).__name__} is none"):
        ChainedScheduler([ExponentialLR(0.9), part])


@pytest.mark.parametrize("milestones", [[], [3], [3, 5, 7], [5, 3], [3, 3], [0, 3]])
def test_there_is_one_rising_milestone_less_than_schedules(milestones):
    with pytest.raises(ArgumentError, match=r"SequentialLR.*milestones"):
        SequentialLR([StepLR(2), StepLR(3), StepLR(4)], milestones)


def test_nested_sequences_are_the_flat_one():
    parts = [ConstantLR(0.1, 3), ExponentialLR(0.9), StepLR(2, 0.5)]
    flat = SequentialLR(parts, [3, 8])
    nested = [
        SequentialLR([parts[0], SequentialLR(parts[1:], [5])], [3]),
        SequentialLR([SequentialLR(parts[:2], [3]), parts[2]], [8]),
    ]
    for schedule in nested:
        assert [schedule.lr(0.3, t) for t in range(20)] == [flat.lr(0.3, t) for t in range(20)]
        assert parse(write(schedule, REGISTRY), REGISTRY) == schedule
        with pytest.raises(ArgumentError, match="SequentialLR cannot contain SequentialLR"):
            schedule.to_torch(torch_optimizer())


@pytest.mark.parametrize(
    "after",
    [ReduceLROnPlateau(), ChainedScheduler([StepLR(3)]), WarmupLR(after=StepLR(3))],
    ids=lambda part: type(part).__name__,
)
def test_what_pytorchs_sequence_cannot_contain_is_named(after):
    for schedule in (WarmupLR(after=after), SequentialLR([LinearLR(), after], [5])):
        with pytest.raises(ArgumentError, match=f"cannot contain {type(after).__name__}"):
            schedule.to_torch(torch_optimizer())


def test_a_chain_in_a_chain_is_pytorchs():
    schedule = ChainedScheduler([LinearLR(), ChainedScheduler([ExponentialLR(0.9), StepLR(3, 0.5)])])
    optimizer = torch_optimizer()
    scheduler = schedule.to_torch(optimizer)
    assert isinstance(scheduler, lr_scheduler.ChainedScheduler)
    for t in range(20):
        assert schedule.lr(0.5, t) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
        optimizer.step()
        scheduler.step()


def test_a_sequence_shows_a_plateau_the_measures_from_its_own_beginning():
    plateau = ReduceLROnPlateau(patience=0, factor=0.5)
    schedule = SequentialLR([ConstantLR(1.0, 1), plateau], [3])
    metrics = [1.0, 2.0, 3.0, 4.0, 3.0, 5.0, 6.0]
    expected = [1.0] * 3 + [plateau.lr(1.0, t, metrics[3:]) for t in range(5)]
    assert [schedule.lr(1.0, t, metrics[:t]) for t in range(8)] == expected
    assert expected[-1] == 0.25


@pytest.mark.parametrize("three_phase", [False, True])
@pytest.mark.parametrize("strategy", ["cos", "linear"])
@pytest.mark.parametrize("total", [1, 2, 3, 10, 97])
@pytest.mark.parametrize("pct_start", [0.0, 0.1, 0.3, 0.5, 0.9, 1.0])
def test_one_cycle_stays_where_it_ends(pct_start, total, strategy, three_phase):
    schedule = OneCycleLR(
        1.0, total, pct_start=pct_start, anneal_strategy=strategy, three_phase=three_phase, div_factor=10.0
    )
    rates = [schedule.lr(0.5, t) for t in range(total + 20)]
    assert np.isfinite(rates).all()
    assert set(rates[total - 1 :]) == {rates[total - 1]}
    assert {schedule.momentum(t) for t in range(total, total + 5)} == {schedule.momentum(total - 1)}
    assert schedule == OneCycleLR(
        1.0, total, None, None, pct_start, strategy, div_factor=10.0, three_phase=three_phase
    )


def test_one_cycle_says_how_long_it_must_be():
    incomplete: list[dict[str, Any]] = [{}, {"epochs": 3}, {"steps_per_epoch": 3}]
    for options in incomplete:
        with pytest.raises(ArgumentError, match="number of training instances divided by the batch size"):
            OneCycleLR(0.1, **options)
    product = OneCycleLR(0.1, epochs=4, steps_per_epoch=5)
    assert [product.lr(1, t) for t in range(20)] == [OneCycleLR(0.1, 20).lr(1, t) for t in range(20)]
    # as in PyTorch, total_steps goes first
    assert OneCycleLR(0.1, 7, 4, 5).lr(1, 6) == OneCycleLR(0.1, 7).lr(1, 6)


def test_a_cycle_has_no_function_of_ones_own():
    with pytest.raises(ArgumentError, match="scale_fn"):
        CyclicLR(0.1, 0.2, scale_fn=lambda x: 1.0)
    with pytest.raises(ArgumentError, match="scale_mode"):
        CyclicLR(0.1, 0.2, scale_mode="iterations")


def test_a_python_function_is_not_written():
    for schedule in (LambdaLR(lambda t: 1.0), WarmupLR(after=LambdaLR(abs))):
        for brief in (True, False):
            with pytest.raises(ArgumentError, match="LambdaLR: lr_lambda is a Python function"):
                write(schedule, REGISTRY, brief=brief)


def test_a_plateau_falls():
    with pytest.raises(ArgumentError, match=r"ReduceLROnPlateau.*factor"):
        ReduceLROnPlateau(factor=1.0)
