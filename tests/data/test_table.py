from pathlib import Path

import numpy as np
import pytest

from gradiente.data.table import _require_header, read_table
from gradiente.errors import ArgumentError, DataError, FileError


@pytest.fixture
def written(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "own.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(written, separator, end):
    lines = [["a", "b"], ["1", "x"], ["2.5", "y"]]
    table = read_table(written(end.join(separator.join(line) for line in lines)))
    assert table.column("a").tolist() == [1, 2.5]
    assert table.column("b").tolist() == ["x", "y"]


def test_quotes_blanks_empty_lines_and_a_byte_order_mark(written):
    table = read_table(written('\ufeff"a, b", c\n\n "x, ""y""\nz", 1 \n  \n\nw,2\n'))
    assert table.column("a, b").tolist() == ['x, "y"\nz', "w"]
    assert table.column("c").tolist() == [1, 2]


def test_the_separator_is_looked_for_outside_quoted_names(written):
    assert list(read_table(written('"a, b, c";d\n1;2\n')).cells) == ["a, b, c", "d"]


def test_text_within_a_line_that_other_standards_take_for_a_line_end(written):
    assert read_table(written("a,b\nx\u2028y\x0cz,1\n")).column("a").tolist() == ["x\u2028y\x0cz"]


def test_underscores_are_text_and_exponents_numbers(written):
    table = read_table(written("a,b\n1_1,1e3\n1_2,-2E-3\n"))
    assert table.column("a").tolist() == ["1_1", "1_2"]
    assert table.column("b").tolist() == [1000, -0.002]


def test_as_numpy_reads_it(tabular_folder):
    path = tabular_folder / "winequality-red.csv"
    table = read_table(path)
    ours = np.column_stack([table.column(name) for name in table.cells])
    np.testing.assert_array_equal(ours, np.genfromtxt(path, delimiter=";", skip_header=1))


@pytest.mark.parametrize("missing", ["", " ", "NA", "nan", "NaN", "?"])
def test_missing_names_line_and_column(written, missing):
    table = read_table(written(f"a,b\n1,x\n2,y\n{missing},z\n"))
    with pytest.raises(DataError, match=r"own.csv, line 4, column a: the value is missing"):
        table.column("a")


def test_missing_text_too(written):
    with pytest.raises(DataError, match="line 3, column b"):
        read_table(written("a,b\n1,x\n2,\n")).column("b")


def test_the_missing_bedrooms_of_california(tabular_folder):
    with pytest.raises(DataError, match="line 292, column total_bedrooms"):
        read_table(tabular_folder / "california_housing.csv").column("total_bedrooms")


def test_text_where_numbers_belong(written):
    cells = [*map(str, range(18)), "twelve", "unknown"]  # 90 % are numbers
    table = read_table(written("a\n" + "\n".join(cells)))
    with pytest.raises(DataError, match="line 20, column a: expected a number, got 'twelve'"):
        table.column("a")


def test_many_texts_are_categories_even_when_some_look_like_numbers(written):
    cells = [*map(str, range(17)), "A", "B", "C"]
    assert read_table(written("a\n" + "\n".join(cells))).column("a").dtype.kind == "U"


@pytest.mark.parametrize("cell", ["inf", "-Infinity"])
def test_infinity(written, cell):
    with pytest.raises(DataError, match=f"line 3, column a: expected a finite number, got '{cell}'"):
        read_table(written(f"a\n1\n{cell}\n")).column("a")


def test_decimal_comma(written):
    with pytest.raises(DataError, match="line 3, column a: '2,5' has a decimal comma"):
        read_table(written("a;b\n1;x\n2,5;y\n-3,75;z\n")).column("a")


def test_no_such_column_offers_the_nearest(written):
    with pytest.raises(ArgumentError, match="no column speceis: did you mean species"):
        read_table(written("length,species\n1,x\n")).column("speceis")


def test_no_header(written):
    with pytest.raises(DataError, match=r"the column names, but it looks like data: 5\.1, 3\.5"):
        read_table(written("5.1,3.5\n4.9,3.0\n"))


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
        ('a,b\n1,"2\n', "line 2: unbalanced quotation marks"),
        ('a,b\n1,"2"3\n', "line 2: unbalanced quotation marks"),
    ],
)
def test_no_table(written, content, message):
    with pytest.raises(DataError, match=message):
        read_table(written(content))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_not_utf_8(written, encoding):
    with pytest.raises(FileError, match="not UTF-8"):
        read_table(written("año,b\n1,2\n", encoding))


def test_a_header_is_checked_in_time_proportional_to_its_length():
    compared = 0

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other):
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    names: list[str] = [Name(f"c{number}") for number in range(3000)]
    _require_header(Path("wide.csv"), names)
    assert compared < 2 * len(names)  # each with all the others would be 4,500,000
    with pytest.raises(DataError, match="two columns are named c7"):
        _require_header(Path("wide.csv"), [*names, Name("c7")])


def test_a_wide_table(written):
    table = read_table(
        written("\n".join(",".join(f"{kind}{i}" for i in range(20_000)) for kind in ("c", "")))
    )
    assert len(table.cells) == 20_000
    assert table.column("c19999").tolist() == [19_999]
    with pytest.raises(ArgumentError, match=r"known: .*, …$") as error:
        table.column("other")
    assert len(str(error.value)) < 2000


def test_missing_file(tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        read_table(tmp_path / "own.csv")
