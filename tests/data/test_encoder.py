import json

import numpy as np
import pytest
from sklearn.compose import make_column_transformer
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

from gradiente.data import Encoder
from gradiente.errors import DataError

GENERATOR = np.random.default_rng(0)
COLUMNS = {
    "height": GENERATOR.normal(1.7, 0.1, 60),
    "city": GENERATOR.choice(["Cali", "Bogotá", "Pasto"], 60),
    "age": GENERATOR.integers(18, 60, 60).astype(float),
    "sex": GENERATOR.choice(["m", "f"], 60),
}
ROWS = np.arange(40)


def fitted(**options):
    return Encoder.fit(COLUMNS, ROWS, **{"scaler": "standard", **options})


def written(path, columns, separator=","):
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    lines = [separator.join(columns), *(separator.join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_as_scikit_learn():
    reference = make_column_transformer(
        (StandardScaler(), [0, 2]), (OneHotEncoder(sparse_output=False, handle_unknown="ignore"), [1, 3])
    )
    table = np.column_stack([values.astype(object) for values in COLUMNS.values()])
    theirs = reference.fit(table[ROWS]).transform(table)  # height, age, then the cities, then the sexes
    encoder = fitted()
    assert encoder.features == ("height", "city=Bogotá", "city=Cali", "city=Pasto", "age", "sex=f", "sex=m")
    np.testing.assert_allclose(encoder.transform(COLUMNS), theirs[:, [0, 2, 3, 4, 1, 5, 6]], rtol=1e-5)


def test_robust_scaling_as_scikit_learn_and_clipped(tmp_path):
    encoder = fitted(scaler="robust")
    numbers = np.column_stack([COLUMNS["height"], COLUMNS["age"]])
    z = np.asarray(RobustScaler().fit(numbers[ROWS]).transform(numbers))
    expected = z / np.sqrt(1 + z**2 / 9)
    np.testing.assert_allclose(encoder.transform(COLUMNS)[:, [0, 4]], expected, rtol=1e-5, atol=1e-6)
    again = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    table = written(tmp_path / "table.csv", COLUMNS)
    np.testing.assert_array_equal(again.encode(table), encoder.transform(COLUMNS))


def test_unseen_category_is_all_zeros():
    columns = {"a": np.array(["x", "y", "z"])}
    encoder = Encoder.fit(columns, np.array([0, 1]), scaler="standard")
    assert encoder.transform(columns).tolist() == [[1, 0], [0, 1], [0, 0]]


def test_without_standardization_numbers_stay():
    np.testing.assert_array_equal(
        fitted(scaler=None).transform(COLUMNS)[:, 0], COLUMNS["height"].astype(np.float32)
    )


def test_constant_input_is_the_last_feature():
    encoder = fitted(constant_input=True)
    assert encoder.features[-1] == "1"
    assert (encoder.transform(COLUMNS)[:, -1] == 1).all()


def test_a_file_is_encoded_as_in_training(tmp_path):
    encoder = fitted(constant_input=True, target="height", classes=("no", "yes"))
    shuffled = {name: COLUMNS[name] for name in ("sex", "age", "height", "city")}
    path = written(tmp_path / "new.csv", {"more": np.arange(60), **shuffled}, separator=";")
    np.testing.assert_array_equal(encoder.encode(path), encoder.transform(COLUMNS))


def test_a_missing_value_in_a_column_that_is_not_used_does_not_matter(tmp_path):
    encoder = Encoder.fit({"a": np.array([1.0, 3.0])}, np.arange(2), scaler="standard", target="b")
    (tmp_path / "new.csv").write_text("a,b\n1,\n3,?\n")
    assert encoder.encode(tmp_path / "new.csv").tolist() == [[-1], [1]]


def test_a_category_made_of_digits_stays_a_category(tmp_path):
    encoder = Encoder.fit({"a": np.array(["1", "A", "B"])}, np.arange(3), scaler="standard")
    (tmp_path / "new.csv").write_text("a\n1\n1\n")
    assert encoder.encode(tmp_path / "new.csv").tolist() == [[1, 0, 0], [1, 0, 0]]


def test_columns_that_are_not_there_are_named(tmp_path):
    path = written(tmp_path / "new.csv", {"city": COLUMNS["city"], "sex": COLUMNS["sex"]})
    with pytest.raises(DataError, match=r"lacks columns .*: height, age"):
        fitted().encode(path)


def test_text_where_training_had_numbers(tmp_path):
    path = written(tmp_path / "new.csv", {**COLUMNS, "age": COLUMNS["city"]})
    with pytest.raises(DataError, match="line 2, column age: expected a number"):
        fitted().encode(path)


def test_through_json():
    encoder = fitted(constant_input=True, target="y", classes=("no", "sí"))
    again = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    assert again == encoder
    np.testing.assert_array_equal(again.transform(COLUMNS), encoder.transform(COLUMNS))


def test_other_keys():
    values = fitted().to_dict()
    with pytest.raises(DataError, match="an encoder's description has the keys"):
        Encoder.from_dict({**values, "colour": "blue"})
    del values["mean"]
    with pytest.raises(DataError, match="an encoder's description has the keys"):
        Encoder.from_dict(values)


def test_a_name_is_not_a_category():
    names = np.array([f"person {i}" for i in range(1001)])
    with pytest.raises(DataError, match="column name has 1001 distinct texts"):
        Encoder.fit({"name": names}, np.arange(1001), scaler="standard")
