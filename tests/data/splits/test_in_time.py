import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from gradiente.data.splits.in_time import time_split
from gradiente.errors import ArgumentError, DataError

times = st.lists(st.integers(0, 40), min_size=2, max_size=60).filter(lambda found: len(set(found)) > 1)


@given(times.map(np.array), st.floats(0.01, 0.99))
def test_what_is_held_out_comes_after_what_is_kept(found, fraction):
    kept, held_out = time_split(found, fraction)
    np.testing.assert_array_equal(np.sort(np.concatenate([kept, held_out])), np.arange(len(found)))
    assert found[kept].max() < found[held_out].min()


@given(st.permutations(range(30)), st.integers(1, 29))
def test_the_last_fold_of_scikit_learn(order, count):
    found = np.array(order) * 3600.5
    sizes = {"n_splits": 2, "test_size": count} if count < 15 else None
    kept, held_out = time_split(found, count / 30)
    assert len(held_out) == count
    if sizes is not None:
        before, after = list(TimeSeriesSplit(**sizes).split(found))[-1]
        by_time = np.argsort(found)
        np.testing.assert_array_equal(kept, np.sort(by_time[before]))
        np.testing.assert_array_equal(held_out, np.sort(by_time[after]))


def test_rows_of_one_time_are_on_one_side():
    kept, held_out = time_split(np.array([1, 2, 2, 2, 2, 2, 2, 3]), 0.5)
    assert (kept.tolist(), held_out.tolist()) == ([0], list(range(1, 8)))


def test_a_single_time():
    with pytest.raises(DataError, match="all rows have the same time"):
        time_split(np.ones(5), 0.2)


@pytest.mark.parametrize("fraction", [0, 1, -0.2, np.nan])
def test_fraction_outside(fraction):
    with pytest.raises(ArgumentError, match="above 0 and below 1"):
        time_split(np.arange(5), fraction)
