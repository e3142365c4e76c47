import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente.parity.difference import difference, largest


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 4), min_size=0, max_size=3))
def test_it_is_the_largest_of_all_and_says_where(seed, shape):
    generator = np.random.default_rng(seed)
    a, b, scale = generator.normal(size=shape), generator.normal(size=shape), generator.uniform(1, 2, shape)
    found = difference("q", a, b, scale)
    every = [abs(x - y) / s for x, y, s in zip(a.flat, b.flat, np.asarray(scale).flat, strict=True)]
    assert found.relative == max(every)
    assert (found.closed_form, found.pytorch) == (a[found.entry], b[found.entry])
    assert found.absolute == abs(found.closed_form - found.pytorch)
    assert found.relative == found.absolute / np.asarray(scale)[found.entry]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_only_one_has_is_infinitely_wrong(value):
    for pair in ([1.0, value], [1.0, 2.0]), ([1.0, 2.0], [1.0, value]):
        found = difference("q", *map(np.array, pair), scale=largest(np.array(pair[1])))
        assert (found.entry, found.relative) == ((1,), math.inf)


def test_infinities_that_both_have_are_equal():
    both = np.array([math.inf, -math.inf, 0.0])
    assert difference("q", both, both.copy(), 1.0).relative == 0


def test_another_shape_is_infinitely_wrong_even_where_numpy_would_broadcast():
    assert difference("q", np.ones((3, 1)), np.ones((3, 3)), 1.0).relative == math.inf


def test_in_words():
    found = difference("∂J/∂weight", np.zeros((2, 3)), np.eye(2, 3), 4.0)
    assert (found.place(), found.size()) == ("∂J/∂weight[0, 0]", "0.25")
    assert difference("J", np.array(1.0), np.array(1.0), 1.0).size() == "0"
    assert difference("J", np.array(1.0), np.array(1.0), 1.0).place() == "J"
