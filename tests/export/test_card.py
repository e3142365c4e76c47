"""The card of a run says what its files and its data say."""

import json
import re
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support
from tests.cli.conftest import gradiente, write_table

from gradiente import export, language
from gradiente.formatting import share
from gradiente.training.load_for import load_for
from gradiente.training.run import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("card")
    write_table(folder / "garden.csv", rows=120)
    options = ["--run", folder / "run", "--epochs", 3, "--no-report", "--json"]
    assert gradiente("train", folder / "garden.csv", *options).status == 0
    return folder / "run"


def written(run, path, code="en"):
    with language(code):
        return export(run, path, format="card").read_text(encoding="utf-8")


def test_data_network_and_measures(run, tmp_path):
    text = written(run, tmp_path / "card.md")
    assert "- target: `flower`" in text
    assert "- columns: `height`, `soil`, `width`" in text
    assert "| 0 | `Linear(4, 64)` | (m, 64) | 320 |" in text
    accuracy = json.loads((run / "test.json").read_text(encoding="utf-8"))["accuracy"]
    assert f"| accuracy | {share(accuracy, 2)} |" in text


def test_the_measures_of_every_class_are_scikit_learns(run, tmp_path):
    text = written(run, tmp_path / "card.md")
    opened = Run.open(run)
    _, test = load_for(opened.config())
    predicted = (opened.network().predict(test.x)[:, 0] > 0).astype(int)
    expected: Any = precision_recall_fscore_support(test.y, predicted)
    for name, p, r, f, support in zip(("red", "white"), *expected, strict=True):
        found = re.search(rf"\| `{name}` \| (.*) \| (.*) \| (.*) \| (\d+) \|", text)
        assert found
        assert found.groups() == (share(p, 2), share(r, 2), found[3], str(support))
        assert float(found[3]) == pytest.approx(f, abs=5e-4)


def test_in_spanish(run, tmp_path):
    text = written(run, tmp_path / "card.md", "es")
    assert "## Límites" in text
    assert "Una red neuronal para clasificación" in text


def test_without_the_data_the_rest_is_written(run, tmp_path):
    moved = run.parent / "garden.csv"
    content = moved.read_text(encoding="utf-8")
    moved.unlink()
    try:
        text = written(run, tmp_path / "card.md")
    finally:
        moved.write_text(content, encoding="utf-8")
    assert "the data were not there any more" in text
    assert "| accuracy |" in text
    assert "`red` |" not in text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--split", "time:day"], "rule: `time:day`"),
        (["--test", "later.csv"], "test: `"),
    ],
)
def test_how_the_rows_were_split(options, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    lines = [
        f"2024-01-{1 + i % 28:02d},{x:.3f},{'yes' if x > 0 else 'no'}"
        for i, x in enumerate(generator.normal(size=60))
    ]
    for name in ("days.csv", "later.csv"):
        (tmp_path / name).write_text("\n".join(["day,x,answer", *lines]) + "\n", encoding="utf-8")
    drop = [] if "--split" in options else ["--drop", "day"]
    done = gradiente(
        "train", "days.csv", *options, *drop, "--run", "run", "--epochs", 1, "--no-report", "--json"
    )
    assert done.status == 0, done.err
    assert words in written("run", tmp_path / "card.md")
