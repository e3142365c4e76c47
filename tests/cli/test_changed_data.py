"""A run whose data have changed: `evaluate`, `diagnose` and `--resume` say what, and change nothing."""

import random
from pathlib import Path

import numpy as np
import pytest

from gradiente.data import stratified_split

from .conftest import contents, gradiente, write_table

COMMANDS = [("evaluate", "run"), ("diagnose", "run"), ("train", "--resume", "run", "--epochs", 6)]


def rows_of(path):
    return Path(path).read_text(encoding="utf-8").splitlines()


def write(lines, path="garden.csv"):
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def run(own_folder):
    """A run on a table of 61 different rows and one row twice."""
    write_table("garden.csv")
    lines = rows_of("garden.csv")
    write([*lines, "9,clay,9,red", "9,clay,9,red"])
    answer = gradiente("train", "garden.csv", "--epochs", 4, "--run", "run", "--no-report")
    assert answer.status == 0, answer.err
    return own_folder / "run"


def resorted(lines):
    body = lines[1:]
    random.Random(5).shuffle(body)
    return [lines[0], *body]


def with_columns(lines, places):
    return [",".join(line.split(",")[place] for place in places) for line in lines]


CHANGES = {
    "rows in another order": (
        resorted,
        ["in another order", "held out for testing were trained on"],
        ["otro orden"],
    ),
    "one of two equal rows gone": (
        lambda lines: lines[:-1],
        ["61 rows, and 62", "1 of those are gone and 0 are new"],
        ["61 filas y tenía 62", "faltan 1 y hay 0 nuevas"],
    ),
    "ten rows fewer": (lambda lines: lines[:-10], ["52 rows, and 62"], ["52 filas y tenía 62"]),
    "rows more": (
        lambda lines: [*lines, "1.5,sand,0.5,red"],
        ["63 rows, and 62", "0 of those are gone and 1 are new"],
        ["63 filas"],
    ),
    "a value": (
        lambda lines: [*lines[:-1], "9,clay,8,red"],
        ["1 of the 62 rows", "other values", "in width"],
        ["1 de las 62 filas", "en width"],
    ),
    "a target": (
        lambda lines: [*lines[:-1], "9,clay,9,white"],
        ["1 of the 62 rows", "in flower"],
        ["en flower"],
    ),
    "a column gone": (
        lambda lines: with_columns(lines, [0, 1, 3]),
        ["other columns", "gone width; new ∅"],
        ["otras columnas", "faltan width"],
    ),
    "a column renamed": (
        lambda lines: [lines[0].replace("width", "breadth"), *lines[1:]],
        ["gone width; new breadth"],
        ["faltan width; nuevas breadth"],
    ),
    "columns in another order": (
        lambda lines: with_columns(lines, [2, 1, 0, 3]),
        ["height, soil, width, flower; now width, soil, height, flower"],
        ["ahora width, soil, height, flower"],
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_has_changed_is_said_and_nothing_is_measured(name, run):
    change, english, spanish = CHANGES[name]
    write(change(rows_of("garden.csv")))
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    for command in COMMANDS:
        for language, words in (("en", english), ("es", spanish)):
            answer = gradiente(*command, "--lang", language)
            assert (answer.status, answer.out) == (1, ""), answer.err
            assert all(word in answer.err for word in words), answer.err
            assert answer.err.count("\n") == 1
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_the_rows_that_were_trained_on_are_counted(run):
    lines = rows_of("garden.csv")
    write(resorted(lines))
    answer = gradiente("evaluate", "run", "--lang", "en")
    y = np.array([line.split(",")[-1] for line in lines[1:]])
    then, now = np.array(lines[1:]), np.array(resorted(lines)[1:])
    kept, _ = stratified_split(y, 0.2, seed=0)
    _, held_out = stratified_split(np.array([line.split(",")[-1] for line in now]), 0.2, seed=0)
    known = int(np.isin(now[held_out], then[kept]).sum())
    assert 0 < known < len(held_out)
    assert f"{known} of the {len(held_out)} rows" in answer.err


def test_weights_of_rows_are_data_too(own_folder):
    write_table("garden.csv")
    lines = [
        f"{'weight' if row == 0 else 1 + row % 3},{line}" for row, line in enumerate(rows_of("garden.csv"))
    ]
    write(lines)
    options = ["--weight", "weight", "--epochs", 2, "--run", "run", "--no-report"]
    assert gradiente("train", "garden.csv", *options).status == 0
    assert gradiente("evaluate", "run").status == 0
    write([*lines[:-1], "9" + lines[-1][1:]])
    answer = gradiente("train", "--resume", "run", "--epochs", 3, "--lang", "en")
    assert answer.status == 1
    assert "1 of the 60 rows" in answer.err
    assert "in weight" in answer.err


def test_equal_rows_may_change_places(run):
    lines = rows_of("garden.csv")
    write([*lines[:-2], lines[-1], lines[-2]])
    assert all(gradiente(*command).status == 0 for command in COMMANDS)


def test_the_same_data_written_otherwise_are_the_same(run):
    lines = rows_of("garden.csv")
    write([";".join(line.split(",")) for line in lines])
    assert all(gradiente(*command).status == 0 for command in COMMANDS)


def test_a_run_goes_on_with_its_data_at_another_path(run):
    Path("elsewhere").mkdir()
    Path("garden.csv").rename("elsewhere/flowers.csv")
    assert gradiente("train", "--resume", "run", "--epochs", 6).status == 1
    answer = gradiente("train", "elsewhere/flowers.csv", "--resume", "run", "--epochs", 6, "--no-report")
    assert answer.status == 0, answer.err
    assert gradiente("evaluate", "run").status == 0
    write_table("other.csv", seed=3)
    answer = gradiente("train", "other.csv", "--resume", "run", "--epochs", 8, "--lang", "en")
    assert answer.status == 1
    assert "other has 60 rows, and 62 when" in answer.err


def test_a_run_of_an_earlier_version_is_taken_as_it_is(run):
    (run / "data.safetensors").unlink()
    write(rows_of("garden.csv")[:-10])
    assert gradiente("evaluate", "run").status == 0
    Path("garden.csv").rename("flowers.csv")
    assert gradiente("train", "flowers.csv", "--resume", "run", "--epochs", 6).status == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"\x08\0\0\0\0\0\0\0{}      "])
