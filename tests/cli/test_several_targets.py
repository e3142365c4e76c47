"""`gradiente train --target a,b`: several numbers or several labels, from a table to answers, and what cannot be."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

import gradiente as gr

from .conftest import gradiente

ROWS = 160
LABELS = ("rain", "wind", "sun")


@pytest.fixture(autouse=True)
def table():
    """days.csv: two numbers and three labels that follow from three inputs and a city."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(ROWS, 3))
    city = generator.choice(["Cali", "Pasto"], ROWS)
    z = x + generator.normal(scale=0.3, size=x.shape)
    written = {
        **{f"x{j + 1}": x[:, j] for j in range(3)},
        "city": city,
        "far": 1000 + 200 * x[:, 0] + 50 * (city == "Cali"),
        "near": 0.01 * x[:, 1],
        "rain": np.where(z[:, 0] > 0, "yes", "no"),
        "wind": (z[:, 1] > 0.7).astype(int),
        "sun": np.where(z[:, 2] > -0.5, "True", "False"),
    }
    frame = pl.DataFrame(written)
    frame.write_csv("days.csv")
    return frame


NUMBERS = ["days.csv", "--target", "far,near", *(word for name in LABELS for word in ("--drop", name))]
OF_LABELS = ["days.csv", "--target", ",".join(LABELS), "--drop", "far", "--drop", "near"]
SHORT = ["--epochs", 30, "--lr", 0.02, "--batch-size", 16, "--run", "run"]


def trained(*options):
    answer = gradiente("train", *options, *SHORT, "--json")
    assert answer.status == 0, answer.err
    return answer


