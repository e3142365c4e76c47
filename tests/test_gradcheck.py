from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradiente import (
    ArgumentError,
    BCELoss,
    BCEWithLogitsLoss,
    Conv2d,
    CrossEntropyLoss,
    DataError,
    Embedding,
    Flatten,
    LeakyReLU,
    Linear,
    MaxPool2d,
    MSELoss,
    MSLELoss,
    Network,
    NLLLoss,
    ReLU,
    ShapeError,
    Sigmoid,
    Softmax,
    Tanh,
    Unflatten,
    gradcheck,
)
from gradiente.data import load
from gradiente.losses import REGISTRY
from gradiente.losses.base import Reduction

RNG = np.random.default_rng(0)
X = RNG.normal(0, 1, (5, 3))
Y = RNG.normal(0, 1, (5, 2))


@st.composite
def problems(draw):
    """A random network and loss that fit one another, and a batch."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=4))
    layers = []
    for k, n in pairwise(sizes):
        layers += [
            Linear(k, n, bias=draw(st.booleans())),
            draw(st.sampled_from([Tanh(), Sigmoid(), Softmax()])),
        ]
    rows, outputs = draw(st.integers(1, 8)), sizes[-1]
    kind = draw(st.sampled_from(list(REGISTRY.values())))
    reduction: Reduction = draw(st.sampled_from(["mean", "sum"]))
    labels = kind in (CrossEntropyLoss, NLLLoss)
    y = rng.integers(0, outputs, rows) if labels else rng.random((rows, outputs))
    if kind in (BCELoss, MSLELoss):
        layers[-1] = Sigmoid()
    seed = draw(st.integers(0, 99))
    return Network(layers, seed=seed), kind(reduction=reduction), rng.normal(0, 1, (rows, sizes[0])), y


@settings(max_examples=80)
@given(problem=problems())
def test_right_derivatives_pass(problem):
    network = problem[0]
    result = gradcheck(*problem)
    assert result.passed, result.worst
    assert [quantity.name for quantity in result.quantities] == [*network.parameters, "x"]
    assert all(quantity.checked == quantity.size for quantity in result.quantities)
    assert result.worst.relative_error == max(quantity.relative_error for quantity in result.quantities)


@pytest.mark.parametrize(
    "loss", [MSELoss(reduction="sum"), MSELoss(), BCEWithLogitsLoss(), CrossEntropyLoss()]
)
@pytest.mark.parametrize("sizes", [(64, 32, 10), (64, 200, 10), (30, 30, 30, 30, 10)])
def test_larger_networks_raise_no_false_alarm(loss, sizes):
    layers = [layer for k, n in pairwise(sizes) for layer in (Linear(k, n), Tanh())]
    x, y = RNG.normal(0, 1, (64, sizes[0])), RNG.dirichlet(np.ones(10), 64)
    result = gradcheck(Network(layers), loss, x, y, entries=25)
    assert result.passed, result.worst


@pytest.mark.parametrize("activation", [ReLU(), LeakyReLU(0.1)])
def test_rectifiers_pass_away_from_their_kink(activation):
    assert gradcheck(Network([Linear(3, 4), activation, Linear(4, 2)]), MSELoss(), X, Y).passed


def pooled(pool, activation):
    """The digits have blank margins: windows of equal numbers, overlapping, and rectifiers at exactly 0."""
    layers = [Unflatten(1, (1, 8, 8)), Conv2d(1, 3, 3, padding=1), activation, pool]
    layers += [Conv2d(3, 2, 3, padding=1), activation, MaxPool2d(2), Flatten(), Linear(32, 10)]
    network = Network(layers, seed=3)
    network.parameters["1.bias"][...] = 0
    return network


def test_ties_and_kinks_raise_no_alarm_and_are_counted():
    _, digits = load("digits")
    network = pooled(MaxPool2d(3, 1, 1), ReLU())
    result = gradcheck(network, CrossEntropyLoss(), digits.x[:6], digits.y[:6], entries=40)
    assert result.passed, result.worst
    assert {quantity.name: quantity.kinks > 0 for quantity in result.quantities}["x"]
    smooth = gradcheck(Network([Linear(3, 2), Tanh()]), MSELoss(), X, Y)
    assert not any(quantity.kinks for quantity in smooth.quantities)


@dataclass(frozen=True)
class EveryMaximum(MaxPool2d):
    """δ goes to the whole window in place of its maximum."""

    def input_gradient(self, parameters, cache, dy):
        return np.full(super().input_gradient(parameters, cache, dy).shape, dy.mean())


@dataclass(frozen=True)
class Unrectified(ReLU):
    """The derivative of ReLU forgotten."""

    def input_gradient(self, parameters, cache, dy):
        return dy


@pytest.mark.parametrize(
    ("pool", "activation"), [(EveryMaximum(3, 1, 1), ReLU()), (MaxPool2d(3, 1, 1), Unrectified())]
)
def test_a_wrong_derivative_is_not_taken_for_a_kink(pool, activation):
    _, digits = load("digits")
    result = gradcheck(pooled(pool, activation), CrossEntropyLoss(), digits.x[:6], digits.y[:6], entries=40)
    assert not result.passed


@dataclass(frozen=True)
class OneEntryOff(Linear):
    """A dense layer whose weight gradient is wrong in one place."""

    factor: float = 1.001
    row: int = 1
    column: int = 2

    def parameter_gradients(self, parameters, cache, dy, out):
        super().parameter_gradients(parameters, cache, dy, out)
        out["weight"][self.row, self.column] *= self.factor


@dataclass(frozen=True)
class NoBiasSum(Linear):
    """The student's classic: the bias gradient of the first instance only."""

    def parameter_gradients(self, parameters, cache, dy, out):
        super().parameter_gradients(parameters, cache, dy, out)
        out["bias"][...] = dy[0]


