import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from gradiente.data import stratified_split
from gradiente.errors import ArgumentError, DataError

labels = st.lists(st.integers(2, 30), min_size=2, max_size=6).map(
    lambda counts: np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))
)


@given(labels, st.floats(0.01, 0.99), st.integers(0, 3))
def test_a_partition_in_which_every_class_has_its_share(y, fraction, seed):
    kept, held_out = stratified_split(y, fraction, seed)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_out])), np.arange(len(y)))
    rows = np.bincount(y)
    counts = np.bincount(y[held_out], minlength=len(rows))
    assert (counts >= 1).all()
    assert (counts < rows).all()
    assert (np.abs(counts - fraction * rows) <= 1).all()


@pytest.mark.parametrize("fraction", [0.1, 0.2, 0.25, 0.5])
def test_as_many_of_each_class_as_scikit_learn(fraction):
    y = np.repeat([0, 1, 2], [501, 333, 166])  # 1,000: both round the total alike
    _, held_out = stratified_split(y, fraction, seed=0)
    _, theirs = train_test_split(np.arange(1000), test_size=fraction, stratify=y, random_state=0)
    # Between equal remainders scikit-learn draws lots.
    assert len(held_out) == len(theirs)
    assert (np.abs(np.bincount(y[held_out]) - np.bincount(y[theirs])) <= 1).all()


def test_largest_remainders_get_what_is_missing():
    y = np.repeat([0, 1, 2], [13, 14, 32])  # quotas 2.6, 2.8 and 6.4 of 12
    _, held_out = stratified_split(y, 0.2, seed=0)
    assert np.bincount(y[held_out]).tolist() == [3, 3, 6]


def test_the_seed_decides():
    y = np.repeat([0, 1], 50)
    np.testing.assert_array_equal(stratified_split(y, 0.2, 7)[1], stratified_split(y, 0.2, 7)[1])
    assert not np.array_equal(stratified_split(y, 0.2, 7)[1], stratified_split(y, 0.2, 8)[1])


def test_real_targets_are_parted_at_random():
    kept, held_out = stratified_split(np.linspace(0, 1, 11), 0.2, seed=0)
    assert (len(kept), len(held_out)) == (9, 2)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_out])), np.arange(11))


def test_two_real_rows_are_one_for_each_part():
    assert [len(part) for part in stratified_split(np.array([0.5, 1.5]), 0.01, seed=0)] == [1, 1]


@pytest.mark.parametrize("fraction", [0, 1, -0.2, 1.5, np.nan])
def test_fraction_outside(fraction):
    with pytest.raises(ArgumentError, match="above 0 and below 1"):
        stratified_split(np.array([0, 0, 1, 1]), fraction, seed=0)


def test_a_class_of_one_row():
    with pytest.raises(DataError, match="class 4 has a single row"):
        stratified_split(np.array([3, 3, 4, 5, 5]), 0.2, seed=0)


@pytest.mark.parametrize("y", [np.array([1.5]), np.array([], dtype=int)])
def test_too_few_rows(y):
    with pytest.raises(DataError, match="at least 2 rows"):
        stratified_split(y, 0.2, seed=0)
