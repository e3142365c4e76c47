"""What an estimator has learned as a file, and the notebook that goes from a DataFrame to one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import onnx
import polars as pl
import pytest
from nbclient import NotebookClient
from onnx.reference import ReferenceEvaluator
from sklearn.exceptions import NotFittedError

import gradiente as gr

from .frames import table

NOTEBOOK = Path(__file__).parents[2] / "examples" / "dataframe_to_file.ipynb"
QUICK = {"max_iter": 20, "n_iter_no_change": 20, "learning_rate_init": 0.01, "random_state": 0}
# Runs an exported file where gradiente and scikit-learn cannot be imported.
ELSEWHERE = """
import importlib.util, json, sys
sys.modules["gradiente"] = sys.modules["sklearn"] = None
spec = importlib.util.spec_from_file_location("exported", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
answer = module.predict(json.load(sys.stdin))
print(json.dumps([list(answer[0]), answer[1].tolist()] if isinstance(answer, tuple) else answer.tolist()))
"""
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def elsewhere(path, rows):
    command = [sys.executable, "-c", ELSEWHERE, str(path)]
    return json.loads(
        subprocess.run(command, input=json.dumps(rows), capture_output=True, text=True, check=True).stdout
    )


def test_a_classifier_of_a_frame_as_python_and_onnx(tmp_path):
    columns, score = table()
    frame = pl.DataFrame(columns)
    model: Any = gr.MLPClassifier(**QUICK).fit(frame, np.where(score > 0, "yes", "no"))
    labels, p = elsewhere(model.export(tmp_path / "model.py"), frame.to_dicts())
    assert labels == model.predict(frame).tolist()
    assert np.allclose(p, model.predict_proba(frame), atol=1e-6)
    loaded = onnx.load(model.export(tmp_path / "model.onnx"))
    onnx.checker.check_model(loaded)
    assert {entry.name for entry in loaded.graph.input} == set(columns)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_regression_of_an_array(tmp_path, dtype):
    columns, score = table()
    x = np.column_stack([columns["height"], columns["member"]]).astype(dtype)
    model: Any = gr.MLPRegressor(**QUICK).fit(x, 1000 + score)
    rows = [{"x0": float(first), "x1": float(second)} for first, second in x]
    answer = np.array(elsewhere(model.export(tmp_path / "model.py"), rows))
    assert np.allclose(answer[:, 0], model.predict(x), rtol=1e-6)
    evaluator: Any = ReferenceEvaluator(onnx.load(model.export(tmp_path / "model.onnx")))
    feeds = {entry: x[:, [place]].astype(np.float32) for place, entry in enumerate(["x0", "x1"])}
    assert np.allclose(np.ravel(evaluator.run(None, feeds)[0]), model.predict(x), rtol=1e-4)


def test_nothing_is_exported_before_fit(tmp_path):
    with pytest.raises(NotFittedError):
        gr.MLPClassifier().export(tmp_path / "model.py")


@pytest.mark.slow
def test_the_notebook_goes_from_a_frame_to_a_file(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    lines = [line for cell in code for line in cell.source.splitlines() if line.strip()]
    assert len(lines) <= 20
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}).execute()
    printed = "".join(output.get("text", "") for cell in code for output in cell.outputs)
    assert "the same probabilities: True" in printed
    assert (tmp_path / "wine_model.py").is_file()
