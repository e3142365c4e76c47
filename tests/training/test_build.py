import math

import numpy as np
import pytest

from gradiente import (
    SGD,
    Adam,
    ArgumentError,
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    EarlyStopping,
    Linear,
    LogSoftmax,
    MSELoss,
    ReLU,
    Scheduler,
    ShapeError,
    Sigmoid,
    StepLR,
    Tanh,
)
from gradiente.data import Dataset, load
from gradiente.engines import REGISTRY
from gradiente.training.build import plan
from gradiente.training.config import Config


def two_classes(clouds):
    rows = np.flatnonzero(clouds.y < 2)
    return Dataset(clouds.x[rows], clouds.y[rows], "classification", "two")


def test_the_task_chooses_the_loss_and_the_outputs(clouds, line):
    three, two, numbers = (plan(Config(), data) for data in (clouds, two_classes(clouds), line))
    assert (three.loss, two.loss, numbers.loss) == (CrossEntropyLoss(), BCEWithLogitsLoss(), MSELoss())
    for planned, data, outputs in ((three, clouds, 3), (two, two_classes(clouds), 1), (numbers, line, 1)):
        assert planned.network.predict(data.x).shape == (len(data), outputs)


def test_hidden_layers_in_short():
    train, _ = load("digits")
    network = plan(Config().changed(hidden=[20, 10], activation="tanh", bias=False), train).network
    expected = (
        Linear(64, 20, bias=False),
        Tanh(),
        Linear(20, 10, bias=False),
        Tanh(),
        Linear(10, 10, bias=False),
    )
    assert network.layers == expected
    assert plan(Config().changed(hidden=[]), train).network.layers == (Linear(64, 10),)


def test_log_probabilities_come_from_a_log_softmax(clouds):
    plans = [
        plan(Config().changed(loss=loss, dtype="float64"), clouds) for loss in ("NLLLoss", "CrossEntropyLoss")
    ]
    log, scores = (planned.network for planned in plans)
    assert log.layers == (*scores.layers, LogSoftmax())
    for planned in plans:
        planned.trainer([]).fit(clouds, epochs=2, batch_size=16)
    np.testing.assert_allclose(log.theta, scores.theta, rtol=1e-9, atol=1e-12)


def test_layers_in_full(clouds):
    layers = ["Linear(2, 5)", "ReLU", "linear(5, 3)"]
    planned = plan(Config().changed(layers=layers), clouds)
    assert planned.network.layers == (Linear(2, 5), ReLU(), Linear(5, 3))


@pytest.mark.parametrize(
    ("loss", "expected"), [("BCELoss", BCELoss()), ("MSELoss(reduction='sum')", MSELoss(reduction="sum"))]
)
def test_a_loss_on_probabilities_gets_them(clouds, loss, expected):
    planned = plan(Config().changed(loss=loss), two_classes(clouds))
    assert planned.loss == expected
    assert planned.network.layers[-2:] == (Linear(64, 1), Sigmoid())


def test_a_regression_ends_without_an_activation(line):
    assert plan(Config().changed(loss="MSELoss"), line).network.layers[-1] == Linear(64, 1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"optimizer": "SGD(lr=0.3, momentum=0.9)"}, SGD(lr=0.3, momentum=0.9)),
        ({"optimizer": "SGD(lr=0.3)", "lr": 0.7}, SGD(lr=0.7)),
        ({"optimizer": "SGD"}, SGD()),
        ({"lr": 0.7}, Adam(lr=0.7)),
    ],
)
def test_the_learning_rate_is_the_one_that_was_said(clouds, values, expected):
    assert plan(Config().changed(**values), clouds).optimizer == expected


@pytest.mark.parametrize("name", ["xor", "moons", "blobs", "iris", "digits"])
@pytest.mark.parametrize(
    "values", [{}, {"hidden": [7], "schedule": "StepLR(step_size=2)", "patience": 2, "lr": 0.5}]
)
def test_what_it_completed_is_planned_to_the_same_again(name, values):
    train, _ = load(name)
    once = plan(Config().changed(name=name, **values), train)
    again = plan(Config.from_dict(once.config.to_dict()), train)
    assert again.config == once.config
    assert (again.loss, again.optimizer, again.schedules) == (once.loss, once.optimizer, once.schedules)
    assert again.network.layers == once.network.layers
    np.testing.assert_array_equal(again.network.theta, once.network.theta)
    left_open = {"hidden", "activation", "lr"}
    chosen = {"layers", "loss", "optimizer", "validation", "epochs", "batch_size", "engine"}
    given = {key for section in once.config.to_dict().values() for key in section}
    assert chosen <= given
    assert not left_open & given
    assert once.config.execution.engine in REGISTRY


@pytest.mark.parametrize("name", ["xor", "moons", "iris"])
def test_the_plan_can_be_trained_as_it_stands(name):
    train, _ = load(name)
    planned = plan(Config().changed(name=name), train)
    trainer = planned.trainer([])
    history = trainer.fit(
        train,
        validation=planned.config.data.validation or None,
        epochs=2,
        batch_size=planned.config.descent.batch_size,
    )
    assert len(history) == 2


