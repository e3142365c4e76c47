import math

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adagrad,
    Adam,
    ArgumentError,
    Callback,
    Checkpoint,
    CosineAnnealingLR,
    CrossEntropyLoss,
    CyclicLR,
    DivergenceError,
    EarlyStopping,
    ExponentialLR,
    Linear,
    LinearLR,
    Lion,
    NAdam,
    Network,
    OneCycleLR,
    RAdam,
    ReduceLROnPlateau,
    RMSprop,
    Scheduler,
    SequentialLR,
    StepLR,
    Tanh,
    Trainer,
    WarmupLR,
    course,
)
from gradiente.pytorch import torch_optimizer
from gradiente.training import EarlyStopped, Requested
from gradiente.training.checkpoint import LAST


class Recorder(Callback):
    """Keep the name of every hook, the learning rate of every step and the parameters of every epoch."""

    def __init__(self):
        self.hooks, self.rates, self.theta = [], [], {}

    def fit_begin(self, state):
        self.hooks.append(("fit_begin", state.epoch))

    def epoch_begin(self, state):
        self.hooks.append(("epoch_begin", state.epoch))

    def step_begin(self, state, step):
        self.hooks.append(("step_begin", step))
        self.rates.append(state.optimizer.lr)

    def epoch_end(self, state):
        self.hooks.append(("epoch_end", state.epoch))
        self.theta[state.epoch] = state.network.theta.copy()

    def fit_end(self, state):
        self.hooks.append(("fit_end", state.epoch))


def trainer(*callbacks, optimizer=None, **options):
    network = Network([Linear(2, 8), Tanh(), Linear(8, 3)], seed=0)
    return Trainer(network, CrossEntropyLoss(), optimizer or Adam(lr=0.3), callbacks=callbacks, **options)


def stops_at(values, patience, min_delta):
    """Where early stopping ends, written as the lecture tells it; None where it does not."""
    best, waited = math.inf, 0
    for epoch, value in enumerate(values, start=1):
        waited = 0 if value < best - min_delta else waited + 1
        best = value if waited == 0 else best
        if waited == patience:
            return epoch
    return None


@pytest.mark.parametrize("patience", [1, 2, 4])
@pytest.mark.parametrize("min_delta", [0.0, 0.02])
@pytest.mark.parametrize("monitor", [None, "val_accuracy", "loss", "accuracy"])
def test_early_stopping_ends_where_the_history_says(clouds, patience, min_delta, monitor):
    options = {"validation": 0.3, "epochs": 40, "batch_size": 8}
    unstopped = trainer().fit(clouds, **options)
    recorder = Recorder()
    early = EarlyStopping(patience=patience, min_delta=min_delta)
    stopped = trainer(recorder, early, monitor=monitor)
    history = stopped.fit(clouds, **options)
    sign = -1 if monitor in ("accuracy", "val_accuracy") else 1
    values = [sign * value for value in unstopped[monitor or "val_loss"]]
    expected = stops_at(values, patience, min_delta)
    assert len(history) == (expected or 40)
    assert history["loss"] == unstopped["loss"][:expected]
    taken = values[:expected]
    best = len(taken) - taken[::-1].index(min(taken))  # of equals the last
    np.testing.assert_array_equal(stopped.network.theta, recorder.theta[best])
    measure = monitor or "val_loss"
    assert stopped.stopped == (EarlyStopped(measure, patience) if expected else None)
    name = measure.replace("val_", "validation ")
    assert not expected or str(stopped.stopped) == (
        f"early stopping: {name} did not improve for {patience} epochs"
    )


def test_early_stopping_that_never_stops_still_ends_with_the_best_parameters(clouds):
    recorder = Recorder()
    one = trainer(recorder, EarlyStopping(patience=100))
    history = one.fit(clouds, validation=0.3, epochs=15, batch_size=8)
    best = 1 + int(np.argmin(history["val_loss"]))
    assert one.stopped is None
    assert best < len(history) == 15
    np.testing.assert_array_equal(one.network.theta, recorder.theta[best])


def test_the_last_parameters_stay_where_the_best_are_not_asked_for(clouds):
    recorder = Recorder()
    one = trainer(recorder, EarlyStopping(patience=2, restore_best=False))
    history = one.fit(clouds, validation=0.3, epochs=40, batch_size=8)
    assert len(history) < 40
    np.testing.assert_array_equal(one.network.theta, recorder.theta[len(history)])


def test_one_early_stopping_serves_a_second_training(clouds):
    early = EarlyStopping(patience=2)
    lengths = [len(trainer(early).fit(clouds, validation=0.3, epochs=40, batch_size=8)) for _ in range(2)]
    assert lengths[0] == lengths[1] < 40


