import math

import numpy as np
import pytest
import torch
from scipy.stats import ks_2samp

from gradiente import (
    SGD,
    ArgumentError,
    BCEWithLogitsLoss,
    Glorot,
    He,
    Linear,
    Network,
    Normal,
    PyTorchDefault,
    Sigmoid,
    Uniform,
    Zeros,
)
from gradiente.initializers import REGISTRY
from gradiente.notation import parse, write
from gradiente.parameters import ParameterSpec

FAN_IN, FAN_OUT = 300, 200
WEIGHT = ParameterSpec((FAN_OUT, FAN_IN), fan_in=FAN_IN, fan_out=FAN_OUT)
BIAS = ParameterSpec((FAN_OUT,), fan_in=FAN_IN, fan_out=FAN_OUT, is_bias=True)
TORCH = [
    (PyTorchDefault(), lambda w: torch.nn.init.kaiming_uniform_(w, a=math.sqrt(5))),
    (Glorot(), torch.nn.init.xavier_uniform_),
    (Glorot(gain=5 / 3), lambda w: torch.nn.init.xavier_uniform_(w, gain=5 / 3)),
    (He(), lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
    (Normal(), lambda w: torch.nn.init.normal_(w, std=0.01)),
    (Normal(std=0.3), lambda w: torch.nn.init.normal_(w, std=0.3)),
    (Uniform(), lambda w: torch.nn.init.uniform_(w, -1, 1)),
    (Uniform(bound=0.2), lambda w: torch.nn.init.uniform_(w, -0.2, 0.2)),
    (Zeros(), torch.nn.init.zeros_),
]


def draw(initializer, spec=WEIGHT, seed=0):
    return initializer(spec, np.random.default_rng(seed))


@pytest.mark.parametrize(("initializer", "fill"), TORCH, ids=[repr(initializer) for initializer, _ in TORCH])
def test_weights_are_distributed_as_pytorchs(initializer, fill):
    ours = draw(initializer)
    theirs = torch.empty(WEIGHT.shape, dtype=torch.float64)
    torch.manual_seed(0)
    fill(theirs)
    assert ours.shape == WEIGHT.shape
    assert ours.dtype == np.float64
    assert ours.mean() == pytest.approx(0, abs=0.02 * ours.std() + 1e-300)
    assert ours.std() == pytest.approx(float(theirs.std()), rel=0.02)
    assert ks_2samp(ours.ravel(), theirs.numpy().ravel()).pvalue > 1e-3  # pyright: ignore[reportAttributeAccessIssue]


def test_every_initializer_is_compared():
    assert {type(initializer) for initializer, _ in TORCH} == set(REGISTRY.values())


@pytest.mark.parametrize(
    ("initializer", "bound"),
    [
        (PyTorchDefault(), 1 / math.sqrt(FAN_IN)),
        (Glorot(), math.sqrt(6 / (FAN_IN + FAN_OUT))),
        (Glorot(gain=2.0), 2 * math.sqrt(6 / (FAN_IN + FAN_OUT))),
    ],
)
def test_uniform_weights_fill_their_interval(initializer, bound):
    weight = draw(initializer)
    assert 0.999 * bound < np.abs(weight).max() <= bound
    assert weight.var() == pytest.approx(bound**2 / 3, rel=0.02)


@pytest.mark.parametrize(
    ("initializer", "variance"), [(He(), 2 / FAN_IN), (Normal(), 1e-4), (Normal(std=0.3), 0.09)]
)
def test_normal_weights_have_their_variance(initializer, variance):
    assert draw(initializer).var() == pytest.approx(variance, rel=0.02)


def test_biases_start_at_zero_but_pytorchs():
    for initializer in (Glorot(), He(), Normal(), Zeros()):
        np.testing.assert_array_equal(draw(initializer, BIAS), np.zeros(FAN_OUT))
    bias = draw(PyTorchDefault(), BIAS)
    reference = torch.nn.Linear(FAN_IN, FAN_OUT).bias.detach().abs().max()
    assert 0.9 / math.sqrt(FAN_IN) < np.abs(bias).max() <= 1 / math.sqrt(FAN_IN)
    assert float(reference) <= 1 / math.sqrt(FAN_IN)


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
def test_the_seed_decides(kind):
    assert draw(kind(), seed=3).tobytes() == draw(kind(), seed=3).tobytes()
    assert kind is Zeros or draw(kind(), seed=3).tobytes() != draw(kind(), seed=4).tobytes()
    assert parse(write(kind(), REGISTRY), REGISTRY) == kind()


@pytest.mark.parametrize("wrong", [0.0, -1.0, math.inf, math.nan, "wide"])
def test_widths_out_of_range_are_errors(wrong):
    with pytest.raises(ArgumentError, match="gain"):
        Glorot(gain=wrong)
    with pytest.raises(ArgumentError, match="std"):
        Normal(std=wrong)


def hidden_weights_after_training(initializer):
    network = Network([Linear(2, 5), Sigmoid(), Linear(5, 1)], initializer=initializer, dtype="float64")
    x, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0], [1], [1], [1.0]])
    loss, rule = BCEWithLogitsLoss(), SGD(lr=0.7)
    for _ in range(300):
        prediction, caches = network.forward(x - 0.3)
        network.backward(caches, loss.gradient(prediction, y))
        network.theta[...], _ = rule.rule(network.theta, network.gradient, {}, 1)
    return network.parameters["0.weight"]


def test_the_symmetry_that_never_breaks():
    weights = hidden_weights_after_training(Zeros())
    assert np.abs(weights).max() > 1e-3  # it learns,
    assert np.ptp(weights, axis=0).max() < 1e-14  # but its five hidden neurons stay one, to the last rounding
    assert np.ptp(hidden_weights_after_training(Glorot()), axis=0).min() > 1e-2