@pytest.mark.parametrize("values", [{}, {"name": "table.csv"}])
def test_a_batch_of_its_own_fits_what_is_left_by_the_validation(values):
    """Twenty classes of four: each of them must give a row to the validation, which is more than a tenth."""
    x = np.random.default_rng(0).normal(size=(80, 3))
    data = Dataset(x, np.arange(80) % 20, "classification", "small")
    planned = plan(Config().changed(**values), data)
    size = planned.config.descent.batch_size
    assert isinstance(size, int)
    planned.trainer([]).fit(data, validation=planned.config.data.validation, epochs=1, batch_size=size)


def test_two_rows_are_enough():
    data = Dataset(np.eye(2), np.array([0.5, 1.5]), "regression", "two rows")
    planned = plan(Config().changed(name="table.csv"), data)
    assert planned.config.descent.batch_size == 1
    planned.trainer([]).fit(data, validation=planned.config.data.validation, epochs=1, batch_size=1)


def test_schedule_patience_clip_and_the_rest_reach_the_trainer(clouds):
    config = Config().changed(
        schedule="StepLR(step_size=2)",
        schedule_every="step",
        patience=4,
        clip_norm=0.5,
        clip_value=0.1,
        seed=3,
        monitor="val_accuracy",
    )
    marker = EarlyStopping(patience=9)
    trainer = plan(config, clouds).trainer([marker])
    scheduler, early, last = trainer.callbacks
    assert isinstance(scheduler, Scheduler)
    assert (scheduler.schedule, scheduler.every) == (StepLR(step_size=2), "step")
    assert isinstance(early, EarlyStopping)
    assert early.patience == 4
    assert last is marker
    assert (trainer.seed, trainer.monitor) == (3, "val_accuracy")


def test_the_clip_of_the_config_bounds_the_step(line):
    config = Config().changed(
        layers=["Linear(3, 1)"], optimizer="SGD(lr=1.0)", clip_norm=0.01, dtype="float64"
    )
    planned = plan(config, line)
    before = planned.network.theta.copy()
    planned.trainer([]).fit(line, epochs=1, batch_size="all")
    assert np.linalg.norm(planned.network.theta - before) == pytest.approx(
        0.01, rel=1e-5
    )  # PyTorch bounds by norm / (length + 1e-6)


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"optimizer": "Adm"}, ArgumentError, "Adm.*Adam"),
        ({"optimizer": "Adam(rate=1)"}, ArgumentError, "rate"),
        ({"loss": "CrossEntropy"}, ArgumentError, "CrossEntropyLoss"),
        ({"activation": "Relu7"}, ArgumentError, "ReLU"),
        ({"activation": "Linear(3, 3)"}, ArgumentError, "Linear is not an activation"),
        ({"schedule": "Step"}, ArgumentError, "StepLR"),
        ({"schedule": "StepLR(step_size=2)", "schedule_every": "batch"}, ArgumentError, "'batch'"),
        ({"initializer": "Glorott"}, ArgumentError, "Glorot"),
        ({"dtype": "float16"}, ArgumentError, "float16"),
        ({"engine": "nunpy"}, ArgumentError, "nunpy.*numpy"),
        ({"hidden": [0]}, ArgumentError, r"hidden must be a number in \[1, inf\), got 0"),
        ({"lr": -1.0}, ArgumentError, "lr.*-1"),
        ({"lr": math.nan}, ArgumentError, "lr.*nan"),
        ({"clip_norm": 0.0}, ArgumentError, r"clip_norm must be a number in \(0, inf\)"),
        ({"patience": 0}, ArgumentError, r"patience must be a number in \[1, inf\)"),
        ({"layers": ["Linear(3, 3)"]}, ShapeError, r"Linear\(3, 3\)"),
        ({"layers": ["Linear(2, 4)", "Linear(5, 3)"]}, ShapeError, r"Linear\(5, 3\)"),
        ({"layers": []}, ArgumentError, "layer"),
        ({"validation": math.nan}, ArgumentError, r"validation must be a number in \[0, 1\), got nan"),
        ({"validation": 1.5}, ArgumentError, r"validation must be a number in \[0, 1\), got 1.5"),
    ],
)
def test_what_cannot_be_built_is_said(clouds, values, error, words):
    with pytest.raises(error, match=words):
        plan(Config().changed(**values), clouds).trainer([])


@pytest.mark.parametrize(
    ("shape", "layers", "engine"),
    [
        ((1, 28, 28), ["conv2d(1, 8, 3)", "relu", "maxpool2d(2)", "flatten", "linear(1352, 2)"], "compiled"),
        ((784,), ["linear(784, 32)", "relu", "linear(32, 2)"], "compiled"),
        ((784,), ["linear(784, 8)", "relu", "linear(8, 2)"], "numpy"),
    ],
    ids=["convolution", "wide", "narrow"],
)
@pytest.mark.compiled
def test_the_step_is_compiled_where_an_epoch_has_many_products(shape, layers, engine):
    instances = 20_000
    data = Dataset(
        np.zeros((instances, *shape), np.float32), np.arange(instances) % 2, "classification", "zeros"
    )
    for epochs in (1, 100):  # resumed, a run is the same as one that was to be longer from the beginning
        planned = plan(Config().changed(layers=layers, epochs=epochs), data)
        assert planned.config.execution.engine == engine
