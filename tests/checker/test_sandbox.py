"""What a student's code may do to the process that checks it: nothing."""

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gradiente.checker.running.calls import ENDED, TIMEOUT, Call, OpaqueValue
from gradiente.checker.running.sandbox import Limits, Sandbox

# pyright: reportOptionalMemberAccess=false
A = np.arange(6.0).reshape(2, 3)
QUICK = Limits(call=10.0, load=20.0, total=60.0, memory=1 << 29)


IMPATIENT = replace(QUICK, call=1.0)


def run(body, *arguments, limits=QUICK, **options):
    """One call of a function `f` with that body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    with Sandbox(f"import numpy as np\ndef f(*a):\n{lines}\n", limits=limits) as sandbox:
        assert sandbox.load() is None
        return sandbox.call(Call("f", arguments or (A,), **options))


def processes_of(folder):
    """The processes on this machine whose home is that folder."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(folder).encode() in environment.read_bytes():
                found.append(int(environment.parent.name))
        except OSError:
            continue
    return found


def test_arrays_come_back_as_they_are():
    result = run(
        "return a[0] * 2, {'x': a[0].astype('float32'), 'n': 3}, [1, 2], 'word', None, object()"
    ).result
    np.testing.assert_array_equal(result[0], A * 2)
    assert result[1]["x"].dtype == np.float32
    assert result[1]["n"] == 3
    np.testing.assert_array_equal(result[2], [1, 2])
    assert result[3:5] == ("word", None)
    assert result[5] == OpaqueValue("object")


def test_what_a_call_changes_is_seen():
    outcome = run("a[0][0, 0] = 9\nreturn None", A, A.copy())
    assert outcome.mutated == (0,)
    assert outcome.after[0][0, 0] == 9
    assert A[0, 0] == 0


def test_calls_of_other_functions_are_written_down():
    source = "def g(x):\n    return x + 1\ndef f(x):\n    return g(g(x))\n"
    with Sandbox(source) as sandbox:
        outcome = sandbox.call(Call("f", (A,), record=("g",)))
    assert [record.name for record in outcome.records] == ["g", "g"]
    np.testing.assert_array_equal(outcome.records[1].arguments[0], A + 1)
    np.testing.assert_array_equal(outcome.result, A + 2)


def test_an_exception_has_its_line_and_the_shapes_at_hand():
    failure = run("b = np.ones((4, 4))\nreturn a[0] @ b").failure
    assert (failure.type, failure.line, failure.function) == ("ValueError", 4, "f")
    assert failure.shapes == {"b": [4, 4]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("while True:\n    pass", TIMEOUT),
        ("import time\ntime.sleep(60)", TIMEOUT),
        ("while True:\n    try:\n        while True: pass\n    except BaseException: pass", TIMEOUT),
        ("import os\nos._exit(0)", ENDED),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", ENDED),
        ("return np.ones((10**5, 10**5))", "MemoryError"),
        ("x = [0]\nwhile True: x = x + x", "MemoryError"),
        ("import sys\nsys.exit(0)", "SystemExit"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("return f(*a)", "RecursionError"),
        ("import os\nreturn os.listdir('/home')", "PermissionError"),
        ("return open('/etc/passwd').read()", "PermissionError"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 80))", "PermissionError"),
        ("import subprocess\nsubprocess.run(['true'])", "PermissionError"),
        ("import os\nos.fork()", "PermissionError"),
        ("open('big', 'wb').write(b'0' * (8 << 20))", "OSError"),
        ("return np.ones(10 * (1 << 20))", "TooLarge"),
        ("return input()", "EOFError"),
    ],
)
def test_a_call_that_should_not_be_ends_in_a_verdict_and_the_next_one_works(body, kind):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = f"import numpy as np\ndef f(*a):\n{lines}\ndef g(x):\n    return x * 2\n"
    with Sandbox(source, limits=IMPATIENT if kind == TIMEOUT else QUICK) as sandbox:
        assert sandbox.call(Call("f", (A,))).failure.type == kind
        np.testing.assert_array_equal(sandbox.call(Call("g", (A,))).result, A * 2)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("import os\nreturn os.listdir('/home')", "PermissionError"),
        ("return open('/etc/passwd').read()", "PermissionError"),
        ("import socket\nsocket.create_connection(('127.0.0.1', 80))", "PermissionError"),
        ("import subprocess\nsubprocess.run(['true'])", "PermissionError"),
        ("while True: pass", TIMEOUT),
    ],
)
def test_without_bubblewrap_the_walls_are_lower_and_the_verdicts_the_same(monkeypatch, body, kind):
    monkeypatch.setattr("gradiente.checker.running.isolation.bubblewrap_works", lambda: False)
    assert Sandbox("").isolation == "process"
    assert run(body, limits=IMPATIENT if kind == TIMEOUT else QUICK).failure.type == kind


def test_megabytes_of_output_go_nowhere():
    outcome = run(
        "for _ in range(2000): print('x' * 10000)\nimport os\nos.write(1, b'y' * 100000)\nreturn a[0]"
    )
    np.testing.assert_array_equal(outcome.result, A)


