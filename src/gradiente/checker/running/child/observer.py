"""What a student's variables hold, line by line, as the program runs: every array and number once it is new."""

import sys
import time

import numpy as np
from messages import snapshot  # pyright: ignore[reportMissingImports]

MOST_EVENTS = 12_000
MOST_BYTES = 24 << 20
MOST_SECONDS = 2.5
LARGEST = 200_000  # numbers of one array
SMALL = 20_000  # numbers of an array that is compared in full
ITEMS, LISTED = 60, 24  # entries of a dictionary or an object, of a list
DEEPEST = 4


class Enough(BaseException):
    """So much has been seen that the rest need not run."""


class Observer:
    """Traces the frames of some files: a context manager.

    `events` are (function, line, name, place of the value); `values` are the values, each once.
    """

    def __init__(self, files, module):
        self.files, self.module = files, module
        self.events, self.values = [], []
        self.places, self.frames, self.globals, self.objects, self.kept = {}, {}, {}, {}, []
        self.bytes, self.until = 0, 0.0

    def __enter__(self):
        self.until = time.monotonic() + MOST_SECONDS
        sys.settrace(self.called)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def called(self, frame, _event, _argument):
        if frame.f_code.co_filename not in self.files:
            return None
        module = frame.f_code.co_name == "<module>"
        self.frames[frame] = [frame.f_lineno, self.globals if module else {}]
        return self.traced

    def traced(self, frame, event, argument):
        line, state = self.frames[frame]
        if event in ("line", "return"):
            self.note(frame, line, state)
        if event == "line":
            self.frames[frame][0] = frame.f_lineno
        if event == "return":
            if argument is not None:
                self.leaves(argument, "return", "return", {}, (frame.f_code.co_qualname, frame.f_lineno), 0)
            del self.frames[frame]
        if len(self.events) > MOST_EVENTS or self.bytes > MOST_BYTES or time.monotonic() > self.until:
            sys.settrace(None)
            raise Enough
        return self.traced

    def note(self, frame, line, state):
        """What has changed since the last line of this frame."""
        place = (frame.f_code.co_qualname, line)
        names = frame.f_locals
        for name, value in list(names.items()):
            if not name.startswith("__"):
                self.leaves(value, name, name, state, place, 0)
        if state is not self.globals:
            for name in frame.f_code.co_names:
                if name in self.module:
                    self.leaves(self.module[name], name, name, self.globals, place, 0)

    def leaves(self, value, name, key, state, place, depth):
        """The arrays and numbers in a value, each noted as `name` where it is not what `state` has for `key`."""
        if isinstance(value, np.ndarray):
            self.array(value, name, key, state, place)
        elif isinstance(value, bool | str) or value is None:
            return
        elif isinstance(value, int | float | np.number):
            number = float(value)
            if state.get(key) != number:
                state[key] = number
                self.add(np.asarray(number), name, place)
        elif depth < DEEPEST:
            self.inner(value, name, key, state, place, depth + 1)

    def inner(self, value, name, key, state, place, depth):
        if isinstance(value, dict):
            for index, entry in list(value.items())[:ITEMS]:
                self.leaves(entry, f"{name}[{index!r}]", f"{key}[{index!r}]", state, place, depth)
        elif isinstance(value, list | tuple):
            numbers = as_numbers(value)
            if numbers is not None:
                self.array(numbers, name, key, state, place)
                return
            for index, entry in enumerate(value[:LISTED]):
                self.leaves(entry, f"{name}[{index}]", f"{key}[{index}]", state, place, depth)
        elif type(value).__module__ == "submission" and hasattr(value, "__dict__"):
            if id(value) not in self.objects:
                self.objects[id(value)] = {}
                self.kept.append(value)  # so that no other object gets its id
            for index, entry in list(vars(value).items())[:ITEMS]:
                self.leaves(entry, f"{name}.{index}", index, self.objects[id(value)], place, depth)

    def array(self, value, name, key, state, place):
        if value.dtype.kind not in "biuf" or value.ndim > 2 or not 0 < value.size <= LARGEST:
            return
        mark = (
            value.shape,
            value.dtype.str,
            hash(value.tobytes() if value.size <= SMALL else sampled(value)),
        )
        if state.get(key) != mark:
            state[key] = mark
            self.add(value, name, place)

    def add(self, value, name, place):
        key = (value.shape, value.dtype.str, value.tobytes())
        index = self.places.get(key)
        if index is None:
            index = self.places[key] = len(self.values)
            self.values.append(snapshot(value))
            self.bytes += value.nbytes
        self.events.append([*place, name, index])


def sampled(value):
    """Some numbers of a large array: enough to see that another was written over it."""
    return value.ravel()[:: value.size // 4096 + 1].tobytes()


def as_numbers(value):
    """A list of numbers, or of such lists of one length, as an array; None for any other."""
    first = value
    while isinstance(first, list | tuple) and first:
        first = first[0]
    if isinstance(first, bool) or not isinstance(first, int | float | np.number):
        return None
    try:
        return np.array(value, dtype=float)
    except (TypeError, ValueError):
        return None
