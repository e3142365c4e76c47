"""`gradiente parity`, in short trainings: what it prints, what it writes, how it ends."""

import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from gradiente import Tanh, layers, losses, optimizers, schedules
from gradiente.locale import LANGUAGES
from gradiente.parity import compare_concepts

from .conftest import contents, gradiente

KINDS = {
    "layer": layers.REGISTRY,
    "loss": losses.REGISTRY,
    "optimizer": optimizers.REGISTRY,
    "schedule": schedules.REGISTRY,
}
NAMES = {(kind, name) for kind, registry in KINDS.items() for name in registry}


@dataclass(frozen=True)
class WrongTanh(Tanh):
    def input_gradient(self, parameters, cache, dy):
        return dy * (1 - cache)


@pytest.fixture(scope="module")
def compared():
    return compare_concepts(0)


@pytest.fixture
def concepts_once(compared, monkeypatch):
    """For tests of what is trained: the concepts are compared once for all of them."""
    monkeypatch.setattr("gradiente.cli.parity.compare_concepts", lambda seed: compared)


once = pytest.mark.usefixtures("concepts_once")


def parity(*arguments):
    answer = gradiente("parity", "--json", *arguments)
    assert (answer.status, answer.err) == (0, "")
    return answer.data


def test_everything_is_compared_and_two_networks_are_trained_for_200_steps():
    found = parity()
    assert found["passed"] is True
    assert {(entry["kind"], entry["name"]) for entry in found["concepts"]} == NAMES
    assert found["bounds"] == {
        "layer": 1e-12,
        "loss": 1e-12,
        "optimizer": 1e-10,
        "schedule": 1e-10,
        "trajectory": 1e-9,
    }
    assert found["html"] is None
    assert [entry["steps"] for entry in found["trajectories"]] == [200, 200]
    for entry in found["trajectories"]:
        assert entry["data"] == "digits"
        assert entry["optimizer"].startswith("Adam(lr=0.003")
        assert entry["worst"]["relative"] == max(step["relative"] for step in entry["drift"]) <= 1e-9
    layers = [re.sub(r"\(.*", "", layer) for entry in found["trajectories"] for layer in entry["network"]]
    assert {"Linear", "Tanh", "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d", "Flatten"} <= set(layers)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "layer",
                "largest difference",
                "bound",
                "7 steps: loss",
                "✓ NumPy's closed forms and PyTorch are equal",
            ],
        ),
        (
            "es",
            [
                "capa",
                "mayor diferencia",
                "cota",
                "7 pasos: pérdida",
                "✓ Las formas cerradas en NumPy y PyTorch son",
            ],
        ),
    ],
)
def test_what_is_printed(language, words, own_folder):
    answer = gradiente("parity", "--steps", 7, "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in words)
    lines = answer.out.splitlines()
    for _, name in NAMES:
        (row,) = [line for line in lines if line.split()[:1] == [name]]
        assert row.split()[-1] == "✓"
    assert "✗" not in answer.out
    assert len(re.findall(r"^   NumPy +-?\d", answer.out, re.MULTILINE)) == 2
    assert lines[-1].startswith("✓")
    assert contents(own_folder) == set()


@once
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_certificate(language, own_folder):
    answer = gradiente("parity", "--steps", 3, "--html", "certificate.html", "--lang", language)
    assert answer.status == 0, answer.err
    assert "certificate.html" in answer.out
    assert contents(own_folder) == {"certificate.html"}
    page = Path("certificate.html").read_text(encoding="utf-8")
    assert f'lang="{language}"' in page
    assert answer.out.splitlines()[-1] in page.replace("&#x27;", "'")
    assert not re.search(r"""(src|href)=["'](?!#)|@import|https?://(?!www\.w3\.org)""", page)


@once
def test_a_schedule_by_steps_of_the_rate_and_the_momentum():
    schedule = ["--schedule", "OneCycleLR(0.5, total_steps=12)", "--optimizer", "SGD(momentum=0.9)"]
    options = ["--network", "Linear(4, 5), Tanh, Linear(5, 3)", *schedule, "--steps", 12]
    by_epochs, by_steps = (
        parity(*options, *more)["trajectories"][0] for more in ([], ["--schedule-every", "step"])
    )
    assert by_epochs["passed"]
    assert by_steps["passed"]
    losses = [entry["losses"]["closed_form"] for entry in (by_epochs, by_steps)]
    assert losses[0][0] == losses[1][0]
    assert losses[0] != losses[1]


@once
def test_a_network_of_ones_own_on_random_data():
    network = (
        "Unflatten(1, (1, 6, 6)), Conv2d(1, 3, 3), BatchNorm2d(3), ReLU, MaxPool2d(2), Flatten, Dropout(0.3)"
    )
    network += ", Linear(12, 2)"
    options = [
        "--loss",
        "BCEWithLogitsLoss",
        "--optimizer",
        "course.Nesterov",
        "--schedule",
        "StepLR(step_size=1)",
    ]
    (entry,) = parity("--network", network, *options, "--steps", 25, "--seed", 4)["trajectories"]
    assert (entry["data"], entry["seed"], entry["batch_size"]) == (None, 4, 32)
    assert entry["loss"].startswith("BCEWithLogitsLoss(")
    assert entry["optimizer"].startswith("course.Nesterov(")
    assert entry["schedule"].startswith("StepLR(")
    assert entry["left_out"] == ["Dropout(p=0.3)", "1.bias"]
    names = {difference["quantity"] for difference in entry["differences"]}
    statistics = {f"2.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")}
    assert names == {"1.weight", "2.weight", "2.bias", "7.weight", "7.bias"} | statistics


