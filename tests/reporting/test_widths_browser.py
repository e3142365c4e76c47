"""Every page at the width of a phone, in a real browser: nothing wider than the window, save in a box that scrolls."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gradiente import (
    Adam,
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    Dropout2d,
    Flatten,
    Linear,
    MaxPool2d,
    Network,
    ReLU,
    Residual,
    Unflatten,
    trace,
)
from gradiente.data import Dataset
from gradiente.grading import Rubric, gradebook
from gradiente.grading.class_page import class_page
from gradiente.grading.feedback import feedback_page
from gradiente.locale import LANGUAGES, set_language
from gradiente.reporting import write_report
from gradiente.reporting.certificate import write_certificate
from gradiente.reporting.comparison import write_comparison
from gradiente.reporting.explanation_page import write_explanation
from gradiente.training.history import History

from ..grading.conftest import stub_words  # noqa: F401
from ..grading.test_gradebook import a_class
from .test_certificate import equal
from .test_comparison import small

WIDTHS = (320, 360, 768, 1440)
LONG = "a_class_with_a_name_that_no_phone_can_show_in_one_line_at_all"


def deep(side=12):
    """A long list of layers, one inside the other, of pictures with names that are long."""
    x = np.random.default_rng(0).normal(size=(30, side * side)).astype(np.float32)
    data = Dataset(
        x, np.arange(30) % 3, "classification", LONG, ("a", LONG, "another " * 9), (), (side, side)
    )
    inner = Residual([Conv2d(4, 4, 3, padding=1)], [Conv2d(4, 4, 1)])
    layers = [Unflatten(1, (1, side, side)), Conv2d(1, 4, 3, padding=1), BatchNorm2d(4), ReLU()]
    layers += [Residual([Conv2d(4, 4, 3, padding=1), ReLU(), inner]), MaxPool2d(2), Dropout2d(0.1)]
    network = Network([*layers, Flatten(), Linear(side * side, 20), ReLU(), Linear(20, 3)], seed=0)
    return network, data


def deep_report(path):
    network, data = deep()
    norms = dict.fromkeys(network.parameters, 0.5)
    record = {"lr": 0.1, "loss": 1.0, "val_loss": 1.0, "seconds": 1.0, "gradient_norms": norms}
    write_report(
        path,
        network=network,
        loss=CrossEntropyLoss(),
        history=History([{"epoch": epoch, **record} for epoch in (1, 2)]),
        train=data,
        test=data.subset(np.arange(12)),
        metrics={"loss": 1.0, "accuracy": 0.5},
        prediction=network.predict(data.x[:12]),
        config={"data": {"name": f"/{LONG}" * 4}, "layers": [str(layer) for layer in network.layers]},
        environment={"blas": "openblas " * 20, "system": LONG * 2},
        stopped=LONG * 2,
    )


def deep_step(path):
    network, data = deep(side=8)
    rate = Adam(lr=0.009755283560345442)
    step = trace(network, CrossEntropyLoss(), data.x[:2], data.y[:2], optimizer=rate)
    write_explanation(path, step, data=LONG)


def table(path):
    names = tuple(f"a_column_with_a_long_name_{j}" for j in range(12))
    x = np.random.default_rng(0).normal(size=(30, 12)).astype(np.float32)
    data = Dataset(x, np.arange(30) % 2, "classification", "table", ("b", LONG), names)
    network = Network([Linear(12, 2)], seed=0)
    write_report(
        path,
        network=network,
        loss=CrossEntropyLoss(),
        history=History(),
        train=data,
        test=data.subset(np.arange(10)),
        metrics={"loss": 1.0, "accuracy": 0.5},
        prediction=network.predict(data.x[:10]),
        config={},
        environment={},
    )


def a_whole_class(path):
    graded = gradebook(a_class(), Rubric())
    pages = {row.result.student: f"{row.result.student}.html" for row in graded.rows}
    path.write_text(class_page(graded, pages), encoding="utf-8")


def a_student(path):
    graded = gradebook(a_class(), Rubric())
    path.write_text(feedback_page(graded.rows[0]), encoding="utf-8")


PAGES = {
    "deep": deep_report,
    "table": table,
    "step": deep_step,
    "certificate": lambda path: write_certificate(path, equal()),
    "comparison": lambda path: write_comparison(path, small()),
    "class": a_whole_class,
    "student": a_student,
}
RUNS = ("moons", "digits", "cnn", "iris", "sine", "xor")


def widths(browser, path):
    """Of a window that grows, its width and that of the page in it."""
    found = []
    page = browser.new_page(viewport={"width": WIDTHS[0], "height": 800})
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found.append(tuple(page.evaluate("[innerWidth, document.scrollingElement.scrollWidth]")))
    page.close()
    return found


@pytest.mark.parametrize(("name", "language"), [*product(PAGES, LANGUAGES), *((name, "es") for name in RUNS)])
def test_no_page_is_wider_than_its_window(browser, run, tmp_path, name, language):
    set_language(language)
    path = tmp_path / "page.html"
    write_report(path, **run(name)) if name in RUNS else PAGES[name](path)
    for window, page in widths(browser, path):
        assert page <= window


def test_a_class_of_forty_fits_a_screen(browser, tmp_path):
    class_of = [replace(one, student=f"{one.student} {copy}") for copy in range(5) for one in a_class()[:8]]
    graded = gradebook(class_of, Rubric())
    pages = {row.result.student: "page.html" for row in graded.rows}
    assert len(pages) == 40
    path = tmp_path / "page.html"
    path.write_text(class_page(graded, pages), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(path.as_uri())
    assert page.evaluate("document.scrollingElement.scrollHeight") <= 800
    page.close()
