"""Truth and predictions in which anything may be absent, constant or tied."""

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


@st.composite
def labels(draw):
    """Truth and prediction of up to five classes, any of which may be absent, constant or never right."""
    k, rows = draw(st.integers(2, 5)), draw(st.integers(1, 30))
    return tuple(draw(arrays(np.int64, rows, elements=st.integers(0, k - 1))) for _ in range(2))


@st.composite
def indicators(draw):
    """Truth and prediction of two to four labels a row, any of which may be always or never there."""
    shape = draw(st.integers(1, 12)), draw(st.integers(2, 4))
    return tuple(draw(arrays(np.int64, shape, elements=st.integers(0, 1))) for _ in range(2))


@st.composite
def scored(draw, *, classes):
    """Truth and scores on a coarse grid, so that ties are many."""
    rows = draw(st.integers(1, 30))
    truth = draw(arrays(np.int64, rows, elements=st.integers(0, classes - 1)))
    shape = rows if classes == 2 else (rows, classes)
    return truth, draw(arrays(np.int64, shape, elements=st.integers(0, 6))) / 6


@st.composite
def scored_indicators(draw):
    """Several labels a row, and scores on a coarse grid."""
    truth, _ = draw(indicators())
    return truth, draw(arrays(np.int64, truth.shape, elements=st.integers(0, 6))) / 6


def silently(function: Callable[..., Any], *arguments, **options) -> Any:
    """scikit-learn and scipy warn in their own words where a number is undefined."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)
