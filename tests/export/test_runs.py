"""A run on a table, from its raw columns to answers, is the same everywhere as `gradiente predict` says."""

import csv
import json
import math

import numpy as np
import pytest
from tests.cli.conftest import gradiente

from gradiente import export

from .elsewhere import PREDICT, answers, session
from .elsewhere import run as run_elsewhere

CITIES = ("Cali", "Pasto", "007", "Bogotá, D.C.", "a\\b\"c'''")


def write(path, target, *, gaps, rows=90):
    """A table with numbers of very different sizes, texts, and where asked values that are missing."""
    generator = np.random.default_rng(0)
    lines = []
    for _ in range(rows):
        age, price = generator.normal(40, 9), generator.normal(3e6, 4e5)
        seconds = 1.7e9 + generator.integers(9000)
        city = CITIES[int(generator.integers(len(CITIES)))]
        z = (age - 40) / 9 + (city == "Cali") - (seconds - 1.7e9 - 4500) / 4000 + generator.normal(0, 0.2)
        row = [f"{age:.2f}", city, f"{price:.0f}", str(int(seconds))]
        if gaps and generator.random() < 0.3:
            row[int(generator.integers(3))] = str(generator.choice(["", "NA", "null", "NaN"]))
        lines.append([*row, target(z)])
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["age", "city", "price", "when", "answer"], *lines])


TARGETS = {
    "two": lambda z: "yes" if z > 0.3 else "no",
    "codes": lambda z: f"00{int(np.clip(z + 1, 0, 2))}",
    "number": lambda z: f"{250_000 + 40_000 * z:.1f}",
}


TRAININGS = [
    *((target, missing, ()) for target in TARGETS for missing in ("error", "median", "indicator")),
    ("codes", "error", ("--preset", "table")),
    ("number", "indicator", ("--preset", "table")),
]


@pytest.fixture(scope="module", params=TRAININGS, ids=str)
def trained(request, tmp_path_factory):
    """(the table, the run)"""
    target, missing, options = request.param
    folder = tmp_path_factory.mktemp("runs")
    write(folder / "table.csv", TARGETS[target], gaps=missing != "error")
    chosen = ["--target", "answer", "--missing", missing, "--epochs", 8, "--hidden", "9", *options]
    done = gradiente("train", folder / "table.csv", *chosen, "--run", folder / "run", "--no-report", "--json")
    assert done.status == 0, done.err
    return folder / "table.csv", folder / "run"


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said(run, table):
    """(labels or None, probabilities or values) by `gradiente predict`."""
    answer = gradiente("predict", run, table, "--json")
    assert answer.status == 0, answer.err
    if "value" in answer.data[0]:
        return None, np.array([[row["value"]] for row in answer.data])
    return [row["class"] for row in answer.data], np.array(
        [[*row["probabilities"].values()] for row in answer.data]
    )


def columns_for(onnx, rows):
    """The raw columns as a session wants them."""
    kinds = {"tensor(string)": object, "tensor(float)": np.float32, "tensor(double)": np.float64}
    given = {}
    for entry in onnx.get_inputs():
        assert entry.shape == ["rows", 1]
        cells = [row[entry.name] for row in rows]
        if kinds[entry.type] is not object:
            cells = [math.nan if cell.lower() in ("", "na", "null", "nan") else float(cell) for cell in cells]
        given[entry.name] = np.array(cells, kinds[entry.type])[:, None]
    return given


def agree(found, expected):
    labels, numbers = expected
    np.testing.assert_allclose(found[-1], numbers, rtol=2e-5, atol=2e-5)
    if labels is not None:
        assert [str(label) for label in found[0]] == labels


def test_onnx_takes_the_raw_columns(trained, tmp_path):
    table, run = trained
    onnx = session(export(run, tmp_path / "run.onnx"))
    agree(answers(onnx, columns_for(onnx, rows_of(table))), said(run, table))
    types = {entry.name: entry.type for entry in onnx.get_inputs()}
    assert types == {
        "age": "tensor(float)",
        "city": "tensor(string)",
        "price": "tensor(float)",
        "when": "tensor(double)",  # float32 has one number every 128 seconds there
    }


