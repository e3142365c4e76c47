"""Every finding is made of data in which it was planted, with numbers that another program finds too."""

import numpy as np
import pandas as pd
import pytest

from gradiente import check_data
from gradiente.data import NAMES, Dataset, load
from gradiente.data.checks import Finding
from gradiente.data.checks.in_time import in_time
from gradiente.data.checks.sheet import Sheet

RNG = np.random.default_rng


def sheet(columns, y, **more):
    """A sheet of columns and targets: words are classes."""
    y = np.asarray(y)
    if y.dtype.kind == "U":
        classes, y = np.unique(y, return_inverse=True)
        return Sheet(columns=columns, y=y, classes=tuple(classes.tolist()), target="y", in_order=True, **more)
    return Sheet(columns=columns, y=y, classes=(), target="y", in_order=True, **more)


def measures(rows, count, seed=0):
    x = RNG(seed).normal(size=(rows, count))
    return {f"x{place}": x[:, place] for place in range(count)}


def classes_of(columns, noise=0.8, seed=9):
    total = sum(columns.values()) + noise * RNG(seed).normal(size=len(next(iter(columns.values()))))
    return np.where(total > 0, "yes", "no")


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("mnist")])
def test_built_in_sets_have_no_finding(name):
    assert check_data(name).keys == []


def of_kind(found, key):
    return [finding for finding in found if finding.key == key]


def parts(columns, y, seed=0):
    """Two data sets, of three quarters of the rows and the others."""
    x = np.column_stack(list(columns.values())).astype(np.float32)
    task = "classification" if y.dtype.kind in "iu" else "regression"
    whole = Dataset(x, y, task, "own", features=tuple(columns))
    order = RNG(seed).permutation(len(y))
    cut = 3 * len(y) // 4
    return whole.subset(order[:cut]), whole.subset(order[cut:])


def test_duplicates_are_counted_as_pandas_counts_them():
    columns = measures(300, 4)
    y = (classes_of(columns) == "yes").astype(int)
    again = RNG(3).integers(0, 300, 90)
    columns = {name: np.concatenate([column, column[again]]) for name, column in columns.items()}
    train, test = parts(columns, np.concatenate([y, y[again]]))
    (finding,) = of_kind(check_data(train, test), "across_split")
    frames = [pd.DataFrame(part.x).assign(y=part.y) for part in (train, test)]
    twins = len(frames[1].merge(frames[0].drop_duplicates(), how="inner"))
    assert finding.evidence["twins"] == twins > 10
    assert finding.evidence["repeated"] == pd.concat(frames).duplicated().sum()
    assert finding.level == "warning"


def test_twins_by_chance_are_none():
    generator = RNG(0)
    columns = {f"x{place}": generator.integers(0, 3, 400).astype(float) for place in range(4)}
    train, test = parts(columns, generator.integers(0, 2, 400))
    assert not of_kind(check_data(train, test), "across_split")
    assert pd.DataFrame(columns).duplicated().mean() > 0.5


def test_copies_within_the_training_part_alone_are_a_remark():
    columns = {name: np.concatenate([column, column[:20]]) for name, column in measures(200, 3).items()}
    y = classes_of(columns)
    tested = np.arange(220) % 200 >= 180
    (finding,) = of_kind(check_sheets(sheet(columns, np.r_[y[:200], y[:20]], tested=tested)), "repeated_rows")
    assert (finding.level, finding.evidence["repeated"]) == ("remark", 20)


def check_sheets(made):
    from gradiente.data.checks.check import check_sheet

    return check_sheet(made)


def test_contradictory_classes_have_the_ceiling_of_a_group_by():
    generator = RNG(1)
    columns = {name: generator.integers(0, 3, 500).astype(float) for name in ("a", "b")}
    y = np.where(generator.random(500) < 0.5, "yes", "no")
    (finding,) = of_kind(check_sheets(sheet(columns, y)), "contradictory")
    groups = pd.DataFrame({**columns, "y": y}).groupby(["a", "b"])["y"]
    assert finding.evidence["ceiling_share"] == pytest.approx(
        groups.agg(lambda g: g.value_counts().max()).sum() / 500
    )
    assert finding.evidence["count"] == groups.filter(lambda group: group.nunique() > 1).size
    assert finding.level == "warning"