@dataclass(frozen=True)
class ForgottenFactor(Sigmoid):
    """σ′ = a in place of a (1 − a)."""

    def input_gradient(self, parameters, cache, dy):
        return dy * cache


@pytest.mark.parametrize("factor", [1.001, 0.0, -1.0, np.nan, np.inf])
def test_one_wrong_entry_is_named(factor):
    network = Network([Linear(3, 3), Tanh(), OneEntryOff(3, 2, factor=factor)])
    with np.errstate(all="ignore"):
        result = gradcheck(network, MSELoss(), X, Y)
    assert not result.passed
    assert (result.worst.name, result.worst.entry) == ("2.weight", (1, 2))
    assert not np.isclose(result.worst.got, result.worst.expected, rtol=1e-4)
    others = [quantity for quantity in result.quantities if quantity.name != "2.weight"]
    assert all(quantity.relative_error <= result.tolerance for quantity in others)


def test_a_forgotten_sum_is_named():
    result = gradcheck(Network([Linear(3, 3), Tanh(), NoBiasSum(3, 2)]), MSELoss(), X, Y)
    assert [q.name for q in result.quantities if q.relative_error > result.tolerance] == ["2.bias"]


def test_a_forgotten_factor_shows_in_all_that_lies_before_it():
    network = Network([Linear(3, 4), ForgottenFactor(), Linear(4, 2)])
    result = gradcheck(network, MSELoss(), X, Y)
    wrong = [quantity.name for quantity in result.quantities if quantity.relative_error > result.tolerance]
    assert wrong == ["0.weight", "0.bias", "x"]


def test_expected_is_what_a_right_layer_gives():
    wrong = Network([OneEntryOff(3, 2, factor=3.0)], dtype="float64")
    right = Network([Linear(3, 2)], dtype="float64")
    right.theta[...] = wrong.theta
    prediction, caches = right.forward(X)
    right.backward(caches, MSELoss().gradient(prediction, Y))
    worst = gradcheck(wrong, MSELoss(), X, Y).worst
    assert worst.expected == pytest.approx(right.gradients["0.weight"][worst.entry], rel=1e-6)
    assert worst.got == pytest.approx(3 * worst.expected, rel=1e-6)


@pytest.mark.parametrize("entries", [0, 2.5, True])
def test_the_number_of_entries_is_whole_and_at_least_1(entries):
    with pytest.raises(
        ArgumentError, match=f"gradcheck: entries must be a whole number of at least 1, got {entries}"
    ):
        gradcheck(Network([Linear(3, 2)]), MSELoss(), X, Y, entries=entries)


@pytest.mark.parametrize(("entries", "seed"), [(1, 0), (4, 0), (4, 1), (1000, 0)])
def test_a_sample_of_entries(entries, seed):
    result = gradcheck(Network([Linear(3, 2)]), MSELoss(), X, Y, entries=entries, seed=seed)
    assert [(q.name, q.checked, q.size) for q in result.quantities] == [
        ("0.weight", min(entries, 6), 6),
        ("0.bias", min(entries, 2), 2),
        ("x", min(entries, 15), 15),
    ]
    assert result == gradcheck(Network([Linear(3, 2)]), MSELoss(), X, Y, entries=entries, seed=seed)


def test_nothing_that_was_given_is_changed():
    network, x, y = Network([Linear(3, 2)]), X.copy(), Y.copy()
    network.gradient[...] = 7
    before = (network.theta.tobytes(), network.gradient.tobytes())
    for array in (x, y):
        array.flags.writeable = False
    gradcheck(network, MSELoss(), x, y)
    assert (network.theta.tobytes(), network.gradient.tobytes()) == before


@pytest.mark.parametrize(
    "options",
    [
        *({"epsilon": 0.0}, {"epsilon": -1e-6}, {"epsilon": True}),
        *({"tolerance": 0.0}, {"tolerance": float("nan")}, {"entries": 0}, {"seed": -1}, {"seed": 0.5}),
    ],
)
def test_numbers_out_of_range_are_errors(options):
    with pytest.raises(ArgumentError, match=next(iter(options))):
        gradcheck(Network([Linear(3, 2)]), MSELoss(), X, Y, **options)


def test_a_batch_that_does_not_fit_is_an_error():
    with pytest.raises(ShapeError, match="Linear"):
        gradcheck(Network([Linear(3, 2)]), MSELoss(), X[:, :2], Y)
    with pytest.raises(ShapeError, match="MSELoss"):
        gradcheck(Network([Linear(3, 2)]), MSELoss(), X, Y[:, :1])
    with pytest.raises(ShapeError, match="numbers"):
        gradcheck(Network([Linear(3, 2)]), MSELoss(), X + 1j, Y)
    with pytest.raises(ShapeError, match="different lengths"):
        gradcheck(Network([Linear(3, 2)]), MSELoss(), [[1.0], [1.0, 2.0]], Y)


@pytest.mark.parametrize("label", [2, -1])
def test_a_label_outside_of_the_weighted_classes_is_named(label):
    y = np.full(len(X), 1)
    y[1] = label
    with pytest.raises(DataError, match=f"label {label} in row 1"):
        gradcheck(Network([Linear(3, 2)]), CrossEntropyLoss(weight=(1, 2)), X, y)


def test_a_network_without_a_gradient_is_an_error():
    network = Network([Embedding(4, 2)])
    network.freeze(0)
    with pytest.raises(ArgumentError, match="no gradient to check"):
        gradcheck(network, MSELoss(), np.zeros((2, 3), int), np.zeros((2, 3, 2)))
