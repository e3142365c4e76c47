"""What a student's code can see, write and start: under bubblewrap, and in a process without it."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import gradiente
from gradiente.checker.running import isolation
from gradiente.checker.running.calls import Call
from gradiente.checker.running.messages import packed
from gradiente.checker.running.sandbox import Limits, Sandbox

# pyright: reportOptionalMemberAccess=false
QUICK = Limits(call=10.0, load=20.0, total=60.0)
needs_bubblewrap = pytest.mark.skipif(not isolation.bubblewrap_works(), reason="needs bubblewrap")
MARK = "### BEGIN SOLUTION"
# Every way to the solutions that begins at what Python says of itself; what is found is given back.
SEARCH = """
import importlib, importlib.metadata, os, sys
from pathlib import Path

def f(given):
    GUARD
    del sys.modules["gradiente"]
    places = {*sys.path, *given, *map(str, Path(getattr(sys.modules["__main__"], "__file__", "/")).parents)}
    for site in [place for place in sys.path if place.endswith("-packages")]:
        for entry in Path(site).glob("*.pth"):
            places.update(entry.read_text().splitlines())
    try:
        places.add(str(importlib.metadata.distribution("gradiente").locate_file("")))
        places.update(importlib.metadata.distribution("gradiente").read_text("direct_url.json").split('"'))
    except Exception:
        pass
    found = []
    inner = ("", "/gradiente", "/src/gradiente")
    for place in [root.removeprefix("file://") + more for root in places for more in inner]:
        try:
            found.append(Path(place, "workshops", "notebooks", "xor.py").read_text())
        except (OSError, ValueError):
            pass
        for folder, _, names in os.walk(place) if len(Path(place).parts) > 2 else ():
            for name in names if folder.endswith("notebooks") else ():
                try:
                    found.append(Path(folder, name).read_text())
                except OSError:
                    pass
    try:
        found.append(importlib.import_module("gradiente.workshops.notebook").as_text.__doc__)
    except Exception:
        pass
    return found
"""
# A guard in the same process is undone in one line; what is tested behind it holds without it.
UNGUARDED = (
    "import gc\nguard = next(one for one in gc.get_objects() if type(one).__name__ == 'Guard')\n"
    "type(guard).__call__ = lambda *_: None\n"
)
AS_INSTALLED = """
import json, sys
prefix, mode, source = sys.argv[1:]
sys.base_prefix = prefix
sys.path.insert(0, f"{prefix}/lib/python3.0/site-packages")
from gradiente.checker.running import isolation
from gradiente.checker.running.calls import Call
from gradiente.checker.running.sandbox import Sandbox
assert isolation.PACKAGE.is_relative_to(prefix)
if mode == "process":
    isolation.bubblewrap_works = lambda: False
with Sandbox(source) as sandbox:
    assert sandbox.isolation == mode
    outcome = sandbox.call(Call("f", ((str(isolation.PACKAGE.parent),),)))
    print(json.dumps([outcome.failure and str(outcome.failure), str(outcome.result)]))
"""


@pytest.fixture(params=[pytest.param("bubblewrap", marks=needs_bubblewrap), "process"])
def mode(request, monkeypatch):
    """Both ways in which a student's process is isolated."""
    if request.param == "process":
        monkeypatch.setattr(isolation, "bubblewrap_works", lambda: False)
    return request.param


def search(mode):
    """Under bubblewrap, which does not depend on the guard, without it."""
    lines = UNGUARDED.replace("\n", "\n    ") if mode == "bubblewrap" else ""
    return SEARCH.replace("GUARD\n", lines + "\n")


def run(body, *arguments, limits=QUICK):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    with Sandbox(f"import numpy as np, os\ndef f(*a):\n{lines}\n", limits=limits) as sandbox:
        assert sandbox.load() is None
        return sandbox.call(Call("f", arguments))


def test_the_search_finds_solutions_where_nothing_hides_them():
    space: dict[str, Any] = {"__name__": "search"}
    exec(search("process"), space)
    stub = sys.modules["gradiente"]
    try:
        assert MARK in str(space["f"]([str(Path(gradiente.__file__).parents[1])]))
    finally:
        sys.modules["gradiente"] = stub


def test_the_solutions_are_out_of_sight(mode):
    source = Path(gradiente.__file__).parents[1]
    with Sandbox(search(mode), limits=QUICK) as sandbox:
        assert sandbox.isolation == mode
        outcome = sandbox.call(Call("f", ((str(source), str(source.parent)),)))
    assert (outcome.failure, outcome.result) == (None, ())