def test_contradictory_numbers_have_the_r2_of_the_means_of_their_groups():
    generator = RNG(1)
    columns = {name: generator.integers(0, 3, 300).astype(float) for name in ("a", "b")}
    y = columns["a"] + generator.normal(size=300)
    (finding,) = of_kind(check_sheets(sheet(columns, y)), "contradictory_numbers")
    frame = pd.DataFrame({**columns, "y": y})
    means = frame.groupby(["a", "b"])["y"].transform("mean")
    assert finding.evidence["ceiling"] == pytest.approx(
        1 - ((y - means) ** 2).sum() / ((y - y.mean()) ** 2).sum()
    )


def test_random_labels_alone_are_no_contradiction():
    columns = measures(300, 8)
    assert not of_kind(
        check_sheets(sheet(columns, np.where(RNG(5).random(300) < 0.5, "a", "b"))), "contradictory"
    )


LEAKS = {
    "a copy": lambda y: y.copy(),
    "other units": lambda y: 1.8 * y + 32,
    "its logarithm": lambda y: np.log(y),
    "its inverse": lambda y: 1 / y,
    "its square, rounded": lambda y: np.round(y**2, 2),
    "with noise": lambda y: y + 0.003 * y.std() * RNG(1).normal(size=len(y)),
}


@pytest.mark.parametrize("name", LEAKS)
@pytest.mark.parametrize("rows", [100, 2000])
def test_a_function_of_the_target_is_a_leak(name, rows):
    columns = measures(rows, 3)
    y = np.exp(0.5 * sum(columns.values()) / np.sqrt(3) + 0.3 * RNG(7).normal(size=rows)) + 1
    assert not of_kind(check_sheets(sheet(columns, y)), "leak")
    (finding,) = of_kind(check_sheets(sheet({**columns, "paid": LEAKS[name](y)}, y)), "leak")
    assert (finding.column, finding.level) == ("paid", "warning")
    assert finding.remedy.startswith("--drop paid")


CLASS_LEAKS = {
    "a code of each class": lambda y: np.where(y == "yes", 4.0, 2.0),
    "a word of each class": lambda y: np.where(y == "yes", "approved", "refused"),
    "three words, each of one class": lambda y: np.where(
        y == "yes", np.array(["sent", "paid"])[np.arange(len(y)) % 2], "refused"
    ),
    "a score that was cut": lambda y: np.where(y == "yes", 0.5, 0.0) + RNG(2).random(len(y)) / 2,
}


@pytest.mark.parametrize("name", CLASS_LEAKS)
def test_a_column_that_gives_the_class_away_is_a_leak(name):
    columns = {**measures(400, 3), "city": np.array(["Cali", "Pasto"])[RNG(4).integers(0, 2, 400)]}
    y = classes_of(measures(400, 3))
    assert not of_kind(check_sheets(sheet(columns, y)), "leak")
    (finding,) = of_kind(check_sheets(sheet({**columns, "status": CLASS_LEAKS[name](y)}, y)), "leak")
    assert finding.column == "status"


def test_two_strong_columns_are_no_leak():
    train, test = load("iris", standardize=False)
    for kept in ((0, 1), (0, 2), (0, 1, 2)):
        x, y = np.concatenate([train.x, test.x]), np.concatenate([train.y, test.y])
        rows = np.isin(y, kept)
        names = {name: x[rows, place].astype(float) for place, name in enumerate(train.features)}
        assert not of_kind(check_sheets(sheet(names, np.array(train.classes)[y[rows]])), "leak")


def test_texts_that_are_different_in_every_row_are_names_and_no_leak():
    columns = {**measures(40, 2), "name": np.array([f"n{i}" for i in range(40)])}
    found = check_sheets(sheet(columns, classes_of(measures(40, 2))))
    assert [finding.key for finding in found if finding.level == "warning"] == ["names"]


