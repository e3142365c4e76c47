"""A run with several targets, exported: the same answers elsewhere, under the same names."""

import csv
import json
import math

import numpy as np
import pytest
from tests.cli.conftest import gradiente

from gradiente import export

from .elsewhere import PREDICT, answers, session
from .elsewhere import run as run_elsewhere

LABELS = {"rain": ("no", "yes"), "wind": ("0", "1"), "sun é": ("False", "True")}
NUMBERS = ("price", "size")


def write(path):
    generator = np.random.default_rng(0)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "city", *LABELS, *NUMBERS])
        for _ in range(120):
            age, city, noise = (
                generator.normal(40, 9),
                generator.choice(["Cali", "Pasto"]),
                generator.normal(3),
            )
            z = (age - 40) / 9
            has = [
                words[int(z > limit)] for words, limit in zip(LABELS.values(), (-0.5, 0, 0.8), strict=True)
            ]
            shown = f"{age:.2f}" if generator.random() > 0.1 else ""
            writer.writerow([shown, city, *has, f"{1e6 + 1e5 * z:.0f}", f"{0.01 * (z + noise):.5f}"])


@pytest.fixture(scope="module", params=["labels", "numbers"])
def trained(request, tmp_path_factory):
    """(the table, the run)"""
    folder = tmp_path_factory.mktemp("several")
    table, run = folder / "table.csv", folder / "run"
    write(table)
    targets, others = (LABELS, NUMBERS) if request.param == "labels" else (NUMBERS, LABELS)
    drop = [word for name in others for word in ("--drop", name)]
    chosen = ["--target", ",".join(targets), *drop, "--missing", "indicator", "--epochs", 20, "--hidden", "9"]
    done = gradiente("train", table, *chosen, "--run", run, "--no-report", "--json")
    assert done.status == 0, done.err
    return table, run


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def said(run, table):
    """(labels or None, their probabilities, or numbers) by `gradiente predict`, rows and columns."""
    rows = gradiente("predict", run, table, "--json").data
    if "value" in rows[0]:
        return None, np.array([[*row["value"].values()] for row in rows])
    labels = [[*row["labels"].values()] for row in rows]
    return labels, np.array([[*row["probabilities"].values()] for row in rows])


def test_onnx(trained, tmp_path):
    import onnx

    table, run = trained
    path = export(run, tmp_path / "run.onnx")
    rows = rows_of(table)
    ages = [float(row["age"] or math.nan) for row in rows]
    given = {"age": np.array(ages, np.float32)[:, None]}
    given["city"] = np.array([row["city"] for row in rows], object)[:, None]
    opened = session(path)
    labels, numbers = said(run, table)
    found = answers(opened, given)
    np.testing.assert_allclose(found[-1], numbers, rtol=2e-5, atol=2e-5)
    about = {entry.key: json.loads(entry.value) for entry in onnx.load(path).metadata_props}
    if labels is None:
        assert about["target"] == ["price", "size"]
        assert [entry.name for entry in opened.get_outputs()] == ["value"]
        return
    assert found[0].tolist() == labels
    assert [entry.name for entry in opened.get_outputs()] == ["labels", "probabilities"]
    assert about["labels"] == {name: list(words) for name, words in LABELS.items()}


MAIN = "import runpy; path = sys.argv.pop(1); sys.argv[0] = path; runpy.run_path(path, run_name='__main__')"


def test_python(trained, tmp_path):
    table, run = trained
    path = export(run, tmp_path / "run.py")
    labels, numbers = said(run, table)
    found = json.loads(run_elsewhere(PREDICT, path, table, also=("scipy", "polars")))
    np.testing.assert_allclose(found[1], numbers, rtol=2e-5, atol=2e-5)
    lines = list(csv.reader(run_elsewhere(MAIN, path, table).splitlines()))
    if labels is None:
        assert lines[0] == ["price", "size"]
        np.testing.assert_allclose(np.array(lines[1:], float), numbers, rtol=2e-5, atol=2e-5)
        return
    assert [[*row.values()] for row in found[0]] == labels
    assert list(found[0][0]) == list(LABELS)
    assert lines[0] == [column for name in LABELS for column in (name, f"{name}_probability")]
    assert [row[::2] for row in lines[1:]] == labels


TORCH = """
import json, torch
extra = {"gradiente.json": ""}
program = torch.export.load(sys.argv[1], extra_files=extra).module()
meaning = json.loads(extra["gradiente.json"])
rows = json.loads(sys.argv[2])
kinds = meaning["categories"]["city"]
x = torch.tensor([[float(age or "nan"), kinds[city]] for age, city in rows], dtype=torch.float64)
print(json.dumps([meaning, program(x).tolist()]))
"""


def test_torch(trained, tmp_path):
    table, run = trained
    path = export(run, tmp_path / "run.pt2")
    rows = json.dumps([[row["age"], row["city"]] for row in rows_of(table)])
    meaning, numbers = json.loads(run_elsewhere(TORCH, path, rows))
    labels, expected = said(run, table)
    np.testing.assert_allclose(numbers, expected, rtol=2e-5, atol=2e-5)
    assert meaning["target"] == (["price", "size"] if labels is None else list(LABELS))
    assert ("labels" in meaning) == (labels is not None)


def test_card(trained, tmp_path):
    table, run = trained
    card = export(run, tmp_path / "run.md").read_text(encoding="utf-8")
    labels, _ = said(run, table)
    for name in NUMBERS if labels is None else LABELS:
        assert f"| `{name}` |" in card
    assert ("Hamming loss" in card) == (labels is not None)


def test_a_row_with_a_gap_has_no_labels_where_none_may_be_missing(tmp_path):
    write(tmp_path / "table.csv")
    drop = [word for name in ("age", *NUMBERS) for word in ("--drop", name)]
    chosen = ["--target", ",".join(LABELS), *drop, "--epochs", 1, "--run", tmp_path / "run", "--no-report"]
    assert gradiente("train", tmp_path / "table.csv", *chosen).status == 0
    opened = session(export(tmp_path / "run", tmp_path / "run.onnx"))
    labels, _ = answers(opened, {"city": np.array([["Cali"], ["NULL"]], object)})
    assert [bool(label) for label in labels[:, 0]] == [True, False]
