"""`gradiente data check`, and what is said of the data before a training."""

import io
import re
import shlex
import sys
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest

from gradiente.cli.data_check import command as data_check
from gradiente.locale import LANGUAGES, set_language, text

from .conftest import gradiente, write_prices, write_table

RNG = np.random.default_rng


def frame(rows=200, seed=0):
    """Three columns and a class that follows from them, not quite."""
    x = RNG(seed).normal(size=(rows, 3)).round(4)
    y = np.where(x.sum(axis=1) + 0.7 * RNG(seed + 1).normal(size=rows) > 0, "si", "no")
    return pd.DataFrame(x, columns=["a", "b", "c"]).assign(y=y)


def check(table, *options):
    """The exit status, and the report as data, of a frame that is written first."""
    if table is not None:
        table.to_csv("t.csv", index=False)
        options = ("t.csv", *options)
    answer = gradiente("data", "check", *options, "--json", "--lang", "en")
    assert "Traceback" not in answer.err
    return answer.status, answer.data


def levels(report):
    return {finding["key"]: finding["level"] for finding in report["findings"]}


def test_a_healthy_table_passes():
    status, report = check(frame())
    assert (status, report["findings"], report["can_train"], report["name"]) == (0, [], True, "t")
    assert [(column["name"], column["kind"]) for column in report["columns"]] == [
        ("a", "numbers"),
        ("b", "numbers"),
        ("c", "numbers"),
        ("y", "classes"),
    ]
    assert report["columns"][-1]["is_target"]


def with_text(table, column, cells, text="n/s"):
    """A column of text, with that text in some rows."""
    words = table[column].map("{:.4f}".format)
    return table.assign(**{column: words.where(~np.isin(np.arange(len(table)), cells), text)})


STOPS = {
    "missing": (
        lambda t: t.assign(b=t["b"].where(t.index % 20 > 0)),
        "missing",
        "b",
        "10 of 200",
        "--missing median",
    ),
    "mostly missing": (
        lambda t: t.assign(b=t["b"].where(t.index % 20 == 0)),
        "mostly_missing",
        "b",
        "190 of 200",
        "--drop b",
    ),
    "a missing target": (
        lambda t: t.assign(y=t["y"].where(t.index % 50 > 0)),
        "missing_target",
        "y",
        "4 of 200",
        "--missing drop",
    ),
    "mostly numbers": (
        lambda t: with_text(t, "a", [3, 7]),
        "mostly_numbers",
        "a",
        "198 of the 200",
        "--drop a",
    ),
    "names": (
        lambda t: t.assign(a=[f"id-{i}" for i in range(200)]),
        "names",
        "a",
        "200 different",
        "--drop a",
    ),
    "one class": (lambda t: t.assign(y="si"), "constant_target", "y", "is si in every row", "--target"),
    "one number": (lambda t: t.assign(y=2.5), "constant_target", "y", "is 2.5 in every row", "--target"),
    "a class with one row": (
        lambda t: t.assign(y=["rara", *t["y"][1:]]),
        "few_rows",
        "y",
        "rara (1)",
        "--task regression",
    ),
    "classes with two rows": (
        lambda t: t.assign(y=[f"k{i // 2:03}" for i in range(200)]),
        "few_rows_for_validation",
        "y",
        "k000 (2), k001 (2), k002 (2), …",
        "--validation 0",
    ),
    "thousands": (
        lambda t: t.assign(a=[f"{i + 4},627" for i in range(200)]),
        "unreadable",
        "a",
        "4,627",
        "--decimal",
    ),
}


@pytest.mark.parametrize("name", STOPS)
def test_what_makes_training_impossible_is_found_and_training_refuses_it(name):
    change, key, column, evidence, remedy = STOPS[name]
    status, report = check(change(frame()))
    (finding,) = [finding for finding in report["findings"] if finding["level"] == "stops"]
    assert (status, report["can_train"], finding["key"], finding["column"]) == (1, False, key, column)
    assert evidence in finding["statement"]
    assert remedy in finding["remedy"] + finding["statement"]
    assert gradiente("train", "t.csv", "--epochs", 1, "--no-report").status in (1, 2)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("missing", ["--missing", "median"]),
        ("mostly missing", ["--drop", "b"]),
        ("a missing target", ["--missing", "drop"]),
        ("mostly numbers", ["--drop", "a"]),
        ("names", ["--drop", "a"]),
        ("classes with two rows", ["--validation", "0"]),
        ("thousands", ["--decimal", "."]),
    ],
)
def test_the_remedy_that_is_named_works(name, options):
    status, report = check(STOPS[name][0](frame()), *options)
    assert (status, [key for key, level in levels(report).items() if level == "stops"]) == (0, [])
    assert gradiente("train", "t.csv", *options, "--epochs", 1, "--no-report").status == 0


def leaking(t):
    return t.assign(code=np.where(t["y"] == "si", "A7", "B2"))[["a", "b", "c", "code", "y"]]