def test_the_solutions_are_out_of_sight_where_gradiente_is_among_the_packages(mode, tmp_path):
    place = tmp_path / "lib" / "python3.0" / "site-packages"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(gradiente.__file__).parent, place / "gradiente", ignore=ignored)
    command = [sys.executable, "-c", AS_INSTALLED, str(tmp_path), mode, search(mode)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert answer.stderr == ""
    assert json.loads(answer.stdout) == [None, "()"]


def test_a_checkout_in_sight_is_hidden_with_its_history(monkeypatch, tmp_path):
    package = tmp_path / "src" / "gradiente"
    package.mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(isolation, "PACKAGE", package)
    monkeypatch.setattr(isolation, "SYSTEM", ("/usr/lib", str(tmp_path.parent)))
    command = isolation.wrapped(Path("/somewhere"))
    assert command[command.index("--tmpfs") + 1] == str(tmp_path)


def test_import_statements_have_no_sight_of_the_solutions_either(mode):
    source = (
        "import sys\ndel sys.modules['gradiente']\n"
        f"sys.path.insert(0, {str(Path(gradiente.__file__).parents[1])!r})\n"
        "open('helper.py', 'w').write('import gradiente.workshops.notebook as found')\n"
        "sys.path.insert(0, '.')\nimport helper\ndef f():\n    return helper.found.NAMES\n"
    )
    with Sandbox(source, limits=QUICK) as sandbox:
        outcome = sandbox.call(Call("f"))
    assert outcome.result is None
    assert outcome.failure.type in ("Absent", "NameError")


@needs_bubblewrap
def test_under_bubblewrap_there_is_nothing_but_python_and_one_folder(tmp_path):
    (tmp_path / "secret").write_text("a password", encoding="utf-8")
    places = [str(tmp_path), "/etc/passwd", "/home", "/var", "/sys", "/usr/share/doc"]
    body = "return [place for place in a[0] if os.path.exists(place)], sum(map(str.isdigit, os.listdir('/proc')))"
    seen, processes = run(UNGUARDED + body, tuple(places)).result
    assert seen == ()
    assert processes <= 2  # bubblewrap's own, and this one


@needs_bubblewrap
def test_under_bubblewrap_only_the_own_folder_can_be_written_to():
    places = ["/", "/dev", "/dev/shm", "/tmp", "/proc", "/usr/lib", sys.prefix + "/lib", str(isolation.CHILD)]
    body = (
        "written = []\nfor place in (*a[0], os.getcwd()):\n"
        "    try:\n        open(place + '/new', 'w').close()\n        written.append(place)\n"
        "    except OSError:\n        pass\nreturn written == [os.getcwd()], written"
    )
    assert run(UNGUARDED + body, tuple(places)).result[0] is True


def test_no_code_runs_where_the_parent_was_killed_while_the_process_started(tmp_path):
    request = packed({"op": "load", "source": "open('ran', 'w').close()", "cells": False}, [])
    command = [sys.executable, "-I", str(isolation.CHILD / "main.py"), str(QUICK.memory), "60"]
    assert subprocess.run(command, input=request, cwd=tmp_path, capture_output=True, check=True).stdout == b""
    assert list(tmp_path.iterdir()) == []


STARTS = {
    "fork": "os.fork()",
    "subprocess": "import subprocess\nsubprocess.Popen(['/bin/true'])",
    "spawnv_passfds": "import multiprocessing.util as m\nm.spawnv_passfds(b'/bin/true', [b'true'], [])",
    "posix_spawn": "os.posix_spawn('/bin/true', ['true'], {})",
    "libc": "import ctypes\nif ctypes.CDLL(None, use_errno=True).fork() < 0:\n"
    "    raise OSError(ctypes.get_errno(), '')",
    "System V memory": "import ctypes\nif ctypes.CDLL(None, use_errno=True).shmget(0, 9, 512) < 0:\n"
    "    raise OSError(ctypes.get_errno(), '')",
    "kill": "os.kill(os.getppid(), 0)",
    "kill all": "import signal\nos.kill(-1, signal.SIGCONT)",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS.keys())
def test_no_process_is_started_and_none_is_signalled(start, mode):
    lines = "\n".join(f"    {line}" for line in start.splitlines())
    body = f"try:\n{lines}\nexcept PermissionError:\n    return 'refused'"
    assert run(UNGUARDED + body).result == "refused"


# Each tries to change the file `victim`, or the folder `outside` in which it is, from the own folder, where `mine` is.
WAYS_OUT = {
    "open": "open(outside + '/victim', 'w')",
    "rename to": "os.rename('mine', outside + '/new')",
    "rename from": "os.rename(outside + '/victim', 'new')",
    "replace": "os.replace('mine', outside + '/victim')",
    "a prefix of the own folder's name": "os.rename('mine', os.getcwd() + 'new')",
    "link to": "os.link('mine', outside + '/new')",
    "link from": "os.link(outside + '/victim', 'new')",
    "symlink to": "os.symlink('mine', outside + '/new')",
    "symlink from": "os.symlink(outside + '/victim', 'new')",
    "symlink to a folder": "os.symlink(outside, 'new')",
    "relative symlink": "os.symlink('../new', 'new')",
    "relative symlink, moved up": "os.makedirs('a/b')\nos.symlink('../../mine', 'a/b/new')\n"
    "os.rename('a/b/new', 'a/new')\nos.open('new', os.O_WRONLY, dir_fd=os.open('a', os.O_RDONLY))",
    "folder of another": "os.open(outside, os.O_RDONLY)",
    "rename in an open folder": "here = os.open('.', os.O_RDONLY)\nos.rename('mine', '../new', dst_dir_fd=here)",
    "rename from an open folder": "here = os.open('.', os.O_RDONLY)\nos.rename('../victim', 'new', src_dir_fd=here)",
    "link in an open folder": "here = os.open('.', os.O_RDONLY)\nos.link('mine', '../new', dst_dir_fd=here)",
    "symlink in an open folder": "here = os.open('.', os.O_RDONLY)\nos.symlink('mine', '../new', dir_fd=here)",
    "open in an open folder": "here = os.open('.', os.O_RDONLY)\nos.makedirs('a/b')\nos.chdir('a/b')\n"
    "os.open('../new', os.O_WRONLY | os.O_CREAT, dir_fd=here)",
    "read in an open folder": "here = os.open('.', os.O_RDONLY)\nos.makedirs('a/b')\nos.chdir('a/b')\n"
    "os.open('../victim', os.O_RDONLY, dir_fd=here)",
    "remove": "os.remove(outside + '/victim')",
    "chmod": "os.chmod(outside + '/victim', 0)",
    "truncate": "os.truncate(outside + '/victim', 0)",
    "utime": "os.utime(outside + '/victim')",
    "mkdir": "os.mkdir(outside + '/new')",
}


@pytest.mark.parametrize("way", WAYS_OUT.values(), ids=WAYS_OUT.keys())
def test_the_guard_refuses_what_leaves_the_own_folder(way, mode, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "victim").write_text("a file", encoding="utf-8")
    before = os.stat(tmp_path / "victim")
    lines = "\n".join(f"    {line}" for line in way.splitlines())
    body = f"outside, = a\nopen('mine', 'w').close()\ntry:\n{lines}\nexcept PermissionError:\n    return 'refused'"
    assert run(body, str(tmp_path)).result == "refused"
    assert [path.name for path in tmp_path.iterdir()] == ["victim"]
    assert os.stat(tmp_path / "victim") == before


def test_the_guard_allows_the_same_in_the_own_folder(mode):
    body = (
        "here = os.open('.', os.O_RDONLY)\nos.mkdir('a', dir_fd=here)\nopen('mine', 'w').write('mine')\n"
        "os.rename('mine', 'a/b', src_dir_fd=here, dst_dir_fd=here)\nos.link('a/b', 'c', dst_dir_fd=here)\n"
        "os.symlink('a/b', 'd', dir_fd=here)\nos.chdir('a')\nwords = open('../d').read()\n"
        "os.close(os.open('e', os.O_WRONLY | os.O_CREAT, dir_fd=here))\nreturn words, sorted(os.listdir('..'))"
    )
    assert run(body).result == ("mine", ("a", "c", "d", "e"))


def test_threads_can_be_started(mode):
    body = "import threading\nfound = []\nt = threading.Thread(target=found.append, args=(3,))\nt.start()\nt.join()\n"
    assert run(body + "return found[0]").result == 3


def test_one_process_is_all_that_has_memory(mode):
    assert run(
        UNGUARDED + "return np.ones(1 << 28)[:1]", limits=replace(QUICK, memory=1 << 29)
    ).failure.type == ("MemoryError")


FILLS = {
    "large files": "for n in range(400):\n    open(str(n), 'wb').write(bytes(1 << 20))",
    "many files": "for n in range(10**6):\n    open(str(n), 'wb').close()",
    "folders in folders": "for n in range(10**5):\n    os.mkdir('a')\n    os.chdir('a')",
    "closed folders": "for n in range(10**5):\n    os.makedirs(f'{n}/a')\n    os.chmod(str(n), 0)",
}


@pytest.mark.parametrize("fills", FILLS.values(), ids=FILLS.keys())
def test_a_folder_that_is_filled_ends_the_call_and_is_emptied(fills, mode):
    source = "import os\ndef f():\n" + "\n".join(f"    {line}" for line in fills.splitlines())
    with Sandbox(source + "\ndef g():\n    return len(os.listdir('.'))\n", limits=QUICK) as sandbox:
        folder = sandbox._folder
        assert sandbox.call(Call("f")).failure.type == "OSError"
        assert sandbox.call(Call("g")).result == 0
    assert not folder.exists()


def test_a_file_may_be_written_in_the_own_folder(mode):
    assert run("open('a', 'w').write('ab')\nos.rename('a', 'b')\nreturn open('b').read()").result == "ab"
