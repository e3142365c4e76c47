"""`gradiente train --split`, `--test FILE` and `--folds`, and `gradiente evaluate RUN FILE`."""

import csv
import json
import random
import re
from pathlib import Path

import numpy as np
import pytest

from gradiente.data import load
from gradiente.locale import catalogue

from .conftest import (
    KILL,
    config_of,
    finish,
    gradiente,
    interrupt_when,
    start,
    train,
    weights,
    write_prices,
    write_table,
)

DAYS = 90


def write_days(path, **others):
    """A table in any order of its days, whose target is that of the day."""
    order = random.Random(1).sample(range(DAYS), DAYS)
    columns = {"day": order, "a": [day % 7 for day in order], "b": [day % 5 for day in order], **others}
    columns["y"] = [("dry", "wet")[day % 7 > 2] for day in order]
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([list(columns), *zip(*columns.values(), strict=True)])


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path, rows, names=None):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_the_rows_are_split_by_is_said(lang):
    write_days("days.csv")
    answer = gradiente(
        "train", "days.csv", "--split", "time:day", "--epochs", 1, "--run", "run", "--lang", lang
    )
    assert answer.status == 0, answer.err
    assert catalogue(lang)["split.remark.time"].format(column="day") in answer.out
    assert config_of(Path("run"))["split"] == "time:day"
    # The report names the rows of the table, in which the last days are tested.
    page = Path("run", "report.html").read_text(encoding="utf-8")
    header = catalogue(lang)["report.row"]
    tables = [part.split("</table>")[0] for part in page.split("<table")[1:]]
    tables = [table for table in tables if f">{header}</th>" in table.split("</thead>")[0]]
    shown = [int(number) for number in re.findall(r"<tr[^>]*><td[^>]*>(\d+)</td>", "".join(tables))]
    assert shown
    assert {int(rows_of("days.csv")[number - 1]["day"]) for number in shown} <= set(range(72, 90))
    assert (
        json.loads(Path("run", "test.json").read_text())
        == gradiente("evaluate", "run", "--json").data["metrics"]
    )


def test_dates_are_asked_for_by_the_option():
    write_days("days.csv", when=[f"{1 + i % 12:02}/{1 + i // 12:02}/2024" for i in range(DAYS)])
    answer = gradiente("train", "days.csv", "--split", "time:when", "--epochs", 1, "--run", "run")
    assert answer.status == 2
    assert "--day-first" in answer.err
    assert not Path("run").exists()
    train("days.csv", "--split", "time:when", "--no-day-first", "--epochs", 1)
    assert config_of(Path("run"))["day_first"] is False


@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_column_of_dates_is_found_before_training(lang):
    days = [f"2024-{1 + i // 28:02}-{1 + i % 28:02}" for i in range(DAYS)]
    write_days("days.csv", when=days)
    answer = gradiente("data", "check", "days.csv", "--json", "--lang", lang)
    assert answer.status == 1
    (finding,) = (each for each in answer.data["findings"] if each["key"] == "dates")
    assert (finding["column"], finding["level"]) == ("when", "stops")
    assert "--split time:when" in finding["remedy"]
    split = gradiente("data", "check", "days.csv", "--split", "time:when", "--json")
    assert split.status == 0, split.out
    assert "dates" not in [each["key"] for each in split.data["findings"]]


def test_another_file_measures_as_the_test_part_did(table_run):
    table, run = table_run
    _, test = load(table)
    rows = rows_of(table)
    own = [rows[test.number(row) - 1] for row in range(len(test))]
    write_rows("own.csv", own, ["flower", "width", "id", "soil", "height"])
    said = gradiente("evaluate", run, "own.csv", "--json")
    assert said.status == 0, said.err
    assert said.data["file"] == "own.csv"
    assert said.data["instances"] == len(test)
    kept = json.loads((run / "test.json").read_text())
    assert said.data["metrics"] == pytest.approx(kept, rel=1e-6)
    words = gradiente("evaluate", run, "own.csv", "--lang", "es").out
    assert f"own, {len(test)} instancias" in words


