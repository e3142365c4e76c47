import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import GroupShuffleSplit

from gradiente.data.splits.by_group import group_split
from gradiente.errors import ArgumentError, DataError

sizes = st.lists(st.integers(1, 9), min_size=2, max_size=30)


@given(sizes, st.floats(0.05, 0.95), st.integers(0, 5), st.booleans())
def test_no_group_is_in_both_parts(rows_of, fraction, seed, regression):
    groups = np.random.default_rng(1).permutation(np.repeat(np.arange(len(rows_of)) * 7, rows_of))
    y = np.random.default_rng(2).integers(0, 3, len(groups)) / (2 if regression else 1)
    y = y if regression else y.astype(int)
    kept, held_out = group_split(groups, y, fraction, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_out])), np.arange(len(groups)))
    assert len(kept)
    assert len(held_out)
    assert not set(groups[kept]) & set(groups[held_out])


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.5])
def test_as_many_groups_as_scikit_learn_where_all_are_alike(fraction):
    groups, y = np.repeat(np.arange(40), 6), np.tile([0, 0, 1, 1, 2, 2], 40)
    _, held_out = group_split(groups, y, fraction, seed=3)
    _, theirs = next(GroupShuffleSplit(1, test_size=fraction, random_state=0).split(y, y, groups))
    assert len(held_out) == len(theirs)


def test_groups_of_every_class_are_on_both_sides():
    y = np.repeat([0, 1, 2], [60, 30, 10])
    groups = np.arange(100) // 2
    for seed in range(20):
        kept, held_out = group_split(groups, y, 0.3, seed)
        assert set(y[kept]) == {0, 1, 2}
        assert (np.abs(np.bincount(y[held_out], minlength=3) / np.bincount(y) - 0.3) <= 0.2).all()


def test_one_group_larger_than_the_fraction():
    kept, held_out = group_split(np.array([1] * 9 + [2]), np.linspace(0, 1, 10), 0.3, seed=0)
    assert (len(kept), held_out.tolist()) == (9, [9])


def test_the_seed_decides():
    groups, y = np.arange(60) // 2, np.arange(60) % 2
    assert np.array_equal(group_split(groups, y, 0.2, 7)[1], group_split(groups, y, 0.2, 7)[1])
    assert not np.array_equal(group_split(groups, y, 0.2, 7)[1], group_split(groups, y, 0.2, 8)[1])


def test_a_single_group():
    with pytest.raises(DataError, match="a single group"):
        group_split(np.ones(5), np.arange(5), 0.2, 0)


def test_fraction_outside():
    with pytest.raises(ArgumentError, match="above 0 and below 1"):
        group_split(np.arange(5), np.arange(5), 1.5, 0)
