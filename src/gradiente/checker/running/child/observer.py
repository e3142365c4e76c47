"""What a student's variables hold, line by line, as the program runs: every array and number once it is new."""

import sys
import time

import numpy as np
from messages import snapshot  # pyright: ignore[reportMissingImports]

MOST_EVENTS = 5_000
MOST_BYTES = 24 << 20
MOST_SECONDS = 2.5
LARGEST = 200_000  # numbers of one array
SMALL = 20_000  # numbers of an array that is compared in full
ITEMS, LISTED = 60, 24  # entries of a dictionary or an object, of a list
DEEPEST = 4
# Frames without a name of their own, in which single elements are computed.
COMPREHENSIONS = ("<genexpr>", "<listcomp>", "<setcomp>", "<dictcomp>")
NUMBER = (int, float, np.number, str, type(None))


class Enough(BaseException):
    """So much has been seen that the rest need not run."""


class Observer:
    """Traces the frames of a student's file, with its `Elements`, and of a probe: a context manager.

    `events` are (function, line, name, place of the value, number of the object that it is in or 0); `values` are the
    values, each once.
    """

    def __init__(self, file, probe, elements, module):
        self.file, self.probe, self.elements, self.module = file, probe, elements, module
        self.whole = set()  # the loops that handle whole arrays
        self.events, self.values = [], []
        self.places, self.frames, self.globals, self.objects, self.kept = {}, {}, {}, {}, []
        self.bytes, self.until, self.written = 0, 0.0, {}

    def __enter__(self):
        self.until = time.monotonic() + MOST_SECONDS
        sys.settrace(self.called)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def called(self, frame, _event, _argument):
        code = frame.f_code
        if code.co_filename not in (self.file, self.probe) or code.co_name in COMPREHENSIONS:
            return None
        module = code.co_name == "<module>"
        if code.co_filename == self.file and code.co_firstlineno in self.elements.scalar and not module:
            given = [frame.f_locals[name] for name in code.co_varnames[: code.co_argcount] if name != "self"]
            if given and all(isinstance(value, NUMBER) for value in given):
                return None
        caller = frame.f_back
        while caller is not None and caller.f_code.co_name in COMPREHENSIONS:
            caller = caller.f_back
        if caller in self.frames:
            self.whole.add(self.frames[caller][2])
        self.frames[frame] = [frame.f_lineno, self.globals if module else {}, None]
        return self.traced

    def traced(self, frame, event, argument):
        entry = self.frames[frame]
        line, state, loop = entry
        if event == "line":
            entry[0] = frame.f_lineno
            if loop is None or frame.f_lineno not in loop or self.handles_arrays(frame, line, loop):
                self.note(frame, line, state, loop)
                entry[2] = self.loop_at(frame)
        if event == "return":
            self.note(frame, line, state, loop)
            if argument is not None:
                self.leaves(
                    argument, "return", "return", {}, (frame.f_code.co_qualname, frame.f_lineno, 0), 0
                )
            del self.frames[frame]
        if len(self.events) > MOST_EVENTS or self.bytes > MOST_BYTES or time.monotonic() > self.until:
            sys.settrace(None)
            raise Enough
        return self.traced

    def loop_at(self, frame):
        """The outermost loop over elements that a frame is in; None where it is in none."""
        loops = self.elements.loops.get(frame.f_lineno, ()) if frame.f_code.co_filename == self.file else ()
        return next((loop for loop in loops if loop not in self.whole), None)

    def handles_arrays(self, frame, line, loop):
        """Whether a loop over elements is none, by what a line of it has assigned."""
        for name in loop.assigned.get(line, ()):
            value = frame.f_locals.get(name)
            if not isinstance(value, NUMBER) and np.ndim(value):
                self.whole.add(loop)
        return loop in self.whole

    def note(self, frame, line, state, loop=None):
        """What has changed since the last line of this frame, or in the loop that it has left."""
        function, names = frame.f_code.co_qualname, frame.f_locals
        self.written = loop.written if loop else {}
        place = (function, max(self.written.values(), default=line), 0)
        for name, value in list(names.items()):
            if not name.startswith("__") and not (name in self.elements.counters and isinstance(value, int)):
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
            alike = columns(value)
            for index, numbers in alike.items():
                self.array(numbers, f"{name}[{index!r}]", f"{key}[{index!r}]", state, place)
            if alike and len(alike) == len(contents(value[0])):
                return
            for index, entry in enumerate(value[:LISTED]):
                self.leaves(entry, f"{name}[{index}]", f"{key}[{index}]", state, place, depth)
        elif type(value).__module__ == "submission" and hasattr(value, "__dict__"):
            if id(value) not in self.objects:
                self.kept.append(value)  # so that no other object gets its id
                self.objects[id(value)] = {}, len(self.kept)
            known, number = self.objects[id(value)]
            for index, entry in list(vars(value).items())[:ITEMS]:
                self.leaves(entry, f"{name}.{index}", index, known, (*place[:2], number), depth)

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
        function, line, number = place
        self.events.append([function, self.written.get(name, line), name, index, number])


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


def contents(value):
    """What a dictionary or an object of the student's holds, by its names."""
    if isinstance(value, dict):
        return value
    return vars(value) if type(value).__module__ == "submission" and hasattr(value, "__dict__") else {}


def columns(value):
    """Of a list of units that are alike, as neurons of a layer, what all of them hold: one row for each unit."""
    units = [contents(entry) for entry in value[:ITEMS]]
    if len({type(entry) for entry in value}) != 1 or not units[0]:
        return {}
    found = {}
    for name in units[0]:
        if isinstance(name, str) and all(name in unit for unit in units):
            numbers = as_numbers([unit[name] for unit in units])
            if numbers is not None and numbers.ndim <= 2:
                found[name] = numbers
    return found
