"""The preset `table`: every part of it can be given otherwise, and what it begins with follows from the data."""

import numpy as np
import pytest

from gradiente import (
    PBLD,
    Adam,
    AdamW,
    ArgumentError,
    Context,
    CosLogLR,
    CrossEntropyLoss,
    MSELoss,
    NTKLinear,
    ParametricActivation,
    ReLU,
    Scale,
)
from gradiente.data import Dataset, load
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for

TABLE = Config().changed(name="iris", preset="table")
CITIES = ("Cali", "Pasto", "Tunja")


def a_table(folder, rows=240):
    """A table with text between its numbers, one of which is far away."""
    generator = np.random.default_rng(3)
    city, size = generator.choice(CITIES, rows), generator.normal(0, 1, rows)
    age, flat = generator.integers(0, 90, rows), generator.choice(["yes", "no"], rows)
    price = np.sin(3 * size) + 0.1 * age + (city == "Cali") + generator.normal(0, 0.1, rows)
    size[0] = 1e6
    lines = [
        ",".join(map(str, row))
        for row in zip(size.tolist(), city, age.tolist(), flat, price.tolist(), strict=True)
    ]
    path = folder / "houses.csv"
    path.write_text("\n".join(["size,city,age,flat,price", *lines]))
    return path


def test_what_it_stands_for():
    train, _ = load_for(TABLE)
    made = plan(TABLE, train)
    steps = 256  # one an epoch, of the 108 rows that do not validate
    assert made.schedules["lr"] == CosLogLR(T_max=steps)
    assert made.loss == CrossEntropyLoss(label_smoothing=0.1)
    assert made.optimizer == AdamW(lr=0.04, betas=(0.9, 0.95), weight_decay=0.02)
    kinds = [PBLD, Scale, *[NTKLinear, ParametricActivation] * 3, NTKLinear]
    assert [type(layer) for layer in made.network.layers] == kinds
    groups = made.parameter_groups
    factors = {name: groups.factor(name) for name in made.network.parameters}
    assert (factors["1.weight"], factors["2.weight"], factors["2.bias"], factors["3.weight"]) == (
        6,
        1,
        0.1,
        0.1,
    )
    descent = made.config.descent
    assert (descent.epochs, descent.batch_size, descent.patience, descent.schedule_every) == (
        256,
        108,
        256,
        "step",
    )


def test_what_is_given_stays():
    given = {
        "epochs": 7,
        "batch_size": 32,
        "optimizer": "Adam()",
        "lr": 0.5,
        "loss": "NLLLoss()",
        "patience": 3,
    }
    config = TABLE.changed(**given, hidden=[8], activation="ReLU()", lr_factors={"0": 2.0}, scaler="standard")
    train, _ = load_for(config)
    made = plan(config.changed(loss="CrossEntropyLoss()"), train)
    assert made.optimizer == Adam(lr=0.5)
    assert made.loss == CrossEntropyLoss()
    assert made.network.layers[2:4] == (NTKLinear(train.x.shape[1] * 4, 8), ReLU())
    assert made.schedules["lr"] == CosLogLR(T_max=7 * 4)
    assert made.parameter_groups.lr_factors == {0: 2.0}
    assert (made.config.descent.patience, made.config.data.validation) == (3, 0.1)
    np.testing.assert_allclose(train.x.mean(axis=0), 0, atol=1e-6)


def test_it_begins_with_units_that_differ_on_these_data(tmp_path):
    config = TABLE.changed(name=str(a_table(tmp_path)))
    train, _ = load_for(config)
    network = plan(config, train).network
    a = train.x
    for index, layer in enumerate(network.layers):
        own = network.node_parameters(index)
        if isinstance(layer, NTKLinear):
            without = {"weight": own["weight"], "bias": np.zeros_like(own["bias"])}
            z, _ = layer.forward(without, a, Context())
            np.testing.assert_allclose(z.std(axis=0), 1, rtol=1e-3)
            assert (z.min(axis=0) <= -own["bias"]).all()
            assert (-own["bias"] <= z.max(axis=0)).all()
        a, _ = layer.forward(own, a, Context())


def test_waves_are_of_numbers_and_categories_behind_them_stay_as_they_are(tmp_path):
    config = TABLE.changed(name=str(a_table(tmp_path)))
    train, _ = load_for(config)
    made = plan(config, train)
    assert made.loss == MSELoss()
    assert made.network.layers[0] == PBLD(5, others=2)  # size, three cities, age; flat=no, flat=yes
    assert np.abs(train.x[:, [0, 4]]).max() <= 3
    assert set(np.unique(train.x[:, [1, 2, 3, 5, 6]])) == {0, 1}


def test_it_is_of_tables():
    train, _ = load("digits")
    with pytest.raises(ArgumentError, match="digits"):
        plan(Config().changed(name="digits", preset="table"), train)


def test_large_tables_get_fewer_epochs():
    rows = 20_000
    generator = np.random.default_rng(0)
    x = generator.normal(size=(rows, 3)).astype(np.float32)
    train = Dataset(x, x[:, 0] ** 2, "regression", "table")
    made = plan(Config().changed(name="table.csv", preset="table"), train)
    assert made.config.descent.epochs == 64  # of 71 steps each
    assert made.schedules["lr"] == CosLogLR(T_max=64 * 71)
