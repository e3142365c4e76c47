import html
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from gradiente.cli import main
from gradiente.data import Dataset, load
from gradiente.errors import FileError
from gradiente.layers import Linear, Tanh
from gradiente.locale import LANGUAGES, set_language
from gradiente.losses import CrossEntropyLoss
from gradiente.metrics import classification_metrics
from gradiente.network import Network
from gradiente.reporting import write_report
from gradiente.training.history import History
from gradiente.training.targets import probabilities

NAMES = ("moons", "digits", "cnn", "iris", "sine", "xor")
VOID = {"meta", "img", "br"}


class Checker(HTMLParser):
    """Every element that opens closes, in order; every address is in the file; every picture has words."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.language = [], [], None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append(tag)
        assert tag not in ("script", "link", "iframe", "object")
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert (attributes.get(name) or "data:image/png").startswith("data:image/png")
        if tag == "html":
            self.language = attributes["lang"]
        if tag == "img":
            assert attributes["alt"]
        if tag == "svg":
            assert attributes["aria-label"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert tag not in VOID
        assert self.open.pop() == tag


def checked(page):
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert not checker.open
    assert page.startswith("<!DOCTYPE html>\n<html")
    assert "http" not in page
    assert "url(" not in page.replace("url(#", "")
    assert "@import" not in page
    return checker


def written(folder, case, name="report.html"):
    path = folder / name
    write_report(path, **case)
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_report_is_one_whole_file_that_needs_no_other(run, tmp_path, name, language):
    set_language(language)
    page = written(tmp_path, run(name))
    checker = checked(page)
    assert checker.language == language
    assert ("Curvas" in page) == (language == "es")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"base64,[^\"]*", "", page))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_run_gives_the_same_bytes(run, tmp_path, name):
    assert written(tmp_path, run(name)) == written(tmp_path, run(name), "again.html")


SECTIONS = {
    "moons": {"Confusion matrix", "Misclassified instances", "Decision regions", "Gradients"},
    "digits": {"Confusion matrix", "Misclassified instances", "Weights of the first layer", "Gradients"},
    "cnn": {
        "Confusion matrix",
        "Misclassified instances",
        "Filters of the first convolution",
        "Feature maps of each layer",
        "Gradients",
    },
    "iris": {"Confusion matrix", "Misclassified instances", "Gradients"},
    "xor": {"Confusion matrix", "Misclassified instances", "Decision regions", "Gradients"},
    "sine": {"Predictions and true values", "Gradients"},
}
SOMETIMES = set().union(*SECTIONS.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_section_is_there_when_it_applies(run, tmp_path, name):
    headings = re.findall(r"<h2>([^<]*)</h2>", written(tmp_path, run(name)))
    assert SOMETIMES & set(headings) == SECTIONS[name]
    assert {"Curves", "Network", "Configuration", "Environment"} <= set(headings)
    # Of a logic table nothing is held out.
    assert ("Training metrics" if name == "xor" else "Test metrics") in headings
    first = "Decision regions" if name in ("moons", "xor") else "Curves"
    assert headings[0] == first


def test_where_nothing_is_held_out_no_test_is_spoken_of(run, tmp_path):
    for code in LANGUAGES:
        set_language(code)
        page = re.sub(
            r"<style>.*?</style>|<code>[^<]*</code>", "", written(tmp_path, run("xor")), flags=re.DOTALL
        )
        assert not re.search(r"\btest|prueba", page, re.IGNORECASE)
        assert re.search(r"\btest|prueba", written(tmp_path, run("moons")), re.IGNORECASE)


@pytest.mark.parametrize("name", ["moons", "digits", "cnn", "iris", "xor"])
def test_the_confusion_matrix_is_that_of_scikit_learn(run, tmp_path, name):
    case = run(name)
    prediction = case["prediction"]
    said = prediction[:, 0] > 0.5 if prediction.shape[1] == 1 else prediction.argmax(axis=1)
    matrix = confusion_matrix(case["test"].y, said, labels=range(len(case["test"].classes)))
    drawn = " ".join(re.findall(r"<text[^>]*>(\d+)</text>", written(tmp_path, case)))
    assert f" {' '.join(map(str, matrix[matrix > 0]))} " in f" {drawn} "


@pytest.mark.parametrize("patience", [None, 1])
def test_only_early_stopping_discards(tmp_path, patience):
    """A learning rate so large that the validation loss soon gets worse again."""
    options = ["--epochs", "12", "--lr", "0.3", "--penalty", "L2(0.001)", "--run", str(tmp_path / "run")]
    main(["train", "iris", *options, *([] if patience is None else ["--patience", str(patience)])])
    records = [json.loads(line) for line in (tmp_path / "run" / "metrics.jsonl").read_text().splitlines()]
    best = min(records, key=lambda record: record["val_loss"])["epoch"]
    assert best < len(records)
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert (f"parameters of epoch {best}" in page) == (patience is not None)
    assert ("discarded" in page) == (patience is not None)
    assert "Loss without penalty" in page
    assert "L2(0.001)" in page


def test_names_from_data_are_never_markup(run, tmp_path):
    hostile = '<script>alert(1)</script>" onload="x'
    case = run("iris")
    parts = {
        part: Dataset(
            case[part].x,
            case[part].y,
            "classification",
            hostile,
            (hostile, "b</td>", "c&d"),
            (hostile, "b", "c", "d"),
        )
        for part in ("train", "test")
    }
    strange = {"config": {hostile: hostile}, "environment": {hostile: hostile}, "stopped": hostile}
    page = written(tmp_path, {**case, **parts, **strange})
    checked(page)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_more_outputs_than_classes_have_numbers_for_names(tmp_path):
    data = Dataset(np.eye(4), np.array([0, 1, 0, 1]), "classification", "d", ("no", "yes"))
    net = Network([Linear(4, 3)])
    page = written(
        tmp_path,
        {
            "network": net,
            "loss": CrossEntropyLoss(),
            "history": History(),
            "train": data,
            "test": data,
            "metrics": {"accuracy": 0.5},
            "prediction": net.predict(data.x),
            "config": {},
            "environment": {},
        },
    )
    checked(page)
    assert re.search(r"<text[^>]*>2</text>", page)


def test_a_folder_that_cannot_be_written_is_one_message(run, tmp_path):
    with pytest.raises(FileError):
        write_report(tmp_path / "missing" / "report.html", **run("iris"))


def test_real_mnist(tmp_path, mnist_folder):
    train, test = load("mnist", data_dir=mnist_folder)
    net, loss = Network([Linear(784, 32), Tanh(), Linear(32, 10)], seed=0), CrossEntropyLoss()
    for start in range(0, 20_000, 100):
        x, y = train.x[start : start + 100], train.y[start : start + 100]
        prediction, caches = net.forward(x)
        net.backward(caches, loss.gradient(prediction, y))
        net.theta -= 0.5 * net.gradient
    prediction = net.predict(test.x)
    p = probabilities(loss, prediction)
    history = History([{"epoch": 1, "lr": 0.5, "loss": 0.5, "accuracy": 0.9, "seconds": 1.0}])
    page = written(
        tmp_path,
        {
            "network": net,
            "loss": loss,
            "history": history,
            "train": train,
            "test": test,
            "metrics": classification_metrics(test.y, p),
            "prediction": prediction,
            "config": {"data": "mnist"},
            "environment": {"python": "3.11"},
        },
    )
    assert checked(page).tags.count("img") == 24 + 12 + 32
    assert len(page) < 1_000_000


def test_a_metric_that_is_not_defined_is_named_below_the_others(run, tmp_path):
    case = run("iris")
    sentences = ["precision is not defined for class <2>", "recall is not defined"]
    page = written(tmp_path, {**case, "undefined": sentences})
    for sentence in sentences:
        assert page.count(html.escape(sentence)) == 1
    assert page.index("Test metrics") < page.index("is not defined") < page.index("Confusion matrix")