def test_the_environment_is_empty_and_the_folder_temporary(monkeypatch):
    monkeypatch.setenv("SECRET", "a password")
    outcome = run("import os\nreturn os.environ.get('SECRET'), os.getcwd(), os.environ['HOME']")
    secret, folder, home = outcome.result
    assert secret is None
    assert folder == home
    assert not Path(folder).exists()


def test_results_are_never_unpickled():
    source = (
        "import os\nclass Evil:\n    def __reduce__(self):\n        return os.system, ('touch /tmp/gradiente-evil',)\n"
        "def f(x):\n    import numpy as np\n    return np.array([Evil()], dtype=object)\n"
    )
    with Sandbox(source) as sandbox:
        assert sandbox.call(Call("f", (A,))).result == (OpaqueValue("Evil"),)
    assert not Path("/tmp/gradiente-evil").exists()


def test_nothing_is_left_behind():
    with Sandbox("def f(x):\n    return x\n") as sandbox:
        sandbox.call(Call("f", (A,)))
        folder = sandbox._folder
        assert processes_of(folder)
    assert not folder.exists()
    until = time.monotonic() + 5
    while processes_of(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert not processes_of(folder)


def test_a_child_that_is_killed_from_outside_is_started_again():
    with Sandbox("def f(x):\n    return x\n") as sandbox:
        sandbox.call(Call("f", (A,)))
        os.killpg(sandbox._process.pid, signal.SIGKILL)
        until = time.monotonic() + 5
        while processes_of(sandbox._folder) and time.monotonic() < until:
            time.sleep(0.02)
        assert sandbox.call(Call("f", (A,))).failure.type == ENDED
        np.testing.assert_array_equal(sandbox.call(Call("f", (A,))).result, A)


def test_all_calls_together_have_an_end():
    source = "def f(x):\n    return x\ndef g(x):\n    while True:\n        pass\n"
    with Sandbox(source, limits=Limits(call=60.0, total=3.0)) as sandbox:
        outcomes = [sandbox.call(Call(name, (A,))).failure for name in ("g", "f", "f")]
        assert [(failure.type, failure.message) for failure in outcomes] == [(TIMEOUT, "3")] * 3
        assert sandbox._process is None


def test_loads_count_among_what_has_an_end():
    source = "def f(x):\n    return x\nclass Endless:\n    while True:\n        pass\n"
    with Sandbox(source, limits=Limits(load=60.0, total=2.0)) as sandbox:
        assert sandbox.load().type == TIMEOUT
        assert sandbox.load().type == TIMEOUT
        assert sandbox.call(Call("f", (A,))).failure.type == TIMEOUT
        assert sandbox._process is None


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (r"raise ValueError('\ud800')", "\ufffd"),
        (r"raise ValueError('a\x1b[31m\x07\r=1+1\r\nb\tc')", "a\ufffd[31m\ufffd\n=1+1\nb\tc"),
        (r"raise ValueError('\x85\x9b' + 'ñ∂')", "\ufffd\ufffdñ∂"),
    ],
)
def test_an_exceptions_words_can_be_stored_and_shown(body, message):
    assert run(body).failure.message == message


def test_texts_that_come_back_can_be_stored_and_shown():
    assert run(r"return {'\ud800': '\udfff\x1b'}, '\x00'").result == ({"\ufffd": "\ufffd\ufffd"}, "\ufffd")


def test_what_has_no_name_that_can_be_written_is_not_there_to_be_called():
    source = r"globals().update({'\ud800': len, 'a b': len, 'f': len})"
    with Sandbox(source) as sandbox:
        assert sandbox.load() is None
        assert [name for name in sandbox.callables if not name.isascii() or " " in name] == []
        assert "f" in sandbox.callables


FORGER = """
import json, struct, sys, time
def f(body, arrays=(), raw=b""):
    words = json.dumps({"body": body, "arrays": arrays}).encode() if not isinstance(body, bytes) else body
    write(struct.pack(">Q", len(words)) + words + raw)
def write(data):
    frame = sys._getframe()
    while "target" not in frame.f_locals:
        frame = frame.f_back
    frame.f_locals["target"].write(data)
    frame.f_locals["target"].flush()
    time.sleep(60)
def g(x):
    return x * 2
"""
SOUND = {"result": None, "error": None, "after": {"t": [{"a": 0}]}, "mutated": [], "records": [], "cut": []}


