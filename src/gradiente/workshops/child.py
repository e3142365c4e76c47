"""The process in which a student's code runs. It stands alone: only Python and NumPy, no word of gradiente.

Run as `python -I child.py MEMORY`; messages on the standard input and output are eight bytes of length and an .npz
whose entry `json` says how the arrays lie in the values. It loads a file's statements and calls its functions; what
comes out is data: numbers, texts, the names of types. Nothing that is expected is ever known here.
"""

import ast
import inspect
import io
import json
import os
import random
import resource
import signal
import struct
import sys
import time
import traceback
import types
import warnings

import numpy as np

FILE = "<submission>"
LARGEST = 64 << 20  # bytes of one answer
MOST_RECORDS = 400
OUTPUT = 1 << 16  # characters that are kept of what the code prints
COMPOUND = (ast.Try, ast.If, ast.With)
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
ASSIGNMENTS = (ast.Assign, ast.AnnAssign, ast.AugAssign)
ALLOWANCE = 1.0  # seconds for what stands outside functions, imports not counted
# What a function of a workshop has no business with: other programs, the network, files that are not its own.
PROGRAMS = ("subprocess.Popen", "os.system", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.spawn", "pty.spawn")
NETWORK = ("socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto", "socket.gethostbyname")
FILES = ("open", "os.listdir", "os.scandir", "os.remove", "os.rmdir", "os.mkdir", "os.rename", "os.chmod", "os.truncate")
_array, _asarray, _savez, _load, _frombuffer = np.array, np.asarray, np.savez, np.load, np.frombuffer


class TooLong(BaseException):
    """A statement outside of functions went on for too long."""


class Absent:
    """Stands for what a package that is not installed here would have given: plots go nowhere, progress bars pass on."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments, **keywords):
        return arguments[0] if arguments and hasattr(arguments[0], "__iter__") else self

    def __iter__(self):
        return iter(())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class Guard:
    """An audit hook, on while the student's own statements run: it refuses what is not theirs to do.

    The walls are the process's limits and bubblewrap; this makes them speak at once, and by name.
    """

    def __init__(self):
        self.on = False
        places = (os.getcwd(), sys.prefix, sys.base_prefix, *sys.path, "/usr", "/lib", "/dev/null", "/dev/urandom")
        self.places = tuple({os.path.realpath(place) for place in places if place})
        sys.addaudithook(self)

    def __call__(self, event, arguments):
        if not self.on:
            return
        if event in PROGRAMS or event in NETWORK:
            self.refuse(event)
        if event in FILES and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.fsdecode(arguments[0])
            if not os.path.realpath(path).startswith(self.places):
                self.refuse(f"{event} {path}")

    def refuse(self, words):
        self.on = False
        try:
            raise PermissionError(words)
        finally:
            self.on = True


class Heard(io.TextIOBase):
    """Where the code prints to: its first characters, and no more."""

    def __init__(self):
        self.kept = []
        self.length = 0

    def write(self, words):
        if self.length < OUTPUT:
            self.kept.append(words[: OUTPUT - self.length])
        self.length += len(words)
        return len(words)


def encode(value, arrays, depth=0):
    """A value as JSON with its arrays apart."""
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else {"s": value[:1000]}
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        value = value.detach().cpu().numpy()
    if isinstance(value, int | float | np.generic):
        value = _asarray(value)
    if isinstance(value, np.matrix):
        value = _array(value, copy=True, subok=False)
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            try:
                value = value.astype(float)
            except (TypeError, ValueError):
                if value.ndim == 1 and depth < 4:
                    return {"t": [encode(entry, arrays, depth + 1) for entry in value[:200]]}
                return {"o": "ndarray of objects"}
        if value.dtype.kind not in "biuf":
            return {"o": f"ndarray of {value.dtype}"}
        arrays.append(_array(value, copy=True, subok=False))
        return {"a": len(arrays) - 1}
    if depth < 4 and isinstance(value, dict):
        return {"d": [[str(key), encode(entry, arrays, depth + 1)] for key, entry in list(value.items())[:50]]}
    if depth < 4 and isinstance(value, list | tuple):
        if isinstance(value, list) and value and all(not isinstance(entry, np.ndarray) for entry in value):
            try:
                numbers = _array(value, dtype=float)
            except (TypeError, ValueError):
                numbers = None
            if numbers is not None:
                return encode(numbers, arrays, depth + 1)
        return {"t": [encode(entry, arrays, depth + 1) for entry in value[:200]]}
    return {"o": type(value).__name__}


def decode(value, arrays):
    """The way back, for arguments."""
    if isinstance(value, dict):
        if "a" in value:
            return arrays[str(value["a"])].copy()
        if "n" in value:
            return arrays[str(value["n"])].item()
        if "s" in value:
            return value["s"]
        if "torch" in value:
            import torch

            return torch.tensor(arrays[str(value["torch"])])
        if "t" in value:
            return tuple(decode(entry, arrays) for entry in value["t"])
        if "d" in value:
            return {key: decode(entry, arrays) for key, entry in value["d"]}
    return value


def copied(value):
    """What is recorded of a value: arrays as they are now."""
    if isinstance(value, np.ndarray):
        return _array(value, copy=True, subok=False)
    if isinstance(value, list | tuple):
        return tuple(copied(entry) for entry in value) if len(value) < 50 else None
    if isinstance(value, dict):
        return {key: copied(entry) for key, entry in value.items()}
    return value


def problem(error):
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


class Submission:
    """A student's file, loaded."""

    def __init__(self, guard):
        self.guard = guard
        self.module = types.ModuleType("submission")
        self.module.__file__ = FILE
        sys.modules["submission"] = self.module
        self.space = self.module.__dict__
        self.space["display"] = Absent()  # a notebook has it

    def load(self, source, cells):
        """Run the statements one by one; of a notebook (`cells`) only what defines something.

        What fails is left out and told: a later statement may need it or not.
        """
        failures, left = [], ALLOWANCE
        for node in ast.parse(source, FILE).body:
            definition = isinstance(node, DEFINITIONS)
            if not definition and (left <= 0 or (cells and not defines(node))):
                continue
            started = time.monotonic()
            try:
                if not definition:
                    signal.setitimer(signal.ITIMER_REAL, left)
                self.guard.on = not isinstance(node, ast.Import | ast.ImportFrom)
                exec(compile(ast.Module([node], []), FILE, "exec"), self.space)
            except TooLong:
                failures.append({"type": "TooLong", "message": "", "line": node.lineno, "direct": True})
            except ImportError as error:
                failures.append(problem(error))
                if isinstance(node, ast.Import | ast.ImportFrom):
                    self.space |= {(alias.asname or alias.name.split(".")[0]): Absent() for alias in node.names}
            except BaseException as error:
                failures.append(problem(error))
            finally:
                self.guard.on = False
                signal.setitimer(signal.ITIMER_REAL, 0)
            if not definition:
                left -= time.monotonic() - started
        names = {name: callable_of(value) for name, value in self.space.items() if callable(value)}
        return {"failures": failures, "names": names}

    def call(self, request, arrays):
        """One call: what came back, what it changed, what the other functions were given and gave meanwhile."""
        arguments = decode(request["args"], arrays)
        keywords = decode(request["kwargs"], arrays)
        given = [copied(entry) for entry in (*arguments, *keywords.values())]
        np.random.seed(request["seed"])
        random.seed(request["seed"])
        records, replaced = [], {}
        if "probe" in request:
            space = {"module": self.module, "np": np}
            exec(compile(request["probe"], "<probe>", "exec"), space)
            function = space["probe"]
        else:
            function = self.space.get(request["function"])
        for name in request["record"]:
            if callable(self.space.get(name)) and name != request.get("function"):
                replaced[name] = self.space[name]
                self.space[name] = recording(name, replaced[name], records)
        answer = {"result": None, "error": None}
        started = time.monotonic()
        try:
            with warnings.catch_warnings(record=True) as heard:
                warnings.simplefilter("always")
                self.guard.on = True
                answer["result"] = function(*arguments, **keywords)
            answer["warnings"] = sorted({str(entry.message)[:200] for entry in heard})
        except BaseException as error:
            answer["error"] = problem(error)
        finally:
            self.guard.on = False
            self.space.update(replaced)
        answer["seconds"] = time.monotonic() - started
        after = [copied(entry) for entry in (*arguments, *keywords.values())]
        answer["after"] = tuple(after)
        answer["mutated"] = [place for place, pair in enumerate(zip(given, after, strict=True)) if differ(*pair)]
        answer["records"] = records
        return answer


def defines(node):
    """Whether a statement only defines something, with nothing else in its branches."""
    if isinstance(node, COMPOUND):
        return all(defines(inner) for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node)
    return isinstance(node, DEFINITIONS + ASSIGNMENTS + (ast.Pass,))


def callable_of(value):
    """The line at which a function begins, and its parameters, where it has them."""
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


def recording(name, function, records):
    """The function, its calls written down."""

    def recorded(*arguments, **keywords):
        entry = {"name": name, "args": copied(arguments), "kwargs": copied(keywords), "result": None}
        if len(records) < MOST_RECORDS:
            records.append(entry)
        result = function(*arguments, **keywords)
        entry["result"] = copied(result)
        return result

    return recorded


def receive(source):
    header = source.read(8)
    if len(header) < 8:
        return None
    (length,) = struct.unpack(">Q", header)
    with _load(io.BytesIO(source.read(length)), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return json.loads(arrays.pop("json").tobytes()), arrays


def answered(answer):
    """An answer as bytes; one that is too large says only that."""
    arrays = []
    records = answer.pop("records", None)
    body = {key: value for key, value in answer.items() if key not in ("result", "after")}
    for key in ("result", "after"):
        if key in answer:
            body[key] = encode(answer[key], arrays)
    if records is not None:
        body["records"] = [
            {
                "name": entry["name"],
                "args": encode(entry["args"], arrays),
                "kwargs": encode(entry["kwargs"], arrays),
                "result": encode(entry["result"], arrays),
            }
            for entry in records
        ]
    if sum(entry.nbytes for entry in arrays) > LARGEST:
        body = {"error": {"type": "TooLarge", "message": "", "line": None, "function": "", "shapes": {}, "direct": True}}
        arrays = []
    stored = io.BytesIO()
    words = np.frombuffer(json.dumps(body).encode(), dtype=np.uint8)
    _savez(stored, json=words, **{str(place): entry for place, entry in enumerate(arrays)})
    data = stored.getvalue()
    return struct.pack(">Q", len(data)) + data


def too_long(_number, frame):
    """Time is up; but a module that is being imported would stay half imported, so it may come to its end first."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            signal.setitimer(signal.ITIMER_REAL, ALLOWANCE / 20)
            return
        frame = frame.f_back
    raise TooLong


def main():
    # The one way out is a copy of the standard output that nothing else knows; what is printed goes nowhere.
    with open(os.dup(0), "rb") as source, open(os.dup(1), "wb") as target:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        sys.stdin, sys.stdout, sys.stderr = io.StringIO(), Heard(), Heard()
        signal.signal(signal.SIGALRM, too_long)
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
        sys.modules["gradiente"] = types.ModuleType("gradiente")  # a student's work is the student's
        submission = Submission(Guard())
        while (message := receive(source)) is not None:
            body, arrays = message
            try:
                if body["op"] == "load":
                    answer = submission.load(body["source"], body["cells"])
                else:
                    answer = submission.call(body, arrays)
                data = answered(answer)
            except BaseException:
                last = traceback.format_exc().strip().splitlines()[-1][:300]
                failed = {"type": "Harness", "message": last, "line": None, "function": "", "shapes": {}, "direct": True}
                data = answered({"error": failed})
            target.write(data)
            target.flush()


if __name__ == "__main__":
    main()