def unscaled(t):
    return t.assign(a=1000 * t["a"] + 5000)


def repeated(t):
    return pd.concat([t, t.sample(80, random_state=0)], ignore_index=True)


def contradictory(t):
    kinds = RNG(3).integers(0, 3, (len(t), 2))
    return pd.DataFrame(kinds, columns=["p", "q"]).assign(y=np.where(RNG(4).random(len(t)) < 0.5, "si", "no"))


WARNINGS = {
    "leak": (leaking, "code", []),
    "across_split": (repeated, None, []),
    "contradictory": (contradictory, "y", []),
    "imbalance": (lambda t: t.assign(y=np.where(t.index % 20 == 0, "fault", "good")), "y", []),
    "unscaled": (unscaled, "a", ["--no-standardize"]),
    "code": (lambda t: t.assign(b=t["b"].where(t.index % 40 > 0, -9999)), "b", []),
}


@pytest.mark.parametrize("key", WARNINGS)
def test_what_makes_results_other_than_they_seem_is_said_before_training_too(key):
    change, column, options = WARNINGS[key]
    status, report = check(change(frame()), *options)
    assert status == 0
    assert levels(report)[key] == "warning"
    (finding,) = [finding for finding in report["findings"] if finding["key"] == key]
    assert finding["column"] == column
    for language in LANGUAGES:
        answer = gradiente("train", "t.csv", *options, "--epochs", 1, "--no-report", "--lang", language)
        assert answer.status == 0
        shown = gradiente("data", "check", "t.csv", *options, "--lang", language)
        lines = [line.partition(": ")[2] for line in shown.out.splitlines() if " → " in line]
        assert lines
        assert lines[0] in answer.out
    assert (
        finding["remedy"].partition(",")[0]
        in gradiente("data", "check", "t.csv", *options, "--lang", "en").out
    )


def series(rows=300, seed=0):
    """A random walk, day by day."""
    walk = np.cumsum(RNG(seed).normal(size=rows)).round(3)
    noise = RNG(seed + 1).normal(size=(rows, 2)).round(3)
    days = pd.date_range("2024-01-01", periods=rows).strftime("%Y-%m-%d")
    return pd.DataFrame(
        {"date": days, "day": np.arange(rows), "a": noise[:, 0], "b": noise[:, 1], "price": walk}
    )


@pytest.mark.parametrize(("dropped", "column"), [("date", "day"), ("day", "date")])
def test_a_random_walk_that_is_split_at_random_is_named_and_split_in_time_it_is_not(dropped, column):
    table = series().drop(columns=dropped)
    status, report = check(table)
    (finding,) = [finding for finding in report["findings"] if finding["key"] == "in_time"]
    assert (finding["column"], finding["remedy"]) == (column, f"--split time:{column}")
    centred = np.asarray(table["price"]) - table["price"].mean()
    expected = (centred[1:] @ centred[:-1]) / (centred @ centred)
    assert finding["evidence"]["correlation"] == pytest.approx(expected, rel=1e-6)
    assert status == (1 if column == "date" else 0)
    status, report = check(table, "--split", f"time:{column}")
    assert (status, report["findings"]) == (0, [])
    assert check(table.sample(frac=1, random_state=0), "--drop", column)[1]["findings"] == []


def test_a_random_walk_is_named_before_training_too():
    series().drop(columns="date").to_csv("t.csv", index=False)
    remedy = "--split time:day"
    assert remedy in gradiente("train", "t.csv", "--epochs", 1, "--no-report", "--lang", "en").out
    split = gradiente("train", "t.csv", *remedy.split(), "--epochs", 1, "--no-report", "--lang", "en")
    assert split.status == 0
    assert " → --split" not in split.out


def test_a_table_with_nothing_but_the_column_of_its_split_is_refused():
    series()[["day"]].to_csv("t.csv", index=False)
    for command in (["data", "check"], ["train"]):
        answer = gradiente(*command, "t.csv", "--split", "time:day", "--lang", "en")
        assert answer.status == 1
        assert "has only the column day" in answer.err


def test_dates_are_no_features():
    status, report = check(series())
    assert (status, levels(report)["dates"]) == (1, "stops")
    assert [column["kind"] for column in report["columns"]][:2] == ["dates", "whole"]
    assert check(series(), "--drop", "date")[0] == 0


def test_a_test_part_in_a_file_of_its_own_is_compared_with_the_training_rows():
    table = frame(300)
    table[200:].to_csv("test.csv", index=False)
    assert check(table[:200], "--test", "test.csv")[1]["findings"] == []
    pd.concat([table[150:200], table[200:]]).to_csv("test.csv", index=False)
    _, report = check(table[:200], "--test", "test.csv")
    assert levels(report) == {"across_split": "warning"}
    assert report["findings"][0]["evidence"]["twins"] == 50


