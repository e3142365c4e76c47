"""A training is stopped, paused, looked at and resumed at any step, and ends with the bits of one left alone."""

import threading
import time

import numpy as np
import pytest

from gradiente import (
    L1,
    Adam,
    ArgumentError,
    BatchNorm2d,
    Callback,
    Checkpoint,
    Clip,
    Context,
    Conv2d,
    CosineAnnealingLR,
    CrossEntropyLoss,
    DivergenceError,
    Dropout,
    Dropout2d,
    EarlyStopping,
    FileError,
    Flatten,
    Linear,
    Network,
    ReLU,
    Scheduler,
    StepLR,
    Torch,
    Trainer,
    Unflatten,
)
from gradiente.data import Compose, Dataset, GaussianNoise, RandomAffine
from gradiente.training import EarlyStopped, Interrupted, Requested, Stop, load_checkpoint, save_checkpoint
from gradiente.training.checkpoint import LAST

STEPS, EPOCHS = 5, 4  # an epoch has five steps: 72 rows in batches of 16
ENGINES = ["numpy", "compiled", Torch(device="cpu")]
every_engine = pytest.mark.parametrize("engine", ENGINES, ids=["numpy", "compiled", "torch"])


def data():
    generator = np.random.default_rng(3)
    y = np.arange(90) % 3
    x = generator.normal(size=(90, 64)) + y[:, None] * generator.random(64)
    return Dataset(x.astype(np.float32), y, "classification", "squares", image_shape=(8, 8))


def trainer(engine, *callbacks, seed=4):
    """A training of all that draws, gathers, or depends on where it is."""
    layers = [Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3, bias=False), BatchNorm2d(4), ReLU(), Dropout2d(0.2)]
    network = Network([*layers, Flatten(), Linear(144, 16), Dropout(0.3), Linear(16, 3)], seed=1)
    return Trainer(
        network,
        CrossEntropyLoss(),
        Adam(lr=0.01),
        penalties=[L1(1e-4)],
        clip=Clip(norm=1.0),
        augmentation=Compose([RandomAffine(degrees=10), GaussianNoise(sigma=0.1, clip=False)]),
        callbacks=callbacks,
        engine=engine,
        seed=seed,
    )


def fit(one, epochs=EPOCHS, resume=None):
    return one.fit(data(), validation=0.2, epochs=epochs, batch_size=16, resume=resume)


def bits(one, history):
    """All that a training ends with, apart from how long it took."""
    state = one.engine.state()
    arrays = [state.theta, *state.buffers.values(), *state.slots.values(), *one.network.state_dict().values()]
    records = [{name: value for name, value in record.items() if name != "seconds"} for record in history]
    return state.t, [array.tobytes() for array in arrays], records


class StopAt(Callback):
    """Stop before steps, counted over all epochs; once each."""

    def __init__(self, *steps):
        self.steps = set(steps)

    def step_begin(self, state, step):
        here = state.epoch * STEPS + step
        if here in self.steps:
            self.steps.remove(here)
            state.stop = Requested(f"before step {here}")


@every_engine
def test_stopped_at_steps_and_resumed_from_files_it_ends_as_one_left_alone(engine, tmp_path):
    def schedules():
        return [Scheduler(StepLR(step_size=2, gamma=0.5))]

    alone = trainer(engine, *schedules())
    expected = bits(alone, fit(alone))
    for stops in ([7], [0, 3, 4, 11, 18]):
        one, history, resume = alone, None, None
        for stop in [*stops, None]:
            where = [] if stop is None else [StopAt(stop)]
            one = trainer(engine, *schedules(), *where, Checkpoint(tmp_path))
            history = fit(one, resume=resume)
            resume = tmp_path / LAST
            assert one.stopped == (None if stop is None else Requested(f"before step {stop}"))
            taken = EPOCHS * STEPS if stop is None else stop + 1
            assert one.engine.state().t == taken
            saved = load_checkpoint(resume)
            assert (saved.epoch, saved.step) == divmod(taken, STEPS)
            np.testing.assert_array_equal(Network.load(resume).theta, one.network.theta)
        assert history is not None
        assert bits(one, history) == expected


