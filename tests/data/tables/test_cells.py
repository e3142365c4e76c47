"""What a column of text cells holds: numbers in every way that people and programs write them."""

import numpy as np
import pytest

from gradiente.data.tables.form import Form
from gradiente.data.tables.table import read_table
from gradiente.errors import ArgumentError, DataError


@pytest.fixture
def column(tmp_path):
    """A table with a column `a` of those cells, beside one of words."""

    def read(*cells, beside=(), **form):
        lines = ["a;b;c", *(f"{cell};x;{other}" for cell, other in zip(cells, beside or cells, strict=True))]
        (tmp_path / "own.csv").write_text("\n".join(lines), encoding="utf-8")
        return read_table(tmp_path / "own.csv", Form(separator=";", **form))

    return read


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (
            ["0.1257", "\u22120.1321", "–2", "+3"],
            [0.1257, -0.1321, -2, 3],
        ),  # a minus as text processors write it
        (["12.3%", "4 %", "-0.5%"], [12.3, 4, -0.5]),
        (["$4127", "-$2660", "$ 3.5"], [4127, -2660, 3.5]),
        (["12 €", "7,5 €", "0,25 €"], [12, 7.5, 0.25]),
        (["0,1257", "-2", "1,5e3"], [0.1257, -2, 1500]),
        (["1.234,56", "7.000", "12"], [1234.56, 7000, 12]),
        (["1,234.56", "7,000", "12"], [1234.56, 7000, 12]),
        (["1,234,567", "7,000", "12"], [1234567, 7000, 12]),
        (["1 234.5", "12\u00a0345 678", "1'000"], [1234.5, 12345678, 1000]),
        (["1.234", "7.125", "12"], [1.234, 7.125, 12]),
        ([".5", "5.", "1e-3"], [0.5, 5, 0.001]),
        (["5 kg", "12,5 kg", "-1 kg"], [5, 12.5, -1]),
        (["5cm", "12cm"], [5, 12]),
        (["(46)", "1204", "(3.5)"], [-46, 1204, -3.5]),
        (["($46)", "$7", "$1204"], [-46, 7, 1204]),
        (["46-", "1204", "3.5-"], [-46, 1204, -3.5]),
    ],
)
def test_numbers(column, cells, numbers):
    table = column(*cells)
    assert table.is_numeric("a")
    assert table.numbers("a").tolist() == numbers


@pytest.mark.parametrize("cells", [["(601)", "(602)"], ["5 kg", "50 g"], ["101B", "102B"], ["1-", "2-"]])
def test_codes_and_mixed_units_are_no_numbers(column, cells):
    assert not column(*cells).is_numeric("a")


@pytest.mark.parametrize(("last", "factor"), [("250", 1000), ("255", 1)])
def test_a_point_groups_thousands_where_decimals_would_have_lost_their_last_zero(column, last, factor):
    cells = [*(f"{i}.123" for i in range(10, 30)), f"1.{last}", "967"]
    found = column(*cells).numbers("a")
    expected = [*(i + 0.123 for i in range(10, 30)), 1 + int(last) / 1000]
    np.testing.assert_allclose(found, [*(factor * each for each in expected), 967])


@pytest.mark.parametrize(
    "gap", ["", "NULL", "#N/A", "None", "-", "NaN", "?", "#DIV/0!", "n/a", "<NA>", "#¡VALOR!"]
)
def test_what_stands_for_no_number_is_missing(column, gap):
    table = column("1.5", gap, "2", "3")
    assert table.is_numeric("a")
    np.testing.assert_array_equal(table.numbers("a"), [1.5, np.nan, 2, 3])


def test_among_words_some_of_them_are_words(column):
    assert column("Mild", "None", "NULL", "").words("a").tolist() == ["Mild", "None", "", ""]


@pytest.mark.parametrize("cells", [("4,627", "3,160"), ("4,627", "12")])
def test_a_comma_that_may_be_either_is_asked_about(column, cells):
    table = column(*cells)
    with pytest.raises(ArgumentError, match=r"line 2, column a: in '4,627' the comma may group thousands"):
        table.is_numeric("a")
    assert column(*cells, decimal=".").numbers("a")[0] == 4627
    assert column(*cells, decimal=",").numbers("a")[0] == 4.627


def test_another_column_shows_the_decimal_comma_but_not_that_commas_group_thousands(column):
    assert column("4,627", "3,160", beside=("0,5", "2")).numbers("a").tolist() == [4.627, 3.16]
    assert column("4.627", "3.160", beside=("0,5", "2")).numbers("a").tolist() == [4627, 3160]
    with pytest.raises(ArgumentError, match="may group thousands"):
        column("4,627", "3,160", beside=("0.5", "2")).numbers("a")


@pytest.mark.parametrize("wrong", ["<0.5", "1.2 kg", "12%", "twelve", "1_000", "$3"])
def test_a_cell_that_is_no_number_among_many_is_a_mistake(column, wrong):
    table = column(*map(str, range(18)), wrong, "19")
    assert table.is_numeric("a")
    with pytest.raises(DataError, match="line 20, column a: expected a number, got") as error:
        table.numbers("a")
    assert wrong in str(error.value)
    assert "1 of its cells" in str(error.value)


def test_a_third_of_many_numbers_is_mistakes_and_no_categories(column):
    table = column(*(f"{i / 7:.3f}" if i % 3 else "<0.5" for i in range(90)))
    assert table.is_numeric("a")


def test_few_numbers_beside_words_are_categories(column):
    table = column(*["1", "2", "B"] * 30)
    assert not table.is_numeric("a")
    assert sorted(set(table.words("a"))) == ["1", "2", "B"]


def test_codes_keep_their_zeros(column):
    table = column("007", "010", "120")
    assert not table.is_numeric("a")
    assert table.words("a").tolist() == ["007", "010", "120"]
    assert column("0", "0.5", "-0.1").is_numeric("a")


@pytest.mark.parametrize("cell", ["inf", "-Infinity"])
def test_infinity(column, cell):
    with pytest.raises(DataError, match=f"line 3, column a: expected a finite number, got '{cell}'"):
        column("1", cell).numbers("a")


def test_as_python_reads_random_numbers(column):
    generator = np.random.default_rng(0)
    cells = [
        f"{x:.{d}g}"
        for x, d in zip(
            generator.normal(size=300) * 10.0 ** generator.integers(-9, 9, 300),
            generator.integers(1, 17, 300),
            strict=True,
        )
    ]
    np.testing.assert_array_equal(column(*cells).numbers("a"), [float(cell) for cell in cells])