@once
def test_what_is_left_out_is_said():
    network = "Linear(4, 6), BatchNorm1d(6), Dropout, Linear(6, 3)"
    out = gradiente("parity", "--network", network, "--steps", 2).out
    assert "Left out: Dropout(). Each engine" in out
    assert "subtracts it again: b[1] (0.bias)." in out


@once
def test_a_config_and_the_options_beside_it(own_folder):
    config = """
        [data]
        name = "iris"
        [network]
        layers = ["Linear(4, 5)", "ReLU()", "Linear(5, 3)"]
        dtype = "float32"
        [descent]
        optimizer = "SGD(lr=0.1)"
        schedule = "ExponentialLR(gamma=0.9)"
        penalty = ["L1(0.001)"]
        clip_norm = 1.0
        batch_size = 10
        seed = 5
        [execution]
        engine = "torch"
        precision = "bf16"
    """
    Path("mine.toml").write_text(config, encoding="utf-8")
    (entry,) = parity("--config", "mine.toml", "--steps", 30)["trajectories"]
    assert (entry["data"], entry["seed"], entry["batch_size"], entry["parameters"]) == ("iris", 5, 10, 43)
    assert entry["schedule"] == "ExponentialLR(0.9)"
    (entry,) = parity("--config", "mine.toml", "--steps", 5, "--optimizer", "Adam", "--seed", 6)[
        "trajectories"
    ]
    assert (entry["seed"], entry["optimizer"].split("(")[0], entry["parameters"]) == (6, "Adam", 43)
    network = "Linear(4, 2), Tanh, Linear(2, 3)"
    (entry,) = parity("--config", "mine.toml", "--steps", 5, "--network", network)["trajectories"]
    assert (entry["data"], entry["parameters"]) == ("iris", 19)


@once
def test_a_config_with_rates_by_layer(own_folder):
    config = """
        [data]
        name = "iris"
        [network]
        layers = ["Linear(4, 5)", "Tanh()", "Linear(5, 3)"]
        [descent]
        optimizer = "AdamW(lr=0.01)"
        lr_factors = {0 = 0.1, -1 = 2}
        weight_decay_on = "weights"
        schedule = "StepLR(step_size=1)"
    """
    Path("mine.toml").write_text(config, encoding="utf-8")
    (entry,) = parity("--config", "mine.toml", "--steps", 30)["trajectories"]
    assert entry["passed"]
    assert (entry["lr_factors"], entry["weight_decay_on"]) == ({"0": 0.1, "2": 2.0}, "weights")
    Path("plain.toml").write_text(config.partition("lr_factors")[0], encoding="utf-8")
    (plain,) = parity("--config", "plain.toml", "--steps", 30)["trajectories"]
    assert plain["losses"]["closed_form"][1] != entry["losses"]["closed_form"][1]
    out = gradiente("parity", "--config", "mine.toml", "--steps", 2).out
    assert "lr_factors={0: 0.1, 2: 2.0}, weight_decay_on='weights'" in out


