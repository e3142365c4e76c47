"""Numbers are read in blocks and never as text; they are those that Python's csv and float find."""

import csv
import gzip
import io

import numpy as np
import pytest

from gradiente.data.tables import decoding
from gradiente.data.tables.form import Form
from gradiente.data.tables.table import read_table
from gradiente.errors import ArgumentError, DataError

ROWS = 300
SMALL = pytest.mark.parametrize("size", [7, 64, 1000], ids="blocks of {} bytes".format)


@pytest.fixture
def in_blocks(monkeypatch):
    def set_size(size):
        monkeypatch.setattr(decoding, "BLOCK", size)
        monkeypatch.setattr(decoding, "SMALL", 0)

    return set_size


def drawn(seed=0):
    """Rows with numbers of all kinds, gaps, words and codes."""
    generator = np.random.default_rng(seed)
    numbers = generator.normal(size=ROWS) * 10.0 ** generator.integers(-9, 9, ROWS)
    rows = [
        {
            "number": repr(number),
            "whole": str(generator.integers(-50, 50)),
            "gaps": generator.choice(["", "NA", "-", "null", "1.5", " 2.25", "1e3"]),
            "late": "x" if row == ROWS - 2 else f"{number:.3f}",
            "code": f"{row:03}",
            "word": generator.choice(["Cali", "Pasto, Nariño", 'the "other"', "", "NA", "None"]),
        }
        for row, number in enumerate(numbers.tolist())
    ]
    return rows


def as_text(rows, **form):
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), **{"lineterminator": "\n", **form})
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def number(cell):
    return np.nan if cell.strip() in ("", "NA", "-", "null") else float(cell)


@SMALL
@pytest.mark.parametrize(
    ("form", "encoding"),
    [
        ({}, "utf-8"),
        ({"lineterminator": "\r\n"}, "utf-8-sig"),
        ({"lineterminator": "\r", "delimiter": ";"}, "utf-16"),
        ({"delimiter": "\t", "quoting": csv.QUOTE_ALL}, "cp1252"),
    ],
)
def test_what_csv_and_float_read(form, encoding, size, in_blocks, tmp_path):
    in_blocks(size)
    rows = drawn()
    (tmp_path / "own.csv.gz").write_bytes(gzip.compress(as_text(rows, **form).encode(encoding)))
    table = read_table(tmp_path / "own.csv.gz")
    assert [table.is_numeric(name) for name in table.names] == [True, True, True, True, False, False]
    for name in ("number", "whole", "gaps"):
        np.testing.assert_array_equal(table.numbers(name), [number(row[name]) for row in rows])
    with pytest.raises(DataError, match=f"line {ROWS}, column late: expected a number, got 'x'"):
        table.column("late")
    assert table.column("code").tolist() == [row["code"] for row in rows]
    words = ["" if row["word"] == "NA" else row["word"] for row in rows]
    assert table.column("word").tolist() == words


@SMALL
def test_wanted_columns_are_the_same(size, in_blocks, tmp_path):
    in_blocks(size)
    path = tmp_path / "own.csv"
    rows = drawn(1)
    path.write_text(as_text(rows), encoding="utf-8")
    table = read_table(path, Form(decimal="."), numbers=["gaps", "code"], words=["whole", "word"])
    np.testing.assert_array_equal(table.numbers("gaps"), [number(row["gaps"]) for row in rows])
    np.testing.assert_array_equal(table.numbers("code"), range(ROWS))  # which training knew as numbers
    assert table.words("whole").tolist() == [row["whole"] for row in rows]
    np.testing.assert_array_equal(table.numbers("number"), [float(row["number"]) for row in rows])


@SMALL
def test_decimal_commas(size, in_blocks, tmp_path):
    in_blocks(size)
    path = tmp_path / "own.csv"
    values = np.random.default_rng(0).normal(size=ROWS)
    lines = [f"{value:.4f}".replace(".", ",") + f";{row}.125" for row, value in enumerate(values, start=1)]
    path.write_text("\n".join(["a;thousands", *lines]))
    table = read_table(path)
    assert table.decimal == ","
    assert table.numbers("a").tolist() == [float(f"{value:.4f}") for value in values]
    assert table.numbers("thousands").tolist() == [row * 1000 + 125 for row in range(1, ROWS + 1)]
    with pytest.raises(ArgumentError, match="4,627"):
        read_table(_written(path, "a;b\n4,627;0.5\n3,160;2\n")).numbers("a")
    lines = ["a;b", *["1,5;2"] * 2000, "1,5;2.5"]
    with pytest.raises(DataError, match="line 2002, column b"):
        read_table(_written(path, "\n".join(lines)), Form(decimal=",")).numbers("b")


@SMALL
@pytest.mark.parametrize(
    ("last", "message"),
    [
        ("1,2,3", "expected 2 values"),
        ("1", "expected 2 values"),
        ('1,"2', "unbalanced"),
        ('1,"2"3', "unbalanced"),
    ],
)
def test_the_line_of_what_is_wrong(last, message, size, in_blocks, tmp_path):
    in_blocks(size)
    path = _written(tmp_path / "own.csv", "\n".join(["a,b", *["1.5,2"] * 1500, last]))
    with pytest.raises(DataError, match=f"line 1502: .*{message}"):
        read_table(path)


@SMALL
def test_empty_lines_separators_at_the_end_and_quoted_line_ends(size, in_blocks, tmp_path):
    in_blocks(size)
    lines = ["", "a,b,c", "1,2,x,", "", ",,", '3, "4","two\nlines"', " , ,", "5,,NA", ""]
    table = read_table(_written(tmp_path / "own.csv", "\n".join(lines)))
    np.testing.assert_array_equal(table.numbers("a"), [1, 3, 5])
    np.testing.assert_array_equal(table.numbers("b"), [2, 4, np.nan])
    assert table.words("c").tolist() == ["x", "two\nlines", ""]
    assert table.cell("b", 2)["line"] == 9


@pytest.mark.parametrize("cell", ["1_000", "0x10", "1d3", "7f", "--1", "1e", "+nan"])
def test_what_is_no_number(cell, tmp_path):
    path = _written(tmp_path / "own.csv", f"a,b\n{cell},x\n" + "2.5,y\n" * 30)
    with pytest.raises(DataError, match="line 2, column a: expected a number"):
        read_table(path).numbers("a")


def _written(path, content):
    path.write_bytes(content.encode())
    return path
