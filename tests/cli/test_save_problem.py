"""`gradiente check --save-problem`: the file of arrays, and the three lines of Python, run in a process."""

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from tests.checker.corpus import MISTAKES, RIGHT
from tests.checker.solutions import CLASS, CLASS_EXERCISE, FUNCTIONS, FUNCTIONS_EXERCISE

from gradiente.checker import check

from .conftest import gradiente

SOURCES = {case.name: case for case in (*RIGHT, *MISTAKES)}
CASES = [
    "xor-columns-output_sign",
    "xor-rows-mean_wrong_size",
    "xor-einsum-dw2_for_w2",
    "mnist-columns-softmax_axis",
    "mnist-columns-helper_wrong-reluGrad",
    "mnist-rows-activation_missing",
    "mnist-chain-cost_base",
    "mnist-class-output_other_loss",
]


def printed(lines):
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", CASES)
def test_the_lines_show_the_number_of_the_first_finding(own_folder, name):
    Path("mi tarea.py").write_text(SOURCES[name].source, encoding="utf-8")
    answer = gradiente("check", "mi tarea.py", "--save-problem", "p.npz", "--json")
    lines = answer.data["problem"]["lines"]
    assert len(lines) == 3
    got, expected = map(float, printed(lines).split())
    worked = next(
        finding["worked"]
        for function in answer.data["functions"]
        for finding in function["findings"]
        if finding["worked"]
    )
    assert got == pytest.approx(worked["got"], rel=1e-12)
    assert expected == pytest.approx(worked["expected"], rel=1e-12)


def test_the_file_has_arrays_only(own_folder):
    case = SOURCES["xor-columns-output_sign"]
    Path("xor.py").write_text(case.source, encoding="utf-8")
    assert gradiente("check", "xor.py", "--save-problem", "p.npz").status == 1
    with np.load("p.npz", allow_pickle=False) as problem:
        arrays = {name: problem[name] for name in problem.files}
    assert set(arrays) == {"X", "y", "w1", "w2", "b1", "b2", "a2", "a1", "expected", "got"}
    np.testing.assert_allclose(arrays["got"], -arrays["expected"])
    m = arrays["X"].shape[1]
    np.testing.assert_allclose(arrays["expected"], (arrays["a2"] - arrays["y"]) @ arrays["a1"].T / m)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "These lines print your number"), ("es", "Estas líneas imprimen su número")],
)
def test_the_lines_stand_in_the_terminal_as_they_run(own_folder, language, words):
    Path("xor.py").write_text(SOURCES["xor-columns-output_sign"].source, encoding="utf-8")
    out = gradiente("check", "xor.py", "--save-problem", "p.npz", "--lang", language).out
    (start,) = [place for place, line in enumerate(out.splitlines()) if words in line]
    lines = out.splitlines()[start + 1 :]
    assert len(lines) == 3
    got, expected = map(float, printed(lines).split())
    assert got == pytest.approx(-expected)


def test_a_wrong_shape_is_shown_as_a_shape(own_folder):
    Path("xor.py").write_text(SOURCES["xor-rows-bias_axis"].source, encoding="utf-8")
    data = gradiente("check", "xor.py", "--save-problem", "p.npz", "--json").data
    assert printed(data["problem"]["lines"]) == "(5, 1) (1, 1)\n"


def test_in_a_notebook_the_function_is_the_notebooks(own_folder):
    cell = nbformat.v4.new_code_cell(SOURCES["xor-columns-output_sign"].source)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), "xor.ipynb")
    data = gradiente("check", "xor.ipynb", "--save-problem", "p.npz", "--json").data
    got, expected = map(float, printed([cell.source, *data["problem"]["lines"]]).split())
    assert got == pytest.approx(-expected)


