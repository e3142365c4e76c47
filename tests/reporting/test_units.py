import numpy as np
from sklearn.datasets import load_iris

from gradiente.data import Dataset, load
from gradiente.reporting.units import in_original_units, units


def test_standardized_columns_come_back():
    train, test = load("iris")
    flowers = np.asarray(load_iris(return_X_y=True)[0])
    for part in (train, test):
        own = in_original_units(part, part.x)
        assert np.all(np.abs(own[:, None] - flowers[None]).max(axis=2).min(axis=1) < 1e-5)


def test_what_was_not_standardized_stays():
    train, _ = load("xor", constant_input=True)
    assert np.array_equal(in_original_units(train, train.x), train.x)
    plain = Dataset(np.eye(2), np.array([0, 1]), "classification", "two")
    assert [values.tolist() for values in units(plain)] == [[0, 0], [1, 1]]


def test_categories_stay_beside_standardized_numbers(tmp_path):
    path = tmp_path / "table.csv"
    rows = [f"{i},{'Cali' if i % 3 else 'Pasto'},{'no' if i < 5 else 'yes'}" for i in range(10)]
    path.write_text("\n".join(["n,city,y", *rows]))
    train, _ = load(path)
    own = in_original_units(train, train.x)
    assert np.allclose(own[:, 0], np.round(own[:, 0]), atol=1e-5)
    assert set(own[:, 1:].ravel()) == {0.0, 1.0}
