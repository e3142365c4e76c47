"""A session of the lab: its runs, played in a thread of its own, of which a page sees the newest state."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradiente.errors import ArgumentError, DivergenceError, GradienteError, require
from gradiente.lab.fork import fork
from gradiente.lab.frame import frame
from gradiente.lab.limits import Limits
from gradiente.lab.messages import (
    NAMES,
    Advance,
    Drop,
    Fork,
    GoTo,
    Message,
    Open,
    OpenFolder,
    Pause,
    Play,
    Race,
    Ready,
    Refused,
    Speak,
)
from gradiente.lab.rooms import Request
from gradiente.lab.run import LabRun
from gradiente.lab.turns import Turns
from gradiente.lab.view import described, plane_of, seen
from gradiente.locale import set_language, text
from gradiente.training.config import Config
from gradiente.training.sections import IMAGES
from gradiente.training.stopping import EarlyStopped

SHORTEST, LONGEST = 0.03, 0.25  # seconds of training between two looks at what the page asks for
WITH_OTHERS = 0.008  # the shortest while other sessions wait
OVERHEADS = 10  # of going to a step, which a part is to be as long as, between these
REST = 8  # times as long as a state takes to make, the runs are played before the next is made
MOST_RUNS = 4
Answer = dict[str, Any] | bytes
log = logging.getLogger("gradiente")


class _Shown:
    """A run with its plane, and why it takes no more steps."""

    def __init__(self, run: LabRun) -> None:
        self.run, self.plane = run, plane_of(run)
        self.ended: EarlyStopped | DivergenceError | None = run.early

    def go_to(self, step: int) -> None:
        """Go there, or as near as it was; a run that diverges stays where its loss was finite."""
        if self.ended is not None and step > self.run.step:
            return
        try:
            self.run.go_to(max(step, self.run.first))
        except DivergenceError as error:
            self.ended = error
        else:
            self.ended = self.run.early

    def described(self) -> dict[str, Any]:
        return described(self.run, self.plane)


@dataclass
class _Played:
    """The runs, and how they are played: steps a second, None for as many as there can be; 0: paused."""

    runs: list[_Shown] = field(default_factory=list)
    speed: float | None = 0.0
    until: int | None = None  # the step that is gone to, before anything else is done; then they are paused
    due: float = 0.0  # when the next step is to be taken, by the clock
    several: int = 1  # steps at once

    @property
    def run(self) -> LabRun:
        """The first one, whose steps all others take."""
        return self.runs[0].run

    @property
    def step(self) -> int:
        """How many steps they have taken: a run that begins later does not count, nor one that has ended before."""
        begun = [each.run.step for each in self.runs if each.run.step > each.run.first]
        return max(self.run.step, *begun, 0)

    @property
    def furthest(self) -> int:
        """The furthest step that one of them has reached."""
        return max(shown.run.replay.furthest for shown in self.runs)

    def go_to(self, step: int) -> None:
        for shown in self.runs:
            shown.go_to(step)
        if all(shown.ended for shown in self.runs):
            self.pause()

    def pause(self) -> None:
        self.speed, self.until = 0.0, None


class Session:
    """What one page does and sees.

    The page asks for the next state when it has drawn the last one, so a slow page never slows a training, and a fast
    training never floods a page.

    Arguments:
        send: called with a dict, of what happened, or with bytes, a frame; from the session's own thread
        limits: of a run
        turns: shared with the other sessions; None: it is alone
        data_dir: where the files of mnist and fashion-mnist are
        folder: of the training run that may be opened
    """

    def __init__(
        self,
        send: Callable[[Answer], None],
        limits: Limits | None = None,
        *,
        turns: Turns | None = None,
        data_dir: str | None = None,
        folder: Path | None = None,
    ) -> None:
        self.send, self.limits, self.turns = send, limits or Limits(), turns or Turns(1)
        self.data_dir, self.folder = data_dir, folder
        self._messages = deque[Message | Refused]()
        self._changed = threading.Condition()
        self._closed = False
        self._played = _Played()
        self._wanted = False  # whether the page waits for a state
        self._new = False  # whether there is one that it has not got
        self._rested = 0.0  # when the next state may be made while the runs are played
        self._thread = threading.Thread(target=self._work, name="gradiente-lab", daemon=True)
        self._thread.start()

    def handle(self, message: Message | Refused) -> None:
        """Do what the page asks for, or say why not, after what it asked for before."""
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
                message = self._next_message()
            with self.turns.turn():
                self._act(message)

    def _next_message(self) -> Message | Refused | None:
        """The one to answer now; while the runs go to a step, only what makes that needless."""
        if self._played.until is not None:
            if not any(isinstance(each, Open | OpenFolder) for each in self._messages):
                return None
            self._played.pause()
        return self._messages.popleft() if self._messages else None

    def _act(self, message: Message | Refused | None) -> None:
        """Do what was asked for, or else take the steps that are due; then show what the page waits for."""
        try:
            if message is not None:
                self._do(message)
            elif self._is_due():
                self._take_steps()
            self._show()
        except GradienteError as error:
            self._fail(message, str(error))
        except Exception:
            log.exception("the lab's session")
            self._fail(message, text("lab.unexpected"))

    def _fail(self, message: Message | Refused | None, words: str) -> None:
        """Say it, with what was asked for; a run that cannot go on is paused, one that is merely asked about is not."""
        of = "" if message is None else message.do if isinstance(message, Refused) else NAMES[type(message)]
        if message is None:
            self._played.pause()
        if of in ("open", "open-folder"):  # what is asked for next is meant for a run that there is not
            self._played = _Played()
            self._describe()
        self.send({"kind": "error", "of": of, "text": words})

    def _do(self, message: Message | Refused) -> None:
        played = self._played
        match message:
            case Open(config=config, architecture=architecture):
                self._played = _Played()
                self._add(LabRun(self._own(config), self.limits, architecture=architecture))
            case OpenFolder():
                if self.folder is None:
                    raise ArgumentError("lab.no_folder")
                self._played = _Played()
                self._add(LabRun.of_folder(self.folder, self.limits))
            case Refused(error=error):
                raise error
            case Ready():
                self._wanted = True
                return
            case Speak(language=language):
                set_language(language)  # of this thread
            case Request(run=number):
                self.send(message.answer(played.runs[number].run if number < len(played.runs) else None))
                return
            case _ if not played.runs:
                return
            case Play(speed=speed):
                played.speed, played.due = speed, time.monotonic()
            case Pause():
                played.pause()
            case GoTo(step=step):
                played.pause()
                played.go_to(min(step, played.furthest))
            case Advance(steps=steps, epoch=epoch):
                rest = played.run.steps_per_epoch - played.step % played.run.steps_per_epoch
                played.speed, played.until = 0.0, played.step + (rest if epoch else steps)
            case Fork(config=config, architecture=architecture, edit=edit):
                self._require_few()
                if played.step > played.run.step:  # which has ended there
                    played.go_to(played.run.step)
                other = fork(played.run, self._own(config), edit, self.limits, architecture=architecture)
                self._add(other)
            case Race(config=config, architecture=architecture):
                self._require_few()
                self._add(LabRun(self._own(config), self.limits, architecture=architecture))
                played.go_to(0)
            case Drop(run=number):
                if 0 < number < len(played.runs):
                    del played.runs[number]
                    self._describe()
        self._new = True

    def _own(self, config: Config) -> Config:
        """With the place of this machine's files."""
        return config.changed(data_dir=self.data_dir) if config.data.name in IMAGES else config

    def _require_few(self) -> None:
        require(len(self._played.runs) < MOST_RUNS, "lab.runs", most=MOST_RUNS)

    def _add(self, run: LabRun) -> None:
        self._played.runs.append(_Shown(run))
        self._describe()

    def _describe(self) -> None:
        self.send({"kind": "runs", "runs": [shown.described() for shown in self._played.runs]})

    def _is_due(self) -> bool:
        played = self._played
        if not played.runs or (played.speed == 0 and played.until is None):
            return False
        return not played.speed or time.monotonic() >= played.due

    def _has_work(self) -> bool:
        return self._is_due() or (self._wanted and self._new and self._played.until is None)

    def _idle(self) -> float | None:
        """How long there is nothing to do but what the page may ask for."""
        played = self._played
        if not played.speed:
            return None
        return max(0.0, played.due - time.monotonic())

    def _take_steps(self) -> None:
        played = self._played
        started = time.monotonic()
        several = 1 + int((started - played.due) * played.speed) if played.speed else played.several
        before, until = played.step, played.until
        to = before + min(several, 2 * played.several)
        if until is not None:  # at once where it was before
            to = min(until, max(to, played.furthest))
        played.go_to(to)
        if played.step <= before or played.step == until:  # the last epoch has ended, or it is there
            played.pause()
        seconds = max(1e-6, time.monotonic() - started)
        shortest = max(WITH_OTHERS, SHORTEST / (1 + self.turns.waiting))
        part = min(LONGEST, max(shortest, OVERHEADS * played.run.overhead))
        played.several = max(1, min(2 * played.several, round(played.several * part / seconds)))
        if played.speed is not None and played.speed > 0:
            played.due = max(played.due + several / played.speed, started)
        self._new = True

    def _show(self) -> None:
        played = self._played
        if not (played.runs and self._wanted and self._new) or played.until is not None:
            return
        started = time.monotonic()
        if played.speed != 0 and started < self._rested:
            return
        self._new = False  # what cannot be shown is not tried again
        states, arrays = [], {}
        for place, shown in enumerate(played.runs):
            values, own = seen(shown.run, shown.plane)
            states.append({**values, "ended": str(shown.ended or ""), "best": shown.run.best})
            arrays |= {f"{place}/{name}": array for name, array in own.items()}
        self._wanted = False
        self._rested = time.monotonic() + REST * (time.monotonic() - started)
        self.send(frame({"kind": "state", "playing": played.speed != 0, "runs": states}, arrays))
