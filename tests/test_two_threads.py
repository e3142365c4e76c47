"""Two trainings at once, in two languages: each as if it were alone, and the process as it was."""

import logging
import os
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import matplotlib
import numpy as np
import pytest

import gradiente as gr
from gradiente.metrics import classification_metrics
from gradiente.reporting import plot, write_report

ROUNDS = 3


def work(code, folder, start=None):
    """What a training in that language ends with: its weights, its reports, the words of an error."""
    gr.set_language(code)
    if start is not None:
        start.wait()
    train, test = gr.data.load("iris", seed=0)
    network = gr.Network([gr.Linear(4, 8), gr.Tanh(), gr.Dropout(0.2), gr.Linear(8, 3)], seed=0)
    loss = gr.CrossEntropyLoss()
    trainer = gr.Trainer(network, loss, gr.Adam(lr=0.01), callbacks=[gr.EarlyStopping(patience=2)], seed=0)
    history = trainer.fit(train, validation=0.2, epochs=8, batch_size=16)
    for record in history.records:
        record["seconds"] = 1.0
    prediction = network.predict(test.x)
    pages, errors = [], []
    for number in range(ROUNDS):
        path = folder / f"{code}{number}.html"
        write_report(
            path,
            network=network,
            loss=loss,
            history=history,
            train=train,
            test=test,
            metrics=classification_metrics(test.y, loss.estimate(prediction)),
            prediction=prediction,
            config={},
            environment={},
        )
        pages.append(path.read_text(encoding="utf-8"))
        for call in (lambda: gr.data.load("irsi"), lambda: gr.Adam(lr=-1), lambda: gr.Network([])):
            with pytest.raises(gr.GradienteError) as raised:
                call()
            errors.append(str(raised.value))
    return network.theta.tobytes(), pages, errors


def state():
    """What belongs to the whole process, and a training could change."""
    mask = os.umask(0o022)
    os.umask(mask)
    return {
        "style": dict(matplotlib.rcParams),
        "filters": list(warnings.filters),
        "logging": logging.getLogger("matplotlib").level,
        "numpy": np.geterr(),
        "random": str(np.random.get_state()),  # noqa: NPY002
        "umask": mask,
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "language": gr.get_language(),
    }


def test_two_trainings_in_two_threads_are_as_if_alone(tmp_path):
    alone = {}
    for code in ("en", "es"):
        with ThreadPoolExecutor(1) as thread:
            alone[code] = thread.submit(work, code, tmp_path).result()
    assert alone["en"][0] == alone["es"][0]
    assert all('lang="es"' in page and "Curvas" in page for page in alone["es"][1])
    assert any("did you mean iris?" in words for words in alone["en"][2])
    assert any("¿quiso decir iris?" in words for words in alone["es"][2])
    before, start = state(), Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        together = {code: threads.submit(work, code, tmp_path, start) for code in alone}
        assert {code: done.result() for code, done in together.items()} == alone
    assert state() == before


def test_pictures_drawn_at_once_leave_the_style_and_the_filters():
    def draw(number):
        with plot.axes() as drawn:
            drawn.plot([1, 2], [3, number])
            drawn.set_xlabel("中")  # a letter that matplotlib's font lacks
            return plot.svg(drawn, str(number))

    alone, before = [draw(number) for number in range(12)], state()
    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(draw, range(12))) == alone
    assert state() == before


def test_a_new_file_needs_no_other_umask(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the umask is the whole process's"))
    network = gr.Network([gr.Linear(2, 1)], seed=0)
    network.save(tmp_path / "net.safetensors")
    monkeypatch.undo()
    (tmp_path / "other").write_text("")
    assert (tmp_path / "net.safetensors").stat().st_mode == (tmp_path / "other").stat().st_mode
