from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import StandardScaler

from gradiente.data import Standardizer

SHAPES = st.tuples(st.integers(2, 20), st.integers(1, 5))


@given(arrays(np.float64, SHAPES, elements=st.integers(-1000, 1000)))
def test_as_scikit_learn(x):
    reference: Any = StandardScaler().fit(x)
    ours = Standardizer.fit(x)
    np.testing.assert_allclose(ours.transform(x), reference.transform(x), atol=1e-12)


def test_fitted_on_one_part_and_used_on_another():
    train, test = np.random.default_rng(0).normal(5, 3, size=(2, 40, 3))
    reference: Any = StandardScaler().fit(train)
    np.testing.assert_allclose(Standardizer.fit(train).transform(test), reference.transform(test), rtol=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 1e9 / 3])
def test_a_constant_column_has_scale_1(value):
    standardizer = Standardizer.fit(np.full((1000, 1), value))
    assert standardizer.scale.tolist() == [1]
    np.testing.assert_allclose(standardizer.transform(np.array([[value + 2]])), [[2]], rtol=1e-6)


@pytest.mark.parametrize("size", [1e-150, 1e160, 1e300])
def test_columns_whose_squares_are_no_numbers_are_scaled_as_others_are(size):
    x = np.random.default_rng(0).normal(3, 2, size=(200, 2))
    ours = Standardizer.fit(x * [size, 1])
    np.testing.assert_allclose(ours.transform(x * [size, 1]), Standardizer.fit(x).transform(x), rtol=1e-9)
