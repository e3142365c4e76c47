"""The losses of numbers, at their ends and bends."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gradiente import (
    BCELoss,
    BCEWithLogitsLoss,
    DataError,
    HuberLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    MSLELoss,
    SmoothL1Loss,
)

from .compared import assert_equals_torch

every_reduction = pytest.mark.parametrize("reduction", ["mean", "sum", "none"])


@pytest.mark.parametrize("z", [20.0, 40.0, 300.0])
def test_the_loss_of_a_sure_and_right_score_is_tiny_but_exact(z):
    loss, right = BCEWithLogitsLoss(), np.array([[1.0], [0.0]])
    assert loss.value(np.array([[z], [-z]]), right) == pytest.approx(math.log1p(math.exp(-z)), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@every_reduction
def test_probabilities_of_exactly_0_and_1_are_exact(dtype, reduction):
    a = np.array([[0, 1, 0, 1, 0.5, 1e-30]], dtype)
    for y in ([[0, 1, 1, 0, 1, 1]], [[0.25] * 6]):
        loss, target = BCELoss(reduction=reduction), np.array(y, dtype)
        assert_equals_torch(loss, a, target, 1e-12 if dtype == np.float64 else 1e-5)
        assert np.isfinite(loss.value(a, target)).all()
        assert np.isfinite(loss.gradient(a, target)).all()


@every_reduction
@pytest.mark.parametrize(
    "loss", [L1Loss(), SmoothL1Loss(), SmoothL1Loss(beta=0), HuberLoss(delta=2)], ids=repr
)
def test_errors_of_0_at_the_bend_and_of_any_size_are_as_in_pytorch(loss, reduction):
    errors = np.array([0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 1e-300, 1e300, -1e300])
    assert_equals_torch(replace(loss, reduction=reduction), errors, np.zeros(9), 1e-12)
    assert replace(loss, reduction="sum").value(np.array([np.inf]), np.zeros(1)) == np.inf


@every_reduction
def test_a_divergence_from_probabilities_of_0_is_finite(reduction):
    loss = KLDivLoss(reduction=reduction)
    x, y = np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([[0.0, 1.0], [0.5, 0.5]])
    assert_equals_torch(loss, x, y, 1e-12)
    x = np.array([[-np.inf, 0.0]])
    assert np.sum(loss.value(x, y[:1])) == 0


def test_the_mean_divergence_is_over_the_rows_with_batchmean():
    x, y = np.random.default_rng(0).normal(size=(4, 3)), np.full((4, 3), 1 / 3)
    mean, total = KLDivLoss("batchmean"), KLDivLoss("sum")
    assert mean.value(x, y) == pytest.approx(total.value(x, y) / 4, rel=1e-14)
    assert_equals_torch(mean, x, y, 1e-12)
    assert_equals_torch(KLDivLoss("batchmean", log_target=True), x, np.log(y), 1e-12)


@pytest.mark.parametrize("wrong", [-0.1, 1.5])
def test_bce_wants_probabilities(wrong):
    with pytest.raises(DataError, match=str(wrong)):
        BCELoss().value(np.array([[0.5, wrong]]), np.zeros((1, 2)))


def test_msle_wants_numbers_above_minus_one():
    with pytest.raises(DataError, match="ŷ"):
        MSLELoss().value(np.array([[-1.0]]), np.array([[0.0]]))
    with pytest.raises(DataError, match="-2"):
        MSLELoss().gradient(np.array([[0.0]]), np.array([[-2.0]]))


def test_a_divergence_is_from_probabilities_unless_they_are_logarithms():
    x, y = np.zeros((1, 2)), np.log([[0.25, 0.75]])
    with pytest.raises(DataError, match="KLDivLoss: y"):
        KLDivLoss().value(x, y)
    assert_equals_torch(KLDivLoss(log_target=True), x, y, 1e-12)


def test_the_squared_error_of_the_lecture():
    prediction, target = [1.5, -2.0, 0.25], [1.0, 2.0, 0.5]
    expected = sum((p - t) ** 2 for p, t in zip(prediction, target, strict=True)) / 3
    assert MSELoss().value(np.array(prediction), np.array(target)) == pytest.approx(expected, rel=1e-14)
