"""The widgets in JupyterLab, in a real browser: a number opens into its terms, and curves are drawn."""

import os
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from urllib.error import URLError
from urllib.request import urlopen

import nbformat
import pytest
from nbclient import NotebookClient
from tests.views.notebook import CELLS, SETUP, STEP, notebook
from tests.views.written import read

import gradiente as gr

for package in ("anywidget", "ipykernel"):
    pytest.importorskip(package, reason=f'the notebook needs {package}: pip install -e ".[test]"')
if find_spec("jupyterlab") is None:
    pytest.skip("jupyterlab is missing: pip install jupyterlab", allow_module_level=True)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """That of a JupyterLab of its own, with a notebook that has not run, and one that was saved after it ran."""
    folder = tmp_path_factory.mktemp("notebooks")
    nbformat.write(notebook(), folder / "views.ipynb")
    saved = notebook()
    NotebookClient(saved).execute()
    nbformat.write(saved, folder / "saved.ipynb")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    own = {
        name: str(folder / name)
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR")
    }
    own["JUPYTERLAB_WORKSPACES_DIR"] = str(folder / "workspaces")
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--ServerApp.root_dir={folder}",
    ]
    command += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=secret"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, **own}) as process:
        server = f"http://127.0.0.1:{port}"
        for _ in range(300):
            try:
                urlopen(f"{server}/api").close()
                break
            except URLError:
                time.sleep(0.2)
        yield f"{server}/doc/tree/{{}}?token=secret"
        process.send_signal(signal.SIGTERM)


@pytest.fixture
def page(browser, address):
    """The notebook after all its cells have run; nothing that its page said is of the widgets."""
    context = browser.new_context(viewport={"width": 1100, "height": 1600}, bypass_csp=True)
    shown = context.new_page()
    wrong = []
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.goto(address.format("views.ipynb"))
    shown.locator(".jp-Notebook .cm-content").first.click(timeout=60_000)
    shown.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(timeout=60_000)
    for _ in CELLS:
        shown.keyboard.press("Shift+Enter")
    shown.locator(".gradiente").nth(len(CELLS) - 2).wait_for(timeout=60_000)
    yield shown
    context.close()
    assert wrong == []


def test_numbers_open_and_curves_are_drawn(page):
    scope = {}
    exec(SETUP, scope)
    exec(STEP.replace("gr.show(", "step = (", 1), {**scope, "gr": gr}, scope)
    network, step, live, history = (page.locator(".gradiente").nth(place) for place in range(4))
    assert network.locator(".units canvas").count() == 2 + 3 + 1
    network.locator("path").first.dispatch_event("click")
    weight = read(network.locator("output").inner_text().partition(" = ")[2])
    assert weight == pytest.approx(scope["net"].parameters["0.weight"][0, 0], rel=1e-5)

    step.locator("[data-name='dW[1]']").click()
    step.locator("[data-place='2,1']").click()
    step.locator(".witnesses tr", has_text="PyTorch").filter(has_not_text="…").wait_for(timeout=60_000)
    expected = scope["step"].entry("dW[1]", 2, 1)
    assert read(step.locator(".opened").inner_text().partition(" = ")[2]) == pytest.approx(
        expected.value, rel=1e-9
    )
    terms = [read(words) for words in step.locator(".terms tbody td:last-child").all_inner_texts()]
    assert terms == pytest.approx([term.value for term in expected.terms], rel=1e-9)
    page.keyboard.press("Escape")
    step.locator(".panel .hint").wait_for()
    assert page.evaluate("document.activeElement.dataset.place") == "2,1"

    losses = scope["trainer"].fit(scope["train"], epochs=40)["loss"]
    for shown in (live, history):
        cells = shown.locator(".curves").first.locator("tbody tr").last.locator("td").all_text_contents()
        assert [read(cell) for cell in cells] == pytest.approx([40, losses[-1]], rel=1e-3)
        drawn = "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(x => x)"
        assert shown.locator("canvas").first.evaluate(drawn)


def test_a_saved_notebook_that_is_not_trusted_still_shows_something(browser, address):
    page = browser.new_page(viewport={"width": 1100, "height": 1600}, bypass_csp=True)
    page.goto(address.format("saved.ipynb"))
    network, step, live, history = (page.locator(".jp-OutputArea-output").nth(place) for place in range(4))
    step.locator("mjx-container").first.wait_for(timeout=60_000)  # its formulas are set
    assert "Linear(2, 3)" in network.inner_text()
    assert "Z[1]  (4, 3)  from X, W[1], b[1]" in step.inner_text()
    for shown in (live, history):
        assert all(shown.locator("img").evaluate_all("images => images.map(one => one.naturalWidth > 100)"))
        assert shown.locator("img").count() == 2
    page.close()