def test_targets_of_another_file_are_measured_in_their_units():
    write_prices("prices.csv")
    train("prices.csv", "--epochs", 3)
    write_prices("new.csv", seed=1)
    said = gradiente("evaluate", "run", "new.csv", "--json").data["metrics"]
    values = [row["value"] for row in gradiente("predict", "run", "new.csv", "--json").data]
    truth = np.array([float(row["precio"]) for row in rows_of("new.csv")])
    assert said["mae"] == pytest.approx(np.abs(np.array(values) - truth).mean(), rel=1e-4)


def test_a_file_of_one_class_is_measured(table_run):
    table, run = table_run
    write_rows("red.csv", [row for row in rows_of(table) if row["flower"] == "red"])
    said = gradiente("evaluate", run, "red.csv", "--json").data
    predicted = gradiente("predict", run, "red.csv", "--json").data
    assert said["metrics"]["accuracy"] == pytest.approx(np.mean([row["class"] == "red" for row in predicted]))


def test_arrays_are_evaluated_by_the_names_of_their_classes():
    x = np.random.default_rng(0).normal(size=(80, 4))
    y = np.where(x[:, 0] > 0, 7, 4)
    np.savez("own.npz", x=x, y=y)
    train("own.npz", "--epochs", 20)
    np.savez("new.npz", x=x[:30], y=y[:30].astype(float))
    Path("folder").mkdir()
    np.save("folder/x.npy", x[:30])
    np.save("folder/y.npy", y[:30])
    predicted = gradiente("predict", "run", "new.npz", "--json").data
    right = np.mean([int(row["class"]) == label for row, label in zip(predicted, y, strict=False)])
    for file in ("new.npz", "folder"):
        said = gradiente("evaluate", "run", file, "--json")
        assert said.status == 0, said.err
        assert said.data["metrics"]["accuracy"] == pytest.approx(right)


BAD = [
    (["nope.csv"], 1, "there is no file nope.csv"),
    (["garden.csv", "--part", "train"], 2, "leave it out to evaluate a file"),
    (["less.csv"], 1, "lacks columns of the training data: width"),
    (["rows.csv"], 1, "no column flower, the target"),
    (["blue.csv"], 1, "2 of 3 rows have a label that training never saw: 'blue' (known: red, white)"),
    (["wide.npz"], 1, "one per column of height, soil, width"),
    (["none.csv"], 1, "the target is missing"),
]


@pytest.mark.parametrize(("arguments", "status", "words"), BAD)
def test_a_file_that_cannot_be_evaluated(arguments, status, words, table_run):
    table, run = table_run
    rows = rows_of(table)[:3]
    write_rows("garden.csv", rows)
    write_rows("less.csv", rows, ["height", "soil", "flower"])
    write_rows("rows.csv", rows, ["height", "soil", "width"])
    write_rows("blue.csv", [rows[0], *({**row, "flower": "blue"} for row in rows[1:])])
    write_rows("none.csv", [rows[0], {**rows[1], "flower": ""}])
    np.savez("wide.npz", x=np.eye(3), y=np.arange(3) % 2)
    answer = gradiente("evaluate", run, *arguments, "--lang", "en")
    assert answer.status == status
    assert "accuracy" not in answer.out
    assert words in answer.err


def test_the_test_part_in_a_file_of_its_own():
    write_table("garden.csv", rows=60)
    write_table("other.csv", rows=25, seed=3)
    result = train("garden.csv", "--test", "other.csv", "--epochs", 5)
    assert config_of(Path("run"))["test"] == str(Path("other.csv").absolute())
    assert gradiente("evaluate", "run", "--json").data["instances"] == 25
    assert gradiente("evaluate", "run", "other.csv", "--json").data["metrics"] == result["test"]
    assert gradiente("diagnose", "run").status == 0


def test_a_test_file_with_other_columns_leaves_nothing_behind():
    write_table("garden.csv")
    write_prices("prices.csv")
    answer = gradiente("train", "garden.csv", "--test", "prices.csv", "--lang", "en")
    assert answer.status == 1
    assert "prices.csv lacks columns of the training data: height, soil, width" in answer.err
    assert not Path("runs").exists()


