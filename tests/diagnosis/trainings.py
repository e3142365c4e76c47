"""Trainings that go wrong, one fault each, and trainings that do not."""

from typing import Any

import numpy as np

from gradiente import (
    ELU,
    GELU,
    L1,
    L2,
    SELU,
    SGD,
    Adam,
    AdamW,
    BatchNorm1d,
    BCEWithLogitsLoss,
    CosineAnnealingLR,
    CrossEntropyLoss,
    Dropout,
    EarlyStopping,
    L1Loss,
    LeakyReLU,
    Linear,
    MSELoss,
    Network,
    ReLU,
    Residual,
    RMSprop,
    Scheduler,
    Sigmoid,
    SiLU,
    Softmax,
    Tanh,
    Trainer,
    course,
)
from gradiente.clip import Clip
from gradiente.data import Dataset, load

COLUMNS = tuple("pqrstu")


def normals(rows=1500, *, seed=0, columns=6):
    """Standard normal columns p … u; classes a and b by p·q + r > 0."""
    x = np.random.default_rng(seed).normal(size=(rows, columns)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] + x[:, 2] > 0).astype(int)


def table(x, y, task: Any = "classification", **more):
    names = {"classes": ("a", "b")} if task == "classification" else {}
    return Dataset(np.asarray(x, np.float32), y, task, "table", **{**names, **more})


def base(**more):
    return table(*normals(), **more)


def mlp(inputs=6, *hidden, activation=None, outputs=1):
    sizes, layers = [inputs, *(hidden or (64,)), outputs], []
    for k in range(len(sizes) - 1):
        layers += [Linear(sizes[k], sizes[k + 1]), activation or ReLU()]
    return layers[:-1]


def trained(
    data=None,
    layers=None,
    *,
    loss=None,
    optimizer=None,
    epochs=20,
    batch: Any = 128,
    validation: float | None = 0.2,
    change=None,
    test=None,
    **more,
):
    """The diagnosis of a training; `change` sets initial parameters."""
    data = base() if data is None else data
    if loss is None:
        loss = MSELoss() if data.task == "regression" else BCEWithLogitsLoss()
    network = Network(layers or mlp(), seed=1)
    if change is not None:
        change(network.parameters)
    trainer = Trainer(network, loss, optimizer or Adam(lr=0.003), **more)
    history = trainer.fit(data, validation=validation, epochs=epochs, batch_size=batch)
    return history.diagnose(test)


def regression(rows=1000, *, scale=1.0, shift=0.0):
    x, _ = normals(rows)
    y = (np.sin(x[:, 0]) + x[:, 1] + 0.1 * x[:, 5]) * scale + shift
    return table(x, y.astype(np.float32), "regression")


def zeros(parameters):
    for value in parameters.values():
        value[...] = 0


def wide(parameters):
    weight = parameters["0.weight"]
    weight[...] = np.random.default_rng(2).normal(size=weight.shape) * 30


def silent(parameters):
    parameters["0.bias"][...] = -100


def random_labels(share, rows=1500):
    x, y = normals(rows)
    generator = np.random.default_rng(5)
    drawn = generator.random(rows) < share
    return table(x, np.where(drawn, generator.integers(0, 2, rows), y))


def twice():
    x, _ = normals(750)
    return table(np.repeat(x, 2, axis=0), np.tile([0, 1], 750))


def across(labels):
    x, y = normals(750)
    y = np.random.default_rng(5).integers(0, 2, 750) if labels == "random" else y
    return table(np.vstack([x, x]), np.concatenate([y, y]))


def leaking():
    x, y = normals()
    return table(np.column_stack([x, y]), y, features=(*COLUMNS, "leak"))


def rare(**more):
    x, _ = normals(2000)
    y = np.zeros(2000, int)
    y[[100, 900]] = 1
    return Dataset(x, y, "classification", "rare", **more)


def rare_third(count):
    """Classes a and b by a plane, and so many instances of c anywhere."""
    x, _ = normals(1500)
    y = (x[:, 0] + 0.5 * x[:, 1] > 0).astype(int)
    y[np.random.default_rng(3).choice(1500, count, replace=False)] = 2
    return Dataset(x, y, "classification", "three", classes=("a", "b", "c"))


