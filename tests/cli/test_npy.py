"""A data set in a folder, from training to prediction."""

import csv

import numpy as np
import pytest

from .conftest import gradiente


@pytest.fixture
def folder(own_folder):
    draw = np.random.default_rng(0)
    y = np.arange(200) % 2
    (own_folder / "mine").mkdir()
    np.save(own_folder / "mine" / "x.npy", draw.normal(size=(200, 3)) * [1, 100, 0.01] + 5 * y[:, None])
    np.save(own_folder / "mine" / "y.npy", y)
    return own_folder


def test_train_evaluate_and_predict(folder):
    trained = gradiente("train", "mine", "--epochs", "40", "--run", "run", "--json")
    assert trained.status == 0, trained.err
    assert trained.data["test"]["accuracy"] > 0.95
    assert trained.data["config"]["data"]["name"] == str(folder / "mine")
    assert (folder / "run" / "report.html").is_file()
    assert gradiente("evaluate", "run", "--json").data["metrics"] == trained.data["test"]
    predicted = gradiente("predict", "run", "mine/x.npy", "--output", "out.csv", "--json").data
    right = np.load(folder / "mine" / "y.npy")
    assert np.mean([int(row["class"]) for row in predicted] == right) > 0.95
    with open(folder / "out.csv", encoding="utf-8") as file:
        assert [row["source"] for row in csv.DictReader(file)][::199] == ["x.npy:1", "x.npy:200"]
    np.savez(folder / "same.npz", x=np.load(folder / "mine" / "x.npy"))
    again = gradiente("predict", "run", "same.npz", "--json").data
    assert [row["probabilities"] for row in again] == [row["probabilities"] for row in predicted]


def test_other_columns_are_refused(folder):
    assert gradiente("train", "mine", "--epochs", "1", "--run", "run", "--no-report").status == 0
    np.save(folder / "four.npy", np.zeros((5, 4)))
    answer = gradiente("predict", "run", "four.npy")
    assert answer.status == 1
    assert "(5, 4)" in answer.err


def test_a_folder_without_the_files_is_explained(folder):
    (folder / "mine" / "y.npy").unlink()
    answer = gradiente("train", "mine")
    assert answer.status == 1
    assert "expected a folder with x.npy and y.npy; missing: y.npy" in answer.err
