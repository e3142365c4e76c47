"""The parts of a table in a file: in time, by group, in a file of its own, in folds; validation likewise."""

import datetime
import logging

import numpy as np
import pytest

from gradiente.data import load
from gradiente.data.own_table import Reading
from gradiente.data.tables.form import Form
from gradiente.errors import ArgumentError, DataError, FileError

ROWS = 60
ORDER = np.random.default_rng(5).permutation(ROWS)  # of the days, as they stand in the file
DAYS = [str(datetime.date(2023, 12, 1) + datetime.timedelta(days=int(day))) for day in ORDER]


@pytest.fixture
def table(tmp_path):
    def write(columns, name="own.csv", separator=","):
        lines = [separator.join(columns), *map(separator.join, zip(*columns.values(), strict=True))]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return write


def columns(**others):
    base = {"day": [str(day) for day in ORDER], "a": [f"{day}.5" for day in ORDER]}
    return base | others | {"y": ["down" if day % 2 else "up" for day in ORDER]}


def parts_in_time(path, column="date", **reading):
    train, test = load(path, split=f"time:{column}", standardize=False, table=Reading(**reading))
    kept, validation = train.hold_out(0.25, seed=9)
    at = train.features.index("a")
    return [part.x[:, at] - 0.5 for part in (train.subset(kept), train.subset(validation), test)]


@pytest.mark.parametrize(
    "written",
    [
        lambda day: day,
        lambda day: day.replace("-", "/"),
        lambda day: f"{day} 12:30",
        lambda day: f"{day}T12:30:01.25Z",
        lambda day: f"{day}T12:30:00+05:00",
        lambda day: "/".join(reversed(day.split("-"))),
        lambda day: "{1}/{2}/{0}".format(*day.split("-")),
        lambda day: ".".join(str(int(part)) for part in reversed(day.split("-"))) + " 1:30",
    ],
)
def test_the_past_the_next_and_the_last(table, written):
    path = table(columns(date=[written(day) for day in DAYS]))
    found = parts_in_time(path, drop=["day"])
    assert [sorted(part.tolist()) for part in found] == [
        list(range(36)),
        list(range(36, 48)),
        list(range(48, 60)),
    ]


def test_a_column_of_numbers_orders_too_and_is_a_feature_where_asked(table, caplog):
    path = table(columns())
    with caplog.at_level(logging.INFO, "gradiente"):
        found = parts_in_time(path, "day")
    assert [len(part) for part in found] == [36, 12, 12]
    assert "split in time by the column day, which is no feature" in caplog.text
    train, test = load(path, split="time:day", standardize=False, table=Reading(features=["day", "a"]))
    assert train.features == ("day", "a")
    assert train.x[:, 0].max() < test.x[:, 0].min()


def test_the_last_column_that_is_no_time_is_the_target(table):
    path = table({**columns(), "when": DAYS})
    train, _ = load(path, split="time:when")
    assert train.encoder is not None
    assert train.encoder.target == "y"


def test_time_zones_and_clocks_order_as_they_are(table):
    hours = [
        "2024-01-01T10:00Z",
        "2024-01-01T11:30+02:00",
        "2024-01-01T08:00-03:00",
        "2024-01-01T10:30:00.5+0000",
    ]
    path = table({"when": hours, "a": ["1", "0", "3", "2"], "y": ["0.1", "0.2", "0.3", "0.5"]})
    for fraction, last in ((0.25, [3]), (0.5, [2, 3]), (0.75, [1, 2, 3])):
        _, test = load(path, test=fraction, split="time:when", standardize=False)
        assert sorted(test.x[:, 0].tolist()) == last


def test_days_or_months_first_is_asked_for(table):
    short = ["01/03/2024", "02/01/2024", "01/02/2024", "03/01/2024"]
    path = table({"when": short, "a": ["0", "1", "2", "3"], "y": ["0.1", "0.2", "0.3", "0.5"]})
    with pytest.raises(
        ArgumentError, match=r"line 2, column when: in '01/03/2024'.*--day-first or --no-day-first"
    ):
        load(path, split="time:when")
    for day_first, last in ((True, 0), (False, 3)):
        form = Form(day_first=day_first)
        _, test = load(path, split="time:when", standardize=False, table=Reading(form=form))
        assert test.x.tolist() == [[last]]


def test_whole_groups_on_each_side(table):
    shops = [f"s{day % 12}" for day in ORDER]
    train, test = load(table(columns(shop=shops)), split="group:shop", standardize=False)
    assert train.features == ("day", "a")
    kept, validation = train.hold_out(0.25, seed=1)
    sides = [
        {int(day) % 12 for day in part.x[:, 0]}
        for part in (train.subset(kept), train.subset(validation), test)
    ]
    assert all(sides)
    assert sum(map(len, sides)) == len(set.union(*sides)) == 12


