"""A session of the lab: its run, played in a thread of its own, of which a page sees the newest state."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradiente.errors import GradienteError
from gradiente.lab.frame import frame
from gradiente.lab.messages import Advance, GoTo, Message, Open, Pause, Play, Ready
from gradiente.lab.run import LabRun, Limits
from gradiente.lab.view import Plane, described, plane_of, seen

PART = 0.03  # seconds of training between two looks at what the page asks for


@dataclass
class _Played:
    """The run, its plane, and how it is played: steps a second, None for as many as there can be; 0: paused."""

    run: LabRun
    plane: Plane | None
    speed: float | None = 0.0
    due: float = 0.0  # when the next step is to be taken, by the clock
    several: int = 1  # steps at once


class Session:
    """What one page does and sees.

    The page asks for the next state when it has drawn the last one, so a slow page never slows a training, and a fast
    training never floods a page.

    Arguments:
        send: called with a dict, of what happened, or with bytes, a frame; from the session's own thread
        limits: of a run
    """

    def __init__(self, send: Callable[[dict[str, Any] | bytes], None], limits: Limits | None = None) -> None:
        self.send, self.limits = send, limits or Limits()
        self._messages = deque[Message]()
        self._changed = threading.Condition()
        self._closed = False
        self._played: _Played | None = None
        self._wanted = False  # whether the page waits for a state
        self._new = False  # whether there is one that it has not got
        self._thread = threading.Thread(target=self._work, name="gradiente-lab", daemon=True)
        self._thread.start()

    def handle(self, message: Message) -> None:
        """Do what the page asks for, after what it asked for before."""
        with self._changed:
            self._messages.append(message)
            self._changed.notify()

    def close(self) -> None:
        """End the session; its thread ends after the steps that it is taking."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def join(self) -> None:
        """Wait until its thread has ended."""
        self._thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not (self._closed or self._messages or self._has_work()):
                    self._changed.wait(self._idle())
                if self._closed:
                    return
                message = self._messages.popleft() if self._messages else None
            try:
                if message is not None:
                    self._do(message)
                elif self._is_due():
                    self._take_steps()
            except GradienteError as error:
                if self._played is not None:
                    self._played.speed = 0.0
                self.send({"kind": "error", "text": str(error)})
            self._show()

    def _do(self, message: Message) -> None:
        played = self._played
        match message:
            case Open(config=config):
                run = LabRun(config, self.limits)
                self._played = _Played(run, plane_of(run))
                self.send({"kind": "run", **described(run, self._played.plane)})
            case Ready():
                self._wanted = True
                return
            case _ if played is None:
                return
            case Play(speed=speed):
                played.speed, played.due = speed, time.monotonic()
            case Pause():
                played.speed = 0.0
            case GoTo(step=step):
                played.speed = 0.0
                played.run.go_to(min(step, played.run.replay.furthest))
            case Advance(steps=steps, epoch=epoch):
                played.speed = 0.0
                run = played.run
                rest = run.steps_per_epoch - run.step % run.steps_per_epoch
                run.go_to(run.step + (rest if epoch else steps))
        self._new = True

    def _is_due(self) -> bool:
        played = self._played
        if played is None or played.speed == 0:
            return False
        return played.speed is None or time.monotonic() >= played.due

    def _has_work(self) -> bool:
        return self._is_due() or (self._wanted and self._new)

    def _idle(self) -> float | None:
        """How long there is nothing to do but what the page may ask for."""
        played = self._played
        if played is None or not played.speed:
            return None
        return max(0.0, played.due - time.monotonic())

    def _take_steps(self) -> None:
        played = self._played
        assert played is not None
        run, started = played.run, time.monotonic()
        several = played.several if played.speed is None else 1 + int((started - played.due) * played.speed)
        run.go_to(run.step + min(several, 2 * played.several))
        seconds = max(1e-6, time.monotonic() - started)
        played.several = max(1, min(2 * played.several, round(played.several * PART / seconds)))
        if played.speed is not None:
            played.due = max(played.due + several / played.speed, started)
        self._new = True

    def _show(self) -> None:
        played = self._played
        if played is None or not (self._wanted and self._new):
            return
        values, arrays = seen(played.run, played.plane)
        self._wanted = self._new = False
        self.send(frame({**values, "playing": played.speed != 0}, arrays))
