import re

import numpy as np
import pytest
import torch

from .conftest import gradiente

NETWORKS = [
    ("Linear(4, 5), Tanh(), Linear(5, 3)", "CrossEntropyLoss"),
    ("Linear(4, 3), Sigmoid(), Linear(3, 1)", "BCEWithLogitsLoss"),
    ("Linear(4, 3, bias=False), LeakyReLU(0.1), Linear(3, 2), Softmax()", "MSELoss"),
    ("Linear(2, 3), ReLU, Linear(3, 1), Sigmoid", "BCELoss(reduction='sum')"),
    ("linear(3, 2), sigmoid, identity", "MSLELoss"),
    ("Linear(5, 4)", "NLLLoss"),
]


@pytest.mark.parametrize(("network", "loss"), NETWORKS)
def test_a_network_named_on_the_command_line_passes(network, loss):
    answer = gradiente("gradcheck", "--network", network, "--loss", loss, "--json")
    assert (answer.status, answer.err) == (0, "")
    found = answer.data
    assert found["passed"] is True
    sizes = [tuple(map(int, pair)) for pair in re.findall(r"[lL]inear\((\d+), (\d+)", network)]
    checked = {quantity["name"]: quantity["size"] for quantity in found["quantities"]}
    layers = [i for i, layer in enumerate(re.split(r", (?=[a-zA-Z])(?!bias)", network)) if "inear" in layer]
    for layer, (inputs, outputs) in zip(layers, sizes, strict=True):
        assert checked[f"{layer}.weight"] == inputs * outputs
    assert checked["x"] == 7 * sizes[0][0]
    assert all(quantity["checked"] == quantity["size"] for quantity in found["quantities"])
    assert found["worst"] == max(found["quantities"], key=lambda quantity: quantity["relative_error"])


@pytest.mark.parametrize("mode", [[], ["--training"]])
def test_convolutions_pass_as_in_a_training_and_afterwards(mode):
    network = "Unflatten(1, (1, 6, 6)), Conv2d(1, 3, 3), BatchNorm2d(3), ReLU, MaxPool2d(2), Flatten, Dropout"
    network += ", Linear(12, 3)"
    answer = gradiente("gradcheck", "--network", network, *mode, "--json")
    assert answer.status == 0
    sizes = {quantity["name"]: quantity["size"] for quantity in answer.data["quantities"]}
    assert (sizes["1.weight"], sizes["2.weight"], sizes["7.weight"], sizes["x"]) == (27, 3, 36, 7 * 36)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "✓ every gradient agrees with finite differences. Largest relative error"),
        ("es", "✓ todos los gradientes coinciden con las diferencias finitas. Mayor"),
    ],
)
def test_it_prints_the_largest_error_and_where_it_is(language, words):
    answer = gradiente("gradcheck", "--lang", language)
    spoken = " ".join(answer.out.split())
    assert (answer.status, answer.err) == (0, "")
    assert words in spoken
    worst = gradiente("gradcheck", "--json").data["worst"]
    place = f"[{', '.join(map(str, worst['entry']))}]"
    lecture = {"0.weight": "W[1]", "0.bias": "b[1]", "2.weight": "W[2]", "2.bias": "b[2]"}
    name = worst["name"]
    place = f"{lecture[name]}{place} ({name})" if name in lecture else name + place
    assert f"{worst['relative_error']:.2e}" in spoken
    assert f"∂J/∂{place}" in spoken
    assert all(f"{letter} ({name}) " in spoken for name, letter in lecture.items())
    assert answer.out.count("…") == 1  # in the header


def test_its_gradients_are_those_of_pytorch():
    """The entries that are printed, from the same network and data by automatic differentiation."""
    from gradiente import Linear, Network, Tanh

    found = gradiente("gradcheck", "--seed", 3, "--json").data
    network = Network([Linear(4, 5), Tanh(), Linear(5, 3)], seed=3, dtype="float64")
    generator = np.random.default_rng(3)
    x = torch.tensor(generator.normal(size=(7, 4)), requires_grad=True)
    y = torch.tensor(generator.integers(3, size=7))
    module = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.Tanh(), torch.nn.Linear(5, 3)).double()
    module.load_state_dict({name: torch.tensor(value) for name, value in network.state_dict().items()})
    torch.nn.functional.cross_entropy(module(x), y).backward()
    gradients = {**{name: parameter.grad for name, parameter in module.named_parameters()}, "x": x.grad}
    for quantity in found["quantities"]:
        gradient = gradients[quantity["name"]]
        assert gradient is not None
        assert quantity["got"] == pytest.approx(gradient[tuple(quantity["entry"])].item(), rel=1e-12)


@pytest.mark.parametrize(("language", "words"), [("en", "finite differences"), ("es", "diferencias finitas")])
def test_a_gradient_that_does_not_agree_ends_with_status_1(language, words):
    # Differences over so wide a distance are not the derivative.
    answer = gradiente("gradcheck", "--epsilon", 1, "--lang", language)
    assert answer.status == 1
    assert "✗ ∂J/∂" in answer.out
    assert words in answer.out.replace("\n", " ")
    found = gradiente("gradcheck", "--epsilon", 1, "--json")
    assert (found.status, found.data["passed"]) == (1, False)
    assert found.data["worst"]["relative_error"] > found.data["tolerance"]


def test_a_tolerance_that_no_difference_can_meet_fails():
    assert gradiente("gradcheck", "--tolerance", 1e-30).status == 1


def test_no_more_entries_than_asked_for():
    found = gradiente("gradcheck", "--network", "Linear(20, 30)", "--entries", 11, "--json").data
    assert {q["name"]: q["checked"] for q in found["quantities"]} == {"0.weight": 11, "0.bias": 11, "x": 11}
    everything = gradiente("gradcheck", "--network", "Linear(20, 30)", "--entries", 0, "--json").data
    assert {q["name"]: q["checked"] for q in everything["quantities"]} == {
        "0.weight": 600,
        "0.bias": 30,
        "x": 140,
    }


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--network", "Linear(4, 5), Linear(6, 2)"], 1, "layer 1 does not fit its input"),
        (["--network", "Linear(4, 1)"], 2, "every gradient would be 0"),
        (["--network", "Tanh()"], 2, "begin it with Linear(inputs, outputs)"),
        (["--network", "Linaer(4, 5)"], 2, "did you mean Linear?"),
        (["--network", "Linear(4, 5"], 2, "cannot read"),
        (["--network", ""], 2, "at least one layer"),
        (["--loss", "MSE"], 2, "did you mean MSELoss?"),
        (["--loss", "BCELoss"], 1, "end the network with Sigmoid"),
        (["--seed", "-1"], 2, "seed must be a number in [0, inf), got -1"),
        (["--batch-size", "0"], 2, "at least 1, got 0"),
        (["--entries", "-1"], 2, "at least 1, got -1"),
        (["--epsilon", "0"], 2, "epsilon must be a number in [1e-10, 1], got 0.0"),
        (["--tolerance", "nan"], 2, "tolerance must be a number in (0, inf), got nan"),
    ],
)
def test_what_cannot_be_checked(arguments, status, words):
    answer = gradiente("gradcheck", *arguments)
    assert (answer.status, answer.out) == (status, "")
    assert words in answer.err
