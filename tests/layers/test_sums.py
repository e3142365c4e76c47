"""Sums over a batch against exact ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente.layers.sums import PIECE, channel_sums, column_sums

RNG = np.random.default_rng(0)


@given(
    rows=st.sampled_from([0, 1, 2, PIECE, 2 * PIECE, 2 * PIECE + 1, 5 * PIECE, PIECE**2 * 3 + 17]),
    columns=st.integers(0, 4),
    dtype=st.sampled_from([np.float32, np.float64]),
)
def test_every_row_is_added_once(rows, columns, dtype):
    x = RNG.integers(-9, 9, (rows, columns)).astype(dtype)
    np.testing.assert_array_equal(column_sums(x), x.astype(int).sum(axis=0))
    assert column_sums(x).dtype == dtype


def test_of_any_rank_and_any_order_in_memory_into_an_array():
    x = RNG.integers(-9, 9, (3, 5, 4, 2)).astype(np.float64)
    out = np.empty(2)
    for same in (x, np.asfortranarray(x), np.repeat(x, 2, axis=-1)[..., ::2]):
        assert column_sums(same, out) is out
        np.testing.assert_array_equal(out, x.sum(axis=(0, 1, 2)))
        np.testing.assert_array_equal(channel_sums(same), x.sum(axis=(0, 2, 3)))
    np.testing.assert_array_equal(channel_sums(x[:, :, 0, 0]), x[:, :, 0, 0].sum(axis=0))


@pytest.mark.parametrize("rows", [10_000, 300_000])
def test_the_error_does_not_grow_with_the_rows(rows):
    x = np.full((rows, 3), 0.1, np.float32)
    exact = x.astype(np.float64).sum(axis=0)
    np.testing.assert_allclose(column_sums(x), exact, rtol=2e-6)
    np.testing.assert_allclose(channel_sums(x.reshape(rows // 10, 3, 10)), exact, rtol=2e-6)
