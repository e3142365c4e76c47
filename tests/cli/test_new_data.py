"""New rows that are unlike those of training: in another unit, with another decimal mark, or learned from already."""

import numpy as np
import pytest
from PIL import Image

from .conftest import gradiente, write_prices, write_table


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    """(a table of numbers, a run trained on it)."""
    folder = tmp_path_factory.mktemp("prices")
    write_prices(folder / "prices.csv")
    answer = gradiente("train", folder / "prices.csv", "--epochs", 3, "--run", folder / "run", "--no-report")
    assert answer.status == 0, answer.err
    return folder / "prices.csv", folder / "run"


def values_of(run, file):
    answer = gradiente("predict", run, file, "--json")
    assert answer.status == 0, answer.err
    return [row["value"] for row in answer.data], answer.err


def changed(table, path, change):
    lines = table.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(change(line) for line in lines) + "\n", encoding="utf-8")
    return path


def test_the_other_decimal_mark_is_read_where_the_numbers_fit_no_other_way(prices, tmp_path):
    table, run = prices
    comma = changed(table, tmp_path / "comma.csv", lambda line: line.replace(",", ";").replace(".", ","))
    found, said = values_of(run, comma)
    assert found == values_of(run, table)[0]
    assert "comma.csv was read with the decimal mark “,”" in said
    measured = [gradiente("evaluate", run, file, "--json").data["metrics"] for file in (comma, table)]
    assert measured[0] == measured[1]


def test_a_cell_that_is_no_number_is_not_to_be_dropped_where_that_is_no_option(prices, tmp_path):
    table, run = prices
    (tmp_path / "t.csv").write_text(table.read_text(encoding="utf-8") + "Total,1,1,1\n", encoding="utf-8")
    for command in ("predict", "evaluate"):
        answer = gradiente(command, run, tmp_path / "t.csv")
        assert (answer.status, answer.out) == (1, "")
        assert "line 82, column area: expected a number, as in the training data, got 'Total'" in answer.err
        assert "--drop" not in answer.err


@pytest.mark.parametrize(("factor", "count"), [(1, 0), (1000, 80)])
def test_numbers_in_another_unit_are_named(prices, tmp_path, factor, count):
    table, run = prices

    def in_metres(line):
        first, rest = line.split(",", 1)
        return line if first == "area" else f"{(5 + float(first)) * factor - 5:.4f},{rest}"

    _, said = values_of(run, changed(table, tmp_path / "metres.csv", in_metres))
    assert (f"column area: {count} of 80 rows are far from all that training saw" in said) == bool(count)


def test_rows_that_were_learned_from_are_counted(tmp_path):
    write_table(tmp_path / "a.csv")
    write_table(tmp_path / "b.csv", seed=1)
    assert gradiente("train", tmp_path / "a.csv", "--run", tmp_path / "run", "--no-report").status == 0
    for name, count in (("a.csv", 48), ("b.csv", 0)):
        answer = gradiente("evaluate", tmp_path / "run", tmp_path / name)
        assert ("48 of the 60 rows" in answer.out) == bool(count)


@pytest.mark.parametrize("kind", ["npz", "pictures"])
def test_so_are_those_of_arrays_and_pictures(kind, tmp_path):
    generator = np.random.default_rng(0)
    data = tmp_path / "data"
    if kind == "npz":
        data = tmp_path / "data.npz"
        np.savez(data, x=generator.normal(size=(60, 3)), y=np.tile([True, False, True], 20))
    else:
        for place in range(60):
            path = data / ("sun", "moon")[place % 2] / f"{place}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(generator.integers(0, 255, (6, 6), np.uint8)).save(path)
    assert gradiente("train", data, "--epochs", 1, "--run", tmp_path / "run", "--no-report").status == 0
    answer = gradiente("evaluate", tmp_path / "run", data, "--json")
    assert "48 of the 60 rows" in answer.err
    parts = [
        gradiente("evaluate", tmp_path / "run", "--part", part, "--json").data for part in ("train", "test")
    ]
    right = sum(part["metrics"]["accuracy"] * part["instances"] for part in parts)
    assert answer.data["metrics"]["accuracy"] == pytest.approx(right / 60)


def test_a_target_that_is_missing_is_named_with_what_can_be_done(table_run, tmp_path):
    table, run = table_run
    last = table.read_text(encoding="utf-8").rstrip().rpartition(",")[0]
    (tmp_path / "t.csv").write_text(f"{last},\n", encoding="utf-8")
    answer = gradiente("evaluate", run, tmp_path / "t.csv")
    assert (answer.status, "--missing" in answer.err) == (1, False)
    assert "line 61, column flower: the target is missing" in answer.err