def test_the_encoder_learns_from_the_training_rows_of_the_fold_alone(table):
    path = table(columns())
    tested = []
    for fold in range(1, 6):
        train, test = load(path, split="time:day", folds=5, fold=fold)
        np.testing.assert_allclose(train.x.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(train.x.std(axis=0), 1, atol=1e-5)
        assert test.origin is not None
        tested += test.origin.rows.tolist()
    assert sorted(ORDER[np.array(tested) - 1]) == list(range(10, 60))


def test_rows_keep_their_numbers_where_some_are_left_out(table):
    y = ["" if day % 10 == 0 else f"{day / 7}" for day in ORDER]
    train, test = load(table({**columns(), "y": y}), standardize=False, table=Reading(missing="drop"))
    for part in (train, test):
        for row in range(len(part)):
            assert part.x[row, 0] == ORDER[part.number(row) - 1]


def test_a_number_that_is_none_is_said_with_its_own_row(table):
    a = ["" if row == 3 else "1e300" if row == 7 else "1" for row in range(ROWS)]
    path = table({**columns(), "a": a})
    with pytest.raises(DataError, match="row 8 of the table, column 'a'"):
        load(path, standardize=False, table=Reading(missing="drop"))


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({}, {"split": "time:nope"}, "no column nope"),
        ({}, {"split": "time:y", "target": "y"}, "the target y cannot say"),
        ({}, {"split": "time"}, "expected random, time:COLUMN"),
        ({"shop": ["x"] * ROWS}, {"split": "group:shop"}, "a single group"),
        ({"when": ["x"] * ROWS}, {"split": "time:when"}, "line 2, column when: expected a number or a date"),
        ({"when": [*DAYS[:5], "2023-02-30", *DAYS[6:]]}, {"split": "time:when"}, "line 7, .*'2023-02-30'; 1 of"),
        ({"when": [*DAYS[:5], "", *DAYS[6:]]}, {"split": "time:when"}, "line 7, .*it is missing"),
        ({"when": [*DAYS[:5], "", *DAYS[6:]]}, {"split": "group:when"}, "line 7, .*it is missing"),
        ({"when": DAYS}, {}, "column when holds dates .*--drop when.*--split time:when"),
        ({}, {"folds": 5}, "go together"),
        ({}, {"folds": 5, "fold": 6}, "fold 6 is none of 5"),
        ({}, {"folds": 5, "fold": 1, "test": 0.3}, "leave out --test 0.3"),
    ],
)  # fmt: skip
def test_a_split_that_is_not_there(table, change, options, words):
    with pytest.raises((ArgumentError, DataError), match=words):
        load(table(columns(**change)), **options)


def test_a_class_that_only_the_last_rows_have(table):
    y = ["late" if day >= 55 else "early" if day % 2 else "always" for day in ORDER]
    with pytest.raises(DataError, match=r"split time:day, class late \(5 rows\) is in the test part"):
        load(table({**columns(), "y": y}), split="time:day")


def test_arrays_have_no_column_to_split_by(tmp_path):
    np.savez(tmp_path / "own.npz", x=np.eye(4), y=np.arange(4) % 2)
    with pytest.raises(ArgumentError, match="split"):
        load(tmp_path / "own.npz", split="time:x1")


def test_the_test_part_in_another_file_by_the_names_of_its_columns(table, tmp_path):
    whole = columns(city=["Cali" if day % 3 else "Pasto" for day in ORDER])
    path = table({name: cells[:40] for name, cells in whole.items()})
    other = {name: whole[name][40:] for name in ("y", "city", "a", "day")}
    test_file = table(other, "other.csv", ";")
    train, test = load(path, test=test_file)
    assert (len(train), len(test)) == (40, 20)
    days = ORDER[:40]
    np.testing.assert_allclose(test.x[:, 0], (ORDER[40:] - days.mean()) / days.std(), rtol=1e-5)
    np.testing.assert_array_equal(test.y, ORDER[40:] % 2 == 0)
    assert test.classes == ("down", "up")
    assert test.features == train.features


def test_targets_of_another_file_have_the_scale_of_training(table):
    whole = {"a": [str(day) for day in ORDER], "y": [f"{3 * day + 1}" for day in ORDER]}
    path = table({name: cells[:40] for name, cells in whole.items()})
    test_file = table({name: cells[40:] for name, cells in whole.items()}, "other.csv")
    train, test = load(path, test=test_file, standardize_target=True)
    assert abs(train.y.mean()) < 1e-6
    np.testing.assert_allclose(test.in_units(test.y), 3 * ORDER[40:] + 1, rtol=1e-5)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda c: {k: v for k, v in c.items() if k != "a"}, DataError, "lacks columns .*: a"),
        (lambda c: {("A" if k == "a" else k): v for k, v in c.items()}, DataError, "a. It has besides: A, y"),
        (lambda c: {k: v for k, v in c.items() if k != "y"}, DataError, "no column y, the target"),
        (lambda c: c | {"y": ["sideways", *c["y"][1:]]}, DataError, "1 of 60 rows .*'sideways' .known: down, up"),
        (lambda c: c | {"a": ["x", *c["a"][1:]]}, DataError, "line 2, column a: expected a number"),
        (lambda c: c | {"y": ["", *c["y"][1:]]}, DataError, "line 2, column y: the target is missing"),
    ],
)  # fmt: skip
def test_another_file_that_does_not_fit(table, change, error, words):
    path = table(columns())
    with pytest.raises(error, match=words):
        load(path, test=table(change(columns()), "other.csv"))


def test_another_file_that_is_not_there(table, tmp_path):
    with pytest.raises(FileError, match="there is no file"):
        load(table(columns()), test=tmp_path / "nope.csv")
