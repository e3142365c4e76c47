import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import RobustScaler as Reference

from gradiente.data import RobustScaler

SHAPES = st.tuples(st.integers(2, 20), st.integers(1, 5))


def clipped(z):
    return z / np.sqrt(1 + (z / 3) ** 2)


@given(arrays(np.float64, SHAPES, elements=st.integers(-1000, 1000)))
def test_as_scikit_learn_and_then_clipped(x):
    quartiles = np.percentile(x, [25, 75], axis=0)
    spread = quartiles[0] < quartiles[1]
    got = RobustScaler.fit(x).transform(x)
    np.testing.assert_allclose(got[:, spread], clipped(Reference().fit_transform(x))[:, spread], atol=1e-9)
    assert np.abs(got).max() <= 3


def test_where_the_middle_half_is_one_number_the_extremes_are_two_apart():
    x = np.array([[0.0]] * 8 + [[-1.0], [3.0]])
    assert RobustScaler.fit(x).scale.tolist() == [2.0]
    np.testing.assert_allclose(RobustScaler.fit(x).transform(x[-1:]), clipped(np.array([[1.5]])))


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 / 3])
def test_a_constant_column_is_0(value):
    x = np.full((1000, 1), value)
    np.testing.assert_allclose(RobustScaler.fit(x).transform(x), 0, atol=1e-7)


def test_the_largest_numbers_are_bent_and_do_not_overflow():
    scaler = RobustScaler.fit(np.arange(5.0)[:, None])
    assert scaler.transform(np.array([[1e300], [-1e300]])).tolist() == [[3.0], [-3.0]]
