"""Learning rates by layer and weight decay of weights alone, against groups of torch.optim written out by hand."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adam,
    AdamW,
    ArgumentError,
    BatchNorm1d,
    Callback,
    Checkpoint,
    CrossEntropyLoss,
    FileError,
    Linear,
    Lion,
    Network,
    OneCycleLR,
    Residual,
    Scheduler,
    StepLR,
    Tanh,
    Torch,
    Trainer,
    course,
)
from gradiente.data import Dataset
from gradiente.engines import REGISTRY
from gradiente.training.checkpoint import LAST

FACTORS = {0: 0.1, 1: 0.5, -1: 2.0}
LAYERS = (0, 1, 3)  # those with parameters
RULES = [
    SGD(lr=0.05, momentum=0.9, weight_decay=0.01),
    Adam(lr=0.01, weight_decay=0.02),
    AdamW(lr=0.01, weight_decay=0.3, amsgrad=True),
]
every_engine = pytest.mark.parametrize("engine", REGISTRY)
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)


def network():
    block = Residual([Linear(7, 7, bias=False), BatchNorm1d(7), Tanh()])
    return Network([Linear(5, 7), block, Tanh(), Linear(7, 3)], seed=4, dtype="float64")


def data():
    generator = np.random.default_rng(8)
    return Dataset(generator.normal(size=(24, 5)), np.arange(24) % 3, "classification", "drawn")


def trainer(rule, net=None, *callbacks, **options):
    return Trainer(net or network(), CrossEntropyLoss(), rule, callbacks=callbacks, **options)


def in_pytorch(rule, factors, steps, schedule=None, own=None):
    """A loop over PyTorch's optimizer, with a group for each layer, and the rest as it comes.

    Arguments:
        schedule: makes a scheduler of the optimizer and its base rates
        own: other options for the parameters whose name it accepts
    """
    module, x, y = network().to_torch().train(), torch.from_numpy(data().x), torch.from_numpy(data().y)
    options = vars(rule)
    groups = []
    for layer in LAYERS:
        lr = factors.get(layer, factors.get(layer - 4, 1.0)) * rule.lr
        for name, parameter in module[layer].named_parameters():
            more = {"weight_decay": 0.0} if own is not None and own(name, parameter) else {}
            groups.append({"params": [parameter], "lr": lr, **more})
    optim = getattr(torch.optim, type(rule).__name__)(groups, **options)
    scheduler = None if schedule is None else schedule(optim, [group["lr"] for group in groups])
    for _ in range(steps):
        optim.zero_grad()
        torch.nn.functional.cross_entropy(module(x), y).backward()
        optim.step()
        if scheduler is not None:
            scheduler.step()
    return {name: value.numpy() for name, value in module.state_dict().items()}


def agrees(net, expected):
    for name, value in net.state_dict().items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-10, atol=1e-10, err_msg=name)


@every_engine
@every_rule
def test_two_hundred_steps_are_those_of_parameter_groups(engine, rule):
    one = trainer(rule, engine=engine, lr_factors=FACTORS)
    one.fit(data(), epochs=200, batch_size="all")
    agrees(one.network, in_pytorch(rule, FACTORS, 200))


@every_engine
@every_rule
def test_biases_and_normalizations_can_be_left_out_of_the_weight_decay(engine, rule):
    one = trainer(rule, engine=engine, lr_factors={0: 0.1}, weight_decay_on="weights")
    one.fit(data(), epochs=200, batch_size="all")
    undecayed = in_pytorch(rule, {0: 0.1}, 200, own=lambda name, parameter: parameter.ndim == 1)
    agrees(one.network, undecayed)
    decayed = in_pytorch(rule, {0: 0.1}, 200)
    assert np.abs(one.network.parameters["3.bias"] - decayed["3.bias"]).max() > 1e-3


@every_engine
@every_rule
def test_a_factor_multiplies_what_a_schedule_by_epochs_sets(engine, rule):
    schedule = Scheduler(StepLR(step_size=7, gamma=0.7))
    one = trainer(rule, None, schedule, engine=engine, lr_factors=FACTORS)
    history = one.fit(data(), epochs=60, batch_size="all")
    expected = in_pytorch(
        rule, FACTORS, 60, lambda optim, rates: torch.optim.lr_scheduler.StepLR(optim, step_size=7, gamma=0.7)
    )
    agrees(one.network, expected)
    assert history["lr"][-1] == pytest.approx(rule.lr * 0.7**8)


@every_engine
@every_rule
def test_a_factor_multiplies_what_a_schedule_of_rates_and_momentum_sets(engine, rule):
    """In PyTorch a peak for every group: c times the peak."""
    schedule = Scheduler(OneCycleLR(0.1, total_steps=60), every="step")
    one = trainer(rule, None, schedule, engine=engine, lr_factors=FACTORS)
    one.fit(data(), epochs=60, batch_size="all")

    def cycle(optim, rates):
        peaks = [0.1 * rate / rule.lr for rate in rates]
        return torch.optim.lr_scheduler.OneCycleLR(optim, max_lr=peaks, total_steps=60)

    agrees(one.network, in_pytorch(rule, FACTORS, 60, cycle))


@pytest.mark.compiled
@pytest.mark.parametrize(
    "rule",
    [*RULES, course.RMSprop(lr=0.01), Lion(lr=1e-3, weight_decay=1)],
    ids=lambda rule: type(rule).__name__,
)
def test_the_engines_take_the_same_steps(rule):
    """Those of the closed form to the same bits."""
    ends = []
    for engine in REGISTRY:
        one = trainer(rule, engine=engine, lr_factors=FACTORS, weight_decay_on="weights")
        one.fit(data(), epochs=20, batch_size=5)
        ends.append(one.network.theta)
    np.testing.assert_array_equal(ends[0], ends[1])
    np.testing.assert_allclose(ends[2], ends[0], rtol=1e-9, atol=1e-12)


class Freezes(Callback):
    everywhere = True

    def epoch_begin(self, state):
        if state.epoch == 2:
            state.network.freeze(1)
        if state.epoch == 5:
            state.network.unfreeze(1)


@pytest.mark.compiled
def test_layers_may_be_frozen_and_set_free_on_the_way():
    ends = []
    for engine in REGISTRY:
        one = trainer(RULES[2], None, Freezes(), engine=engine, lr_factors=FACTORS)
        one.fit(data(), epochs=9, batch_size=6)
        ends.append(one.network.theta)
    np.testing.assert_array_equal(ends[0], ends[1])
    np.testing.assert_allclose(ends[2], ends[0], rtol=1e-9, atol=1e-12)


class Changes(Callback):
    """Another rule from the third epoch on."""

    everywhere = True

    def epoch_begin(self, state):
        if state.epoch == 2:
            state.optimizer = SGD(lr=0.1)


def test_a_rule_of_another_kind_has_the_factors_too():
    ends = []
    for engine in (Torch(device="cpu"), "numpy"):
        one = trainer(course.Momentum(lr=0.2), None, Changes(), engine=engine, lr_factors=FACTORS)
        one.fit(data(), epochs=2, batch_size="all")
        before = one.network.theta.copy()
        one = trainer(SGD(lr=0.1), one.network, engine=engine, lr_factors=FACTORS)
        one.fit(data(), epochs=1, batch_size="all")
        ends.append(one.network.theta - before)
    changed = trainer(course.Momentum(lr=0.2), None, Changes(), engine="torch", lr_factors=FACTORS)
    changed.fit(data(), epochs=2, batch_size="all")
    before = changed.network.theta.copy()
    changed.fit(data(), epochs=3, batch_size="all", resume=changed.last)
    np.testing.assert_allclose(changed.network.theta - before, ends[0], rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(ends[1], ends[0], rtol=1e-9, atol=1e-14)


@every_engine
def test_a_factor_of_0_keeps_the_parameters_and_nothing_else(engine):
    one = trainer(AdamW(lr=0.1, weight_decay=0.5), engine=engine, lr_factors={1: 0})
    before = one.network.state_dict()
    one.fit(data(), epochs=3, batch_size=6)
    after, slots = one.network.state_dict(), one.network.named(one.engine.state().slots["m"])
    kept = {name for name in before if before[name].tobytes() == after[name].tobytes()}
    assert kept == {name for name in one.network.parameters if name.startswith("1.")}
    assert all(np.abs(slots[name]).max() > 0 for name in kept)


@every_engine
def test_a_factor_of_1_for_every_layer_is_no_factor(engine):
    plain, one = trainer(RULES[1], engine=engine), trainer(RULES[1], engine=engine, lr_factors={0: 1, 1: 1})
    for each in (plain, one):
        each.fit(data(), epochs=3, batch_size=6)
    np.testing.assert_array_equal(one.network.theta, plain.network.theta)


# Resuming.


@every_engine
@every_rule
def test_it_is_resumed_to_the_same_bits(engine, rule, tmp_path):
    def fit(epochs, resume=None):
        callbacks = [Scheduler(StepLR(step_size=2)), Checkpoint(tmp_path)]
        options = {"engine": engine, "lr_factors": FACTORS, "weight_decay_on": "weights"}
        one = trainer(rule, None, *callbacks, **options)
        one.fit(data(), epochs=epochs, batch_size=5, resume=resume)
        return one

    alone = fit(5)
    (tmp_path / LAST).unlink()
    fit(2)
    resumed = fit(5, tmp_path / LAST)
    for name, slot in alone.engine.state().slots.items():
        np.testing.assert_array_equal(resumed.engine.state().slots[name], slot)
    np.testing.assert_array_equal(resumed.network.theta, alone.network.theta)


@pytest.mark.compiled
def test_it_is_resumed_by_another_engine():
    ends = []
    for engines in (("numpy", "numpy"), ("torch", "numpy"), ("compiled", "torch")):
        first, second = (trainer(RULES[1], engine=engine, lr_factors=FACTORS) for engine in engines)
        first.fit(data(), epochs=3, batch_size=5)
        second.fit(data(), epochs=6, batch_size=5, resume=first.last)
        ends.append(second.network.theta)
    for end in ends[1:]:
        np.testing.assert_allclose(end, ends[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, r"lr_factors = \{0: 0.1, 3: 2.0\}, and now it is None"),
        ({"lr_factors": {0: 0.2, 3: 2}}, r"lr_factors = .*, and now it is \{0: 0.2, 3: 2.0\}"),
        ({"lr_factors": {3: 2, 0: 0.1}, "weight_decay_on": "weights"}, "weight_decay_on = None.* weights"),
    ],
)
@pytest.mark.parametrize("from_file", [False, True])
def test_with_others_it_is_not_resumed(options, words, from_file, tmp_path):
    first = trainer(RULES[1], None, Checkpoint(tmp_path), lr_factors={0: 0.1, -1: 2.0})
    first.fit(data(), epochs=1)
    last = tmp_path / LAST if from_file else first.last
    with pytest.raises(FileError, match=words):
        trainer(RULES[1], **options).fit(data(), epochs=2, resume=last)
    trainer(RULES[1], lr_factors={3: 2, 0: 0.1}).fit(data(), epochs=2, resume=last)


def test_a_snapshot_of_before_there_were_factors_is_one_without():
    first = trainer(RULES[1])
    first.fit(data(), epochs=1)
    assert first.last is not None
    own = {"lr_factors", "weight_decay_on"}
    earlier = replace(first.last, settings={k: v for k, v in first.last.settings.items() if k not in own})
    trainer(RULES[1]).fit(data(), epochs=2, resume=earlier)
    with pytest.raises(FileError, match="lr_factors = None"):
        trainer(RULES[1], lr_factors={0: 0.1}).fit(data(), epochs=2, resume=earlier)


def test_what_cannot_be_is_said_before_training():
    for options in ({"lr_factors": {2: 0.1}}, {"lr_factors": {0: -1}}, {"weight_decay_on": "weight"}):
        with pytest.raises(ArgumentError):
            trainer(RULES[0], **options)
