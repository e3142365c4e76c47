from dataclasses import replace

import numpy as np
import pytest

from gradiente import Adam, Context, CrossEntropyLoss, MSELoss, Network, ReduceLROnPlateau, StepLR
from gradiente.clip import Clip
from gradiente.data import load
from gradiente.engines import NumpyEngine
from gradiente.layers import REGISTRY as LAYERS
from gradiente.layers import Identity
from gradiente.notation import parse_list
from gradiente.objective import Objective
from gradiente.parity import TrainingSetup
from gradiente.training.build import plan
from gradiente.training.config import Config

DIGITS = {"layers": ["Linear(64, 8)", "Tanh()", "Linear(8, 10)"], "optimizer": "Adam(lr=0.01)"}


def of_config(**values):
    config = Config().changed(name="digits", dtype="float64", **values)
    train, _ = load(config.data.name, seed=config.descent.seed)
    planned = plan(config, train)
    return planned, train, TrainingSetup.of(planned, train)


def of_layers(layers, x, **options):
    """A setup over a batch of no account, for what depends on the network alone."""
    network = Network(parse_list(layers, LAYERS), dtype="float64", input_shape=x.shape[1:])
    given = {"loss": MSELoss(), "optimizer": Adam(), "data": None, "y": np.zeros(len(x)), "batch_size": 4}
    return TrainingSetup(network=network, x=x, **given, **options)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"schedule": "StepLR(step_size=1, gamma=0.5)"},
        {"schedule": "ExponentialLR(gamma=0.99)", "schedule_every": "step"},
        {"penalty": ["L2(0.01)"], "clip_norm": 0.5},
        {"augment": ["RandomAffine(degrees=10)"], "seed": 3},
        {"batch_size": "all", "validation": 0.0},
    ],
    ids=lambda options: ", ".join(options) or "plain",
)
def test_it_is_the_training_of_the_config(options):
    """The Trainer, left alone for two epochs, ends with the same bits."""
    planned, train, setup = of_config(**DIGITS, engine="numpy", **options)
    network = setup.start()
    objective = Objective(network, setup.loss, setup.penalties, setup.clip)
    engine, losses = NumpyEngine(objective, setup.optimizer), []
    batches = setup.batches()
    for step in range(2 * setup.steps_per_epoch):
        rule = setup.rule(step, np.array(losses))
        x, y, weights = next(batches)
        losses.append(engine.step(x, y, Context(training=True), rule, weights=weights).value)
    trainer = planned.trainer([])
    trainer.fit(
        train,
        validation=planned.config.data.validation or None,
        epochs=2,
        batch_size=planned.config.descent.batch_size,
    )
    assert network.theta.tobytes() == planned.network.theta.tobytes()


def test_a_schedule_that_watches_is_shown_the_mean_loss_of_every_epoch():
    x = np.zeros((8, 3))
    setup = of_layers("Linear(3, 1)", x, schedule=ReduceLROnPlateau(patience=0, factor=0.5))
    losses = np.array([2.0, 4.0, 1.0, 1.0, 9.0, 9.0, 0.0, 0.0])
    rates = [setup.rule(step, losses[:step]).lr for step in range(8)]
    assert (
        rates == [1e-3] * 6 + [5e-4] * 2
    )  # the third epoch, with a mean of 9, was no better than the second
    assert of_layers("Linear(3, 1)", x, schedule=StepLR(step_size=3)).rule(7, losses[:7]).lr == pytest.approx(
        1e-4
    )
    by_step = of_layers("Linear(3, 1)", x, schedule=StepLR(step_size=3), schedule_every="step")
    assert by_step.rule(3, losses[:3]).lr == pytest.approx(1e-4)


def test_layers_that_draw_are_left_out():
    setup = of_layers(
        "Unflatten(1, (1, 3, 2)), Dropout2d(0.1), Flatten, Linear(6, 4), Dropout(0.3)", np.zeros((8, 6))
    )
    network = setup.start()
    assert [type(layer) for layer in network.layers].count(Identity) == 2
    assert network.theta.tobytes() == setup.network.theta.tobytes()
    assert len(setup.left_out()) == 1
    assert "Dropout2d(p=0.1), Dropout(p=0.3)" in setup.left_out()[0]


