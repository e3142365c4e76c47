"""A lab in a process of its own, and its page in a browser."""

import re
import socket
import subprocess
import sys

import pytest
from tests.lab.runs import Page


def listening(*options):
    """A lab in a process of its own, and its address."""
    command = [sys.executable, "-m", "gradiente", "lab", "--no-browser", "--lang", "en", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().split()[-1]


def stop(process):
    """End it, and what it says."""
    process.terminate()
    process.wait(timeout=20)
    process.stdout.close()


@pytest.fixture(scope="package")
def address():
    """That of a lab in a process of its own."""
    process, found = listening()
    yield found
    stop(process)


@pytest.fixture
def unused_port():
    """A port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@pytest.fixture(scope="package")
def window(browser, address):
    """Gives a browser's context with such options, one for all pages: a new one costs a second of the processor."""
    contexts = {}

    def of(**options):
        key = repr(sorted(options.items()))
        if key not in contexts:
            # wait_for_function needs eval
            contexts[key] = browser.new_context(**{"bypass_csp": True, **options})
            contexts[key].new_page().goto(f"{address}#room=tensors")  # while it is open, its process is kept
        return contexts[key]

    yield of
    for context in contexts.values():
        context.close()


@pytest.fixture
def opened(window, address):
    """Opens the page in that window; afterwards nothing was asked of others and no script failed."""
    pages, wrong = [], []
    own = address.split("?")[0]

    def open_page(place="", before=lambda page: None, **options):
        page = window(**options).new_page()
        pages.append(page)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("request", lambda request: request.url.startswith(own) or wrong.append(request.url))
        before(page)
        page.goto(address + place)
        page.locator("#where, #remark, #score, #o-where, #t-words").filter(
            has_text=re.compile(r"\w")
        ).first.wait_for()
        return page

    yield open_page
    for page in pages:
        page.close()
    assert wrong == []


@pytest.fixture
def page():
    """A session, and its page in Python."""
    page = Page()
    yield page
    page.session.close()
    page.session.join()
