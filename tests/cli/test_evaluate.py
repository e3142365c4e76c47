import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score, log_loss

from gradiente.data import load
from gradiente.network import Network

from .conftest import gradiente, weights, write_prices


def metrics_of(run):
    return json.loads((run / "test.json").read_text())


def test_it_equals_what_the_training_measured(digits_run, table_run):
    for run in (digits_run, table_run[1]):
        answer = gradiente("evaluate", run, "--json")
        assert (answer.status, answer.err) == (0, "")
        assert answer.data["metrics"] == metrics_of(run)
        assert (answer.data["run"], answer.data["part"]) == (str(run), "test")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["digits, test set, 359 instances", "accuracy", "recall"]),
     ("es", ["digits, conjunto de prueba, 359 instancias", "exactitud", "sensibilidad"])],
)  # fmt: skip
def test_in_both_languages(language, words, digits_run):
    answer = gradiente("evaluate", digits_run, "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in words)


def forward(run, file, x):
    """Probabilities by the formulas, from the file alone."""
    w = {name: array.astype(np.float64) for name, array in weights(run, file).items()}
    hidden = np.maximum(0, x @ w["0.weight"].T + w["0.bias"])
    scores = hidden @ w["2.weight"].T + w["2.bias"]
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def both_parts(run):
    """A measure over all the data: of the two parts, each by its size."""
    parts = [gradiente("evaluate", run, "--part", part, "--json").data for part in ("train", "test")]
    total = sum(part["instances"] for part in parts)
    names = parts[0]["metrics"].keys() & {"loss", "accuracy", "mae"}
    return {name: sum(p["metrics"][name] * p["instances"] for p in parts) / total for name in names}


def test_both_parts_together_are_the_whole_data_set(digits_run):
    x, y = load_digits(return_X_y=True)
    probabilities = forward(digits_run, "network.safetensors", x / 16)
    found = both_parts(digits_run)
    assert found["accuracy"] == pytest.approx(accuracy_score(y, probabilities.argmax(axis=1)), abs=1e-12)
    assert found["loss"] == pytest.approx(log_loss(y, probabilities), rel=1e-5)


def test_a_run_killed_halfway_is_measured_at_its_best_epoch(digits_run, own_folder):
    run = own_folder / "halfway"
    shutil.copytree(digits_run, run)
    for file in ("network.safetensors", "test.json"):  # what is only written at the end
        (run / file).unlink()
    best, last = (weights(run, f"checkpoints/{name}.safetensors") for name in ("best", "last"))
    assert not np.array_equal(best["0.weight"], last["0.weight"])
    x, y = load_digits(return_X_y=True)
    probabilities = forward(run, "checkpoints/best.safetensors", x / 16)
    assert both_parts(run)["loss"] == pytest.approx(log_loss(y, probabilities), rel=1e-5)


def test_a_regression_is_measured_in_its_units(own_folder):
    write_prices("homes.csv")
    assert gradiente("train", "homes.csv", "--epochs", 40, "--run", "run", "--no-report").status == 0
    said = [row["value"] for row in gradiente("predict", "run", "homes.csv", "--json").data]
    price = np.loadtxt("homes.csv", delimiter=",", skiprows=1)[:, -1]
    assert both_parts("run")["mae"] == pytest.approx(np.abs(np.array(said) - price).mean(), rel=1e-5)


def test_data_that_have_gone(own_folder, table_run):
    table, _ = table_run
    shutil.copy(table, "garden.csv")
    assert gradiente("train", "garden.csv", "--epochs", 1, "--run", "run", "--no-report").status == 0
    (own_folder / "garden.csv").unlink()
    answer = gradiente("evaluate", "run")
    assert (answer.status, answer.out) == (1, "")
    assert f"there is no file {own_folder / 'garden.csv'}" in answer.err


def test_the_files_of_mnist_may_have_moved(mnist_run, mnist_folder, own_folder):
    run, accuracy = mnist_run
    answer = gradiente("evaluate", run, "--data-dir", mnist_folder, "--json")
    assert answer.data["metrics"]["accuracy"] == accuracy
    for code, said in (
        ("en", "training set, 60,000 instances"),
        ("es", "entrenamiento, 60\u202f000 instancias"),
    ):
        words = gradiente("evaluate", run, "--data-dir", mnist_folder, "--part", "train", "--lang", code)
        assert said in words.out
    lost = gradiente("evaluate", run, "--data-dir", own_folder)
    assert lost.status == 1
    assert f"mnist is incomplete in {own_folder}" in lost.err


@pytest.fixture(scope="module")
def untaught(tmp_path_factory):
    """(the answer of a training that has learned nothing, its run, the classes of iris that it never predicts)."""
    run = tmp_path_factory.mktemp("untaught") / "run"
    answer = gradiente("train", "iris", "--epochs", 1, "--lr", 1e-9, "--run", run, "--lang", "en")
    _, test = load("iris")
    predicted = Network.load(run / "network.safetensors").predict(test.x).argmax(axis=1)
    return answer, run, [name for k, name in enumerate(test.classes) if k not in predicted]


def test_a_metric_that_is_not_defined_says_so_once_and_nowhere_as_a_warning(untaught):
    answer, run, never = untaught
    assert (answer.status, bool(never)) == (0, True)
    of_class = "class" if len(never) == 1 else "the classes"
    said = f"precision is not defined for {of_class} {', '.join(never)} (never predicted): counted as 0"
    assert answer.out.count(said) == 1
    assert "Warning" not in answer.out + answer.err
    assert said in (run / "report.html").read_text(encoding="utf-8")
    again = gradiente("evaluate", run)
    assert said in again.out
    assert gradiente("evaluate", run, "--json").data["undefined"] == {"precision": said}
    assert "(sin predicciones): se cuenta como 0" in gradiente("evaluate", run, "--lang", "es").out


def test_where_all_is_defined_nothing_is_said(digits_run):
    assert "defined" not in gradiente("evaluate", digits_run).out
    assert gradiente("evaluate", digits_run, "--json").data["undefined"] == {}


def test_whole_numbers_that_were_taken_as_classes_stay_classes(own_folder):
    """The run keeps the loss, not that the data chose it: with CrossEntropyLoss they are read as classes again."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=120)
    rows = [f"{a:.4f},{int(a > 0) + int(a > 1) + 3}" for a in x]
    Path("marks.csv").write_text("\n".join(["x,mark", *rows]) + "\n")
    assert gradiente("train", "marks.csv", "--epochs", 2, "--no-report", "--run", "r").status == 0
    measured = gradiente("evaluate", "r")
    assert measured.status == 0, measured.err
    assert "accuracy" in measured.out
    assert gradiente("train", "--resume", "r", "--epochs", 3, "--no-report").status == 0