def test_onnx_in_its_oldest_version(trained, tmp_path):
    table, run = trained
    onnx = session(export(run, tmp_path / "run.onnx", opset=13))
    agree(answers(onnx, columns_for(onnx, rows_of(table))), said(run, table))


def test_an_unknown_category_in_onnx(trained, tmp_path):
    table, run = trained
    rows = [{**row, "city": "Leticia"} for row in rows_of(table)[:7]]
    rows = [row for row in rows if all(row.values())]
    with open(tmp_path / "new.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    onnx = session(export(run, tmp_path / "run.onnx"))
    answer = gradiente("predict", run, tmp_path / "new.csv", "--json")
    assert answer.status == 0
    agree(answers(onnx, columns_for(onnx, rows)), said(run, tmp_path / "new.csv"))


def test_python_takes_the_raw_rows_where_only_numpy_is_installed(trained, tmp_path):
    table, run = trained
    path = export(run, tmp_path / "run.py")
    agree(json.loads(run_elsewhere(PREDICT, path, table, also=("scipy", "polars"))), said(run, table))


MAIN = "import runpy; path = sys.argv.pop(1); sys.argv[0] = path; runpy.run_path(path, run_name='__main__')"


def test_python_as_a_program_reads_a_csv_file(trained, tmp_path):
    table, run = trained
    path = export(run, tmp_path / "run.py")
    labels, numbers = said(run, table)
    lines = run_elsewhere(MAIN, path, table).splitlines()
    if labels is None:
        np.testing.assert_allclose([float(line) for line in lines], numbers[:, 0], rtol=2e-5)
    else:
        assert lines[0] == "class,probability"
        assert [line.split(",")[0] for line in lines[1:]] == labels


TORCH = """
import json, torch
import numpy as np
extra = {"gradiente.json": ""}
program = torch.export.load(sys.argv[1], extra_files=extra).module()
meaning = json.loads(extra["gradiente.json"])
rows = json.load(open(sys.argv[2], encoding="utf-8"))
def number(name, cell):
    kinds = meaning["categories"].get(name)
    if kinds is not None:
        return kinds.get(cell, -1)
    return float("nan") if cell.lower() in ("", "na", "null", "nan") else float(cell)
x = torch.tensor([[number(name, row[name]) for name in meaning["columns"]] for row in rows], dtype=torch.float64)
numbers = program(x).detach().numpy()
labels = [meaning["classes"][k] for k in numbers.argmax(axis=1)] if meaning["classes"] else None
print(json.dumps([labels, numbers.tolist()]))
"""


def test_torch_opens_the_program_without_gradiente(trained, tmp_path):
    table, run = trained
    path = export(run, tmp_path / "run.pt2")
    (tmp_path / "rows.json").write_text(json.dumps(rows_of(table)), encoding="utf-8")
    agree(json.loads(run_elsewhere(TORCH, path, tmp_path / "rows.json")), said(run, table))


def test_a_row_with_a_gap_has_no_label_where_none_may_be_missing(tmp_path):
    write(tmp_path / "table.csv", TARGETS["two"], gaps=False)
    chosen = ["--target", "answer", "--epochs", 1, "--run", tmp_path / "run", "--no-report", "--json"]
    assert gradiente("train", tmp_path / "table.csv", *chosen).status == 0
    onnx = session(export(tmp_path / "run", tmp_path / "run.onnx"))
    rows = rows_of(tmp_path / "table.csv")[:4]
    rows[1] = {**rows[1], "age": ""}
    rows[2] = {**rows[2], "city": "NULL"}
    labels, _ = answers(onnx, columns_for(onnx, rows))
    assert [bool(label) for label in labels] == [True, False, False, True]