@pytest.mark.parametrize(
    "forged",
    [
        "write(b'PK' * 20)",
        "write(b'\\xff' * 8)",
        "f(b'[' * 100000)",
        "f(b'\\xff\\x00')",
        "f(b'9' * 5000)",
        "f([1, 2])",
        "f({})",
        "f({'error': None})",
        "f({'error': [1]})",
        "f({'error': {'type': 'E', 'message': '', 'line': 10**300}})",
        "f({'error': {'type': 'E', 'message': '', 'line': -1}})",
        "f({'error': {'type': ['E'], 'message': '', 'line': 1}})",
        "f({'error': {'type': 'E', 'message': {}, 'line': 1}})",
        "f({'error': {'type': 'E', 'message': '', 'line': 1, 'shapes': {'x': 'ab'}}})",
        "f({**sound, 'result': [1]})",
        "f({**sound, 'result': 10**400})",
        "f({**sound, 'result': {'a': 7}})",
        "f({**sound, 'result': {'a': 'x'}})",
        "f({**sound, 'result': {'d': [[[1], None]]}})",
        "f({**sound, 'result': {'t': 3}})",
        "f({**sound, 'after': {'t': []}})",
        "f({**sound, 'after': {'t': [None]}})",
        "f({**sound, 'mutated': [9]})",
        "f({**sound, 'mutated': 'x'})",
        "f({**sound, 'records': [{'name': 'other', 'args': {'t': []}, 'kwargs': {'d': []}, 'result': None}]})",
        "f({**sound, 'records': [{'name': 'g', 'args': None, 'kwargs': {'d': []}, 'result': None}]})",
        "f(sound, [['<f8', [10**12]]])",
        "f(sound, [['<f8', [10**12, 0]]] * 1000 + [['<f8', [1 << 24]]])",
        "f(sound, [['<f8', [-1]]])",
        "f(sound, [['<f8', [1.5]]])",
        "f(sound, [['<f8', [1] * 100]], b'0' * 8)",
        "f(sound, [['<c16', [1]]], b'0' * 16)",
        "f(sound, [['|S16', [1]]], b'0' * 16)",
        "f(sound, [['|O', [1]]], b'0' * 8)",
        "f(sound, [['f8,f8', [1]]], b'0' * 16)",
        "f(sound, [['no', [1]]], b'0' * 16)",
    ],
)
def test_a_forged_answer_is_the_end_of_the_process_and_no_more(forged):
    attack = f"def attack(x):\n    sound = {SOUND!r}\n    {forged}\n"
    with Sandbox(FORGER + attack, limits=QUICK) as sandbox:
        assert sandbox.call(Call("attack", (A,), record=("g",))).failure.type == ENDED
        np.testing.assert_array_equal(sandbox.call(Call("g", (A,))).result, A * 2)


def test_a_process_that_answers_and_then_reads_no_more_is_not_waited_for():
    attack = f"def attack(x):\n    f({SOUND!r}, [['<f4', [1]]], b'0000')\n"
    with Sandbox(FORGER + attack, limits=IMPATIENT) as sandbox:
        assert sandbox.call(Call("attack", (A,))).failure is None
        large = np.zeros(1 << 20)
        assert sandbox.call(Call("g", (large,))).failure.type == TIMEOUT
        np.testing.assert_array_equal(sandbox.call(Call("g", (large,))).result, large)


def test_functions_are_written_down_apart_and_what_is_not_is_told():
    source = (
        "def often(x):\n    return x\ndef seldom(x):\n    return x + 1\n"
        "def f(x):\n    for _ in range(3000):\n        often(1)\n    return seldom(x)\n"
    )
    with Sandbox(source) as sandbox:
        outcome = sandbox.call(Call("f", (A,), record=("often", "seldom")))
    assert outcome.cut == ("often",)
    np.testing.assert_array_equal(outcome.records[-1].result, A + 1)
    assert outcome.records[-1].name == "seldom"


def test_records_too_large_to_be_written_down_do_not_change_what_comes_back():
    source = (
        "import numpy as np\ndef large(n):\n    return np.ones(n)\n"
        "def f(x):\n    for _ in range(20):\n        large(1 << 20)\n    return x\n"
    )
    with Sandbox(source) as sandbox:
        outcome = sandbox.call(Call("f", (A,), record=("large",)))
    assert outcome.cut == ("large",)
    np.testing.assert_array_equal(outcome.result, A)


def test_of_a_script_all_statements_run_and_failures_are_told():
    source = "x = 1\nprint(x)\ny = undefined\nimport not_there\ndef f(a):\n    return a * x\nraise ValueError('no')\n"
    with Sandbox(source) as sandbox:
        assert sandbox.load() is None
        found = [(failure.type, failure.line) for failure in sandbox.failures]
        assert found == [("NameError", 3), ("NotInstalled", 4), ("ValueError", 7)]
        np.testing.assert_array_equal(sandbox.call(Call("f", (A,))).result, A)


def test_of_a_notebook_only_what_defines_something_runs():
    source = "m = 3\nwhile True:\n    pass\ndef f(a):\n    return a * m\n"
    with Sandbox(source, cells=True) as sandbox:
        assert sandbox.load() is None
        np.testing.assert_array_equal(sandbox.call(Call("f", (A,))).result, A * 3)


def test_a_statement_outside_of_functions_is_cut_off():
    with Sandbox("n = 0\nwhile n >= 0:\n    n += 1\ndef f(a):\n    return a\n") as sandbox:
        assert sandbox.load() is None
        assert [failure.type for failure in sandbox.failures] == ["TooLong"]
        np.testing.assert_array_equal(sandbox.call(Call("f", (A,))).result, A)


def test_the_library_is_not_at_hand():
    outcome = run("import gradiente\nreturn gradiente.Network")
    assert outcome.failure.type == "AttributeError"