BEFORE_NORMALIZATION = {
    "Linear(6, 4), BatchNorm1d(4), Tanh, Linear(4, 2)": ["0.bias"],
    "Linear(6, 4), Dropout(0.0), BatchNorm1d(4), ReLU, Linear(4, 4), BatchNorm1d(4)": ["0.bias", "4.bias"],
    "Linear(6, 4), Tanh, BatchNorm1d(4)": [],
    "Linear(6, 4, bias=False), BatchNorm1d(4)": [],
    "Unflatten(1, (1, 6)), Conv1d(1, 2, 3), BatchNorm1d(2)": ["1.bias"],
    "Unflatten(1, (1, 6)), Conv1d(1, 2, 3), MaxPool1d(2), Flatten, BatchNorm1d(4)": ["1.bias"],
    "Unflatten(1, (1, 6)), Conv1d(1, 2, 3), AvgPool1d(2), BatchNorm1d(2)": ["1.bias"],
    "Unflatten(1, (1, 6)), Conv1d(1, 2, 3), AvgPool1d(3, stride=1, padding=1), BatchNorm1d(2)": [],
    "Unflatten(1, (1, 6)), Conv1d(1, 2, 3), AvgPool1d(3, 1, 1, count_include_pad=False), BatchNorm1d(2)": [
        "1.bias"
    ],
    "Linear(6, 6), Unflatten(1, (2, 3)), BatchNorm1d(2)": [],
    "Linear(6, 4), BatchNorm1d(4, track_running_stats=False)": ["0.bias"],
    "BatchNorm1d(6), BatchNorm1d(6)": ["0.bias"],
    "BatchNorm1d(6, affine=False), BatchNorm1d(6)": [],
    "Unflatten(1, (1, 6)), Conv1d(1, 2, 3), InstanceNorm1d(2)": ["1.bias"],
    "Linear(6, 6), Unflatten(1, (2, 3)), InstanceNorm1d(2)": [],
    "Unflatten(1, (1, 6)), Conv1d(1, 4, 3), GroupNorm(4, 4)": ["1.bias"],
    "Unflatten(1, (1, 6)), Conv1d(1, 4, 3), GroupNorm(2, 4)": [],
    "Unflatten(1, (1, 6)), Conv1d(1, 4, 3), LayerNorm(4)": ["1.bias"],
    "Unflatten(1, (1, 6)), Conv1d(1, 4, 3), LayerNorm((4, 4))": [],
    "Linear(6, 4), LayerNorm(4), Linear(4, 2)": [],
}


@pytest.mark.parametrize(("layers", "expected"), BEFORE_NORMALIZATION.items())
def test_a_bias_is_left_out_where_its_derivative_is_0_and_nowhere_else(layers, expected):
    """By the gradients of the whole network: 0 up to rounding for those, and for those only."""
    generator = np.random.default_rng(0)
    setup = of_layers(layers, generator.normal(size=(12, 6)))
    assert setup.subtracted == expected
    network = setup.network.astype(np.float64)
    y, caches = network.forward(setup.x, Context(training=True))
    network.backward(caches, generator.normal(size=y.shape))
    for name, gradient in network.gradients.items():
        if name.endswith("bias"):
            assert (np.abs(gradient).max() < 1e-14) == (name in expected), name
    left = setup.start()
    assert set(network.parameters) - set(left.parameters) == set(expected)
    for name, value in left.parameters.items():
        np.testing.assert_array_equal(value, network.parameters[name])


def test_what_is_frozen_keeps_its_bias():
    layers = "Linear(6, 4), BatchNorm1d(4), Linear(4, 2)"
    for frozen in (0, 1):
        setup = of_layers(layers, np.zeros((8, 6)))
        setup.network.freeze(frozen)
        assert setup.subtracted == []
        assert setup.start().frozen == {frozen}


def test_it_begins_with_the_networks_own_numbers_in_float64():
    planned, _, setup = of_config(**DIGITS)
    setup = replace(setup, network=planned.network.astype(np.float32))
    one, other = setup.start(), setup.start()
    assert one.dtype == np.float64
    np.testing.assert_array_equal(one.theta, setup.network.theta)
    one.theta += 1
    assert not np.array_equal(one.theta, other.theta)


def test_in_words():
    _, _, setup = of_config(**DIGITS, schedule="StepLR(step_size=5)")
    assert setup.heading() == "digits: Linear(64, 8), Tanh(), Linear(8, 10)"
    facts = "610 parameters, CrossEntropyLoss(), Adam(lr=0.01), StepLR(5), batches of 32"
    assert setup.facts() == facts
    assert replace(setup, data=None).heading().startswith("random numbers: ")
    assert setup.left_out() == []
    assert setup.loss == CrossEntropyLoss()
    assert setup.clip == Clip()