@pytest.mark.parametrize("name", ["xor-columns-base", "xor-columns-lr_missing"])
@pytest.mark.parametrize(("language", "words"), [("en", "No problem was saved"), ("es", "No se guardó")])
def test_without_a_wrong_number_nothing_is_written(own_folder, name, language, words):
    Path("xor.py").write_text(SOURCES[name].source, encoding="utf-8")
    answer = gradiente("check", "xor.py", "--save-problem", "p.npz", "--lang", language)
    assert words in answer.out
    assert not Path("p.npz").exists()
    assert gradiente("check", "xor.py", "--save-problem", "p.npz", "--json").data["problem"] is None


WRONG = [
    (["xor.py"], 2, "ends in .npz"),
    (["p.txt"], 2, "ends in .npz"),
    (["none/p.npz"], 1, "no such file or folder"),
]


@pytest.mark.parametrize(("path", "status", "words"), WRONG)
def test_a_place_where_nothing_can_be_written_is_said_before(own_folder, path, status, words):
    source = SOURCES["xor-columns-output_sign"].source
    Path("xor.py").write_text(source, encoding="utf-8")
    answer = gradiente("check", "xor.py", "--save-problem", *path, "--lang", "en")
    assert (answer.status, answer.out) == (status, "")
    assert words in answer.err
    assert Path("xor.py").read_text(encoding="utf-8") == source


EXERCISES = {"functions": (FUNCTIONS, FUNCTIONS_EXERCISE), "class": (CLASS, CLASS_EXERCISE)}


def first_worked(data):
    """The first number that is worked out."""
    findings = [finding for function in data["functions"] for finding in function["findings"]]
    return next(finding["worked"] for finding in findings if finding["worked"])


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("functions", "d3 @ W3.T * (Z2 > 0)", "d3 @ W3.T"),  # returned, in a dictionary
        ("functions", "@ W2 + b2", "@ W2"),  # returned, in a tuple
        ("functions", "np.maximum(z, 0)", "np.maximum(z, 0.1 * z)"),
        ("functions", ".mean() + l2 / 2 *", ".mean() + 0 *"),
        ("functions", "-= lr * g[name]", "-= g[name]"),  # changed in place
        ("class", "(1 - self.a[-1]) / m", "(1 - self.a[-1])"),  # left in attributes
        ("class", "@ self.a[-1] + b", "@ self.a[-1] - b"),
        ("class", "- lr * dW", "- dW"),
    ],
)
def test_the_number_of_a_role_is_shown_by_its_call(own_folder, name, right, wrong):
    source, toml = EXERCISES[name]
    assert right in source
    Path("mi tarea.py").write_text(source.replace(right, wrong), encoding="utf-8")
    Path("own.toml").write_text(toml, encoding="utf-8")
    data = gradiente(
        "check", "mi tarea.py", "--exercise", "own.toml", "--save-problem", "p.npz", "--json"
    ).data
    assert len(data["problem"]["lines"]) == 3
    got, expected = map(float, printed(data["problem"]["lines"]).split())
    worked = first_worked(data)
    assert got == pytest.approx(worked["got"], rel=1e-9)
    assert expected == pytest.approx(worked["expected"], rel=1e-9)
    with np.load("p.npz", allow_pickle=False) as problem:
        assert {"expected", "got"} < set(problem.files)


def test_the_shape_of_a_role_is_shown_by_its_call(own_folder):
    wrong = CLASS.replace("delta.sum(axis=1, keepdims=True)", "delta.sum(axis=1)")
    Path("red.py").write_text(wrong, encoding="utf-8")
    Path("own.toml").write_text(CLASS_EXERCISE, encoding="utf-8")
    data = gradiente("check", "red.py", "--exercise", "own.toml", "--save-problem", "p.npz", "--json").data
    worked = first_worked(data)
    assert printed(data["problem"]["lines"]) == f"{tuple(worked['shape'])} {tuple(worked['wanted'])}\n"