def constant_column():
    x, y = normals()
    return table(np.column_stack([x, np.ones(len(x))]), y)


def same_column():
    x, y = normals()
    return table(np.column_stack([x, x[:, 2]]), y)


def many_columns():
    x = np.random.default_rng(0).normal(size=(600, 1500)).astype(np.float32)
    return table(x, (x[:, 0] + x[:, 1] > 0).astype(int))


SLOW = SGD(lr=0.1, momentum=0.999)
# The training, and the findings of which one names its fault.
BROKEN = {
    "softmax_before_cross_entropy": (
        lambda: trained(layers=[*mlp(outputs=2), Softmax()], loss=CrossEntropyLoss()),
        {"contained"},
    ),
    "adam_rate_100": (lambda: trained(optimizer=Adam(lr=100.0)), {"rate_large"}),
    "adam_rate_1e-9": (lambda: trained(optimizer=Adam(lr=1e-9), epochs=5), {"rate_small"}),
    "ten_sigmoids": (
        lambda: trained(layers=mlp(6, *[32] * 10, activation=Sigmoid()), epochs=10),
        {"vanishing"},
    ),
    "twenty_tanhs": (
        lambda: trained(layers=mlp(6, *[16] * 20, activation=Tanh()), optimizer=SGD(lr=0.01), epochs=5),
        {"vanishing"},
    ),
    "weights_zero": (lambda: trained(change=zeros, layers=mlp(activation=Tanh()), epochs=10), {"symmetric"}),
    "weights_zero_relu": (lambda: trained(change=zeros, epochs=10), {"symmetric"}),
    "weights_of_30": (lambda: trained(change=wide), {"exploding_start", "saturation", "dead_units"}),
    "weights_of_30_tanh": (
        lambda: trained(layers=mlp(activation=Tanh()), change=wide),
        {"exploding_start", "saturation"},
    ),
    "dead_relus": (lambda: trained(change=silent, epochs=5), {"dead_units"}),
    "momentum": (lambda: trained(optimizer=SLOW, epochs=30), {"momentum"}),
    "one_unit": (lambda: trained(layers=mlp(6, 1), epochs=30), {"bottleneck"}),
    "two_linear_layers": (lambda: trained(layers=[Linear(6, 64), Linear(64, 1)]), {"linear_twice"}),
    "raw_target": (lambda: trained(regression(scale=1e6, shift=1e6)), {"target_unscaled"}),
    "raw_inputs": (lambda: trained(table(normals()[0] * 1e6, normals()[1])), {"inputs_unscaled"}),
    "random_labels": (
        lambda: trained(random_labels(1.0, 600), epochs=100, optimizer=Adam(lr=0.01)),
        {"overfitting", "gap", "no_better"},
    ),
    "noisy_labels": (
        lambda: trained(random_labels(0.4), epochs=60, optimizer=Adam(lr=0.01)),
        {"noisy_labels", "ceiling"},
    ),
    "twenty_rows": (
        lambda: trained(
            table(*normals(20)),
            epochs=200,
            optimizer=Adam(lr=0.01),
            batch=None,
            test=table(*normals(300, seed=9)),
            validation=None,
        ),
        {"few_rows"},
    ),
    "contradictory_labels": (lambda: trained(twice()), {"contradictory"}),
    "twins_across": (lambda: trained(across("real")), {"split_duplicates"}),
    "twins_across_random": (lambda: trained(across("random")), {"split_duplicates"}),
    "leak": (lambda: trained(leaking(), mlp(7)), {"leak"}),
    "imbalance": (lambda: trained(rare(), epochs=5), {"imbalance"}),
    "imbalance_named": (lambda: trained(rare(classes=("good", "bad")), epochs=5), {"imbalance"}),
    "penalty": (lambda: trained(penalties=[L2(10.0)], epochs=10), {"penalty"}),
    "dropout": (
        lambda: trained(layers=[Linear(6, 64), ReLU(), Dropout(0.95), Linear(64, 1)]),
        {"dropout"},
    ),
    "clip": (lambda: trained(clip=Clip(norm=1e-6), optimizer=SGD(lr=0.1)), {"clipped"}),
    "whole_batch": (lambda: trained(batch="all", epochs=40), {"few_updates"}),
    "squares_of_classes": (lambda: trained(loss=MSELoss(), epochs=10), {"loss_task"}),
    "constant_column": (lambda: trained(constant_column(), mlp(7), epochs=40), {"constant_column"}),
    "same_column": (lambda: trained(same_column(), mlp(7), epochs=40), {"same_column"}),
    "constant_target": (
        lambda: trained(table(normals(300)[0], np.full(300, 3.0), "regression"), epochs=5),
        {"constant_target"},
    ),
    "iris_of_one_batch": (
        lambda: trained(
            load("iris")[0],
            mlp(4, outputs=3),
            loss=CrossEntropyLoss(),
            epochs=40,
            batch="all",
            optimizer=Adam(lr=0.003),
            validation=0.1,
        ),
        {"few_updates", "undertrained"},
    ),
    "more_columns": (lambda: trained(many_columns(), mlp(1500)), {"more_columns"}),
    "validation_of_three": (lambda: trained(validation=0.002), {"small_validation"}),
    # of the same kinds
    "clip_adam": (lambda: trained(clip=Clip(norm=1e-6)), {"clipped"}),
    "sgd_rate_30": (lambda: trained(optimizer=SGD(lr=30.0)), {"rate_large", "dead_units"}),
    "adam_rate_3": (lambda: trained(optimizer=Adam(lr=3.0)), {"rate_large", "dead_units"}),
    "adam_rate_0.3": (lambda: trained(optimizer=Adam(lr=0.3)), {"rate_large"}),
    "sgd_rate_1e-3": (lambda: trained(optimizer=SGD(lr=1e-3)), {"rate_small"}),
    "narrow_for_ten_classes": (lambda: digits(mlp(64, 2, outputs=10), epochs=20, batch=32), {"bottleneck"}),
    "far_inputs": (lambda: trained(table(normals()[0] + 1e3, normals()[1])), {"inputs_unscaled"}),
    "tiny_target": (lambda: trained(regression(scale=1e-5)), {"target_unscaled"}),
    "rmsprop_rate_1": (lambda: trained(optimizer=RMSprop(lr=1.0)), {"rate_large", "dead_units"}),
    "sgd_rate_1e-5": (lambda: trained(optimizer=SGD(lr=1e-5)), {"rate_small"}),
    "adamw_decay": (lambda: trained(optimizer=AdamW(lr=0.01, weight_decay=30.0)), {"penalty"}),
    "l2_of_a_tenth": (lambda: trained(penalties=[L2(0.1)]), {"penalty_ceiling"}),
    "rare_of_three": (
        lambda: trained(rare_third(15), mlp(outputs=3), loss=CrossEntropyLoss()),
        {"missed_class"},
    ),
    "very_rare_of_three": (
        lambda: trained(rare_third(5), mlp(outputs=3), loss=CrossEntropyLoss()),
        {"missed_class"},
    ),
    "sgd_rate_10_tanh": (
        lambda: trained(layers=mlp(activation=Tanh()), optimizer=SGD(lr=10.0)),
        {"rate_rough"},
    ),
    "l1": (lambda: trained(penalties=[L1(1.0)]), {"penalty"}),
    "tiny_inputs": (lambda: trained(table(normals()[0] * 1e-6, normals()[1])), {"inputs_unscaled"}),
    "one_large_column": (
        lambda: trained(table(normals()[0] * [1, 1, 1, 1, 1e5, 1], normals()[1])),
        {"inputs_unscaled"},
    ),
    "batch_of_one": (
        lambda: trained(optimizer=SGD(lr=0.3), batch=1, epochs=10, layers=mlp(activation=Tanh())),
        {"batch_noise", "rate_large"},
    ),
}