@pytest.mark.parametrize(
    "options", [{"patience": 0}, {"patience": -1}, {"min_delta": -0.1}, {"min_delta": math.nan}]
)
def test_early_stopping_refuses_numbers_out_of_range(options):
    with pytest.raises(ArgumentError, match=f"EarlyStopping.*{next(iter(options))}"):
        EarlyStopping(**options)


schedules = pytest.mark.parametrize(
    "schedule",
    [
        StepLR(step_size=3, gamma=0.5),
        ExponentialLR(gamma=0.9),
        CosineAnnealingLR(T_max=6),
        WarmupLR(total_iters=4),
    ],
    ids=lambda schedule: type(schedule).__name__,
)


@schedules
def test_a_schedule_by_epochs_sets_the_rate_of_all_its_steps(clouds, schedule):
    recorder = Recorder()
    history = trainer(Scheduler(schedule), recorder, optimizer=SGD(lr=0.2)).fit(
        clouds, epochs=6, batch_size=30
    )
    expected = [schedule.lr(0.2, t) for t in range(6)]
    assert history["lr"] == expected
    assert recorder.rates == [lr for lr in expected for _ in range(3)]
    assert len(set(expected)) > 1


@schedules
def test_a_schedule_by_steps_sets_the_rate_of_every_step(clouds, schedule):
    recorder = Recorder()
    one = trainer(Scheduler(schedule, every="step"), recorder, optimizer=SGD(lr=0.2))
    history = one.fit(clouds, epochs=4, batch_size=30)
    expected = [schedule.lr(0.2, t) for t in range(12)]
    assert recorder.rates == expected
    assert history["lr"] == expected[2::3]


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
@pytest.mark.parametrize(
    "optimizer",
    [SGD(lr=0.2, momentum=0.5), RAdam(lr=0.2), Lion(lr=0.2)],
    ids=lambda rule: type(rule).__name__,
)
@pytest.mark.parametrize(
    "schedule",
    [
        OneCycleLR(0.05, total_steps=30),
        OneCycleLR(0.05, total_steps=12, three_phase=True),
        CyclicLR(0.01, 0.05, step_size_up=4, mode="triangular2", cycle_momentum=False),
        SequentialLR([LinearLR(), ExponentialLR(0.9)], [5]),
    ],
    ids=lambda schedule: type(schedule).__name__,
)
def test_the_rate_and_the_momentum_are_those_of_a_loop_in_pytorch(clouds, engine, optimizer, schedule):
    """One batch an epoch, so that the loop needs no order of the instances."""
    steps = getattr(schedule, "length", 20)
    layers = [Linear(2, 8), Tanh(), Linear(8, 3)]
    network = Network(layers, seed=0, dtype="float64")
    module = network.to_torch()
    one = Trainer(
        network, CrossEntropyLoss(), optimizer, callbacks=[Scheduler(schedule, every="step")], engine=engine
    )
    one.fit(clouds, epochs=steps, batch_size="all")
    in_pytorch = torch_optimizer(optimizer, module.parameters())
    scheduler = schedule.to_torch(in_pytorch)
    x, y = torch.tensor(clouds.x, dtype=torch.float64), torch.tensor(clouds.y)
    for _ in range(steps):
        in_pytorch.zero_grad()
        torch.nn.functional.cross_entropy(module(x), y).backward()
        in_pytorch.step()
        scheduler.step()
    for name, expected in module.state_dict().items():
        np.testing.assert_allclose(network.parameters[name], expected.numpy(), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "optimizer", [SGD(lr=0.1), RMSprop(), Adagrad(), course.Momentum(), NAdam()], ids=repr
)
@pytest.mark.parametrize("every", ["epoch", "step"])
def test_a_schedule_of_the_momentum_needs_one(clouds, optimizer, every):
    named = f"changes the momentum too, and {type(optimizer).__name__} has none .*cycle_momentum=False"
    one = trainer(Scheduler(OneCycleLR(0.1, 9), every=every), optimizer=optimizer)
    before = one.network.theta.copy()
    with pytest.raises(ArgumentError, match=named):
        one.fit(clouds, epochs=1)
    np.testing.assert_array_equal(one.network.theta, before)
    trainer(Scheduler(OneCycleLR(0.1, 9, cycle_momentum=False), every=every), optimizer=optimizer).fit(
        clouds, epochs=1
    )


