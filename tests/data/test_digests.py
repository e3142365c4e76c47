"""The digests of rows: the same row has the same one wherever it stands, and another row has another."""

import numpy as np
import polars as pl
import pytest

from gradiente.data import Dataset, load
from gradiente.data.digests import SAMPLED, RowDigests
from gradiente.data.npy import read_npy


def table(rows=400, seed=0):
    generator = np.random.default_rng(seed)
    columns = {
        "size": generator.integers(0, 4, rows).astype(np.float64),
        "city": np.array(["Cali", "Pasto", "Santa Marta"])[generator.integers(0, 3, rows)],
        "age": generator.integers(0, 3, rows).astype(np.float64),
    }
    return columns, generator.integers(0, 2, rows).astype(str)


def test_rows_have_the_same_digest_where_polars_finds_them_equal():
    columns, y = table()
    digests = RowDigests.of_columns(columns, y, "y").rows
    groups = pl.DataFrame({**columns, "y": y}).with_row_index().group_by([*columns, "y"]).agg("index")
    assert len(groups) == len(np.unique(digests))
    for rows in groups["index"].to_list():
        assert len(np.unique(digests[rows])) == 1


def test_small_whole_numbers_all_have_their_own():
    numbers = np.arange(200_000, dtype=np.float64)
    assert len(np.unique(RowDigests.of_columns({"n": numbers}, numbers, "y").rows)) == len(numbers)


def test_the_order_of_the_columns_and_the_width_of_texts_do_not_matter_but_their_names_do():
    columns, y = table()
    digests = RowDigests.of_columns(columns, y, "y").rows
    turned = {name: columns[name] for name in reversed(columns)}
    turned["city"] = turned["city"].astype("U40")
    np.testing.assert_array_equal(RowDigests.of_columns(turned, y, "y").rows, digests)
    swapped = {**columns, "size": columns["age"], "age": columns["size"]}
    differ = columns["age"] != columns["size"]
    np.testing.assert_array_equal(RowDigests.of_columns(swapped, y, "y").rows != digests, differ)


def test_minus_zero_is_zero_and_a_missing_number_is_itself():
    zero, minus = (RowDigests.of_columns({"x": np.array([v, np.nan])}, np.ones(2), "y") for v in (0.0, -0.0))
    np.testing.assert_array_equal(zero.rows, minus.rows)


def test_a_changed_column_is_the_only_one_whose_digest_changes():
    columns, y = table()
    changed = {**columns, "city": np.where(np.arange(len(y)) == 17, "Cúcuta", columns["city"])}
    one, other = RowDigests.of_columns(columns, y, "y"), RowDigests.of_columns(changed, y, "y")
    assert [name for name in one.columns if one.columns[name] != other.columns[name]] == ["city"]
    assert np.flatnonzero(one.rows != other.rows).tolist() == [17]


def test_the_parts_of_a_table_have_their_rows(tmp_path):
    columns, y = table()
    columns["row"] = np.arange(len(y)) / 7
    pl.DataFrame({**columns, "y": y}).write_csv(tmp_path / "t.csv")
    train, test = load(tmp_path / "t.csv", standardize=False)
    whole = RowDigests.of_columns(columns, y, "y")
    for part in (train, test):
        assert part.digests is not None
        assert part.digests.columns == whole.columns
        rows = np.round(part.x[:, part.features.index("row")] * 7).astype(int)
        np.testing.assert_array_equal(part.digests.rows, whole.rows[rows])
        taken = part.subset(np.array([3, 1])).digests
        assert taken is not None
        np.testing.assert_array_equal(taken.rows, part.digests.rows[[3, 1]])


@pytest.mark.parametrize("name", ["moons", "xor", "digits", "iris"])
def test_built_in_sets_have_digests_and_data_of_ones_own_have_none(name):
    for part in load(name):
        assert part.digests is not None
        assert len(part.digests.rows) == len(part)
    assert Dataset(np.eye(2), np.arange(2), "classification", "own").digests is None


def test_of_data_on_disk_a_thousand_rows_are_read(tmp_path):
    rows = 5 * SAMPLED
    x, y = np.random.default_rng(0).random((rows, 3), np.float32), np.arange(rows) % 2
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "y.npy", y)
    one = RowDigests.of_rows(read_npy(tmp_path).x, y)
    x[5 * 100] += 1  # among those that are read
    x[7] += 1
    np.save(tmp_path / "x.npy", x)
    y[12] = 1 - y[12]
    other = RowDigests.of_rows(read_npy(tmp_path).x, y)
    assert np.flatnonzero(one.rows != other.rows).tolist() == [12, 500]
