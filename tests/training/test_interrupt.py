import signal
import threading

import numpy as np
import pytest

from gradiente import Adam, Callback, CrossEntropyLoss, Linear, Network, Trainer, set_language
from gradiente.training import Interrupted
from gradiente.training.interrupt import interruptible

SIGNALS = (signal.SIGINT, signal.SIGTERM)
every_signal = pytest.mark.parametrize("number", SIGNALS)


def handlers():
    return [signal.getsignal(number) for number in SIGNALS]


@every_signal
def test_the_first_signal_is_a_request(number):
    before = handlers()
    with interruptible() as interrupt:
        assert not interrupt.requested
        signal.raise_signal(number)
        assert interrupt.requested
    assert handlers() == before


def test_the_second_ctrl_c_interrupts_at_once():
    before = handlers()
    with interruptible() as interrupt:
        signal.raise_signal(signal.SIGINT)
        assert interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert handlers() == before


def test_a_second_signal_meets_the_handler_that_was_there():
    received = []
    old = signal.signal(signal.SIGTERM, lambda number, frame: received.append(number))
    try:
        with interruptible() as interrupt:
            signal.raise_signal(signal.SIGTERM)
            assert (received, interrupt.requested) == ([], True)
            signal.raise_signal(signal.SIGTERM)
            assert received == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, old)


def test_an_error_inside_restores_the_handlers_too():
    before = handlers()
    with pytest.raises(RuntimeError), interruptible():
        raise RuntimeError
    assert handlers() == before


def test_outside_the_main_thread_no_handler_is_touched():
    before, seen = handlers(), []

    def inside():
        with interruptible() as interrupt:
            seen.append((handlers(), interrupt.requested))

    thread = threading.Thread(target=inside)
    thread.start()
    thread.join()
    assert seen == [(before, False)]


class Interrupt(Callback):
    """Press Ctrl-C before a step of an epoch, or at its end."""

    def __init__(self, epoch, step=None):
        self.at = (epoch, step)

    def step_begin(self, state, step):
        if (state.epoch + 1, step) == self.at:
            signal.raise_signal(signal.SIGINT)

    def epoch_end(self, state):
        if (state.epoch, None) == self.at:
            signal.raise_signal(signal.SIGINT)


STEPS = 4


def interrupted(data, callback):
    trainer = Trainer(Network([Linear(2, 3)]), CrossEntropyLoss(), Adam(lr=0.1), callbacks=[callback])
    return trainer, trainer.fit(data, epochs=5, batch_size=20)


@pytest.mark.parametrize(
    ("at", "epoch", "step"), [((3, 1), 2, 2), ((1, 0), 0, 1), ((3, None), 3, 0), ((3, 3), 3, 0)]
)
def test_a_training_stops_after_the_step_and_is_resumed_there(clouds, at, epoch, step):
    trainer, history = interrupted(clouds, Interrupt(*at))
    assert len(history) == epoch
    assert trainer.engine.state().t == epoch * STEPS + step
    assert trainer.stopped == Interrupted(epoch, step)
    assert str(trainer.stopped).startswith(f"interrupted after epoch {epoch}")
    assert trainer.last is not None
    assert (trainer.last.epoch, trainer.last.step) == (epoch, step)
    resumed = trainer.fit(clouds, epochs=5, batch_size=20, resume=trainer.last)
    alone, expected = interrupted(clouds, Callback())
    np.testing.assert_array_equal(trainer.network.theta, alone.network.theta)
    assert resumed["loss"] == expected["loss"]


@pytest.mark.parametrize("at", [(5, 3), (5, None)])
def test_a_request_in_the_last_step_finds_the_training_done(clouds, at):
    trainer, history = interrupted(clouds, Interrupt(*at))
    assert len(history) == 5
    assert trainer.stopped is None


def test_the_reason_in_spanish(clouds):
    trainer, _ = interrupted(clouds, Interrupt(2, 0))
    set_language("es")
    assert str(trainer.stopped) == "interrumpido después de la época 1, en el paso 1 de la siguiente"


def test_a_training_in_a_thread_of_its_own(clouds):
    lengths = []
    thread = threading.Thread(target=lambda: lengths.append(len(interrupted(clouds, Callback())[1])))
    thread.start()
    thread.join()
    assert lengths == [5]
