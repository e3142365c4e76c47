"""The examples that deploy and tune: run as they stand."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import gradiente, write_prices, write_table

EXAMPLES = Path(__file__).parents[1] / "examples"


def served(model):
    """A client of the example's service."""
    from starlette.testclient import TestClient

    spec = importlib.util.spec_from_file_location("app", EXAMPLES / "serve" / "app.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return TestClient(module.service(model))


@pytest.fixture(scope="module")
def garden(tmp_path_factory):
    """(the service of a run, what gradiente says of its first rows, those rows)"""
    folder = tmp_path_factory.mktemp("served")
    write_table(folder / "garden.csv")
    options = ["--run", folder / "run", "--epochs", 3, "--no-report", "--json"]
    assert gradiente("train", folder / "garden.csv", *options).status == 0
    assert gradiente("export", folder / "run", "--output", folder / "model.onnx").status == 0
    said = gradiente("predict", folder / "run", folder / "garden.csv", "--json").data
    names, *lines = (folder / "garden.csv").read_text(encoding="utf-8").splitlines()
    rows = [dict(zip(names.split(","), line.split(","), strict=True)) for line in lines]
    return served(folder / "model.onnx"), said, rows


def body_of(rows):
    return [{"height": float(r["height"]), "soil": r["soil"], "width": float(r["width"])} for r in rows]


def test_the_service_answers_as_predict_does(garden):
    client, said, rows = garden
    answer = client.post("/predict", json=body_of(rows))
    assert answer.status_code == 200
    for found, expected in zip(answer.json(), said, strict=True):
        assert found["label"] == expected["class"]
        assert found["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)
    assert client.get("/columns").json() == {"height": "number", "soil": "text", "width": "number"}


def test_the_service_says_what_is_wrong(garden):
    client, _, rows = garden
    (row,) = body_of(rows[:1])
    answer = client.post("/predict", json=[{"height": 1.0, "soil": "clay"}])
    assert (answer.status_code, answer.json()["detail"]) == (422, "every row needs the column 'width'")
    answer = client.post("/predict", json=[{**row, "height": "tall"}])
    assert (answer.status_code, answer.json()["detail"]) == (422, "the column 'height' holds numbers")


def test_the_service_of_a_regression(tmp_path):
    write_prices(tmp_path / "prices.csv")
    options = ["--run", tmp_path / "run", "--epochs", 3, "--no-report", "--json"]
    assert gradiente("train", tmp_path / "prices.csv", *options).status == 0
    assert gradiente("export", tmp_path / "run", "--output", tmp_path / "model.onnx").status == 0
    said = gradiente("predict", tmp_path / "run", tmp_path / "prices.csv", "--json").data
    line = (tmp_path / "prices.csv").read_text(encoding="utf-8").splitlines()[1].split(",")
    row = dict(zip(("area", "age", "rooms"), map(float, line[:3]), strict=True))
    answer = served(tmp_path / "model.onnx").post("/predict", json=[row])
    assert answer.json() == [{"value": pytest.approx(said[0]["value"], rel=1e-5)}]


def test_optuna_finds_parameters():
    pytest.importorskip("optuna")
    command = [sys.executable, EXAMPLES / "tune.py", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loss = re.search(r"best validation loss (\S+)", done.stdout)
    assert loss
    assert float(loss[1]) < 1
    assert "'width'" in done.stdout
