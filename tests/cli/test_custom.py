"""Layers, losses and rules from a file of one's own, through every command."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente.custom import REGISTRIES, load_custom

from .conftest import gradiente

OWN = Path(__file__).parents[2] / "examples" / "own_concepts.py"
CUSTOM = ["--custom", OWN]
NETWORK = ["--network", "Linear(4, 5), Swish(beta=0.5), Linear(5, 2)", "--loss", "HingeLoss"]
TRAIN = [
    "moons",
    "--hidden",
    "6",
    "--activation",
    "Swish",
    "--loss",
    "HingeLoss",
    "--optimizer",
    "Signum(lr=0.01)",
]


@pytest.fixture(autouse=True)
def forget():
    """What a test registers is known in it alone."""
    before = {base: dict(registry) for base, registry in REGISTRIES.items()}
    yield
    for base, registry in REGISTRIES.items():
        registry.clear()
        registry.update(before[base])


def ended(*arguments, status=0):
    answer = gradiente(*arguments)
    assert answer.status == status, answer.err
    return answer


@pytest.mark.parametrize("engine", ["numpy", "compiled", "torch"])
def test_it_trains_and_resumes_as_if_never_interrupted(own_folder, engine):
    own = [*CUSTOM, "--no-report", "--engine", engine]
    ended("train", *TRAIN, *own, "--epochs", 6, "--run", "whole")
    ended("train", *TRAIN, *own, "--epochs", 2, "--run", "parts")
    ended("train", "--resume", "parts", "--epochs", 6, "--no-report", *CUSTOM)
    whole, parts = (gr.Network.load(Path(run, "network.safetensors")) for run in ("whole", "parts"))
    np.testing.assert_array_equal(whole.theta, parts.theta)
    assert ended("evaluate", "parts", *CUSTOM, "--json").data["metrics"] == json.loads(
        Path("whole", "test.json").read_text(encoding="utf-8")
    )


@pytest.mark.compiled
def test_all_engines_take_the_same_steps(own_folder):
    for engine in ("numpy", "compiled", "torch"):
        ended(
            "train",
            *TRAIN,
            *CUSTOM,
            "--engine",
            engine,
            "--dtype",
            "float64",
            "--epochs",
            3,
            "--no-report",
            "--run",
            engine,
        )
    networks = [
        gr.Network.load(Path(engine, "network.safetensors")) for engine in ("numpy", "compiled", "torch")
    ]
    for network in networks[1:]:
        np.testing.assert_allclose(networks[0].theta, network.theta, rtol=1e-9)


def test_its_gradients_are_checked_and_a_wrong_one_is_found(own_folder):
    assert ended("gradcheck", *CUSTOM, *NETWORK, "--json").data["passed"]
    wrong = OWN.read_text(encoding="utf-8").replace("self.beta * a * (1 - s)", "a * (1 - s)")
    Path("wrong.py").write_text(wrong, encoding="utf-8")
    assert not ended("gradcheck", "--custom", "wrong.py", *NETWORK, "--json", status=1).data["passed"]


def test_it_is_compared_with_the_expression_of_pytorch_that_its_file_gives(own_folder):
    answer = ended("parity", *CUSTOM, *NETWORK, "--optimizer", "Signum(lr=0.003)", "--steps", 20, "--json")
    compared = {(concept["kind"], concept["name"]): concept for concept in answer.data["concepts"]}
    for kind, name in (("layer", "Swish"), ("loss", "HingeLoss"), ("optimizer", "Signum")):
        assert compared[kind, name]["passed"]
        assert len(compared[kind, name]["examples"]) > 1
    assert answer.data["trajectories"][0]["passed"]
    wrong = OWN.read_text(encoding="utf-8").replace("z * torch.sigmoid(beta * z)", "z * torch.sigmoid(z)")
    Path("wrong.py").write_text(wrong, encoding="utf-8")
    answer = ended("parity", "--custom", "wrong.py", *NETWORK, "--steps", 5, "--json", status=1)
    assert [c["name"] for c in answer.data["concepts"] if not c["passed"]] == ["Swish"]


def test_every_number_of_it_is_explained(own_folder):
    ended("train", *TRAIN, *CUSTOM, "--no-report", "--epochs", 2, "--run", "own", "--dtype", "float64")
    step = ended("explain", "own", *CUSTOM, "--instances", 5, "--json").data
    quantities = {quantity["name"]: quantity for quantity in step["quantities"]}
    assert r"\sigma(\beta Z^{[1]})" in quantities["A[1]"]["formula"]
    assert quantities["W[1]⁺"]["formula"].startswith(r"W^{[1]+} = W^{[1]} - \alpha \operatorname{sign}")
    for name in ("A[1]", "dZ[1]", "dZ[2]", "J", "W[1]⁺", "m(W[2])"):
        place = ",".join("0" for _ in quantities[name]["shape"]) or "none"
        entry = ended(
            "explain", "own", *CUSTOM, "--instances", 5, "--quantity", name, "--entry", place, "--json"
        ).data
        total = (
            entry["closing"]["value"] if entry["closing"] else sum(term["value"] for term in entry["terms"])
        )
        assert total == pytest.approx(entry["value"], rel=1e-9), name
        assert entry["torch"] == pytest.approx(entry["value"], rel=1e-9), name
    ended("explain", "own", *CUSTOM, "--instances", 5, "--html", "step.html")
    assert "Swish(beta=1.0)" in Path("step.html").read_text(encoding="utf-8") or "Swish()" in Path(
        "step.html"
    ).read_text(encoding="utf-8")


def test_the_closed_forms_are_those_of_autograd():
    load_custom([OWN])
    swish = REGISTRIES[gr.Layer]["Swish"](beta=0.7)
    x = np.linspace(-3, 3, 12).reshape(3, 4)
    leaf = torch.tensor(x, requires_grad=True)
    y = leaf * torch.sigmoid(0.7 * leaf)
    y.backward(torch.ones_like(y))
    ours, cache = swish.forward({}, x, gr.Context())
    assert leaf.grad is not None
    np.testing.assert_allclose(ours, y.detach().numpy(), rtol=1e-12)
    np.testing.assert_allclose(
        swish.input_gradient({}, cache, np.ones_like(x)), leaf.grad.numpy(), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("source", "status", "words"),
    [
        (None, 1, "there is no file own.py"),
        ("1 / 0", 1, "stopped with an error: ZeroDivisionError"),
        (
            "import gradiente as gr\n@gr.register\nclass A: pass",
            1,
            "register takes a subclass of Layer, Loss",
        ),
        (
            "import gradiente as gr\n@gr.register\nclass A(gr.Layer): pass",
            1,
            "does not define forward, input_gradient",
        ),
        ("import gradiente as gr\n@gr.register\nclass Tanh(gr.Tanh): pass", 1, "use another name"),
    ],
)
def test_a_file_that_is_wrong(own_folder, source, status, words):
    if source is not None:
        Path("own.py").write_text(source, encoding="utf-8")
    answer = gradiente("gradcheck", "--custom", "own.py")
    assert (answer.status, answer.out) == (status, "")
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1


def test_a_run_of_ones_own_says_that_its_file_is_missing(own_folder):
    ended("train", *TRAIN, *CUSTOM, "--no-report", "--epochs", 1, "--run", "own")
    for base in REGISTRIES:
        for name in ("Swish", "HingeLoss", "Signum"):
            REGISTRIES[base].pop(name, None)
    for command in (["evaluate", "own"], ["train", "--resume", "own", "--epochs", 2], ["explain", "own"]):
        answer = gradiente(*command)
        assert answer.status in (1, 2)
        assert "--custom FILE" in answer.err


@pytest.mark.parametrize("page", ["extending.md", "extending.es.md"])
def test_the_page_shows_the_classes_of_the_example(page):
    code = re.findall(
        r"```python\n(.*?)\n```", (OWN.parents[1] / "docs" / page).read_text(encoding="utf-8"), re.S
    )
    assert [re.search(r"^class (\w+)", block, re.M)[1] for block in code] == ["Swish", "HingeLoss", "Signum"]  # pyright: ignore[reportOptionalSubscript]
    assert all(block in OWN.read_text(encoding="utf-8") for block in code)
