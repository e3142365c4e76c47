"""The process in which a student's code runs. It stands alone: only Python and NumPy, no word of gradiente.

Run as `python -I main.py MEMORY SECONDS`; messages.py says how the messages on its standard input and output are made.
It loads a file's statements and calls its functions; what comes out is data: numbers, texts, the names of types.
Nothing that is expected is ever known here.
"""

import ast
import inspect
import io
import os
import random
import select
import sys
import time
import traceback
import types
import warnings
from contextlib import nullcontext
from typing import Any

import numpy as np

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # -I leaves it out
import absent  # pyright: ignore[reportMissingImports]
from alarm import Alarm  # pyright: ignore[reportMissingImports]
from confinement import confine  # pyright: ignore[reportMissingImports]
from elements import Elements  # pyright: ignore[reportMissingImports]
from environment import Guard, LimitedOutput  # pyright: ignore[reportMissingImports]
from messages import decode, encode_answer, receive, snapshot  # pyright: ignore[reportMissingImports]
from names import given_by  # pyright: ignore[reportMissingImports]
from observer import Enough, Observer  # pyright: ignore[reportMissingImports]

sys.path.pop(0)
FILE, PROBE = "<submission>", "<probe>"
MOST_RECORDS = 400  # of one function
MOST_RECORDED = 4 << 20  # bytes of all records of one function
COMPOUND = (ast.Try, ast.If, ast.With)
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
REST = 0.2  # seconds for the statements after one of which enough was seen
ALLOWANCE = 1.0  # seconds for what stands outside functions, imports not counted


class TooLong(BaseException):
    """A statement outside of functions went on for too long."""


def failure(error):
    """An exception as data: its kind and words, the line of the student's file, the shapes at hand there."""
    line, function, shapes, direct = None, "", {}, True
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            line, function = trace.tb_lineno, trace.tb_frame.f_code.co_name
            direct = function == "<module>"
            shapes = {
                name: list(value.shape)
                for name, value in trace.tb_frame.f_locals.items()
                if isinstance(value, np.ndarray)
            }
        trace = trace.tb_next
    if isinstance(error, RecursionError):
        error.__traceback__ = None
    return {
        "type": type(error).__name__,
        "message": str(error)[:500],
        "line": line,
        "function": function,
        "shapes": shapes if not direct else {},
        "direct": direct,
    }


class StudentModule:
    """A student's file, loaded."""

    def __init__(self, guard):
        self.guard = guard
        self.module = types.ModuleType("submission")
        self.module.__file__ = FILE
        sys.modules["submission"] = self.module
        self.space = self.module.__dict__
        self.tree = ast.Module([], [])
        self.elements = Elements(self.tree)
        self.space |= {name: absent.Absent(name) for name in ("display", "get_ipython")}  # a notebook's

    def load(self, source, cells, observe=False):
        """Run the statements one by one; of a notebook (`cells`) only what defines something.

        A statement that fails is left out and reported: a later one may need it or not. What one that was left out,
        or that the environment has let down, would have given is absent.
        """
        failures, left, observed = [], ALLOWANCE, observe
        self.tree = ast.parse(source, FILE)
        self.elements = Elements(self.tree)
        observer = Observer(FILE, PROBE, self.elements, self.space)
        absent.install(self.tree)
        for node in self.tree.body:
            definition = isinstance(node, DEFINITIONS)
            if not definition and (left <= 0 or (cells and not defines(node))):
                self.lose(node)
                continue
            started, known, before = time.monotonic(), absent.needed(), dict(self.space)
            try:
                if not definition:
                    clock.runs = True
                    clock.alarm.set(left)
                imports = isinstance(node, ast.Import | ast.ImportFrom)
                self.guard.on = not imports
                with observer if observe and not imports else nullcontext():
                    exec(compile(ast.Module([node], []), FILE, "exec"), self.space)
                clock.runs = False
                if isinstance(node, ast.ImportFrom):
                    absent.keep(before, self.space)
            except Enough:
                self.lose(node)
                observe, left = False, min(left, REST)
            except TooLong:
                failures.append({"type": "TooLong", "message": "", "line": node.lineno, "direct": True})
                self.lose(node)
            except BaseException as error:
                entry = failure(error)
                from_outside = absent.environments_fault(error)
                if from_outside or absent.built_on_absent(error, self.tree, FILE):
                    message = entry["type"] if from_outside else ""
                    entry |= {"type": "LeftOut", "message": message, "line": node.lineno}
                    self.lose(node)
                failures.append(entry)
            finally:
                clock.runs = self.guard.on = False
                clock.alarm.set(0)
            if not definition:
                left -= time.monotonic() - started
            for package, numpy in absent.needed().items():
                if package not in known:
                    kind = "NumPyInstead" if numpy else "NotInstalled"
                    failures.append({"type": kind, "message": package, "line": node.lineno})
        names = {name: callable_of(value) for name, value in self.space.items() if callable(value)}
        answer = {"failures": failures, "names": names}
        return answer | ({"events": observer.events, "values": observer.values} if observed else {})

    def lose(self, node):
        """What a statement would have given is absent, save what is there already."""
        for name in given_by(node, self.tree) - set(self.space):
            self.space[name] = np if name == "np" else absent.Absent(name)

    def call(self, request, arrays):
        """One call: what came back, what it changed, what the other functions were given and gave meanwhile."""
        arguments = decode(request["args"], arrays)
        keywords = decode(request["kwargs"], arrays)
        given = [snapshot(entry) for entry in (*arguments, *keywords.values())]
        np.random.seed(request["seed"])  # noqa: NPY002
        random.seed(request["seed"])
        records, cut, replaced = [], set(), {}
        if "probe" in request:
            space: dict[str, Any] = {"module": self.module, "np": np}
            exec(compile(request["probe"], PROBE, "exec"), space)
            function = space["probe"]
        else:
            function = self.space[request["function"]]
        for name in request["record"]:
            if callable(self.space.get(name)) and name != request.get("function"):
                replaced[name] = self.space[name]
                self.space[name] = recording(name, replaced[name], records, cut)
        answer: dict[str, Any] = {"result": None, "error": None}
        observer = Observer(FILE, PROBE, self.elements, self.space)
        try:
            with warnings.catch_warnings(record=True):
                warnings.simplefilter("always")
                self.guard.on = True
                with observer if request["observe"] else nullcontext():
                    answer["result"] = function(*arguments, **keywords)
        except Enough:
            pass
        except BaseException as error:
            answer["error"] = failure(error)
            if absent.built_on_absent(error, self.tree, FILE):
                answer["error"]["type"] = "Absent"
        finally:
            self.guard.on = False
            self.space.update(replaced)
        if absent.holds_absent(answer["result"]):
            answer |= {"result": None, "error": {"type": "Absent", "message": "", "line": None}}
        after = [snapshot(entry) for entry in (*arguments, *keywords.values())]
        answer["after"] = tuple(after)
        answer["mutated"] = [
            place for place, pair in enumerate(zip(given, after, strict=True)) if differ(*pair)
        ]
        answer["records"], answer["cut"] = records, sorted(cut)
        if request["observe"]:
            answer["events"], answer["values"] = observer.events, observer.values
        return answer