OWN = {
    "functions": """import numpy as np

def forward(p, X):
    A1 = np.tanh(X @ p["W1"] + p["b1"])
    A2 = 1 / (1 + np.exp(-(A1 @ p["W2"] + p["b2"])))
    return A1, A2

def backward(p, X, Y, A1, A2):
    dZ2 = (A2 - Y) / len(X)
    dZ1 = dZ2 @ p["W2"].T * (1 - A1**2)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(axis=0) * len(X), "W2": A1.T @ dZ2, "b2": dZ2.sum(axis=0)}

def train(X, Y, epochs, lr):
    g = np.random.default_rng(0)
    p = {"W1": g.normal(size=(X.shape[1], 5)), "b1": g.normal(size=5)}
    p["W2"], p["b2"] = g.normal(size=(5, Y.shape[1])), g.normal(size=Y.shape[1])
    for _ in range(epochs):
        A1, A2 = forward(p, X)
        grads = backward(p, X, Y, A1, A2)
        for name in p:
            p[name] = p[name] - lr * grads[name]
""",
    "class": """import numpy as np

class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1, self.b1 = np.random.randn(n_hidden, n_in), np.random.randn(n_hidden, 1)
        self.W2, self.b2 = np.random.randn(n_out, n_hidden), np.random.randn(n_out, 1)

    def forward(self, X):
        self.A1 = np.tanh(self.W1 @ X + self.b1)
        self.A2 = 1 / (1 + np.exp(-(self.W2 @ self.A1 + self.b2)))

    def backward(self, X, Y):
        dZ2 = self.A2 - Y
        dZ1 = self.W2.T @ dZ2 * (1 - self.A1**2)
        self.dW2, self.db2 = dZ2 @ self.A1.T, dZ2.sum(axis=1, keepdims=True)
        self.dW1, self.db1 = dZ1 @ X.T, dZ1.sum(axis=1, keepdims=True) * 3

    def train(self, X, Y, epochs, lr):
        for _ in range(epochs):
            self.forward(X)
            self.backward(X, Y)
            self.W1, self.b1 = self.W1 - lr * self.dW1, self.b1 - lr * self.db1
            self.W2, self.b2 = self.W2 - lr * self.dW2, self.b2 - lr * self.db2
""",
    "program": """import numpy as np

X = np.array([[0.2, 0.3], [0.1, 1], [1, 0.4], [1, 0.9]])
Y = np.array([[0], [1], [1], [0]])
g = np.random.default_rng(3)
W1, b1, W2, b2 = g.normal(size=(2, 4)), g.normal(size=4), g.normal(size=(4, 1)), g.normal(size=1)
for epoch in range(50):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * A1 * (1 - A1)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    W2, b2, W1, b1 = W2 - 0.5 * dW2, b2 - 0.5 * db2, W1 - 0.5 * dW1, b1 - 0.5 * db1
""",
}


@pytest.mark.parametrize(("name", "called"), [("functions", True), ("class", True), ("program", False)])
def test_the_number_of_a_network_of_ones_own_is_shown(own_folder, name, called):
    """By the call that gave it; of what no function gives, the number that was seen, beside the rule on its arrays."""
    Path("red.py").write_text(OWN[name], encoding="utf-8")
    data = gradiente("check", "red.py", "--save-problem", "p.npz", "--json").data
    lines = data["problem"]["lines"]
    assert len(lines) == 3
    assert ("run_path" in lines[1]) == called
    got, expected = map(float, printed(lines).split())
    worked = first_worked(data)
    assert got == pytest.approx(worked["got"], rel=1e-9)
    assert expected == pytest.approx(worked["expected"], rel=1e-9)
    assert got != pytest.approx(expected, rel=1e-3)


def test_a_verdict_as_data_has_no_arrays(own_folder):
    Path("xor.py").write_text(SOURCES["xor-columns-output_sign"].source, encoding="utf-8")
    verdict = check("xor.py")
    assert verdict.problem is not None
    assert type(verdict).from_dict(json.loads(json.dumps(verdict.to_dict()))) == verdict