@every_engine
def test_one_trainer_goes_on_from_its_own_snapshot(engine):
    alone = trainer(engine)
    expected = bits(alone, fit(alone))
    one = trainer(engine, StopAt(7, 8, 13))
    history = fit(one)
    while one.stopped is not None:
        history = fit(one, resume=one.last)
    assert bits(one, history) == expected


@every_engine
def test_five_epochs_and_five_more_are_ten(engine):
    """With a schedule by steps, and early stopping that would restore the best parameters in between."""

    def callbacks():
        return [Scheduler(CosineAnnealingLR(T_max=50), every="step"), EarlyStopping(patience=30)]

    alone, parts = trainer(engine, *callbacks()), trainer(engine, *callbacks())
    expected = bits(alone, fit(alone, 10))
    fit(parts, 5)
    assert bits(parts, fit(parts, 10, parts.last)) == expected
    assert len(parts.fit(data(), epochs=1, batch_size=16)) == 1  # a training of its own


@every_engine
def test_a_snapshot_that_a_callback_takes_can_be_resumed_and_disturbs_nothing(engine, tmp_path):
    taken = {}

    class Take(Callback):
        def fit_begin(self, state):
            taken["begin"] = one.snapshot()

        def epoch_begin(self, state):
            taken["epoch", state.epoch] = one.snapshot()

        def step_begin(self, state, step):
            taken[state.epoch, step] = one.snapshot()

        def epoch_end(self, state):
            taken["end", state.epoch] = one.snapshot()

    alone, one = trainer(engine), trainer(engine, Take())
    expected = bits(alone, fit(alone))
    assert bits(one, fit(one)) == expected
    for key in ("begin", ("epoch", 2), (0, 0), (1, 3), (3, 4), ("end", 2), ("end", EPOCHS)):
        save_checkpoint(tmp_path / LAST, one.network, taken[key])
        for source in (taken[key], tmp_path / LAST):
            again = trainer(engine)
            assert bits(again, fit(again, resume=source)) == expected, key


class Gate(Callback):
    """Let a training wait before one of its steps, for another thread; `reached` and `leave` are events."""

    def __init__(self, at):
        self.at: tuple[int, int] | None = at
        self.reached, self.leave = threading.Event(), threading.Event()

    def step_begin(self, state, step):
        if (state.epoch, step) == self.at:
            self.reached.set()
            assert self.leave.wait(60)


def in_a_thread(one):
    histories = []
    thread = threading.Thread(target=lambda: histories.append(fit(one)))
    thread.start()
    return thread, histories


@every_engine
def test_another_thread_stops_it(engine):
    gate = Gate((1, 2))
    alone, one = trainer(engine), trainer(engine, gate)
    expected = bits(alone, fit(alone))
    thread, _ = in_a_thread(one)
    assert gate.reached.wait(60)
    one.stop("enough")
    gate.leave.set()
    thread.join(60)
    assert one.stopped == Requested("enough")
    assert one.last is not None
    assert (one.last.epoch, one.last.step) == (1, 3)
    gate.at = None
    assert bits(one, fit(one, resume=one.last)) == expected


def test_another_thread_pauses_it_looks_at_it_and_lets_it_go_on():
    gate = Gate((1, 2))
    alone, one = trainer("numpy"), trainer("numpy", gate)
    expected = bits(alone, fit(alone))
    thread, histories = in_a_thread(one)
    assert gate.reached.wait(60)
    one.pause()
    gate.leave.set()
    first, second = one.snapshot(), one.snapshot()
    assert (first.epoch, first.step) == (second.epoch, second.step) == (1, 3)
    np.testing.assert_array_equal(first.state.theta, second.state.theta)
    time.sleep(0.05)
    assert thread.is_alive()
    one.resume()
    thread.join(60)
    assert bits(one, histories[0]) == expected
    again = trainer("numpy")
    assert bits(again, fit(again, resume=first)) == expected


def test_what_is_paused_can_be_stopped():
    gate = Gate((0, 1))
    one = trainer("numpy", gate)
    thread, _ = in_a_thread(one)
    assert gate.reached.wait(60)
    one.pause()
    gate.leave.set()
    assert one.snapshot().step == 2
    one.stop()
    thread.join(60)
    assert one.stopped == Requested()
    assert one.snapshot() is one.last


