import gzip

import numpy as np
import pytest

from gradiente.data.tables.form import Form
from gradiente.data.tables.table import read_table
from gradiente.errors import ArgumentError, DataError, FileError


@pytest.fixture
def written(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "own.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return write


@pytest.fixture
def read(written):
    """The table in a text."""
    return lambda content, of_file="utf-8", **form: read_table(written(content, of_file), Form(**form))


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(read, separator, end):
    lines = [["a", "b"], ["1", "x"], ["2.5", "y"]]
    table = read(end.join(separator.join(line) for line in lines))
    assert table.numbers("a").tolist() == [1, 2.5]
    assert table.words("b").tolist() == ["x", "y"]


def test_quotes_blanks_empty_lines_and_a_byte_order_mark(read):
    table = read('\ufeff"a, b", c\n\n "x, ""y""\nz", 1 \n  \n\nw,2\n')
    assert table.words("a, b").tolist() == ['x, "y"\nz', "w"]
    assert table.numbers("c").tolist() == [1, 2]


def test_the_separator_is_looked_for_outside_quoted_names(read):
    assert read('"a, b, c";d\n1;2\n').names == ["a, b, c", "d"]


def test_a_sentence_in_a_cell_has_other_separators(read):
    assert read('a;b\n"x, y, z";1\nu, v, w;2\n').words("a").tolist() == ["x, y, z", "u, v, w"]


def test_text_within_a_line_that_other_standards_take_for_a_line_end(read):
    assert read("a,b\nx\u2028y\x0cz,1\n").words("a").tolist() == ["x\u2028y\x0cz"]


@pytest.mark.parametrize("first", ["sep=;", "SEP=;"])
def test_excels_line_with_the_separator_is_no_header(read, first):
    table = read(f"{first}\nx1;x2;clase\n0.126;4.127;no\n-0.132;;si\n")
    assert (table.names, table.numbers("x1").tolist()) == (["x1", "x2", "clase"], [0.126, -0.132])
    assert table.cell("x2", 1)["line"] == 4


@pytest.mark.parametrize("of_header", ["", ";"])
def test_a_separator_at_the_end_of_each_row_makes_no_column(read, of_header):
    table = read(f"a;b{of_header}\n1;x;\n2;y;\n")
    assert (table.names, table.numbers("a").tolist()) == (["a", "b"], [1, 2])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings(read, encoding):
    table = read("año;ciudad\n1;Bogotá\n2;Cúcuta\n", encoding)
    assert table.words("ciudad").tolist() == ["Bogotá", "Cúcuta"]
    assert ["cp1252" in remark for remark in table.remarks] == ([True] if encoding == "cp1252" else [])


def test_an_encoding_that_is_given_is_taken(read):
    assert read("a,b\nж,1\n", "koi8-r", encoding="koi8-r").words("a").tolist() == ["ж"]
    with pytest.raises(FileError, match=r"not text in ascii \(see byte 4\)"):
        read("a,b\nж,1\n", encoding="ascii")


def test_compressed_by_gzip(tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,x\n2,y\n"))
    assert read_table(path).numbers("a").tolist() == [1, 2]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(FileError, match="broken or cut short"):
        read_table(path)


def test_what_is_no_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00a,b\n")
    with pytest.raises(FileError, match="saved as CSV"):
        read_table(path)


def test_as_numpy_reads_it(tabular_folder):
    path = tabular_folder / "winequality-red.csv"
    table = read_table(path)
    ours = np.column_stack([table.numbers(name) for name in table.names])
    np.testing.assert_array_equal(ours, np.genfromtxt(path, delimiter=";", skip_header=1))


def test_as_numpy_reads_a_file_without_header(tabular_folder):
    path = tabular_folder / "optdigits.tra.gz"
    table = read_table(path)
    assert (table.names[0], table.names[-1]) == ("column_1", "column_65")
    ours = np.column_stack([table.numbers(name) for name in table.names])
    np.testing.assert_array_equal(ours, np.genfromtxt(path, delimiter=","))


def test_iris_as_it_is(tabular_folder):
    table = read_table(tabular_folder / "iris.data")
    assert len(table) == 150
    assert set(table.words("column_5")) == {"Iris-setosa", "Iris-versicolor", "Iris-virginica"}
    assert "no header" in table.remarks[0]


def test_no_such_column_offers_the_nearest(read):
    with pytest.raises(ArgumentError, match="no column speceis: did you mean species"):
        read("length,species\n1,x\n").words("speceis")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("a,b\n", "is empty"),
        ("a,b\n1,2\n1,2,3\n", "line 3: expected 2 values, one per column, got 3"),
        ("a,b\n1,2\n\n1\n", "line 4: expected 2 values, one per column, got 1"),
        ("a,,c\n1,2,3\n", "column 2 has no name"),
        ("a,b,a\n1,2,3\n", "two columns are named a"),
        ("sep=;\na;b\n1;2\n1\n", "line 4: expected 2 values, one per column, got 1"),
        ("a,b\n1,2,\n1\n", "line 3: expected 2 values"),
        ("a,b\n1,2,3\n1,2,4\n", "line 2: expected 2 values, one per column, got 3"),
        ('a,b\n1,2\n1, "x"\n1\n', "line 4: expected 2 values"),
        ('a,b\n1,"2\n', "line 2: unbalanced quotation marks"),
        ('a,b\n1,"2"3\n', "line 2: unbalanced quotation marks"),
    ],
)
def test_no_table(written, content, message):
    with pytest.raises(DataError, match=message):
        read_table(written(content))


def test_a_wide_table(written):
    table = read_table(
        written("\n".join(",".join(f"{kind}{i}" for i in range(20_000)) for kind in ("c", "")))
    )
    assert len(table) == 1
    assert table.numbers("c19999").tolist() == [19_999]
    with pytest.raises(ArgumentError, match=r"known: .*, …$") as error:
        table.numbers("other")
    assert len(str(error.value)) < 2000


def test_missing_file(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        read_table(tmp_path / "own.csv")
