"""`gradiente train xor`: the network of the workshop, or one of one's own."""

from typing import Any

import numpy as np
import pytest

from gradiente.optimizers import SGD
from gradiente.training.run import Run
from gradiente.training.xor import XOR
from gradiente.workshops.notebook import as_text, solution_cells

from .conftest import train, weights


def test_xor_by_itself_is_the_network_of_the_workshop():
    """With its first weights, and as many epochs: every number of the notebook can be found again."""
    scope: dict[str, Any] = {}
    source = as_text(solution_cells("xor", "es"), "script")
    exec(source.partition("TRAMO =")[0], scope)
    start = [scope[name] for name in ("w1", "b1", "w2", "b2")]
    for epochs in (0, 300):
        train("xor", "--epochs", epochs, run=f"after-{epochs}")
        activations = scope["feedForward"](scope["X"], *start)
        learned = scope["entrenarRed"](epochs, scope["LR"], scope["X"], scope["y"], *start, *activations)
        found = weights(f"after-{epochs}")
        for name, ours in zip(("0.weight", "0.bias", "2.weight", "2.bias"), learned, strict=True):
            np.testing.assert_allclose(found[name], np.reshape(ours, found[name].shape), rtol=1e-9)
    resolved = Run.open("after-300").config()
    assert resolved.make("optimizer") == SGD(lr=scope["LR"])
    assert scope["EPOCAS"] == XOR.descent.epochs


@pytest.mark.parametrize("own", [["--hidden", 5], ["--loss", "BCEWithLogitsLoss"], ["--constant-input"]])
def test_xor_with_a_network_of_ones_own_is_that_network(own):
    train("xor", *own, "--epochs", 1, run="own")
    config = Run.open("own").config()
    assert "Tanh()" in (config.network.layers or [])
    assert (config.descent.optimizer or "").startswith("Adam(")


def test_xor_by_the_network_of_the_lecture():
    lecture = ["--constant-input", "--no-bias", "--activation", "sigmoid", "--lr", 0.1, "--epochs", 400]
    results = [train("xor", *lecture, "--seed", seed, run=f"seed-{seed}") for seed in range(4)]
    assert {result["parameters"] for result in results} == {3 * 4 + 4 * 1}
    assert {name: array.shape for name, array in weights("seed-0").items()} == {
        "0.weight": (4, 3),
        "2.weight": (1, 4),
    }
    # From some beginnings it gets stuck, as the lecture says; not from all of them.
    assert max(result["test"]["accuracy"] for result in results) == 1