def test_who_waits_for_a_snapshot_gets_one_where_the_training_ends():
    class Fail(Callback):
        def step_begin(self, state, step):
            if (state.epoch, step) == (1, 3):
                raise RuntimeError("mine")

    gate, snapshots = Gate((1, 2)), []
    one = trainer("numpy", gate, Fail())

    def train():
        with pytest.raises(RuntimeError, match="mine"):
            fit(one)

    training = threading.Thread(target=train)
    training.start()
    assert gate.reached.wait(60)
    asking = threading.Thread(target=lambda: snapshots.append(one.snapshot()))
    asking.start()
    gate.leave.set()
    asking.join(60)
    training.join(60)
    assert (snapshots[0].epoch, snapshots[0].step) in {(1, 3), (1, 0)}


def test_without_a_training_there_is_nothing_to_stop_and_no_snapshot():
    one = trainer("numpy")
    one.stop()
    one.pause()
    with pytest.raises(ArgumentError, match="no snapshot before the first fit"):
        one.snapshot()
    assert len(fit(one, 1)) == 1
    assert one.stopped is None
    assert one.snapshot() is one.last


def test_the_snapshot_of_another_training_is_refused():
    one = trainer("numpy")
    fit(one, 1)
    with pytest.raises(
        FileError, match="the snapshot belongs to a training run with seed = 4, and now it is 5"
    ):
        fit(trainer("numpy", seed=5), resume=one.last)


def test_a_snapshot_stays_as_it_is_when_the_training_goes_on():
    one = trainer("numpy", StopAt(7))
    fit(one)
    last = one.last
    assert last is not None
    before = (last.state.theta.copy(), len(last.history), last.partial)
    fit(one, resume=last)
    np.testing.assert_array_equal(last.state.theta, before[0])
    assert (len(last.history), last.partial) == (before[1], before[2])


@every_engine
def test_partial_fit_takes_one_step_on_the_whole_batch(engine):
    """Against the engine's own step."""
    rows = np.arange(8)
    one, other = (
        Trainer(Network([Linear(64, 3)], seed=1), CrossEntropyLoss(), Adam(lr=0.1), engine=engine)
        for _ in "ab"
    )
    assert one.engine.state().t == 0
    for start in range(3):
        part = data().subset(rows + 8 * start)
        done = one.partial_fit(part)
        expected = other.engine.step(part.x, part.y, Context(training=True), Adam(lr=0.1))
        assert done.value == pytest.approx(expected.value, rel=1e-6)
        np.testing.assert_allclose(done.prediction, expected.prediction, rtol=1e-5)
        assert one.engine.state().t == start + 1
    np.testing.assert_array_equal(one.network.theta, other.engine.state().theta)


@every_engine
def test_partial_fit_draws_on_from_call_to_call(engine):
    one, other = trainer(engine), trainer(engine)
    values = [one.partial_fit(data()).value for _ in range(3)]
    assert [other.partial_fit(data()).value for _ in range(3)] == values
    np.testing.assert_array_equal(one.network.theta, other.network.theta)


def test_partial_fit_diagnoses_a_divergence_and_takes_no_step():
    one = Trainer(Network([Linear(64, 3)], seed=1), CrossEntropyLoss(), Adam(lr=0.1))
    one.network.theta[0] = np.inf
    with pytest.raises(DivergenceError, match=r"0\.weight"):
        one.partial_fit(data())
    assert one.engine.state().t == 0


@pytest.mark.parametrize(
    ("reason", "english", "spanish"),
    [
        (EarlyStopped("val_loss", 3), "early stopping: validation loss", "parada temprana"),
        (Interrupted(2, 0), "interrupted after epoch 2", "interrumpido después de la época 2"),
        (Interrupted(2, 7), "at step 7 of the next", "en el paso 7 de la siguiente"),
        (Requested(), "stopped on request", "detenido a petición"),
        (Requested("mine"), "mine", "mine"),
    ],
)
def test_a_reason_is_a_value_and_says_itself_in_the_readers_language(reason, english, spanish, monkeypatch):
    assert isinstance(reason, Stop)
    assert english in str(reason)
    monkeypatch.setenv("GRADIENTE_LANG", "es")
    assert spanish in str(reason)
