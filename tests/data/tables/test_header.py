"""Whether a table's first row has the names of its columns, and which columns are none."""

import pytest

from gradiente.data.tables.form import Form
from gradiente.data.tables.table import read_table
from gradiente.errors import ArgumentError


@pytest.fixture
def read(tmp_path):
    def read(content, header=None):
        (tmp_path / "own.csv").write_text(content, encoding="utf-8")
        return read_table(tmp_path / "own.csv", Form(header=header))

    return read


@pytest.mark.parametrize(
    "content",
    [
        "0.1,-0.2,pos\n0.3,0.4,neg\n-0.5,0.6,pos\n",  # pos stands below too
        "5.1,3.5\n4.9,3.0\n",
        "1,2,3\n",
        "?,1,a\n2,3,a\n4,5,b\n",
        "a,?,1\nb,7,2\na,8,3\n",
    ],
)
def test_none(read, content):
    table = read(content)
    assert len(table) == content.count("\n")
    assert table.names == [f"column_{i + 1}" for i in range(len(table.names))]
    assert table.form.header is False
    assert any("no header" in remark for remark in table.remarks)


@pytest.mark.parametrize(
    "content",
    [
        "a,b\n1,2\n",
        "a,1\n1,2\n3,4\n",
        "name,city\nAna,Cali\nLuz,Pasto\n",
        "a,b\n1,x\n2,y\n",
        "x,y\n?,1\nNA,2\n",
    ],
)
def test_names(read, content):
    table = read(content)
    assert table.names == content.split("\n")[0].split(",")
    assert len(table) == content.count("\n") - 1


def test_what_may_be_either_is_asked(read):
    years = "country,2019,2020\nPerú,1,2\nChile,3,4\n"
    with pytest.raises(
        ArgumentError, match=r"country, 2019, 2020 …, may be the names .* --header or --no-header"
    ):
        read(years)
    assert read(years, header=True).names == ["country", "2019", "2020"]
    assert len(read(years, header=False)) == 3


@pytest.mark.parametrize("name", ["", "Unnamed: 0"])
@pytest.mark.parametrize("rows", [("0", "1", "2"), ("7", "3", "5"), ("r1", "r2", "r3")])
def test_row_numbers_as_pandas_writes_them_are_left_out(read, name, rows):
    table = read(f"{name},a,b\n" + "".join(f"{row},{i}.5,x\n" for i, row in enumerate(rows)))
    assert table.names == ["a", "b"]
    assert any("numbers the rows" in remark for remark in table.remarks)


def test_a_column_without_a_name_that_numbers_nothing_is_kept_from_none(read):
    assert read("Unnamed: 0,a\n1,2\n1,3\n").names == ["Unnamed: 0", "a"]


def test_empty_columns_without_a_name_are_none(read):
    assert read("a,,b,\n1,,2,\n3,,4,\n").names == ["a", "b"]
