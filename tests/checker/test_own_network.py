"""Networks in a student's own functions and classes: right in every style, and the mistake that is planted named."""

import pytest

from gradiente.errors import ArgumentError

from .corpus.networks import FUNCTIONS, INLINE, PARAMS, PLANTED_LINES, RIGHT_NETWORKS, WRONG_NETWORKS

pytestmark = pytest.mark.usefixtures("one_process")


@pytest.mark.parametrize("network", RIGHT_NETWORKS, ids=lambda network: network.form)
def test_a_right_network_is_right(network, check_source):
    verdict = check_source(network.source)
    assert verdict.workshop == "network"
    assert verdict.passed, verdict.all_findings


@pytest.mark.parametrize("network", WRONG_NETWORKS, ids=lambda network: network.form)
def test_the_planted_mistake_is_named_at_its_line(network, check_source):
    (found,) = check_source(network.source).all_findings
    assert (found.mistake,) == network.keys
    words = PLANTED_LINES[network.form]
    lines = [number for number, line in enumerate(network.source.splitlines(), 1) if words in line]
    assert found.line is not None
    assert abs(found.line - lines[0]) <= (
        0 if network.form == "functions" else 5
    )  # where no variable holds the quantity


def test_what_was_taken_for_what_is_said(check_source):
    ((_, values),) = (notice for notice in check_source(FUNCTIONS).notices if notice[0] == "own_network")
    assert values["network"] == "Linear(20, 8), ReLU(), Linear(8, 4), Softmax()"
    assert (values["forward"], values["gradients"], values["update"]) == (
        "forward_prop",
        "backward_prop",
        "update_params",
    )


def test_the_files_own_cost_is_the_law(check_source):
    """A − Y is right for the cross-entropy, and lacks a factor where the file's cost is the squared error."""
    source = INLINE.replace("(y - l2) * l2 * (1 - l2)", "y - l2")
    assert check_source(source).passed
    stated = source.replace("    l2_delta", "    loss = ((y - l2) ** 2).mean()\n    l2_delta")
    assert [found.mistake for found in check_source(stated).all_findings] == ["output_slope_missing"]


def test_a_network_of_which_no_step_is_seen_is_not_judged(check_source):
    source = "class Net:\n    def train(self, X):\n        for leaf in X:\n            leaf.grow()\n"
    with pytest.raises(ArgumentError, match="no training step"):
        check_source(source)


STOPPED = """
import numpy as np
class Net:
    def __init__(self):
        self.W1, self.b1 = np.random.randn(4, 2), np.zeros((4, 1))
        self.W2, self.b2 = np.random.randn(1, 4), np.zeros((1, 1))
    def train(self, X, y, epochs=100, lr=0.5):
        for _ in range(epochs):
            a1 = np.tanh(self.W1 @ X + self.b1)
            a2 = 1 / (1 + np.exp(-(self.W2 @ a1 + self.b2)))
            d2 = (a2 - y) / X.shape[1]
            d1 = self.W2 @ d2 * (1 - a1**2)
            self.W2 -= lr * d2 @ a1.T
            self.b2 -= lr * d2.sum(axis=1, keepdims=True)
            self.W1 -= lr * d1 @ X.T
            self.b1 -= lr * d1.sum(axis=1, keepdims=True)
if __name__ == "__main__":
    X = DATA
    Net().train(X, (X[:1] > 0) * 1.0)
"""


def test_a_program_that_its_own_error_ends_is_told_where(check_source):
    source = STOPPED.replace("DATA", "np.random.randn(2, 50)")
    (found,) = check_source(source).all_findings
    assert (found.mistake, found.function, found.line) == ("shapes", "train", 12)
    assert "d1 = self.W2 @ d2" in found.title()
    assert check_source(source.replace("self.W2 @ d2 *", "self.W2.T @ d2 *")).passed


def test_a_program_that_a_missing_file_ends_is_not_accused(check_source):
    with pytest.raises(ArgumentError, match="no training step"):
        check_source(STOPPED.replace("DATA", "np.loadtxt('data.csv').T"))