def test_folds_and_their_scores():
    answer = gradiente("train", "iris", "--folds", 3, "--epochs", 4, "--no-report", "--json")
    assert answer.status == 0, answer.err
    tested = []
    for fold in (1, 2, 3):
        run = Path("runs/iris", f"fold-{fold}")
        said = gradiente("evaluate", run, "--json").data
        assert (
            said["metrics"] == answer.data["folds"][str(fold)] == json.loads((run / "test.json").read_text())
        )
        tested.append(said["metrics"]["accuracy"])
        assert said["instances"] == 50
    assert answer.data["mean"]["accuracy"] == pytest.approx(np.mean(tested))
    assert answer.data["std"]["accuracy"] == pytest.approx(np.std(tested))
    kept = json.loads(Path("runs/iris/folds.json").read_text())
    assert kept == {name: answer.data[name] for name in ("folds", "mean", "std")}


def test_one_fold_is_a_run_like_any_other():
    alone = train("iris", "--folds", 3, "--fold", 2, "--epochs", 3, run="alone")["test"]
    whole = gradiente(
        "train", "iris", "--folds", 3, "--epochs", 3, "--no-report", "--run", "all", "--json"
    ).data
    assert alone == whole["folds"]["2"]


def test_a_cross_validation_that_is_killed_is_resumed():
    asked = ["train", "iris", "--folds", 3, "--epochs", 6, "--no-report"]
    gradiente(*asked, "--run", "whole")
    process = start(*asked, "--run", "cut")
    answer = interrupt_when(process, Path("cut", "fold-2", "run.toml"), KILL)
    assert answer.status != 0
    before = Path("cut", "fold-1", "network.safetensors").stat().st_mtime_ns
    answer = finish(start("train", "--resume", "cut", "--no-report", "--json"))
    assert answer.status == 0, answer.err
    assert Path("cut", "fold-1", "network.safetensors").stat().st_mtime_ns == before
    for fold in (1, 2, 3):
        whole, cut = (weights(Path(run, f"fold-{fold}")) for run in ("whole", "cut"))
        assert all(np.array_equal(whole[name], cut[name]) for name in whole)
    longer = gradiente("train", "--resume", "cut", "--epochs", 8, "--no-report", "--json").data
    assert [run["epochs"] for run in longer["runs"]] == [8, 8, 8]


BAD_FOLDS = [
    (["garden.csv", "--folds", "40"], 1, "and each of 40 folds needs one"),
    (["garden.csv", "--folds", "1"], 2, "folds"),
    (["garden.csv", "--fold", "1"], 2, "fold 1 is none of"),
    (["garden.csv", "--folds", "3", "--fold", "4"], 2, "fold 4 is none of 3"),
    (["garden.csv", "--folds", "3", "--test", "0.5"], 2, "leave out --test 0.5"),
    (["garden.csv", "--folds", "3", "--split", "group:soil"], 1, "2 groups are too few for 3 folds"),
    (["xor", "--folds", "3"], 2, "xor does not use the option folds"),
    (["garden.csv", "--folds", "3", "--run", "there"], 2, "there already exists"),
    (["--resume", "made", "--folds", "4"], 2, "--folds cannot be changed"),
    (["--resume", "made", "--run", "other"], 2, "--run cannot be changed"),
]


@pytest.mark.parametrize(("arguments", "status", "words"), BAD_FOLDS)
def test_folds_that_cannot_be(arguments, status, words):
    write_table("garden.csv", rows=40)
    Path("there").mkdir()
    if "made" in arguments:
        gradiente("train", "iris", "--folds", 2, "--epochs", 1, "--no-report", "--run", "made")
    answer = gradiente("train", *arguments, "--lang", "en")
    assert answer.status == status
    assert words in answer.err
    assert "fold 1 of" not in answer.out
    assert not Path("runs").exists()


def test_each_fold_is_named_and_what_was_read_is_said_once():
    rows = "\n".join(f"{x}.5,{x % 15}" for x in range(60))
    Path("own.csv").write_text(f"x,y\n{rows}\n")
    answer = gradiente("train", "own.csv", "--folds", 2, "--epochs", 1, "--no-report", "--lang", "en")
    assert [line for line in answer.out.splitlines() if line.startswith("fold ")] == [
        "fold 1 of 2",
        "fold 2 of 2",
    ]
    assert answer.out.count("--task") == 1


def test_the_folder_of_the_folds_is_no_run():
    gradiente("train", "iris", "--folds", 2, "--epochs", 1, "--no-report", "--run", "made")
    answer = gradiente("evaluate", "made", "--lang", "en")
    assert answer.status == 1
    assert "holds the folds of a cross-validation" in answer.err
