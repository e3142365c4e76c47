"""A schedule of dropout, and of the weight decay: by the closed form, the same on all engines, in a trace, resumed."""

import math

import numpy as np
import pytest
import torch

from gradiente.data import load
from gradiente.engines.torch_engine import TorchEngine
from gradiente.errors import ArgumentError
from gradiente.layers import Context, Dropout, Linear, ReLU
from gradiente.losses import CrossEntropyLoss
from gradiente.network import Network
from gradiente.optimizers import SGD, AdamW
from gradiente.schedules import CosineAnnealingLR, ExponentialLR, OneCycleLR
from gradiente.training.build import plan
from gradiente.training.callbacks import Callback, Scheduler
from gradiente.training.capture import capture_step
from gradiente.training.config import Config
from gradiente.training.trainer import Trainer

TRAIN, _ = load("iris")


def network(p: float = 0.5) -> Network:
    return Network([Linear(4, 16), ReLU(), Dropout(p), Linear(16, 3)], seed=1)


class Seen(Callback):
    """The factor of dropout and the weight decay at every step."""

    def __init__(self) -> None:
        self.factors: list[float] = []
        self.decays: list[float] = []

    def step_begin(self, state, step):
        self.factors.append(state.dropout)
        assert isinstance(state.optimizer, AdamW)
        self.decays.append(state.optimizer.weight_decay)


def fitted(engine: str, callbacks, *, epochs: int = 4, resume=None, optimizer=None) -> Trainer:
    own = network()
    trainer = Trainer(
        own,
        CrossEntropyLoss(),
        optimizer or AdamW(lr=0.01, weight_decay=0.1),
        callbacks=callbacks,
        engine=engine,
        seed=3,
    )
    trainer.fit(TRAIN, epochs=epochs, batch_size=40, resume=resume)
    return trainer


@pytest.mark.parametrize("every", ["epoch", "step"])
def test_p_and_the_weight_decay_follow_a_cosine(every):
    schedule, seen = CosineAnnealingLR(T_max=12 if every == "step" else 4), Seen()
    both = [Scheduler(schedule, every=every, hyperparameter=name) for name in ("dropout", "weight_decay")]
    rate = Scheduler(ExponentialLR(0.5))
    fitted("numpy", [*both, rate, seen])
    t = [k if every == "step" else k // 3 for k in range(12)]
    expected = [(1 + math.cos(math.pi * k / schedule.T_max)) / 2 for k in t]
    assert seen.factors == pytest.approx(expected)
    assert seen.decays == pytest.approx([0.1 * factor for factor in expected])


def test_a_mask_is_drawn_with_the_scaled_p():
    x = np.ones((200, 500))
    y, _ = Dropout(0.5).forward(
        {}, x, Context(training=True, generator=np.random.default_rng(0), dropout=0.4)
    )
    assert np.unique(y).tolist() == pytest.approx([0, 1 / (1 - 0.2)])
    assert (y == 0).mean() == pytest.approx(0.2, abs=0.01)
    nothing, _ = Dropout(1.0).forward({}, x, Context(training=True, generator=np.random.default_rng(0)))
    assert not nothing.any()


@pytest.mark.parametrize("every", ["epoch", "step"])
def test_the_compiled_engine_takes_the_same_steps(every):
    pytest.importorskip("llvmlite")
    schedule = Scheduler(CosineAnnealingLR(T_max=5), every=every, hyperparameter="dropout")
    ours, compiled = (fitted(engine, [schedule]) for engine in ("numpy", "compiled"))
    assert compiled.network.theta == pytest.approx(ours.network.theta, abs=2e-5)
    constant = fitted("numpy", [])
    assert np.abs(constant.network.theta - ours.network.theta).max() > 0.01


def test_pytorch_draws_with_the_scaled_p():
    seen: list[tuple[float, float]] = []

    class Look(Callback):
        def step_begin(self, state, step):
            assert isinstance(state.engine, TorchEngine)
            masks = state.engine.model.masks
            mask = masks._fill(torch.empty(20_000), 0.5)
            seen.append((masks.factor, float((mask == 0).float().mean())))

    fitted("torch", [Scheduler(CosineAnnealingLR(T_max=4), hyperparameter="dropout"), Look()])
    used = [factor for factor, _ in seen[1:]]  # of the step before
    assert used == pytest.approx([(1 + math.cos(math.pi * (k // 3) / 4)) / 2 for k in range(11)])
    for factor, dropped in seen:
        assert dropped == pytest.approx(0.5 * factor, abs=0.02)


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_a_resumed_run_has_the_same_bits(engine):
    if engine == "compiled":
        pytest.importorskip("llvmlite")

    def callbacks() -> list[Callback]:
        names = ("dropout", "weight_decay")
        return [Scheduler(CosineAnnealingLR(T_max=12), every="step", hyperparameter=name) for name in names]

    whole = fitted(engine, callbacks())
    first = fitted(engine, callbacks(), epochs=2)
    again = fitted(engine, callbacks(), resume=first.last)
    assert again.network.theta.tobytes() == whole.network.theta.tobytes()


def test_a_traced_step_has_the_p_of_its_time():
    config = Config().changed(
        name="iris",
        layers=["Linear(4, 16)", "ReLU", "Dropout(0.5)", "Linear(16, 3)"],
        dtype="float64",
        epochs=4,
        batch_size=40,
        dropout_schedule="CosineAnnealingLR(T_max=12)",
        schedule_every="step",
    )
    made = plan(config, TRAIN)
    made.trainer([]).fit(TRAIN, epochs=4, batch_size=40, validation=made.config.data.validation, max_steps=7)
    traced = capture_step(made.config, TRAIN, 7).traced(made.config, TRAIN)
    p = 0.5 * (1 + math.cos(math.pi * 6 / 12)) / 2
    symbols = {term.symbol for term in traced.entry("D[1]", 0, 0).terms}
    assert any(f"/(1−{p:.6g})" in symbol for symbol in symbols), symbols
    updated = {each.parameter: each.value for each in traced if each.role == "new parameter"}
    assert updated.keys() == made.network.parameters.keys()
    for name, value in made.network.parameters.items():
        assert updated[name] == pytest.approx(value, abs=1e-12)


def test_what_cannot_be_scheduled_is_said():
    with pytest.raises(ArgumentError, match="hyperparameter"):
        Scheduler(CosineAnnealingLR(T_max=4), hyperparameter="momentum")
    with pytest.raises(ArgumentError, match="OneCycleLR"):
        Scheduler(OneCycleLR(0.1, total_steps=10), hyperparameter="dropout")
    with pytest.raises(ArgumentError, match="weight decay"):
        fitted("numpy", [Scheduler(ExponentialLR(0.9), hyperparameter="weight_decay")], optimizer=SGD(lr=0.1))
    dense = Trainer(
        Network([Linear(4, 3)]),
        CrossEntropyLoss(),
        SGD(lr=0.1),
        callbacks=[Scheduler(ExponentialLR(0.9), hyperparameter="dropout")],
    )
    with pytest.raises(ArgumentError, match="dropout"):
        dense.fit(TRAIN, epochs=1)
