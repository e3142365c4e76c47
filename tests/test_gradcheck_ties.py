"""Right networks at ties and kinks, where there is no derivative to compare with: no alarm of the gradient check."""

import numpy as np
import pytest

from gradiente import (
    ELU,
    SELU,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Embedding,
    Flatten,
    Hardswish,
    Hardtanh,
    HuberLoss,
    L1Loss,
    LeakyReLU,
    Linear,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    MSELoss,
    Network,
    PReLU,
    ReLU,
    ReLU6,
    Residual,
    SmoothL1Loss,
    Softplus,
    Upsample,
    gradcheck,
)
from gradiente.data import load

RNG = np.random.default_rng(0)
CONV = Conv2d(1, 3, 3, padding=1)


def network(layers, shape):
    """With biases of 0, so that what is 0 stays 0."""
    made = Network(layers, seed=3, dtype="float64", input_shape=shape)
    for name, parameter in made.parameters.items():
        if name.endswith("bias"):
            parameter[...] = 0
    return made


# Digits have blank margins: windows of equal numbers, and 0 behind every convolution.
OF_DIGITS = {
    "max pool": [MaxPool2d(2), Flatten(), Linear(16, 10)],
    "overlapping max pool": [MaxPool2d(3, 1, 1), Flatten(), Linear(64, 10)],
    "windows over the edge": [MaxPool2d(3, 2, 1, ceil_mode=True), Flatten(), Linear(25, 10)],
    "adaptive max pool": [AdaptiveMaxPool2d(3), Flatten(), Linear(9, 10)],
    "convolution, ReLU, max pool": [CONV, ReLU(), MaxPool2d(2), Flatten(), Linear(48, 10)],
    "the same twice": [
        CONV,
        ReLU(),
        MaxPool2d(3, 1, 1),
        Conv2d(3, 2, 3),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(18, 10),
    ],
    "global max pool": [CONV, ReLU(), AdaptiveMaxPool2d(1), Flatten(), Linear(3, 10)],
    "PReLU, max pool": [CONV, PReLU(3), MaxPool2d(2), Flatten(), Linear(48, 10)],
    "batch normalization": [CONV, BatchNorm2d(3), ReLU(), MaxPool2d(2), Flatten(), Linear(48, 10)],
    "dropout": [CONV, ReLU(), Dropout(), MaxPool2d(2), Flatten(), Linear(48, 10)],
    "copies": [Upsample(scale_factor=2), MaxPool2d(3, 2, 1), Flatten(), Linear(64, 10)],
    "skip connection": [
        CONV,
        Residual([ReLU(), Conv2d(3, 3, 3, padding=1), ReLU()]),
        ReLU(),
        MaxPool2d(3, 1, 1),
        AvgPool2d(8),
        Flatten(),
        Linear(3, 10),
    ],
}
IN_TRAINING = {"batch normalization", "dropout"}


@pytest.mark.parametrize("name", OF_DIGITS)
def test_digits_with_blank_margins(name):
    _, digits = load("digits")
    x, y = digits.x[:6].reshape(-1, 1, 8, 8), digits.y[:6]
    made = network(OF_DIGITS[name], x.shape[1:])
    result = gradcheck(made, CrossEntropyLoss(), x, y, entries=40, training=name in IN_TRAINING)
    assert result.passed, result.worst
    assert name == "global max pool" or sum(quantity.kinks for quantity in result.quantities) > 0


CORNERS = np.array([-3.0, -1.0, 0.0, 0.75, 1.0, 3.0, 6.0])  # where these activations have theirs


@pytest.mark.parametrize(
    "activation",
    [
        ReLU(),
        ReLU6(),
        LeakyReLU(0.1),
        PReLU(),
        PReLU(7, -0.5),
        ELU(0.5),
        SELU(),
        Hardtanh(),
        Hardswish(),
        Softplus(2.0, 1.5),
    ],
    ids=repr,
)
def test_activations_at_their_corners(activation):
    x, y = RNG.choice(CORNERS, (5, 7)), RNG.normal(size=(5, 2))
    x[0] = CORNERS
    result = gradcheck(network([activation, Linear(7, 2)], (7,)), MSELoss(), x, y)
    assert result.passed, result.worst
    assert sum(quantity.kinks for quantity in result.quantities) > 0


@pytest.mark.parametrize(
    ("loss", "error"),
    [
        (L1Loss(), 0.0),
        (L1Loss(reduction="sum"), 0.0),
        (SmoothL1Loss(beta=0.0), 0.0),
        (HuberLoss(delta=0.5), 0.5),
    ],
    ids=repr,
)
def test_losses_whose_targets_are_met(loss, error):
    made, x = network([Linear(3, 4), ReLU(), Linear(4, 2)], (3,)), RNG.normal(size=(5, 3))
    result = gradcheck(made, loss, x, made.predict(x) + error)
    assert result.passed, result.worst


@pytest.mark.parametrize(
    ("pool", "axes"),
    [
        (MaxPool1d(3, 1, 1), (9,)),
        (AdaptiveMaxPool1d(4), (9,)),
        (MaxPool3d(2, 1, 1), (3, 2, 3)),
        (AdaptiveMaxPool3d(2), (3, 2, 3)),
    ],
    ids=repr,
)
@pytest.mark.parametrize("number", [0.0, 0.3])
def test_pools_of_equal_numbers(pool, axes, number):
    x = np.full((4, 2, *axes), number)
    features = int(np.prod(pool.output_shape((2, *axes))))
    made = network([pool, Flatten(), Linear(features, 2)], x.shape[1:])
    result = gradcheck(made, MSELoss(), x, RNG.normal(size=(4, 2)))
    assert result.passed, result.worst
    assert sum(quantity.kinks for quantity in result.quantities) > 0


def test_vectors_of_an_embedding_that_are_0():
    made = network([Embedding(5, 3), ReLU(), Flatten(), Linear(12, 2)], (4,))
    made.parameters["0.weight"][...] = 0
    result = gradcheck(made, MSELoss(), RNG.integers(5, size=(6, 4)), RNG.normal(size=(6, 2)))
    assert result.passed, result.worst