@once
def test_a_runs_own_config(digits_run):
    (entry,) = parity("--config", digits_run / "run.toml", "--steps", 5)["trajectories"]
    assert (entry["data"], entry["batch_size"]) == ("digits", 32)


@once
def test_a_rule_for_the_default_networks():
    entries = parity("--optimizer", "course.Adam", "--loss", "MSELoss", "--steps", 10)["trajectories"]
    assert {entry["optimizer"].split("(")[0] for entry in entries} == {"course.Adam"}
    assert {entry["loss"].split("(")[0] for entry in entries} == {"MSELoss"}
    assert len(entries) == 2


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "✗ layer Tanh(), in ",
                "by the closed form and",
                "differ by more than rounding in: Tanh, digits: ",
            ],
        ),
        (
            "es",
            [
                "✗ capa Tanh(), en ",
                "por la forma cerrada y",
                "difieren en más que el redondeo en: Tanh, digits: ",
            ],
        ),
    ],
)
def test_a_wrong_layer_is_named_and_ends_with_status_1(language, words, monkeypatch):
    monkeypatch.setitem(layers.REGISTRY, "Tanh", WrongTanh)
    answer = gradiente("parity", "--steps", 5, "--lang", language, "--html", "certificate.html")
    assert answer.status == 1
    assert all(word in answer.out for word in words)
    (row,) = [line for line in answer.out.splitlines() if line.split()[:1] == ["Tanh"]]
    assert row.split()[-1] == "✗"
    assert words[0] in Path("certificate.html").read_text(encoding="utf-8")


def test_a_wrong_layer_in_json(monkeypatch):
    monkeypatch.setitem(layers.REGISTRY, "Tanh", WrongTanh)
    answer = gradiente("parity", "--steps", 5, "--json")
    assert (answer.status, answer.data["passed"]) == (1, False)
    assert [entry["name"] for entry in answer.data["concepts"] if not entry["passed"]] == ["Tanh"]
    assert [entry["passed"] for entry in answer.data["trajectories"]] == [False, True]
    wrong = next(entry for entry in json.loads(answer.out)["concepts"] if entry["name"] == "Tanh")
    assert wrong["worst"]["relative"] > 1e-3


@once
@pytest.mark.parametrize(
    ("arguments", "status", "english", "spanish"),
    [
        (["--steps", 0], 2, "at least 1, got 0", "al menos 1; llegó 0"),
        (["--seed", -1], 2, "seed must be a number in [0, inf), got -1", "en [0, inf); llegó -1"),
        (["--network", "Linear(4, 5), Linear(6, 2)"], 1, "layer 1 does not fit", "capa 1"),
        (["--network", "Linear(4, 1)"], 2, "one output has only one", "tiene solo una"),
        (["--network", "Tanh()"], 2, "begin it with Linear", "Linear("),
        (["--network", "Linaer(4, 5)"], 2, "did you mean Linear?", "¿quiso decir Linear?"),
        (["--optimizer", "Adan"], 2, "did you mean Adam", "¿quiso decir Adam"),
        (["--schedule", "StepLr(step_size=0)"], 2, "step_size", "step_size"),
        (["--loss", "MSE"], 2, "did you mean MSELoss?", "¿quiso decir MSELoss?"),
        (["--config", "nowhere.toml"], 1, "no file nowhere.toml", "nowhere.toml"),
        (["--html", "nowhere/page.html"], 1, "nowhere/page.html", "nowhere/page.html"),
        (["--optimizer", "SGD(lr=1e200)"], 1, "use a smaller learning rate", "tasa de aprendizaje menor"),
    ],
)
def test_what_cannot_be_compared(arguments, status, english, spanish, own_folder):
    for language, words in (("en", english), ("es", spanish)):
        answer = gradiente("parity", *arguments, "--lang", language)
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err
    assert contents(own_folder) == set()


def test_without_pytorch_it_says_what_installs_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    answer = gradiente("parity", "--lang", "en")
    assert (answer.status, answer.out) == (2, "")
    assert 'pip install "gradiente[torch]"' in answer.err