def walk(rows, seed=0):
    return np.cumsum(RNG(seed).normal(size=rows))


def test_a_random_walk_has_the_correlation_of_the_formula():
    y = walk(500)
    columns = {"day": np.arange(500.0), **measures(500, 2)}
    finding = in_time(sheet(columns, y))
    assert finding is not None
    assert (finding.key, finding.column, finding.remedy) == ("in_time", "day", "--split time:day")
    expected = pd.Series(y).autocorr(1)
    assert finding.evidence["correlation"] == pytest.approx(expected, abs=0.02)
    centred = y - y.mean()
    exact = centred[1:] @ centred[:-1] / (centred @ centred)
    assert finding.evidence["correlation"] == pytest.approx(exact)


def test_a_random_walk_without_a_time_is_found_too_and_a_shuffled_one_is_not():
    y, columns = walk(500), measures(500, 2)
    finding = in_time(sheet(columns, y))
    assert finding is not None
    assert finding.key == "in_order"
    assert in_time(sheet(columns, RNG(1).permutation(y))) is None
    assert in_time(sheet(columns, np.sort(y))) is None


def test_dates_that_rise_are_a_time():
    times = {"sold": np.sort(RNG(2).random(300)) * 1e9}
    y = np.where(np.sin(np.arange(300) / 7) + 0.3 * RNG(3).normal(size=300) > 0, "up", "down")
    finding = in_time(sheet(measures(300, 2), y, times=times))
    assert finding is not None
    assert finding.remedy == "--split time:sold"


@pytest.mark.parametrize("more", [{"at_random": False}, {}])
def test_what_is_split_in_time_or_sorted_by_class_is_not_accused(more):
    columns = {"day": np.arange(300.0), **measures(300, 2)}
    y = walk(300) if more else np.repeat(["a", "b", "c"], 100)
    assert in_time(sheet(columns, y, **more)) is None


def test_a_class_of_nine_in_ten_rows_has_its_baseline():
    y = np.where(np.arange(1000) < 12, "fault", "good")
    (finding,) = of_kind(check_sheets(sheet(measures(1000, 3), y)), "imbalance")
    assert finding.evidence["majority"] == "good"
    assert finding.evidence["majority_share"] == pytest.approx(0.988)
    assert (finding.evidence["label"], finding.evidence["count"]) == ("fault", 12)
    assert "98.8" in finding.statement


@pytest.mark.parametrize(
    ("rows", "validates", "key"),
    [
        (1, True, "few_rows"),
        (2, True, "few_rows_for_validation"),
        (2, False, None),
        (3, True, "rare_classes"),
    ],
)
def test_classes_with_too_few_rows_are_named_with_their_rows(rows, validates, key):
    y = np.r_[["a"] * 50, ["b"] * 50, ["c"] * rows]
    found = [
        f
        for f in check_sheets(sheet(measures(100 + rows, 2), y, validates=validates))
        if "rows" in f.key or "rare" in f.key
    ]
    if key is None:
        assert not of_kind(found, "few_rows")
        return
    assert f"c ({rows})" in found[0].statement
    assert found[0].key == key
    assert found[0].level == ("remark" if key == "rare_classes" else "stops")


def test_one_number_in_every_row_is_nothing_to_learn():
    (finding,) = of_kind(check_sheets(sheet(measures(50, 2), np.full(50, 3.5))), "constant_target")
    assert finding.level == "stops"
    assert "3.5" in finding.statement


