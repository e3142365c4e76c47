"""Parquet files and the standard input: the same table as the text file of the same rows."""

import datetime
import io
import sys

import numpy as np
import polars as pl
import pytest

from gradiente.data import load
from gradiente.data.own_table import Reading
from gradiente.data.tables.table import read_table
from gradiente.errors import DataError, FileError

ROWS = 40
NUMBERS = np.random.default_rng(0).normal(size=ROWS) * 10.0 ** np.random.default_rng(1).integers(-8, 9, ROWS)
FRAME = pl.DataFrame(
    {
        "a": NUMBERS,
        "code": [f"{i % 3:03}" for i in range(ROWS)],
        "digits": [str(i % 4) for i in range(ROWS)],
        "day": [datetime.date(2024, 1, 1) + datetime.timedelta(days=(7 * i) % ROWS) for i in range(ROWS)],
        "gap": [None if i % 8 == 0 else i for i in range(ROWS)],
        "good": [i % 2 == 0 for i in range(ROWS)],
    }
)


@pytest.fixture
def parquet(tmp_path):
    FRAME.write_parquet(tmp_path / "own.parquet")
    return tmp_path / "own.parquet"


def test_types_come_with_the_file(parquet):
    table = read_table(parquet)
    assert [table.is_numeric(name) for name in table.names] == [True, False, False, False, True, False]
    assert table.numbers("a").tolist() == NUMBERS.tolist()
    np.testing.assert_array_equal(table.numbers("gap"), [np.nan if i % 8 == 0 else i for i in range(ROWS)])
    assert table.words("digits").tolist() == FRAME["digits"].to_list()
    np.testing.assert_array_equal(np.argsort(table.times("day")), np.argsort(FRAME["day"].to_numpy()))


def test_it_is_the_same_data_set_as_in_text(parquet, tmp_path):
    FRAME.write_csv(tmp_path / "own.csv")
    options = {"split": "time:day", "table": Reading(drop=["digits"], missing="median")}
    for one, other in zip(load(parquet, **options), load(tmp_path / "own.csv", **options), strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.y, other.y)
        assert one.classes == other.classes == ("false", "true")


def test_a_missing_value_is_named_by_its_row(parquet):
    with pytest.raises(DataError, match="line 1, column gap: the value is missing"):
        load(parquet, table=Reading(drop=["day"]))


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,b\n1,2\n"])
def test_a_broken_file(content, tmp_path):
    (tmp_path / "own.parquet").write_bytes(content)
    with pytest.raises(FileError, match="is no Parquet file"):
        read_table(tmp_path / "own.parquet")


def test_columns_that_are_no_numbers_and_no_words(tmp_path):
    FRAME.with_columns(several=pl.Series([[1, 2]] * ROWS)).write_parquet(tmp_path / "own.parquet")
    with pytest.raises(DataError, match="column several holds List"):
        read_table(tmp_path / "own.parquet")
    FRAME[:0].write_parquet(tmp_path / "own.parquet")
    with pytest.raises(DataError, match="is empty"):
        read_table(tmp_path / "own.parquet")


def test_a_table_in_the_standard_input(tmp_path, monkeypatch):
    FRAME.drop("gap", "day").write_csv(tmp_path / "own.csv")
    content = (tmp_path / "own.csv").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    for one, other in zip(load("-"), load(tmp_path / "own.csv"), strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        np.testing.assert_array_equal(one.y, other.y)


def test_nothing_in_the_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    with pytest.raises(DataError, match="is empty"):
        load("-")
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileError, match="nothing is piped into it"):
        load("-")