def test_a_damaged_digest_is_named(content, run):
    (run / "data.safetensors").write_bytes(content)
    answer = gradiente("evaluate", "run", "--lang", "en")
    assert answer.status == 1
    assert "data.safetensors" in answer.err
    assert "Traceback" not in answer.err


def test_arrays_are_known_again_too(own_folder):
    generator = np.random.default_rng(0)
    x, y = generator.random((60, 4, 4)), np.arange(60) % 3
    np.savez("pictures.npz", x=x, y=y)
    assert gradiente("train", "pictures.npz", "--epochs", 2, "--run", "run", "--no-report").status == 0
    assert gradiente("evaluate", "run").status == 0
    order = generator.permutation(60)
    np.savez("pictures.npz", x=x[order], y=y[order])
    answer = gradiente("evaluate", "run", "--lang", "en")
    assert answer.status == 1
    assert "in another order" in answer.err


def test_data_on_disk_are_known_again_too(own_folder):
    generator = np.random.default_rng(0)
    x, y = generator.random((300, 4), np.float32), np.arange(300) % 3
    Path("data").mkdir()
    np.save("data/x.npy", x)
    np.save("data/y.npy", y)
    assert gradiente("train", "data", "--epochs", 2, "--run", "run", "--no-report").status == 0
    assert gradiente("evaluate", "run").status == 0
    np.save("data/x.npy", x[::-1])
    np.save("data/y.npy", y[::-1])
    answer = gradiente("evaluate", "run", "--lang", "en")
    assert answer.status == 1
    assert "in another order" in answer.err
    assert contents(own_folder / "run") >= {"data.safetensors"}
