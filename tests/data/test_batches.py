import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente.data import batches
from gradiente.errors import ArgumentError


@given(st.integers(1, 50).flatmap(lambda m: st.tuples(st.just(m), st.integers(1, m))), st.integers(0, 5))
def test_every_row_once_in_pieces_of_the_batch_size(sizes, seed):
    m, batch_size = sizes
    indices = np.arange(m) * 3
    pieces = list(batches(indices, batch_size, np.random.default_rng(seed)))
    assert [len(piece) for piece in pieces[:-1]] == [batch_size] * (len(pieces) - 1)
    assert 1 <= len(pieces[-1]) <= batch_size
    assert sorted(np.concatenate(pieces)) == indices.tolist()


def test_the_generator_decides_the_order_and_the_indices_stay_as_they_were():
    indices = np.arange(100)
    first, again = (np.concatenate([*batches(indices, 7, np.random.default_rng(1))]) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, indices)
    np.testing.assert_array_equal(indices, np.arange(100))


def test_without_a_generator_the_order_is_kept_and_nothing_is_copied():
    indices = np.array([5, 3, 9])
    pieces = list(batches(indices, 2))
    assert [piece.tolist() for piece in pieces] == [[5, 3], [9]]
    assert all(np.shares_memory(piece, indices) for piece in pieces)


@pytest.mark.parametrize("size", [0, -1, 11, 2.5, True])
def test_a_batch_size_that_cannot_be_is_refused_before_the_first_batch(size):
    with pytest.raises(ArgumentError, match="from 1 to 10, the number of instances"):
        batches(np.arange(10), size)
