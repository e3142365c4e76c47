"""The lab's figures: python benchmarks/lab.py [--data-dir FOLDER]

First paint, frames a second while a network trains, the answer to an opened number, epochs a second of the spirals,
the speed on MNIST beside `gradiente train`, how long going back takes, 20 sessions at once, the server's memory after
100 sessions were dropped.
Needs Playwright and Chromium; MNIST's rows need its files.
"""

import argparse
import json
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gradiente.lab.frame import read_frame

DATA = {"name": "spirals", "samples": 300}
SPIRALS = "#name=spirals&noise=0.02&hidden=8,8&batch_size=all"
SESSIONS, DROPPED = 20, 100
# From the click on a number until the page shows it opened, in milliseconds.
OPENING = """([place, name]) => new Promise(done => {
    const begun = performance.now();
    const look = () => document.querySelector(".panel h2")?.textContent.includes(name)
        ? done(performance.now() - begun) : requestAnimationFrame(look);
    document.querySelectorAll(".numbers button")[place].click();
    look();
})"""


@contextmanager
def served(*options: str):
    """A lab in a process of its own: the process and its address."""
    command = [sys.executable, "-m", "gradiente", "lab", "--no-browser", "--lang", "en", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().split()[-1]
        finally:
            process.terminate()


@contextmanager
def opened(address: str, data: dict[str, Any], hidden: list[int], **descent: Any) -> Iterator[Any]:
    """A session without a page, that plays."""
    from websockets.sync.client import connect

    parts = urlsplit(address)
    token = parse_qs(parts.query)["token"][0]
    origin: Any = f"http://{parts.netloc}"
    config = {"data": data, "network": {"hidden": hidden}, "descent": descent}
    with connect(f"ws://{parts.netloc}/session?token={token}", origin=origin, max_size=None) as socket:
        socket.send(json.dumps({"do": "open", "architecture": None, "config": config}))
        answer = json.loads(socket.recv())
        assert answer["kind"] == "runs", answer
        socket.send(json.dumps({"do": "play", "speed": None}))
        yield socket


def state(socket: Any) -> dict[str, Any]:
    socket.send(json.dumps({"do": "ready"}))
    while isinstance(answer := socket.recv(), str):
        pass
    return read_frame(answer)[0]


def scrubbed(socket: Any, reached: int) -> list[float]:
    """Milliseconds until a state is that of a step, for 20 steps before one that was reached."""
    times = []
    for step in random.Random(0).sample(range(reached), 20):
        begun = time.perf_counter()
        socket.send(json.dumps({"do": "go-to", "step": step}))
        while state(socket)["runs"][0]["step"] != step:
            pass
        times.append(1000 * (time.perf_counter() - begun))
    return times


def of_the_past(address: str) -> dict[str, float]:
    """How long the spirals take to go back to a step."""
    with opened(address, DATA, [8, 8], batch_size=32) as socket:
        while (reached := state(socket)["runs"][0]["step"]) < 20_000:
            pass
        times = scrubbed(socket, reached)
    return {
        "spirals, back to a step: median (ms)": statistics.median(times),
        "spirals, back to a step: slowest (ms)": max(times),
    }


def memory(process: subprocess.Popen) -> float:
    """Of a process, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1024


def of_the_page(browser: Any, address: str) -> dict[str, float]:
    """First paint, frames a second, epochs a second, an opened number."""
    found = {}
    paints = []
    for _ in range(5):
        page = browser.new_page(bypass_csp=True)  # wait_for_function needs eval
        page.goto(address + SPIRALS)
        page.wait_for_function("document.querySelector('#where')?.textContent")
        paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))
        page.close()
    found["first paint (ms)"] = statistics.median(paints)
    page = browser.new_page(bypass_csp=True)
    page.goto(address + SPIRALS)
    page.wait_for_timeout(2000)
    where = (
        "Number(document.querySelector('#where').textContent.match(/step ([\\d,]+)/)[1].replaceAll(',', ''))"
    )
    count = (
        "new Promise(done => { let n = 0; const end = performance.now() + 5000; const tick = () => { n++;"
        " performance.now() < end ? requestAnimationFrame(tick) : done(n / 5); }; tick(); })"
    )
    begun, first = time.perf_counter(), page.evaluate(where)
    found["frames a second, 2-8-8-1"] = page.evaluate(count)
    steps, seconds = page.evaluate(where) - first, time.perf_counter() - begun
    found["spirals, epochs a second"] = steps / seconds
    page.keyboard.press(" ")
    page.wait_for_timeout(500)
    page.click("#room-steps")
    page.wait_for_selector(".chain button")
    page.locator(".chain button", has_text="W").first.click()
    page.wait_for_selector(".numbers button")
    times = [page.evaluate(OPENING, [place, f"[{place // 2},{place % 2}]"]) for place in range(8)]
    found["an opened number (ms)"] = statistics.median(times)
    return found


def of_many(address: str) -> dict[str, float]:
    """How long 20 sessions wait for an answer, while all of them train."""
    times = []

    def answered(socket: Any) -> None:
        for _ in range(20):
            begun = time.perf_counter()
            state(socket)
            times.append(1000 * (time.perf_counter() - begun))

    with ExitStack() as sessions, ThreadPoolExecutor(SESSIONS) as pool:
        each = (opened(address, DATA, [8, 8], batch_size="all") for _ in range(SESSIONS))
        list(pool.map(answered, [sessions.enter_context(session) for session in each]))
    return {
        "20 sessions: median answer (ms)": statistics.median(times),
        "20 sessions: slowest answer (ms)": max(times),
    }


def of_dropped(process: subprocess.Popen, address: str) -> dict[str, float]:
    """The server's memory after 100 sessions that trained were dropped, over that before the first one."""
    before = memory(process)
    for _ in range(DROPPED):
        with opened(address, DATA, [8, 8], batch_size=32) as socket:
            state(socket)
    time.sleep(2)
    return {"memory after 100 dropped sessions / before": memory(process) / before}


def of_mnist(address: str, data_dir: str) -> dict[str, float]:
    """Epochs a second in the lab and by `gradiente train`, in turn."""
    lab, train, back = [], [], []
    with tempfile.TemporaryDirectory() as place:
        for number in range(3):
            adam = "Adam(lr=0.001)"
            with opened(address, {"name": "mnist"}, [512], batch_size=128, optimizer=adam) as socket:
                while (first := state(socket)["runs"][0]["step"]) < 40:
                    pass
                begun = time.perf_counter()
                while (last := state(socket)["runs"][0]["step"]) < first + 1500:
                    pass
                lab.append((last - first) / (time.perf_counter() - begun))
                back += scrubbed(socket, last)
            run = Path(place) / str(number)
            options = ["--epochs", "4", "--run", str(run), "--data-dir", data_dir, "--batch-size", "128"]
            command = [sys.executable, "-m", "gradiente", "train", "mnist", "--hidden", "512", *options]
            subprocess.run([*command, "--optimizer", adam], check=True, capture_output=True)
            records = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
            train.append(422 / statistics.median(record["seconds"] for record in records[1:]))
    ratio = statistics.median(ours / theirs for ours, theirs in zip(lab, train, strict=True))
    return {
        "MNIST 784-512-10, steps a second in the lab": statistics.median(lab),
        "MNIST 784-512-10, steps a second by gradiente train": statistics.median(train),
        "MNIST 784-512-10, lab / train": ratio,
        "MNIST, back to a step: median (ms)": statistics.median(back),
        "MNIST, back to a step: slowest (ms)": max(back),
    }


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data-dir", help="the folder with MNIST's files")
    data_dir = parser.parse_args().data_dir
    options = ["--data-dir", data_dir] if data_dir else []
    found: dict[str, float] = {}
    with served(*options) as (_, address), sync_playwright() as running:
        browser = running.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found |= of_the_page(browser, address)
        browser.close()
    with served() as (_, address):
        found |= of_the_past(address)
        found |= of_many(address)
    with served() as (process, address):
        found |= of_dropped(process, address)
    if data_dir:
        with served(*options) as (_, address):
            found |= of_mnist(address, data_dir)
    for name, value in found.items():
        print(f"{name:55} {value:10.4g}")


if __name__ == "__main__":
    main()