def test_three_lines_are_said_at_most():
    table = leaking(unscaled(repeated(frame()))).assign(
        d=lambda t: t["b"].where(t.index % 40 > 0, -9999), e=1
    )
    table = table[["a", "b", "c", "code", "d", "e", "y"]]
    status, report = check(table, "--no-standardize")
    assert status == 0
    assert len(report["findings"]) >= 5
    answer = gradiente("train", "t.csv", "--no-standardize", "--epochs", 1, "--no-report", "--lang", "en")
    before, _, _ = answer.out.partition("training and")
    said = [line for line in before.splitlines() if " → " in line or "shows all" in line]
    assert len(said) == 3
    assert said[-1] == f"and {len(report['findings']) - 2} more: gradiente data check t.csv shows all"
    data = gradiente("train", "t.csv", "--no-standardize", "--epochs", 1, "--no-report", "--json").data
    assert data["epochs"] == 1


@pytest.mark.parametrize("name", ["iris", "moons", "xor", "digits"])
def test_healthy_sets_are_trained_on_in_silence(name):
    answer = gradiente("train", name, "--epochs", 1, "--no-report", "--lang", "en")
    assert answer.status == 0
    assert "gradiente data check" not in answer.out
    assert answer.out.lstrip().startswith(f"{name}: ")


def test_healthy_tables_are_trained_on_in_silence():
    write_table("garden.csv")
    write_prices("prices.csv")
    for name in ("garden", "prices"):
        answer = gradiente("train", f"{name}.csv", "--epochs", 1, "--no-report", "--lang", "en")
        assert answer.out.lstrip().startswith(f"{name}: ")


def test_a_resumed_training_says_nothing_again():
    leaking(frame()).to_csv("t.csv", index=False)
    assert (
        " → " in gradiente("train", "t.csv", "--epochs", 1, "--run", "run", "--no-report").out.split("#")[0]
    )
    again = gradiente("train", "--resume", "run", "--epochs", 2, "--no-report")
    assert " → " not in again.out.split("#")[0]


def test_arrays_folders_and_names_are_checked_too():
    x = RNG(0).normal(size=(300, 4)).astype(np.float32)
    y = (x.sum(axis=1) > 0).astype(int)
    x[:, 3] = 7 * y + 1
    np.savez("own.npz", x=x, y=y)
    Path("own").mkdir()
    np.save("own/x.npy", x)
    np.save("own/y.npy", y)
    status, report = check(None, "own.npz")
    assert (status, levels(report)) == (0, {"leak": "warning"})
    assert report["columns"][3]["name"] == "x4"
    assert check(None, "own")[0] == 0
    assert check(None, "digits") == (0, check(None, "digits")[1])
    np.savez("one.npz", x=x, y=np.zeros(300, int))
    status, report = check(None, "one.npz")
    assert (status, levels(report)) == (1, {"refused": "stops"})


def test_the_standard_input_is_checked_as_a_file_is(monkeypatch):
    table = with_text(frame(), "b", [3, 7], "")
    expected = check(table)[1]
    piped = io.TextIOWrapper(io.BytesIO(Path("t.csv").read_bytes()))
    monkeypatch.setattr(sys, "stdin", piped)
    status, report = check(None, "-")
    assert (status, levels(report)) == (1, {"missing": "stops"})
    assert report == {**expected, "name": "stdin"}


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["holds", "target"]), ("es", ["contiene", "objetivo"])]
)
def test_what_is_printed(language, words):
    frame().assign(ciudad=np.array(["Cali", "Pasto", "Neiva"])[np.arange(200) % 3]).to_csv(
        "t.csv", index=False
    )
    answer = gradiente("data", "check", "t.csv", "--target", "y", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in words)
    counts = frame()["y"].value_counts()
    assert f"{counts.index[0]} {counts.iloc[0]}" in answer.out
    assert (
        text("check.nothing") in gradiente("data", "check", "iris", "--lang", language).out
        or language == "es"
    )


def test_what_is_not_there_is_a_usage_error():
    frame().to_csv("t.csv", index=False)
    for arguments in (
        ["absent"],
        ["t.csv", "--target", "z"],
        ["t.csv", "--drop", "z"],
        ["t.csv", "--missing", "x"],
        [],
    ):
        answer = gradiente("data", "check", *arguments, "--lang", "en")
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith("error: ")
    assert gradiente("data", "check", "absent.csv").status == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_and_examples(language):
    answer = gradiente("data", "check", "--help", "--lang", language)
    assert answer.status == 0
    set_language(language)
    for line in text("cli.data.check.example").splitlines():
        assert re.search(re.escape(line[:40]), answer.out)
        program, group, called, *arguments = shlex.split(line)
        assert (program, group, called) == ("gradiente", "data", "check")
        assert data_check().make_context("check", arguments) is not None
    command = data_check()
    options = {
        way for p in command.get_params(click.Context(command)) for way in p.opts if way.startswith("--")
    }
    assert {
        "--target",
        "--missing",
        "--decimal",
        "--task",
        "--features",
        "--encoding",
        "--seed",
        "--json",
    } <= options
    assert "--augment" not in options
