import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris, make_moons
from sklearn.preprocessing import StandardScaler

from gradiente.data import NAMES, load, stratified_split
from gradiente.errors import ArgumentError, DataError, FileError
from gradiente.locale import LANGUAGES, set_language

OFFLINE = [name for name in NAMES if not name.endswith("mnist")]


@pytest.fixture
def written(tmp_path):
    def write(content):
        (tmp_path / "own.csv").write_text(content, encoding="utf-8")
        return tmp_path / "own.csv"

    return write


@pytest.mark.parametrize("name", OFFLINE)
def test_every_name(name):
    for part in load(name):
        assert (part.name, part.task, part.x.dtype, part.y.dtype) == (
            name,
            "classification",
            np.float32,
            np.int64,
        )
        assert part.outputs == len(part.classes) == len(np.unique(part.y))


@pytest.mark.parametrize("name", OFFLINE)
def test_the_same_seed_is_the_same_data(name):
    for first, again in zip(load(name, seed=5), load(name, seed=5), strict=True):
        np.testing.assert_array_equal(first.x, again.x)
        np.testing.assert_array_equal(first.y, again.y)


def test_digits():
    bunch: Any = load_digits()
    x, y = bunch.data, bunch.target
    kept, held_out = stratified_split(y, 0.2, seed=0)
    for part, rows in zip(load("digits"), (kept, held_out), strict=True):
        np.testing.assert_allclose(part.x, x[rows] / 16, rtol=1e-6)
        np.testing.assert_array_equal(part.y, y[rows])
        assert (part.image_shape, part.encoder) == ((8, 8), None)


def test_iris_is_standardized_by_its_training_part():
    bunch: Any = load_iris()
    kept, held_out = stratified_split(bunch.target, 0.3, seed=2)
    scaler: Any = StandardScaler().fit(bunch.data[kept])
    train, test = load("iris", test=0.3, seed=2)
    np.testing.assert_allclose(train.x, scaler.transform(bunch.data[kept]), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(test.x, scaler.transform(bunch.data[held_out]), rtol=1e-4, atol=1e-5)
    assert train.features == tuple(bunch.feature_names)


def test_iris_as_it_is():
    train, _ = load("iris", standardize=False)
    bunch: Any = load_iris()
    kept, _ = stratified_split(bunch.target, 0.2, seed=0)
    np.testing.assert_allclose(train.x, bunch.data[kept], rtol=1e-6)


def test_a_run_on_a_toy_set_predicts_from_a_table(tmp_path):
    train, test = load("moons", samples=50, noise=0.1, seed=3, constant_input=True)
    points: Any = make_moons(50, noise=0.1, random_state=3)
    x, y = points
    np.savetxt(tmp_path / "new.csv", x, delimiter=",", header="x1,x2", comments="", fmt="%.17g")
    kept, held_out = stratified_split(y, 0.2, seed=3)
    assert train.encoder is not None
    rows = train.encoder.encode(tmp_path / "new.csv")
    np.testing.assert_array_equal(rows[kept], train.x)
    np.testing.assert_array_equal(rows[held_out], test.x)


def test_logic_with_the_constant_input_of_the_lecture():
    train, test = load("xor", constant_input=True)
    assert train.x.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert test.y.tolist() == train.y.tolist() == [0, 1, 1, 0]


def test_csv_classes_by_text_in_any_column(written):
    path = written("kind;a;b\n" + "\n".join(f"{'ba'[i % 2]};{i};{i % 3}" for i in range(20)))
    train, test = load(path, target="kind")
    assert (train.name, train.classes, train.features) == ("own", ("a", "b"), ("a", "b"))
    assert np.bincount(train.y).tolist() == [8, 8]
    assert np.bincount(test.y).tolist() == [2, 2]
    assert train.encoder is not None
    assert train.encoder.target == "kind"
    assert train.encoder.classes == ("a", "b")
    kinds = np.arange(20) % 2 == 0  # b, a, b, a, …
    kept, _ = stratified_split(kinds.astype(int), 0.2, seed=0)
    np.testing.assert_array_equal(train.y, kinds[kept])
    np.testing.assert_array_equal(train.x, train.encoder.encode(path)[kept])


def test_csv_whole_numbers_are_classes_in_ascending_order(written):
    train, test = load(written("a,y\n" + "\n".join(f"{i},{(9, 10, 2)[i % 3]}" for i in range(30))))
    assert train.classes == ("2", "9", "10")
    assert train.task == "classification"
    assert np.bincount(test.y).tolist() == [2, 2, 2]


@pytest.mark.parametrize("target", ["i * 0.5", "i"])
def test_csv_real_numbers_or_many_whole_ones_are_a_regression(written, target):
    values = [i * 0.5 if target == "i * 0.5" else i for i in range(21)]
    train, test = load(written("a,y\n" + "\n".join(f"{i},{v}" for i, v in enumerate(values))))
    assert (train.task, train.outputs, train.y.dtype) == ("regression", 1, np.float32)
    assert sorted([*train.y, *test.y]) == values


def test_csv_learns_only_from_its_training_part(written):
    rows = [f"{i},{'rare' if i == 7 else 'usual'},{i % 2}" for i in range(10)]
    path = written("a,kind,y\n" + "\n".join(rows))
    seen = set()
    for seed in range(20):
        train, test = load(path, seed=seed)
        np.testing.assert_allclose(train.x[:, 0].mean(), 0, atol=1e-6)
        rare_in_training = "kind=rare" in train.features
        seen.add(rare_in_training)
        if not rare_in_training:
            assert sorted(test.x[:, 1:].sum(axis=1)) == [0, 1]
    assert seen == {True, False}


def test_wine(tabular_folder):
    path = tabular_folder / "winequality-red.csv"
    table = np.genfromtxt(path, delimiter=";", skip_header=1)
    train, test = load(path)
    kept, held_out = stratified_split(table[:, -1].astype(int), 0.2, seed=0)
    scaler: Any = StandardScaler().fit(table[kept, :-1])
    np.testing.assert_allclose(test.x, scaler.transform(table[held_out, :-1]), rtol=1e-3, atol=1e-5)
    assert [train.classes[k] for k in train.y] == [str(int(v)) for v in table[kept, -1]]


def test_npz_tables_are_standardized_and_pictures_are_not(tmp_path):
    x, y = np.random.default_rng(0).random((40, 2, 3)), np.arange(40) % 2
    np.savez(tmp_path / "own.npz", x=x, y=y)
    train, test = load(tmp_path / "own.npz")
    assert (len(train), len(test), train.image_shape) == (32, 8, (2, 3))
    assert train.x.min() >= 0
    np.savez(tmp_path / "own.npz", x=x.reshape(40, 6), y=y)
    train, _ = load(tmp_path / "own.npz")
    np.testing.assert_allclose(train.x.std(axis=0), 1, rtol=1e-5)


@pytest.mark.parametrize(("name", "nearest"), [("mnits", "mnist"), ("Digits", "digits"), ("moon", "moons")])
def test_unknown_name_offers_the_nearest(name, nearest):
    with pytest.raises(ArgumentError, match=f"did you mean {nearest}\\?"):
        load(name)


def test_a_file_of_another_kind(tmp_path):
    with pytest.raises(ArgumentError, match=r"the path of a .csv or .npz file"):
        load(tmp_path / "iris.mat")


@pytest.mark.parametrize("name", ["own.csv", "own.npz"])
def test_missing_file(tmp_path, name):
    with pytest.raises(FileError, match=f"there is no file .*{name}"):
        load(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("digits", {"target": "y"}),
        ("iris", {"samples": 10}),
        ("own.csv", {"noise": 0.1}),
        ("digits", {"standardize": True}),
        ("mnist", {"constant_input": True}),
    ],
)
def test_an_option_without_use(name, options):
    with pytest.raises(ArgumentError, match=f"{name} does not use the option {next(iter(options))}"):
        load(name, **options)