def defines(node):
    """Whether a statement only defines something, with nothing else in its branches."""
    if isinstance(node, COMPOUND):
        return all(
            defines(inner) for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node
        )
    return isinstance(node, DEFINITIONS + ASSIGNMENTS + (ast.Pass,))


def callable_of(value):
    """The line at which a function begins, and its parameters, where it has them; whether it is absent."""
    if isinstance(value, absent.Absent):
        return {"line": None, "parameters": None, "absent": True}
    code = getattr(value, "__code__", None)
    line = code.co_firstlineno if code is not None and code.co_filename == FILE else None
    try:
        parameters = [
            name
            for name, parameter in inspect.signature(value).parameters.items()
            if parameter.default is parameter.empty and parameter.kind in (0, 1)
        ]
    except (TypeError, ValueError):
        parameters = None
    return {"line": line, "parameters": parameters}


def differ(before, after):
    if not isinstance(before, np.ndarray):
        return False
    return before.shape != after.shape or before.dtype != after.dtype or before.tobytes() != after.tobytes()


def recording(name, function, records, cut):
    """The function, its calls written down; one that is called too often for that is in `cut`."""
    left = [MOST_RECORDS, MOST_RECORDED]

    def recorded(*arguments, **keywords):
        if min(left) <= 0:
            cut.add(name)
            return function(*arguments, **keywords)
        given = [snapshot(entry) for entry in arguments]
        entry = {"name": name, "args": given, "kwargs": snapshot(keywords), "result": None}
        left[0] -= 1
        records.append(entry)
        result = function(*arguments, **keywords)
        entry["result"] = snapshot(result)
        left[1] -= sum(size_of(value) for value in entry.values())
        return result

    return recorded


def size_of(value):
    """The bytes of the arrays in a snapshot."""
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return value.nbytes if isinstance(value, np.ndarray) else 0


class Clock:
    """Whether a statement's time is being taken: a signal that comes after its end is none of the next one's."""

    def __init__(self):
        self.runs = False
        self.alarm = Alarm(too_long)


def too_long(_number, frame):
    """Time is up; but a module that is being imported would stay half imported, so it may come to its end first."""
    if not clock.runs:
        return
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            clock.alarm.set(ALLOWANCE / 20)
            return
        frame = frame.f_back
    clock.runs = False
    raise TooLong


def nobody_writes_to(pipe):
    """Whether its other end is closed: the process that had it is gone. Where the system can say so: Windows cannot."""
    if not hasattr(select, "poll"):
        return False
    poll = select.poll()
    poll.register(pipe, 0)
    return any(event & select.POLLHUP for _, event in poll.poll(0))


clock = Clock()


def main():
    # The one way out is a copy of the standard output that nothing else knows; what is printed goes nowhere.
    with open(os.dup(0), "rb") as source, open(os.dup(1), "wb") as target:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), LimitedOutput(), LimitedOutput()
        confine(*map(int, sys.argv[1:3]))
        if nobody_writes_to(source):  # before it was confined, which ends it with its parent
            return
        sys.argv[1:] = []  # what a student's program is given
        sys.modules["gradiente"] = types.ModuleType("gradiente")  # a student's work is the student's
        guard = Guard()
        submission = StudentModule(guard)
        while (message := receive(source)) is not None:
            body, arrays = message
            try:
                if body["op"] == "load":
                    submission = StudentModule(guard)
                    submission.space |= decode(body["given"], arrays)
                    answer = submission.load(body["source"], body["cells"], body["observe"])
                else:
                    answer = submission.call(body, arrays)
                data = encode_answer(answer)
            except BaseException:
                last = traceback.format_exc().strip().splitlines()[-1][:300]
                failed = {"type": "Harness", "message": last, "line": None}
                data = encode_answer({"error": failed})
            target.write(data)
            target.flush()


if __name__ == "__main__":
    main()