def test_several_numbers(table):
    found = trained(*NUMBERS).data
    assert [each["name"] for each in found["targets"]] == ["far", "near"]
    report = Path("run/report.html").read_text(encoding="utf-8")
    assert "far" in report
    assert "near" in report
    said = gradiente("evaluate", "run", "days.csv", "--json").data
    values = [row["value"] for row in gradiente("predict", "run", "days.csv", "--json").data]
    assert [list(value) for value in values] == [["far", "near"]] * ROWS
    y, y_hat = table[["far", "near"]].to_numpy(), np.array([[*value.values()] for value in values])
    assert said["metrics"]["r2"] == pytest.approx(sk.r2_score(y, y_hat), rel=1e-5)
    assert said["metrics"]["r2"] > 0.9
    raw: Any = sk.r2_score(y, y_hat, multioutput="raw_values")
    assert [each["r2"] for each in said["targets"]] == pytest.approx(raw.tolist(), rel=1e-5)
    quantiles = np.quantile(np.abs(y - y_hat), [0.5, 0.9, 0.99], axis=0).T
    for each, expected in zip(said["targets"], quantiles, strict=True):
        assert [each["half"], each["most"], each["nearly_all"]] == pytest.approx(expected.tolist(), rel=1e-3)
    assert gradiente("predict", "run", "days.csv", "--output", "said.csv").status == 0
    with open("said.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["source", "far", "near"]
    np.testing.assert_allclose([[float(row["far"]), float(row["near"])] for row in rows], y_hat)
    of_frame: Any = gr.Run("run").predict(table.drop("far", "near", *LABELS))
    assert of_frame.targets == ("far", "near")
    np.testing.assert_allclose(of_frame.values, y_hat, rtol=1e-6)


def test_several_labels(table):
    found = trained(*OF_LABELS)
    assert [each["name"] for each in found.data["labels"]] == list(LABELS)
    assert "--task regression" in found.err
    said = gradiente("evaluate", "run", "days.csv", "--json").data
    rows = gradiente("predict", "run", "days.csv", "--json").data
    yes = {"rain": "yes", "wind": "1", "sun": "True"}
    y_hat = np.array([[row["labels"][name] == yes[name] for name in LABELS] for row in rows])
    p = np.array([[row["probabilities"][name] for name in LABELS] for row in rows])
    np.testing.assert_array_equal(y_hat, p > 0.5)
    y = np.column_stack([table[name].cast(pl.String).to_numpy() == yes[name] for name in LABELS])
    metrics = said["metrics"]
    assert metrics["accuracy"] == pytest.approx(sk.accuracy_score(y, y_hat))
    assert metrics["hamming_loss"] == pytest.approx(sk.hamming_loss(y, y_hat))
    assert metrics["f1_micro"] == pytest.approx(sk.f1_score(y, y_hat, average="micro"))
    assert metrics["f1"] == pytest.approx(sk.f1_score(y, y_hat, average="macro"))
    assert metrics["accuracy"] > said["baseline"]["accuracy"] + 0.3
    expected: Any = sk.precision_recall_fscore_support(y, y_hat)
    for each, f1, count in zip(said["labels"], expected[2], expected[3], strict=True):
        assert (each["f1"], each["count"]) == (pytest.approx(f1), count)
    assert gradiente("predict", "run", "days.csv", "--output", "said.csv").status == 0
    with open("said.csv", newline="") as file:
        first = next(csv.DictReader(file))
    assert list(first) == ["source", *(column for name in LABELS for column in (name, f"{name}_probability"))]
    assert first["rain"] == rows[0]["labels"]["rain"]
    of_frame: Any = gr.Run("run").predict(table.drop("far", "near", *LABELS))
    assert of_frame.classes == LABELS
    assert of_frame.labels.tolist() == [[*row["labels"].values()] for row in rows]
    assert json.loads(Path("run/data.json").read_text())["task"] == "multilabel"


def test_what_the_terminal_shows():
    trained(*OF_LABELS)
    out = gradiente("evaluate", "run").out
    for words in ("all labels right", "micro", "Hamming loss", "rain", "wind", "sun", "Always answering"):
        assert words in out
    assert "etiqueta" in gradiente("evaluate", "run", "--lang", "es").out
    assert "rain" in gradiente("predict", "run", "days.csv").out
    for command in (("diagnose", "run"), ("explain", "run", "--row", 3), ("explain", "run", "--importance")):
        answer = gradiente(*command)
        assert answer.status == 0, answer.err
    checked = gradiente("data", "check", *OF_LABELS)
    assert checked.status == 0, checked.err
    assert checked.out.count("(target)") == 3


@pytest.mark.parametrize("chosen", [NUMBERS, OF_LABELS])
@pytest.mark.parametrize("options", [["--preset", "table"], ["--split", "time:x3"], ["--test", "other.csv"]])
def test_with_other_options(table, chosen, options):
    table.head(50).write_csv("other.csv")
    short = ["--epochs", 2, "--run", "run", "--no-report", "--json"]
    answer = gradiente("train", *chosen, *options, *short)
    assert answer.status == 0, answer.err
    assert len(answer.data.get("labels") or answer.data["targets"]) == (3 if chosen == OF_LABELS else 2)


def test_folds():
    answer = gradiente("train", *OF_LABELS, "--folds", 2, "--epochs", 1, "--run", "run", "--no-report")
    assert answer.status == 0, answer.err
    assert "Hamming loss" in answer.out


def test_a_training_is_resumed():
    trained(*OF_LABELS)
    answer = gradiente("train", "--resume", "run", "--epochs", 31, "--json")
    assert answer.status == 0, answer.err
    assert answer.data["epochs"] == 31


def test_a_metric_of_torchmetrics_is_of_labels():
    trained(*OF_LABELS, "--metric", "ExactMatch")
    found = gradiente("evaluate", "run", "--json").data["metrics"]
    assert found["ExactMatch"] == pytest.approx(found["accuracy"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--target", "far,far"], "far is named twice"),
        (["--target", "far,nearr"], "did you mean near"),
        (["--target", "rain,far"], "--target rain and --target far"),
        (["--target", "wind,far"], "--task regression"),
        (["--target", "rain,far", "--task", "classification"], "far has 160 different values"),
        (["--target", "rain,near", "--task", "regression"], "expected a number, got"),
        ([*OF_LABELS[1:], "--positive", "yes"], "leave --positive out"),
        ([*OF_LABELS[1:], "--class-weight", "balanced"], "pos_weight"),
        ([*OF_LABELS[1:], "--loss", "CrossEntropyLoss"], "use BCEWithLogitsLoss"),
        ([*OF_LABELS[1:], "--metric", "CohenKappa"], "not of several labels"),
        ([*OF_LABELS[1:], "--metric", "MultilabelF1Score"], "write F1Score"),
        ([*OF_LABELS[1:], "--split", "group:rain"], "rain"),
        ([*NUMBERS[1:], "--class-weight", "balanced"], "regression"),
    ],
)
def test_what_cannot_be(options, said):
    answer = gradiente("train", "days.csv", *options, "--run", "run")
    assert (answer.status in (1, 2), Path("run").exists()) == (True, False), answer.err
    assert said in " ".join(answer.err.split())


def test_other_rows_without_their_targets(table):
    trained(*OF_LABELS)
    table.drop("sun").write_csv("less.csv")
    answer = gradiente("evaluate", "run", "less.csv")
    assert answer.status == 1
    assert "no column sun" in answer.err
    table.with_columns(rain=pl.lit("often")).write_csv("others.csv")
    answer = gradiente("evaluate", "run", "others.csv")
    assert answer.status == 1
    assert "known: no, yes" in answer.err


def test_arrays_of_labels():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(90, 3))
    np.savez("arrays.npz", x=x, y=x + generator.normal(scale=0.1, size=x.shape) > 0)
    assert [each["name"] for each in trained("arrays.npz").data["labels"]] == ["y1", "y2", "y3"]
    assert gradiente("evaluate", "run", "arrays.npz").status == 0
    found = gradiente("predict", "run", "arrays.npz", "--json").data[0]
    assert list(found["labels"]) == ["y1", "y2", "y3"]
    shown = gradiente("data", "show", "arrays.npz", "--json").data
    assert (shown["task"], len(shown["classes"])) == ("multilabel", 3)


def test_an_option_that_is_given_twice_is_two_targets():
    rest = [*OF_LABELS[3:], "--epochs", 1, "--run", "run", "--no-report", "--json"]
    found = gradiente("train", "days.csv", "--target", "rain", "--target", "wind,sun", *rest)
    assert [each["name"] for each in found.data["labels"]] == list(LABELS)
    assert found.data["config"]["data"]["target"] == ["rain", "wind,sun"]
    assert gradiente("evaluate", "run").status == 0
