"""The lecture's important result: at the last layer ∂L/∂Z = ∂L/∂A · ∂A/∂Z = ŷ − y."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gradiente import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, NLLLoss, Sigmoid, Softmax
from gradiente.layers import Context

seeds = st.integers(0, 2**32 - 1)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 7))


def long_way_sigmoid(z, y):
    a, cache = Sigmoid().forward({}, z, Context())
    return Sigmoid().input_gradient({}, cache, BCELoss().gradient(a, y))


def long_way_softmax(z, labels):
    """∂L/∂A = ∂L/∂(log A) · 1/A, then through the softmax."""
    a, cache = Softmax().forward({}, z, Context())
    dlog = NLLLoss().gradient(np.log(a), labels)
    return Softmax().input_gradient({}, cache, dlog / a)


@settings(max_examples=60)
@given(seed=seeds, size=sizes)
def test_sigmoid_with_binary_cross_entropy(seed, size):
    rng = np.random.default_rng(seed)
    z, y = rng.normal(0, 3, size), rng.integers(0, 2, size).astype(float)
    y_hat = torch.sigmoid(torch.from_numpy(z)).numpy()
    short = BCEWithLogitsLoss().gradient(z, y)
    np.testing.assert_allclose(short, (y_hat - y) / z.size, rtol=0, atol=1e-14)
    np.testing.assert_allclose(long_way_sigmoid(z, y), short, rtol=1e-10, atol=1e-14)
    a = Sigmoid().forward({}, z, Context())[0]
    assert BCELoss().value(a, y) == pytest.approx(BCEWithLogitsLoss().value(z, y), rel=1e-11)


@settings(max_examples=60)
@given(seed=seeds, size=sizes)
def test_softmax_with_categorical_cross_entropy(seed, size):
    rng = np.random.default_rng(seed)
    z, labels = rng.normal(0, 3, size), rng.integers(0, size[1], size[0])
    y_hat = torch.softmax(torch.from_numpy(z), dim=1).numpy()
    y = np.eye(size[1])[labels]
    short = CrossEntropyLoss().gradient(z, labels)
    np.testing.assert_allclose(short, (y_hat - y) / len(z), rtol=0, atol=1e-14)
    np.testing.assert_allclose(long_way_softmax(z, labels), short, rtol=0, atol=1e-12)


@pytest.mark.parametrize("size", [40.0, 1e4])
def test_at_saturation_only_the_short_cut_knows_that_sigmoid_is_wrong(size):
    z, y = np.array([[size], [-size]]), np.array([[0.0], [1.0]])
    np.testing.assert_allclose(BCEWithLogitsLoss().gradient(z, y), [[0.5], [-0.5]], rtol=1e-12)
    lost = np.abs(long_way_sigmoid(z, y))
    assert lost[0, 0] == 0  # a rounds to 1, so a (1 − a) is 0: a wrong neuron that never learns
    assert lost[1, 0] < 1e-4
    a = Sigmoid().forward({}, z, Context())[0]
    assert BCELoss().value(a, y) <= 100
    assert BCEWithLogitsLoss().value(z, y) == pytest.approx(size, rel=1e-12)


def test_at_saturation_only_the_short_cut_knows_that_softmax_is_wrong():
    z, labels = np.array([[1e4, -1e4, 0.0]]), np.array([1])
    np.testing.assert_array_equal(CrossEntropyLoss().gradient(z, labels), [[1, -1, 0]])
    with np.errstate(all="ignore"):
        lost = long_way_softmax(z, labels)
    assert not np.isfinite(lost).all()
