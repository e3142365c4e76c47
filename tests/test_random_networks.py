"""200 whole networks at random train as in a plain loop of PyTorch; benchmarks/random_networks.py runs more of them."""

import importlib.util
import re
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch

from gradiente import SGD, ConvTranspose1d, InstanceNorm1d, Linear, MaxPool1d, MSELoss, ReLU, Tanh
from gradiente.clip import Clip
from gradiente.layers import REGISTRY, Layer

from .random_networks import Tally, compare, failures, random_network, tally

COMMAND = Path(__file__).parents[1] / "benchmarks" / "random_networks.py"
COUNT, CHUNK = 200, 20


@pytest.mark.parametrize("first", range(0, COUNT, CHUNK))
def test_networks_train_as_in_a_plain_loop_of_pytorch(first):
    shown = []
    found = tally(range(first, first + CHUNK), shown.append)
    assert not found.failed, "\n".join(shown)


def test_they_use_every_concept_and_every_way_of_training():
    cases = [random_network(seed) for seed in range(COUNT)]
    used = Counter(name for case in cases for name in case.names())
    assert Tally(uses=used).missing() == []
    ways = Counter(case.targets for case in cases)
    for case in cases:
        ways["frozen"] += bool(case.frozen)
        ways["inference"] += not case.training
        ways["norm"] += case.clip.norm is not None
        ways["value"] += case.clip.value is not None
        ways["positions of classes"] += case.targets == "classes" and len(case.output_shape) > 1
        ways["skip connections inside others"] += str(case).count("Residual([") > 1
    kinds = {"classes", "distributions", "amounts", "binary", "probabilities", "logarithms", "numbers"}
    assert kinds <= set(ways)
    assert min((used["L1"], used["L2"], *ways.values())) >= 2


def test_a_number_makes_the_same_network_and_data_every_time():
    for seed in range(20):
        first, again = random_network(seed), random_network(seed)
        assert first == again
        assert str(first) == str(again)
        np.testing.assert_array_equal(first.objective().network.theta, again.objective().network.theta)
        for one, other in zip(first.batch(1), again.batch(1), strict=True):
            np.testing.assert_array_equal(one, other)


@dataclass(frozen=True)
class Reverse(Layer):
    """A layer that the drawing of options does not know: the features in reverse order."""

    examples = (("Reverse()", (5, 4)),)

    def forward(self, parameters, x, context):
        return x[..., ::-1], None

    def input_gradient(self, parameters, cache, dy):
        return dy[..., ::-1]

    def to_torch(self):
        module = torch.nn.Module()
        module.forward = lambda x: x.flip(-1)
        return module


def test_a_layer_that_was_only_registered_begins_a_network_by_its_own_example(monkeypatch):
    monkeypatch.setitem(REGISTRY, "Reverse", Reverse)
    case = random_network(len(REGISTRY) - 1)
    assert case.layers[0] == Reverse()
    assert failures(case) == []


def test_a_kink_where_rounding_decides_is_no_failure(monkeypatch):
    """Where the largest of two numbers is 0, normalization subtracts b from b, and ReLU asks for the sign."""
    layers = [
        MaxPool1d(2),
        ConvTranspose1d(3, 3, 3, groups=3),
        InstanceNorm1d(3, eps=0.1),
        Linear(3, 3, bias=False),
        ReLU(),
    ]
    plain = {
        "loss": MSELoss(),
        "targets": "numbers",
        "optimizer": SGD(),
        "penalties": (),
        "clip": Clip(),
        "frozen": (),
    }
    shapes = {"layers": layers, "input_shape": (3, 2), "output_shape": (3, 3)}
    cases = [replace(random_network(seed), **shapes, **plain, training=True, steps=3) for seed in range(10)]
    assert [failures(case) for case in cases] == [[]] * 10
    monkeypatch.setattr(compare, "_hangs_on_rounding", lambda *arguments: False)
    assert any(failures(case) for case in cases)


def wrong_tanh(self, parameters, cache, dy):
    """The derivative of Tanh without its square."""
    return dy * (1 - cache)


@pytest.fixture
def command(monkeypatch):
    """The command: its arguments → its exit status."""
    spec = importlib.util.spec_from_file_location("random_networks_command", COMMAND)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", [COMMAND.name, *map(str, arguments)])
        return module.main()

    return run


def test_the_command_exits_with_1_for_a_wrong_derivative_and_says_how_to_see_it_alone(
    command, monkeypatch, capsys
):
    monkeypatch.setattr(Tanh, "input_gradient", wrong_tanh)
    seed = list(REGISTRY).index("Tanh")
    assert command(1, "--start", seed) == 1
    output = capsys.readouterr().out
    assert "∂J/∂x" in output
    assert "0 of 1 networks train as in PyTorch" in output
    alone = re.search("alone: python benchmarks/random_networks.py (.*)", output)
    assert alone
    assert alone[1].split() == ["--seed", str(seed)]
    assert command(*alone[1].split()) == 1
    assert "∂J/∂x" in capsys.readouterr().out


def test_numbers_that_are_not_finite_fail(monkeypatch):
    monkeypatch.setattr(Tanh, "input_gradient", lambda self, parameters, cache, dy: dy * np.nan)
    assert failures(random_network(list(REGISTRY).index("Tanh")))


def test_an_error_fails_its_network_and_no_other(monkeypatch):
    def broken(*arguments):
        raise ValueError("operands could not be broadcast together")

    monkeypatch.setattr(Tanh, "input_gradient", broken)
    seed = list(REGISTRY).index("Tanh")
    found = tally([seed, seed + 1], lambda line: None)
    assert found.failed == {seed: ["ValueError: operands could not be broadcast together"]}


def test_the_command_counts_what_the_networks_use(command, capsys):
    assert command(2, "--start", len(REGISTRY) - 1) == 0
    output = capsys.readouterr().out
    assert "2 of 2 networks train as in PyTorch" in output
    assert re.search(r"Linear [12],.*Residual [12]\n", output)
    with pytest.raises(SystemExit) as refused:
        command(0)
    assert refused.value.code == 2