def test_momentum_and_regularization_are_variants(check_source):
    momentum = INLINE.replace(
        "    syn1 += l1.T @ l2_delta", "    v1 = 0.9 * v1 + l1.T @ l2_delta\n    syn1 += v1"
    )
    momentum = momentum.replace(
        "    syn0 += X.T @ l1_delta", "    v0 = 0.9 * v0 + X.T @ l1_delta\n    syn0 += v0"
    )
    momentum = momentum.replace("for j in", "v0, v1 = 0, 0\nfor j in")
    verdict = check_source(momentum)
    assert verdict.passed
    assert [key for function in verdict.functions for key, _ in function.variants] == ["momentum"]
    decayed = check_source(PARAMS)
    assert [key for function in decayed.functions for key, _ in function.variants] == ["weight_decay"]


def test_biases_are_regularized_by_the_cost_or_against_it(check_source):
    """A mistake where the file's cost leaves them out; right where it has them; where there is none, it is said."""
    wrong = PARAMS.replace('"b2": d.sum(axis=0)}', '"b2": d.sum(axis=0) + reg * p["b2"]}')
    wrong = wrong.replace('grads["b1"] = dh.sum(axis=0)', 'grads["b1"] = dh.sum(axis=0) + reg * p["b1"]')
    assert [found.mistake for found in check_source(wrong).all_findings] == ["penalty_bias"]

    with_biases = wrong.replace('(p["W2"] ** 2).sum()', 'sum((p[k] ** 2).sum() for k in ("W2", "b1", "b2"))')
    without_cost = "\n".join(line for line in wrong.splitlines() if " loss = -np" not in line)
    without_cost = without_cost.replace("return loss, grads", "return 0.0, grads")
    for source in (with_biases, without_cost):
        verdict = check_source(source)
        assert verdict.passed, verdict.all_findings
        assert "weight_decay_of_biases" in [key for one in verdict.functions for key, _ in one.variants]


def test_activations_that_are_computed_once_and_gradients_that_are_never_reset(check_source):
    lines = INLINE.splitlines(keepends=True)
    start = next(place for place, line in enumerate(lines) if line.startswith("for j"))
    forward = [line.removeprefix("    ") for line in lines if "l1 = " in line or "l2 = " in line]
    rest = [line for line in lines[start:] if "l1 = " not in line and "l2 = " not in line]
    once = "".join([*lines[:start], *forward, *rest])
    assert [found.mistake for found in check_source(once).all_findings] == ["stale"]

    summed = INLINE.replace("for j in", "g0, g1 = 0, 0\nfor j in")
    summed = summed.replace("    syn1 += l1.T @ l2_delta", "    g1 = g1 + l1.T @ l2_delta\n    syn1 += g1")
    summed = summed.replace("    syn0 += X.T @ l1_delta", "    g0 = g0 + X.T @ l1_delta\n    syn0 += g0")
    assert [found.mistake for found in check_source(summed).all_findings] == ["gradients_accumulate"]


LEAKY = """
import numpy as np
def leaky(z):
    return np.where(z > 0, z, 0.1 * z)
def train(X, y, epochs=20, lr=0.1):
    g = np.random.default_rng(0)
    W1, b1, W2, b2 = g.normal(size=(5, 3)), np.zeros((5, 1)), g.normal(size=(1, 5)), np.zeros((1, 1))
    for _ in range(epochs):
        z1 = W1 @ X + b1
        a1 = leaky(z1)
        a2 = 1 / (1 + np.exp(-(W2 @ a1 + b2)))
        dz2 = (a2 - y) / X.shape[1]
        dz1 = (W2.T @ dz2) * SLOPE
        W2, b2 = W2 - lr * dz2 @ a1.T, b2 - lr * dz2.sum(axis=1, keepdims=True)
        W1, b1 = W1 - lr * dz1 @ X.T, b1 - lr * dz1.sum(axis=1, keepdims=True)
    return W1, b1, W2, b2
"""


@pytest.mark.parametrize(
    ("slope", "mistakes"),
    [
        ("np.where(z1 > 0, 1.0, 0.1)", []),
        ("(z1 > 0)", ["derivative_other"]),
        ("1.0", ["derivative_missing"]),
    ],
)
def test_a_leaky_relu_has_its_own_slope(check_source, slope, mistakes):
    verdict = check_source(LEAKY.replace("SLOPE", slope))
    assert [found.mistake for found in verdict.all_findings] == mistakes
