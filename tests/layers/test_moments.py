"""Sums and sums of products over axes against exact ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente.layers.moments import NUMBERS, ROWS, summed

RNG = np.random.default_rng(0)
sizes = st.sampled_from([0, 1, 2, 3, ROWS, 2 * ROWS + 1])


@given(
    first=st.lists(sizes, max_size=2),
    kept=st.lists(st.integers(0, 3), max_size=2),
    last=st.lists(st.sampled_from([0, 1, 2, NUMBERS, 2 * NUMBERS + 1]), max_size=1),
    dtype=st.sampled_from([np.float32, np.float64]),
    times=st.booleans(),
)
def test_every_number_is_added_once(first, kept, last, dtype, times):
    shape = (*first[:1], *(min(size, 3) for size in first[1:]), *kept, *last)
    a, b = (RNG.integers(-3, 4, shape).astype(dtype) for _ in range(2))
    axes = (*range(len(first)), *range(len(first) + len(kept), len(shape)))
    got = summed(a, axes, times=b if times else None)
    np.testing.assert_array_equal(got, (a * b if times else a).astype(int).sum(axis=axes, keepdims=True))
    assert got.dtype == dtype


def test_in_any_order_in_memory():
    a = RNG.integers(-9, 9, (3, 5, 4, 2)).astype(np.float64)
    for same in (a, np.asfortranarray(a), np.repeat(a, 2, axis=-1)[..., ::2]):
        np.testing.assert_array_equal(summed(same, (0, 3)), a.sum(axis=(0, 3), keepdims=True))
        np.testing.assert_array_equal(summed(same, (2, 3), times=a), (a * a).sum(axis=(2, 3), keepdims=True))


@pytest.mark.parametrize(
    ("shape", "axes"), [((300_000, 3), (0,)), ((3, 300_000), (1,)), ((600, 3, 500), (0, 2))]
)
def test_the_error_does_not_grow_with_the_numbers(shape, axes):
    a = np.full(shape, 0.1, np.float32)
    exact = a.astype(np.float64)
    np.testing.assert_allclose(summed(a, axes), exact.sum(axis=axes, keepdims=True), rtol=2e-6)
    np.testing.assert_allclose(
        summed(a, axes, times=a), np.square(exact).sum(axis=axes, keepdims=True), rtol=2e-6
    )
