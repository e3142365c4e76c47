import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gradiente.data import download
from gradiente.data.download import fetch
from gradiente.data.mnist import _MNIST, mnist
from gradiente.errors import FileError
from gradiente.locale import language

FILE = "digits.gz"
CONTENT = bytes(range(256)) * 2000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@contextmanager
def mirror(answer):
    """A server on this machine that answers every request by answer(handler); and what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            answer(self)

        def log_message(self, format, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(content=CONTENT, status=200, announced=None):
    def answer(handler):
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(content) if announced is None else announced))
        handler.end_headers()
        handler.wfile.write(content)

    return answer


good = send()
bad = {
    "HTTP status 404": send(b"not here", status=404),
    "HTTP status 503": send(b"later", status=503),
    "was interrupted": send(CONTENT[:1000], announced=len(CONTENT)),
    "not the published one: expected SHA-256": send(CONTENT[:-1] + b"!"),
}


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """No proxy stands between the test and its own servers."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def closed():
    """The address of a server that is not there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


def in_two_parts(handler):
    send(CONTENT[:300_000], announced=len(CONTENT))(handler)
    time.sleep(0.3)
    handler.wfile.write(CONTENT[300_000:])


def test_downloads_once_and_shows_progress(tmp_path, capfd):
    folder = tmp_path / "deep" / "cache"
    with mirror(in_two_parts) as (url, asked):
        for _ in range(2):
            assert fetch(FILE, SHA256, [url], folder).read_bytes() == CONTENT
    assert asked == [f"/{FILE}"]
    assert os.listdir(folder) == [FILE]
    progress = capfd.readouterr().err
    assert FILE in progress
    assert re.search(r"[1-9]\d%.*k/512k", progress)


@pytest.mark.parametrize("reason", bad)
def test_a_bad_mirror_is_followed_by_the_next(tmp_path, reason):
    with mirror(bad[reason]) as (first, asked), mirror(good) as (second, _):
        assert fetch(FILE, SHA256, [first, second], tmp_path).read_bytes() == CONTENT
    assert asked == [f"/{FILE}"]
    assert os.listdir(tmp_path) == [FILE]


def test_a_mirror_that_is_down_is_followed_by_the_next(tmp_path, closed):
    with mirror(good) as (url, _):
        assert fetch(FILE, SHA256, [closed, url], tmp_path).read_bytes() == CONTENT


def test_a_silent_mirror_is_followed_by_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "SILENCE_SECONDS", 0.2)
    release = threading.Event()
    with mirror(lambda handler: release.wait(20)) as (silent, _), mirror(good) as (url, _):
        assert fetch(FILE, SHA256, [silent, url], tmp_path).read_bytes() == CONTENT
        release.set()


def redirect(location):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", location)
        handler.end_headers()

    return answer


def with_header(name, value, content=CONTENT):
    def answer(handler):
        handler.send_response(200)
        handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    with suppress(ConnectionError):
        while True:
            handler.wfile.write(bytes(2**16))


odd = {
    "a redirect to no address": redirect("http://[::1"),
    "a redirect to no server": redirect("http://"),
    "a redirect to a file": redirect("file:///etc/passwd"),
    "a redirect to a letter": redirect("http://\u0130/"),
    "a redirect in a circle": redirect("digits.gz"),
    "a redirect out of the ports": redirect("http://127.0.0.1:99999999/"),
    "a length in words": with_header("Content-Length", "many"),
    "a length too small": with_header("Content-Length", "5"),
    "two lengths": with_header("Content-Length", "5, 7"),
    "packed that is not": with_header("Content-Encoding", "gzip"),
    "parts that are none": with_header("Transfer-Encoding", "chunked", b"zz\r\n"),
    "no HTTP": lambda handler: handler.wfile.write(b"\xff\x00 hello\r\n\r\n"),
    "nothing": lambda handler: None,
    "a very long header": with_header("X", "a" * 200_000),
    "very many headers": with_header("X", "a\r\nY: b" * 500),
}


@pytest.mark.parametrize("answer", odd.values(), ids=list(odd))
def test_whatever_a_mirror_answers_the_next_is_tried(tmp_path, answer):
    with mirror(answer) as (first, _), mirror(good) as (second, asked):
        assert fetch(FILE, SHA256, [first, second], tmp_path).read_bytes() == CONTENT
        assert asked == [f"/{FILE}"]
        with pytest.raises(FileError, match="could not be downloaded"):
            fetch("other.gz", SHA256, [first], tmp_path)
    assert os.listdir(tmp_path) == [FILE]


def test_an_endless_body_is_cut_off(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "MOST_BYTES", 2 << 20)
    with mirror(endless) as (first, _), mirror(good) as (second, _):
        assert fetch(FILE, SHA256, [first, second], tmp_path).read_bytes() == CONTENT
        with pytest.raises(FileError, match="sent more than 2 MiB"):
            fetch("other.gz", SHA256, [first], tmp_path)
    assert os.listdir(tmp_path) == [FILE]


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.0 200 OK\r\n\r\n"], ids=["headers", "body"])
def test_an_answer_that_drips_is_left_at_the_deadline(tmp_path, monkeypatch, begun):
    release = threading.Event()

    def drip(handler):
        handler.wfile.write(begun or b"HTTP/1.0 200 OK\r\nX: ")
        with suppress(ConnectionError):
            while not release.wait(0.02):
                handler.wfile.write(b"a")

    with mirror(drip) as (first, _), mirror(good) as (second, _):
        monkeypatch.setattr(download, "DEADLINE_SECONDS", 0.5)
        with pytest.raises(FileError, match="not complete after"):
            fetch(FILE, SHA256, [first], tmp_path)
        monkeypatch.setattr(download, "DEADLINE_SECONDS", 20)
        assert fetch(FILE, SHA256, [second], tmp_path).read_bytes() == CONTENT
        release.set()
    assert os.listdir(tmp_path) == [FILE]


def test_the_reasons_are_in_the_language_of_the_one_who_waits(tmp_path, closed):
    with language("es"), pytest.raises(FileError) as caught:
        fetch(FILE, SHA256, [closed], tmp_path)
    with language("es"):
        assert "sin conexión" in str(caught.value)


def test_when_all_fail_each_mirror_has_its_reason_and_nothing_is_left(tmp_path, closed):
    with ExitStack() as stack:
        urls = {reason: stack.enter_context(mirror(answer))[0] for reason, answer in bad.items()}
        with pytest.raises(FileError, match="--data-dir") as caught:
            fetch(FILE, SHA256, [*urls.values(), closed], tmp_path)
    message = str(caught.value)
    for reason, url in {**urls, "no connection": closed}.items():
        found = message[message.index(url) :]
        assert reason in found.partition("; ")[0]
    assert os.listdir(tmp_path) == []


def test_a_damaged_file_in_the_cache_is_replaced(tmp_path):
    (tmp_path / FILE).write_bytes(CONTENT[:500])
    with mirror(good) as (url, _):
        assert fetch(FILE, SHA256, [url], tmp_path).read_bytes() == CONTENT


def test_a_failure_keeps_what_was_there(tmp_path, closed):
    (tmp_path / FILE).write_bytes(b"older")
    with pytest.raises(FileError):
        fetch(FILE, SHA256, [closed], tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"older"


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FileError, match="cannot be written"):
        fetch(FILE, SHA256, ["http://127.0.0.1:1/"], tmp_path / "file")


def test_a_full_disk(tmp_path):
    pytest.importorskip("resource", reason="limits on the size of files need POSIX")
    code = (
        "import resource, signal, sys; from pathlib import Path; from gradiente.data.download import fetch\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "fetch(*sys.argv[1:3], sys.argv[3:4], Path(sys.argv[4]))"
    )
    with mirror(good) as (url, _):
        ended = subprocess.run(
            [sys.executable, "-c", code, FILE, SHA256, url, tmp_path], capture_output=True, text=True
        )
    assert f"{tmp_path / FILE} cannot be written" in ended.stderr
    assert os.listdir(tmp_path) == []


def test_a_killed_download_leaves_no_file_and_the_next_one_works(tmp_path):
    code = (
        "import sys; from pathlib import Path; from gradiente.data.download import fetch\n"
        "fetch(*sys.argv[1:3], sys.argv[3:4], Path(sys.argv[4]))"
    )
    release = threading.Event()

    def half(handler):
        send(CONTENT[:300_000], announced=len(CONTENT))(handler)
        release.wait(30)

    with mirror(half) as (url, _):
        process = subprocess.Popen(
            [sys.executable, "-c", code, FILE, SHA256, url, tmp_path], stderr=subprocess.DEVNULL
        )
        end = time.monotonic() + 20
        while not any(part.stat().st_size for part in tmp_path.glob("*.part")) and time.monotonic() < end:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        release.set()
    (leftover,) = tmp_path.iterdir()
    assert leftover.name.startswith(f".{FILE}.")
    with mirror(good) as (url, _):
        assert fetch(FILE, SHA256, [url], tmp_path).read_bytes() == CONTENT
        assert leftover.exists()  # another process might be at work on it, until it has been silent for long
        os.utime(leftover, (0, 0))
        (tmp_path / FILE).unlink()
        fetch(FILE, SHA256, [url], tmp_path)
    assert os.listdir(tmp_path) == [FILE]


def test_mnist_into_the_cache_of_the_user(tmp_path, monkeypatch, mnist_folder):
    def answer(handler):
        send((mnist_folder / handler.path.removeprefix("/")).read_bytes())(handler)

    monkeypatch.delenv("GRADIENTE_DATA_DIR", raising=False)
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path / "gradiente"))
    with mirror(answer) as (url, asked):
        monkeypatch.setattr("gradiente.data.mnist._MNIST", replace(_MNIST, mirrors=(url,)))
        for _ in range(2):
            assert [len(part) for part in mnist()] == [60000, 10000]
    assert len(asked) == 4
    assert len(os.listdir(tmp_path / "gradiente" / "mnist")) == 4