DIGITS = {"inputs": 64, "outputs": 10}


def digits(layers, **more):
    train, test = load("digits")
    return trained(train, layers, loss=CrossEntropyLoss(), test=test, validation=0.1, **more)


def moons(layers, **more):
    train, test = load("moons")
    return trained(train, layers, test=test, validation=0.1, **{"epochs": 60, "batch": 32, **more})


def iris(layers, **more):
    train, test = load("iris")
    more = {"epochs": 60, "batch": 16, "optimizer": Adam(lr=0.01), **more}
    return trained(train, layers, loss=CrossEntropyLoss(), test=test, validation=0.1, **more)


def xor(**more):
    train, _ = load("xor")
    return trained(train, validation=None, batch="all", **more)


HEALTHY = {
    "base": lambda: trained(epochs=40),
    "base_tanh": lambda: trained(layers=mlp(activation=Tanh()), epochs=40, optimizer=Adam(lr=0.01)),
    "base_batch_norm": lambda: trained(
        layers=[Linear(6, 64), BatchNorm1d(64), ReLU(), Linear(64, 1)], epochs=30
    ),
    "base_dropout": lambda: trained(
        layers=[Linear(6, 64), ReLU(), Dropout(0.3), Linear(64, 1)], epochs=40, optimizer=Adam(lr=0.005)
    ),
    "base_no_validation": lambda: trained(epochs=40, validation=None),
    "base_early": lambda: trained(epochs=100, callbacks=[EarlyStopping(patience=10)]),
    "base_l2": lambda: trained(epochs=40, penalties=[L2(1e-3)]),
    "base_clip": lambda: trained(epochs=40, clip=Clip(norm=1.0)),
    "digits": lambda: digits(mlp(**DIGITS), epochs=15, batch=32),
    "digits_gelu_deep": lambda: digits(mlp(64, 48, 32, activation=GELU(), outputs=10), epochs=15, batch=32),
    "digits_sgd": lambda: digits(mlp(**DIGITS), epochs=20, batch=32, optimizer=SGD(lr=0.1, momentum=0.9)),
    "digits_adamw": lambda: digits(
        mlp(64, 64, activation=SiLU(), outputs=10),
        epochs=12,
        batch=64,
        optimizer=AdamW(lr=0.003, weight_decay=0.01),
    ),
    "digits_residual": lambda: digits(
        [
            Linear(64, 32),
            Residual([Linear(32, 32), ReLU()]),
            Residual([Linear(32, 32), Tanh()]),
            Linear(32, 10),
        ],
        epochs=12,
        batch=32,
    ),
    "digits_eight_layers": lambda: digits(
        mlp(64, *[48] * 8, activation=Tanh(), outputs=10), epochs=15, batch=32
    ),
    "base_cosine": lambda: trained(
        epochs=40, optimizer=Adam(lr=0.01), callbacks=[Scheduler(CosineAnnealingLR(T_max=40))]
    ),
    "rather_rare": lambda: trained(
        table(normals()[0], (normals()[0][:, 0] > 1.6).astype(int)), epochs=40, optimizer=Adam(lr=0.01)
    ),
    "iris": lambda: iris(mlp(4, 16, outputs=3)),
    "iris_linear": lambda: iris([Linear(4, 3)], optimizer=Adam(lr=0.05)),
    "iris_selu": lambda: iris(mlp(4, 16, 16, activation=SELU(), outputs=3)),
    "moons": lambda: moons(mlp(2, 32, 32, activation=Tanh()), optimizer=Adam(lr=0.01)),
    "moons_elu_rmsprop": lambda: moons(mlp(2, 32, activation=ELU()), optimizer=RMSprop(lr=0.01)),
    "moons_sigmoid": lambda: moons(mlp(2, 32, activation=Sigmoid()), optimizer=Adam(lr=0.05), epochs=80),
    "circles_he": lambda: trained(
        load("circles")[0],
        mlp(2, 32, 32, activation=LeakyReLU()),
        optimizer=Adam(lr=0.01),
        epochs=60,
        batch=32,
    ),
    "regression": lambda: trained(regression(), epochs=40, optimizer=Adam(lr=0.01)),
    "regression_l1": lambda: trained(
        regression(), mlp(activation=Tanh()), loss=L1Loss(), epochs=40, optimizer=Adam(lr=0.01)
    ),
    "regression_course_momentum": lambda: trained(
        regression(), epochs=60, optimizer=course.Momentum(lr=0.1, beta=0.9), batch=32
    ),
    "xor": lambda: xor(layers=mlp(2, 4, activation=Tanh()), epochs=300, optimizer=Adam(lr=0.1)),
    "xor_sgd": lambda: xor(
        layers=mlp(2, 8, activation=Tanh()), epochs=2000, optimizer=SGD(lr=1.0), loss=BCEWithLogitsLoss()
    ),
}