def test_the_scheduled_rate_is_the_one_that_is_used(clouds):
    """Half the rate from the third epoch on, against a training in two parts."""
    scheduled = trainer(Scheduler(StepLR(step_size=2, gamma=0.5)), optimizer=SGD(lr=0.2))
    scheduled.fit(clouds, epochs=4, batch_size="all")
    plain = trainer(optimizer=SGD(lr=0.2))
    plain.fit(clouds, epochs=2, batch_size="all")
    plain.optimizer = SGD(lr=0.1)
    plain.fit(clouds, epochs=2, batch_size="all")
    np.testing.assert_allclose(scheduled.network.theta, plain.network.theta, rtol=1e-4)


@pytest.mark.parametrize(("mode", "monitor"), [("min", "val_loss"), ("max", "val_accuracy")])
def test_reduce_on_plateau_watches_what_is_monitored(clouds, mode, monitor):
    schedule = ReduceLROnPlateau(mode=mode, patience=1, factor=0.5)
    history = trainer(Scheduler(schedule), monitor=monitor).fit(
        clouds, validation=0.3, epochs=15, batch_size=8
    )
    assert history["lr"] == [schedule.lr(0.3, t, history[monitor][:t]) for t in range(15)]
    assert len(set(history["lr"])) > 2


@pytest.mark.parametrize("patience", [0, 2.5, 3.0, True, "3"])
def test_the_patience_is_a_whole_number(patience):
    with pytest.raises(ArgumentError, match=f"EarlyStopping: patience must be a whole number.*{patience!r}"):
        EarlyStopping(patience=patience)


def test_a_schedule_that_counts_something_else_is_refused():
    with pytest.raises(ArgumentError, match="'batch'"):
        Scheduler(StepLR(step_size=1), every="batch")


def epoch(number, steps=3):
    return [
        ("epoch_begin", number),
        *[("step_begin", step) for step in range(steps)],
        ("epoch_end", number + 1),
    ]


def test_the_hooks_come_in_their_order(clouds):
    recorder = Recorder()
    trainer(recorder).fit(clouds, epochs=2, batch_size=30)
    assert recorder.hooks == [("fit_begin", 0), *epoch(0), *epoch(1), ("fit_end", 2)]


def test_callbacks_are_called_in_the_order_given(clouds):
    order = []

    class Named(Callback):
        def __init__(self, name):
            self.name = name

        def epoch_end(self, state):
            order.append(self.name)

    trainer(Named("first"), Named("second")).fit(clouds, epochs=2, batch_size="all")
    assert order == ["first", "second"] * 2


def test_a_callback_may_stop_the_training(clouds):
    class Stop(Callback):
        def epoch_end(self, state):
            state.stop = Requested("enough") if state.epoch == 2 else None

    recorder = Recorder()
    one = trainer(Stop(), recorder)
    assert len(one.fit(clouds, epochs=9, batch_size=30)) == 2
    assert one.stopped == Requested("enough")
    assert recorder.hooks[-2:] == [("epoch_end", 2), ("fit_end", 2)]


def test_a_training_that_is_taken_up_again_begins_with_what_was_finished(clouds, tmp_path):
    trainer(Checkpoint(tmp_path)).fit(clouds, epochs=2, batch_size=30)
    recorder = Recorder()
    trainer(recorder).fit(clouds, epochs=3, batch_size=30, resume=tmp_path / LAST)
    assert recorder.hooks == [("fit_begin", 2), *epoch(2), ("fit_end", 3)]


def test_an_error_in_a_callback_ends_with_the_last_hook(clouds):
    class Fail(Callback):
        def step_begin(self, state, step):
            if state.epoch == 1 and step == 1:
                raise RuntimeError("mine")

    recorder = Recorder()
    with pytest.raises(RuntimeError, match="mine"):
        trainer(recorder, Fail()).fit(clouds, epochs=3, batch_size=30)
    assert recorder.hooks == [("fit_begin", 0), *epoch(0), *epoch(1)[:3], ("fit_end", 1)]


def test_a_divergence_ends_with_the_last_hook(clouds):
    recorder = Recorder()
    with pytest.raises(DivergenceError):
        trainer(recorder, optimizer=SGD(lr=1e39)).fit(clouds, epochs=3, batch_size=30)
    assert recorder.hooks[-1][0] == "fit_end"


def test_a_callback_does_nothing_at_any_hook_unless_it_says_so(clouds):
    alone, watched = trainer(), trainer(Callback())
    alone.fit(clouds, epochs=2)
    watched.fit(clouds, epochs=2)
    np.testing.assert_array_equal(alone.network.theta, watched.network.theta)
