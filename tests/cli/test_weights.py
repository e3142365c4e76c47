"""Weights of classes and of rows, and the positive class, on the command line."""

import json

import numpy as np
import pytest

from .conftest import gradiente


@pytest.fixture
def faults(own_folder):
    """A table of which one row in ten is a fault."""
    generator = np.random.default_rng(3)
    x = generator.normal(size=(200, 2))
    fault = x[:, 0] > np.sort(x[:, 0])[-20] - 1e-9
    rows = [f"{a:.4f},{b:.4f},{'fault' if bad else 'good'}" for (a, b), bad in zip(x, fault, strict=True)]
    (own_folder / "faults.csv").write_text("\n".join(["a,b,kind", *rows]) + "\n")
    return "faults.csv"


def train(*arguments):
    return gradiente("train", *arguments, "--no-report", "--epochs", 3, "--run", "run", "--json").data


def test_balanced_class_weights_are_kept_in_the_run_and_evaluated(faults):
    result = train(faults, "--class-weight", "balanced")
    assert result["config"]["descent"]["class_weight"] == pytest.approx({"fault": 5, "good": 5 / 9})
    metrics = gradiente("evaluate", "run", "--json").data["metrics"]
    assert metrics["loss"] == pytest.approx(result["test"]["loss"], rel=1e-6)
    other = gradiente("evaluate", "run", faults, "--positive", "fault", "--json").data
    assert other["positive"] == "fault"
    plain = gradiente(
        "train",
        faults,
        "--no-report",
        "--epochs",
        3,
        "--run",
        "plain",
        "--loss",
        "BCEWithLogitsLoss",
        "--json",
    )
    assert plain.data["test"]["loss"] != pytest.approx(metrics["loss"], rel=1e-3)


def test_class_weights_by_name_survive_the_run_file_and_resume(faults):
    train(faults, "--class-weight", "fault=9, good=1")
    resumed = gradiente("train", "--resume", "run", "--epochs", 5, "--no-report", "--json").data
    assert resumed["config"]["descent"]["class_weight"] == {"fault": 9.0, "good": 1.0}
    assert resumed["epochs"] == 5


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("bad=2", "no class 'bad'"),
        ("fault", "a number for each class"),
        ("fault=2,fault=3", "a number for each class"),
        ("fault=x", "a number for each class"),
        ("fault=-1", "class_weight"),
        ("fault=0,good=0", "every class has weight 0"),
    ],
)
def test_class_weights_that_cannot_be(faults, own_folder, given, said):
    answer = gradiente("train", faults, "--class-weight", given, "--run", "run")
    assert answer.status == 2
    assert said in answer.err
    assert not (own_folder / "run").exists()


def test_the_positive_class_is_named(faults):
    result = train(faults, "--positive", "fault")
    assert result["positive"] == "fault"
    by_name = {each["name"]: each for each in result["classes"]}
    assert result["test"]["recall"] == (by_name["fault"]["recall"] or 0)
    assert result["baseline"] == {"class": "good", "accuracy": 0.9}
    words = gradiente("evaluate", "run", "--positive", "good")
    assert "recall (good)" in words.out
    assert "Always answering good is right in 90.00" in words.out
    assert json.loads(gradiente("evaluate", "run", "--json").out)["positive"] == "fault"


def test_a_positive_class_that_is_none(faults, own_folder):
    answer = gradiente("train", faults, "--positive", "faulty", "--run", "run")
    assert answer.status == 2
    assert "did you mean fault?" in answer.err
    assert not (own_folder / "run").exists()


def weighted(folder, weights, kinds=None):
    """A table of twenty rows with that column of weights, the last one."""
    x = np.linspace(-1, 1, 20)
    kinds = kinds or ["no" if value < 0 else "yes" for value in x]
    rows = [f"{value:.3f},{kind},{w}" for value, kind, w in zip(x, kinds, weights, strict=True)]
    (folder / "weighted.csv").write_text("\n".join(["a,kind,w", *rows]) + "\n")
    return "weighted.csv"


def test_a_column_of_weights_is_no_feature_and_weighs_the_loss(own_folder):
    table = weighted(own_folder, [1 + k % 3 for k in range(20)])
    result = train(table, "--weight", "w", "--class-weight", "yes=2", "--batch-size", "all")
    assert result["parameters"] == 64 * 2 + 65
    assert result["config"]["data"]["weight"] == "w"
    again = gradiente("evaluate", "run", "--json").data["metrics"]["loss"]
    assert again == pytest.approx(result["test"]["loss"], rel=1e-6)
    options = ("--drop", "w", "--batch-size", "all", "--epochs", 3, "--no-report", "--run", "plain", "--json")
    plain = gradiente("train", table, *options).data
    assert plain["test"]["loss"] != pytest.approx(again, rel=1e-6)


@pytest.mark.parametrize(
    ("weights", "given", "said"),
    [
        ([1] * 20, ("--weight", "x"), "no column x"),
        ([1] * 20, ("--weight", "w", "--features", "w"), "w cannot be the weight"),
        ([1] * 20, ("--weight", "a", "--target", "a"), "a cannot be the weight"),
        ([1] * 19 + [""], ("--weight", "w"), "line 21, column w: the weight is missing"),
        ([1, -2] + [1] * 18, ("--weight", "w"), "line 3, column w: the weight is -2"),
        ([0] * 20, ("--weight", "w"), "weight 0"),
        (["x", *range(19)], ("--weight", "w"), "column w"),
    ],
)
def test_a_column_of_weights_that_cannot_be(own_folder, weights, given, said):
    answer = gradiente("train", weighted(own_folder, weights), *given, "--run", "run")
    assert answer.status in (1, 2)
    assert said in answer.err
    assert not (own_folder / "run").exists()


def test_only_a_table_has_a_column_of_weights():
    assert gradiente("train", "iris", "--weight", "w").status == 2
