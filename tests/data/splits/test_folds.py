import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

from gradiente.data.splits.folds import folds
from gradiente.data.splits.rule import Origin, SplitRule
from gradiente.errors import ArgumentError, DataError

generator = np.random.default_rng(0)
CLASSES, NUMBERS = generator.integers(0, 3, 90), generator.normal(size=90)
TIMES, GROUPS = generator.permutation(90) * 60.0, generator.integers(0, 12, 90)


def by(kind, values):
    return Origin(np.arange(1, len(values) + 1), SplitRule(kind, kind), values)


def same(found, theirs):
    for one, other in zip(found, theirs, strict=True):
        for ours, expected in zip(one, other, strict=True):
            np.testing.assert_array_equal(ours, expected)
    return True


@pytest.mark.parametrize("seed", [0, 3, 2**32 + 3])
def test_they_are_those_of_scikit_learn(seed):
    shuffled = {"shuffle": True, "random_state": seed % 2**32}
    assert same(folds(CLASSES, 5, seed), StratifiedKFold(5, **shuffled).split(CLASSES, CLASSES))
    assert same(folds(NUMBERS, 4, seed), KFold(4, **shuffled).split(NUMBERS))
    grouped = folds(CLASSES, 4, seed, origin=by("group", GROUPS))
    assert same(grouped, GroupKFold(4).split(GROUPS, groups=GROUPS))


def test_in_time_they_are_scikit_learns_of_the_sorted_rows():
    order = np.argsort(TIMES)
    theirs = [(np.sort(order[a]), np.sort(order[b])) for a, b in TimeSeriesSplit(5).split(TIMES)]
    assert same(folds(NUMBERS, 5, 0, origin=by("time", TIMES)), theirs)


def test_no_time_is_in_both_parts():
    days = np.arange(90) // 9
    for kept, tested in folds(NUMBERS, 4, 0, origin=by("time", days)):
        assert days[kept].max() < days[tested].min()


@pytest.mark.parametrize(
    ("y", "origin", "words"),
    [
        (np.array([0, 0, 0, 0, 1, 1]), None, "class rare has 2 rows, and each of 3 folds"),
        (np.array([0.1, 0.2]), None, "2 rows are too few for 3 folds"),
        (np.arange(6) % 2, by("group", np.arange(6) % 2), "2 groups are too few for 3 folds"),
        (np.arange(6) / 2, by("time", np.arange(6) % 3), "3 different times are too few for 3 folds"),
        (np.arange(6) // 2 % 2, by("group", np.arange(6) // 2), r"class rare \(2 rows\) is in the test \(fold 2\)"),
        (np.arange(8) // 4, by("time", np.arange(8)), r"class rare \(4 rows\) is in the test \(fold 2\)"),
    ],
)  # fmt: skip
def test_a_fold_that_lacks_something(y, origin, words):
    with pytest.raises(DataError, match=words):
        folds(y, 3, 0, origin=origin, classes=("usual", "rare"))


@pytest.mark.parametrize("number", [1, 0, 2.5])
def test_the_number_of_folds(number):
    with pytest.raises(ArgumentError):
        folds(NUMBERS, number, 0)