def test_a_large_table_is_checked_on_some_rows_and_its_classes_are_counted_in_all():
    rows = 300_000
    x = RNG(0).normal(size=(rows, 10)).astype(np.float32)
    y = 2 * x[:, 0].astype(np.float64) + RNG(1).normal(size=rows)
    x[:, 9] = np.exp(y / 9)
    train, test = parts({f"x{j}": x[:, j] for j in range(10)}, y)
    found = check_data(train, test)
    assert [finding.column for finding in of_kind(found, "leak")] == ["x9"]
    made = Sheet.of_parts(train, test)
    assert len(made) < rows / 1.4
    columns = {f"x{j}": x[:, j] for j in range(10)}
    classes = Sheet.of_parts(*parts(columns, (y > 3).astype(int)))
    assert classes.counts.tolist() == [int((y <= 3).sum()), int((y > 3).sum())]


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_pictures_that_are_tested_on_and_learned_from_and_their_pixels(dtype, tmp_path):
    x = RNG(0).integers(0, 256, (120, 5, 5)).astype(dtype)
    np.savez(tmp_path / "p.npz", x=np.concatenate([x, x[:60]]), y=np.tile(np.arange(3), 60))
    train, test = load(tmp_path / "p.npz")
    known = {row.tobytes() for row in np.c_[train.x, train.y]}
    twins = sum(row.tobytes() in known for row in np.c_[test.x, test.y])
    found = check_data(tmp_path / "p.npz")
    (finding,) = of_kind(found, "across_split_pictures")
    assert finding.evidence["twins"] == twins > 0
    assert finding.evidence["repeated"] == 60
    assert len(of_kind(found, "unscaled_pixels")) == (dtype is np.float64)


def test_single_columns():
    generator = RNG(0)
    columns = {
        **measures(200, 2),
        "unit": np.full(200, "kg"),
        "zero": np.zeros(200),
        "id": generator.permutation(200) + 1000.0,
        "pressure": np.where(np.arange(200) % 40 == 0, -999.0, generator.normal(20, 1, 200)),
        "income": np.r_[generator.normal(10, 1, 199), 5000.0],
    }
    found = check_sheets(sheet(columns, classes_of(measures(200, 2))))
    assert {(f.key, f.column) for f in found} == {
        ("constant_column", "unit"),
        ("constant_column", "zero"),
        ("row_numbers", "id"),
        ("code", "pressure"),
        ("outliers", "income"),
    }
    (code,) = of_kind(found, "code")
    assert (code.evidence["value"], code.evidence["count"], code.level) == ("−999", 5, "warning")
    (far,) = of_kind(found, "outliers")
    values = columns["income"]
    low, high = np.percentile(values, [25, 75])
    deviations = abs(5000 - np.median(values)) / ((high - low) / 1.349)
    assert far.evidence["deviations"] == f"{deviations:.0f}"


def test_numbers_whose_squares_are_too_large_are_checked():
    columns = {name: 1e200 * column for name, column in measures(100, 2).items()}
    assert not of_kind(check_sheets(sheet(columns, 1e180 * RNG(1).normal(size=100))), "leak")


def test_row_numbers_of_a_file_that_was_sorted_by_class_tell_the_class():
    columns = {**measures(300, 2), "id": np.arange(1.0, 301)}
    for y, level in ((np.repeat(["a", "b", "c"], 100), "warning"), (np.tile(["a", "b", "c"], 100), "remark")):
        (finding,) = of_kind(check_sheets(sheet(columns, y)), "row_numbers")
        assert (finding.level, finding.remedy) == (level, "--drop id")


@pytest.mark.parametrize("scaled", [True, False])
def test_columns_that_are_not_scaled_are_named_where_nothing_scales_them(scaled):
    columns = {**measures(100, 2), "area": RNG(1).normal(300, 50, 100)}
    found = of_kind(check_sheets(sheet(columns, classes_of(measures(100, 2)), scaled=scaled)), "unscaled")
    assert [finding.column for finding in found] == ([] if scaled else ["area"])


def test_every_finding_has_its_texts_in_both_languages():
    from gradiente.locale import catalogue

    keys = [key for key in catalogue("en") if key.startswith("check.") and key.endswith(".remedy")]
    assert len(keys) > 20
    for key in keys:
        assert key.removesuffix(".remedy") in catalogue("en")
    assert str(Finding("unscaled", {"column": "a", "size": 3.0, "other": "b", "smallest": 1.0})).endswith(
        "--standardize"
    )
