"""`gradiente lab` where it cannot begin, or nobody can look at it."""

import asyncio
import errno
import importlib.util
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn

from gradiente.cli import lab

from .conftest import gradiente


@pytest.mark.parametrize(("port", "words"), [(0, "1 to 65535"), (70_000, "got 70000"), (-1, "got -1")])
def test_a_port_that_is_none(port, words):
    answer = gradiente("lab", "--no-browser", "--port", port)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


def test_a_port_that_another_program_has():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = gradiente("lab", "--no-browser", "--port", port)
        assert (answer.status, answer.out) == (2, "")
        assert f"port {port} is taken by another program: choose another one with --port" in answer.err
        answer = gradiente("lab", "--no-browser", "--port", port, "--lang", "es")
        assert f"el puerto {port} está ocupado" in answer.err


def test_the_next_port_is_taken_where_the_usual_one_is_not_free():
    with lab._listening("127.0.0.1", None) as first, lab._listening("127.0.0.1", None) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_no_answer_is_held_back_until_the_last_one_is_acknowledged():
    """By Nagle's algorithm, which makes a page wait 40 ms for each small answer."""
    flags = []

    async def one_connection():
        async def accepted(_, writer):
            flags.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(accepted, sock=lab._listening("127.0.0.1", None)) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            await reader.read()
            writer.close()

    with ThreadPoolExecutor() as pool:  # the browser of other tests may have a loop in this thread
        pool.submit(lambda: asyncio.run(one_connection())).result()
    assert flags == [1]


def test_no_free_port_at_all(monkeypatch):
    def refuse(self, place):
        raise OSError(errno.EADDRINUSE, "in use")

    monkeypatch.setattr(socket.socket, "bind", refuse)
    answer = gradiente("lab", "--no-browser")
    assert (answer.status, answer.out) == (2, "")
    assert "no port is free for the lab, none from 8765 to 8784" in answer.err


@pytest.mark.parametrize("package", ["starlette", "uvicorn", "websockets"])
@pytest.mark.parametrize(("language", "words"), [("en", "is not installed"), ("es", "no está instalado")])
def test_what_to_install_is_said(monkeypatch, package, language, words):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else found(name))
    answer = gradiente("lab", "--no-browser", "--lang", language)
    assert (answer.status, answer.out) == (2, "")
    assert package in answer.err
    assert words in answer.err
    assert 'pip install "gradiente[lab]"' in answer.err


@pytest.mark.parametrize(("opens", "said"), [(True, False), (False, True)])
def test_no_browser(monkeypatch, opens, said):
    """The server begins all the same, at the address that is said."""
    asked = []
    monkeypatch.setattr(lab.webbrowser, "open", lambda address: asked.append(address) or opens)
    monkeypatch.setattr(uvicorn.Server, "run", lambda self, sockets: None)
    answer = gradiente("lab")
    assert answer.status == 0
    assert asked[0] in answer.out
    assert ("No browser was found: open the address yourself." in answer.out) == said


def test_it_ends_with_ctrl_c_and_another_page_has_no_answer():
    command = [sys.executable, "-m", "gradiente", "lab", "--no-browser", "--lang", "en"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        ending = threading.Timer(60, process.kill)
        ending.start()
        found = re.search(r"http://127.0.0.1:(\d+)/\?token=", process.stdout.readline())
        assert found is not None
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(  # by another site's name, which was made to point here
                urllib.request.Request(f"http://127.0.0.1:{found[1]}/", headers={"Host": "evil.example"})
            )
        assert refused.value.code == 421
        refused.value.close()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        ending.cancel()
        assert "Traceback" not in process.stderr.read()  # pyright: ignore[reportOptionalMemberAccess]
