"""What `show` and `live` leave in a real notebook: a widget with its state, and what a saved notebook keeps."""

import base64
import os
import queue
import sys
import time

import numpy as np
import pytest
from tests.views.notebook import SETUP, STEP, TRAIN, notebook

import gradiente as gr
from gradiente.views.bundle import bundle

for package in ("anywidget", "ipykernel", "nbclient"):
    pytest.importorskip(package, reason=f'the notebook needs {package}: pip install -e ".[test]"')

WIDGET = "application/vnd.jupyter.widget-view+json"
WITHOUT = "import sys\nsys.modules['anywidget'] = None\n"  # as where it is not installed


def executed(*cells):
    """The notebook after all its cells have run, and what it was asked to draw anew."""
    import nbclient

    made = notebook(*cells)
    nbclient.NotebookClient(made, timeout=120, kernel_name="python3").execute()
    return made


@pytest.fixture(scope="module")
def saved():
    return executed()


def displayed(cell):
    outputs = [output for output in cell.outputs if output.output_type == "display_data"]
    assert [output.output_type for output in cell.outputs] == ["display_data"] * len(outputs)
    (output,) = outputs
    return output.data


def state_of(made, data):
    """The state of the widget of an output, with its buffers in their places."""
    known = made.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"][
        data[WIDGET]["model_id"]
    ]
    for buffer in known.get("buffers", []):
        *path, last = buffer["path"]
        inside = known["state"]
        for step in path:
            inside = inside[step]
        inside[last] = base64.b64decode(buffer["data"])
    return known["state"]


def test_the_module_of_the_widget_is_the_bundle(saved):
    state = state_of(saved, displayed(saved.cells[1]))
    assert state["_esm"].startswith(bundle("widget.js"))
    assert ".gradiente {" in state["_css"]
    assert (state["language"], state["texts"]["term"]) == ("en", "Term")


def test_a_network_is_a_widget_with_its_summary_behind_it(saved):
    data = displayed(saved.cells[1])
    state = state_of(saved, data)
    assert state["view"] == "network"
    scope = {}
    exec(SETUP, scope)
    weight = state["content"]["weights"][0]
    expected = scope["net"].parameters["0.weight"]
    np.testing.assert_allclose(np.frombuffer(weight["data"], weight["type"]), expected.ravel(), rtol=1e-6)
    assert "Linear(2, 3)" in data["text/html"]
    assert data["text/plain"] == str(scope["net"].summary())


def test_a_step_is_a_widget_with_its_quantities_behind_it(saved):
    data = displayed(saved.cells[2])
    assert state_of(saved, data)["view"] == "trace"
    for name in ("X", "W[1]", "dW[2]", "J"):
        assert name in data["text/plain"]
        assert name in data["text/html"]
    assert r"$A^{[1]} = \tanh" in data["text/html"]


def test_the_curves_of_a_run_end_where_its_history_does(saved):
    live, history = (displayed(cell) for cell in saved.cells[3:5])
    scope = {}
    exec(SETUP, scope)
    expected = scope["trainer"].fit(scope["train"], epochs=40)["loss"]
    for data in (live, history):
        state = state_of(saved, data)
        assert state["view"] == "history"
        assert state["content"]["measures"]["loss"] == pytest.approx(expected)
        assert data["text/html"].count("<img") == 2
    assert live["text/html"] == history["text/html"]


def test_without_the_widget_the_notebook_keeps_the_same_and_says_what_to_install(saved):
    bare = executed(WITHOUT + SETUP, "gr.show(net)", STEP, TRAIN, "gr.show(history)")
    for cell, other in zip(bare.cells[1:], saved.cells[1:], strict=True):
        data = displayed(cell)
        assert WIDGET not in data
        assert data["text/html"].startswith(displayed(other)["text/html"])
        assert data["text/html"].count("pip install") == 1


def test_in_spanish(monkeypatch):
    monkeypatch.setitem(os.environ, "GRADIENTE_LANG", "es")
    made = executed(SETUP, STEP)
    data = displayed(made.cells[1])
    assert state_of(made, data)["texts"]["term"] == "Término"
    assert "Hacia adelante" in data["text/html"]


def test_what_is_shown_of_anything_else_is_an_error():
    from nbclient.exceptions import CellExecutionError

    with pytest.raises(CellExecutionError, match="a Network, a Trace or a History; got str"):
        executed("import gradiente as gr\ngr.show('net')")


def test_a_number_that_the_page_opens_is_answered_by_its_terms():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    try:
        messages = []
        client.execute_interactive(SETUP + STEP, timeout=120, output_hook=messages.append)
        (shown,) = [
            message["content"]["data"] for message in messages if message["msg_type"] == "display_data"
        ]
        comm, asked = shown[WIDGET]["model_id"], {"name": "dW[1]", "index": [2, 1]}
        content = {"comm_id": comm, "data": {"method": "custom", "content": asked}}
        client.shell_channel.send(client.session.msg("comm_msg", content))
        first, last = answers(client, 2)
        scope = {"gr": gr}
        exec(SETUP, scope)
        exec(STEP.replace("gr.show(", "step = (", 1), scope)
        expected = scope["step"].entry("dW[1]", 2, 1)
        assert (first["value"], first["torch"], first["waiting"]) == (expected.value, None, True)
        assert (last["torch"], last["waiting"]) == (expected.torch, False)
        assert sum(term["value"] for term in last["terms"]) == pytest.approx(expected.value)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def answers(client, count, seconds=120):
    """The custom messages of a widget that come next."""
    found, until = [], time.monotonic() + seconds
    while len(found) < count:
        try:
            message = client.get_iopub_msg(timeout=max(0.1, until - time.monotonic()))
        except queue.Empty:
            pytest.fail(f"no answer within {seconds} seconds; {sys.executable}")
        data = message["content"].get("data", {}) if message["msg_type"] == "comm_msg" else {}
        if data.get("method") == "custom":
            found.append(data["content"])
    return found