@pytest.mark.parametrize("test", [0, 1, 1.5])
def test_share_held_out(test):
    with pytest.raises(ArgumentError, match="above 0 and below 1"):
        load("iris", test=test)


@pytest.mark.parametrize("seed", [-1, 0.5])
def test_a_seed_that_is_no_whole_number_from_0(seed):
    with pytest.raises(ArgumentError, match=f"the seed must be a whole number.*{seed}"):
        load("moons", seed=seed)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("y\n0\n1\n", "only the column y"),
        ("a,y\n1,0\n2,0\n", "single class, 0"),
        ("a,y\n1,x\n2,x\n", "single class, x"),
        ("a,y\n1,x\n2,x\n3,z\n", "class z has a single row"),
        ("a,y\n1,0.5\n", "at least 2 rows"),
        ("a,y\n1,\n2,1\n", "line 2, column y: the value is missing"),
    ],
)
def test_csv_that_cannot_be_learned_from(written, content, message):
    with pytest.raises(DataError, match=message):
        load(written(content))


def test_a_number_too_large_for_float32(written):
    path = written("a,y\n" + "\n".join(f"{'1e300' if i == 3 else i},{i % 2}" for i in range(8)))
    with pytest.raises(DataError, match=r"x contains inf in row 4 of the table, column 'a'"):
        load(path, standardize=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_in_both_languages(language, written):
    set_language(language)
    with pytest.raises(ArgumentError) as caught:
        load("mnits")
    assert ("quiso decir mnist" in str(caught.value)) == (language == "es")


def test_importing_loads_no_large_library():
    large = "{'sklearn', 'PIL', 'pooch', 'requests', 'tqdm', 'torch', 'scipy'}"
    code = f"import sys, gradiente.data; sys.exit(' '.join({large} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr.strip() == ""
