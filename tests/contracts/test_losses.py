"""What every loss of the registry must satisfy; a new one is covered the moment it is registered."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from gradiente import (
    ArgumentError,
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    DataError,
    Loss,
    MSELoss,
    MSLELoss,
    NLLLoss,
    ShapeError,
)
from gradiente.examples import draw_prediction, draw_target, target_kinds
from gradiente.losses import REGISTRY
from gradiente.notation import parse, write

every_loss = pytest.mark.parametrize("kind", REGISTRY.values(), ids=REGISTRY)
shapes = st.lists(st.integers(1, 7), min_size=1, max_size=3).map(tuple)
tables = st.tuples(st.integers(1, 9), st.integers(1, 7))


def draw_case(data, kind, dtype=np.float64):
    loss = kind(reduction=data.draw(st.sampled_from(["mean", "sum"])))
    shape = data.draw(tables if kind.is_multiclass else shapes)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    prediction = draw_prediction(kind, shape, rng)
    target = draw_target(kind, data.draw(st.sampled_from(target_kinds(kind))), shape, rng)
    return loss, prediction.astype(dtype), target if target.dtype.kind in "iu" else target.astype(dtype)


def through_torch(loss, prediction, target) -> tuple[float, np.ndarray]:
    leaf = torch.from_numpy(prediction.copy()).requires_grad_()
    value = loss.to_torch()(leaf, torch.from_numpy(target.copy()))
    value.backward()
    assert leaf.grad is not None
    return value.item(), leaf.grad.numpy()


def assert_equals_torch(loss, prediction, target, tolerance):
    """Relative to 1, over the count that a mean divides by, and to what is larger."""
    value, gradient = through_torch(loss, prediction, target)
    assert isinstance(loss.value(prediction, target), float)
    assert abs(loss.value(prediction, target) - value) <= tolerance * max(1, abs(value))
    got = loss.gradient(prediction, target)
    assert got.shape == prediction.shape
    assert got.dtype == prediction.dtype
    assert np.abs(got - gradient).max() <= tolerance * np.abs(gradient).max(
        initial=1 / loss.count(prediction)
    )


@every_loss
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)])
@settings(max_examples=60)
@given(data=st.data())
def test_equals_pytorch(kind, dtype, tolerance, data):
    assert_equals_torch(*draw_case(data, kind, dtype), tolerance)


@every_loss
@settings(max_examples=25)
@given(data=st.data())
def test_gradient_equals_finite_differences(kind, data):
    loss, prediction, target = draw_case(data, kind)
    expected = approx_fprime(
        prediction.ravel(), lambda flat: loss.value(flat.reshape(prediction.shape), target), 1e-7
    )
    got = loss.gradient(prediction, target).ravel()
    assert np.abs(got - expected).max() <= 1e-3 * np.abs(got).max(initial=1e-3)


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_nothing_that_was_given_is_changed(kind, data):
    loss, prediction, target = draw_case(data, kind)
    for array in (prediction, target):
        array.flags.writeable = False
    loss.value(prediction, target)
    loss.gradient(prediction, target)


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_the_mean_is_the_sum_over_the_count(kind, data):
    _, prediction, target = draw_case(data, kind)
    mean, total = kind(reduction="mean"), kind(reduction="sum")
    count = mean.count(prediction)
    np.testing.assert_allclose(
        mean.gradient(prediction, target) * count, total.gradient(prediction, target), rtol=1e-13
    )
    np.testing.assert_allclose(
        mean.value(prediction, target) * count, total.value(prediction, target), rtol=1e-13
    )


@every_loss
@settings(max_examples=20)
@given(data=st.data())
def test_the_estimate_has_the_shape_of_the_prediction(kind, data):
    loss, prediction, _ = draw_case(data, kind)
    estimate = loss.estimate(prediction)
    assert estimate.shape == prediction.shape
    if loss.is_multiclass:
        np.testing.assert_allclose(estimate.sum(axis=1), 1, rtol=1e-12)


@every_loss
def test_is_frozen_and_has_its_formulas(kind):
    loss = kind()
    for name in ("reduction", "anything"):
        with pytest.raises(FrozenInstanceError):
            setattr(loss, name, "sum")
    for formula in (loss.equation, loss.derivative):
        assert formula
        assert formula.count("{") == formula.count("}")


@every_loss
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_round_trips_as_notation(kind, reduction):
    loss = kind(reduction=reduction)
    assert parse(write(loss, REGISTRY), REGISTRY) == loss


def test_the_registry_holds_every_loss_under_its_own_name():
    concrete = {kind for kind in Loss.__subclasses__() if kind.__module__.startswith("gradiente.losses.")}
    assert set(REGISTRY.values()) == concrete
    assert all(name == kind.__name__ for name, kind in REGISTRY.items())


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_saturated_scores_are_exact(dtype, reduction):
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    z = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [1e4, 1e4, 1e4]], dtype)
    for y in (np.eye(3), np.ones((3, 3)), np.full((3, 3), 0.25)):
        assert_equals_torch(BCEWithLogitsLoss(reduction=reduction), z, y.astype(dtype), tolerance)
    for y in (np.array([0, 1, 2]), np.array([1, 0, 0]), np.eye(3, dtype=dtype)[::-1].copy()):
        loss = CrossEntropyLoss(reduction=reduction)
        assert_equals_torch(loss, z, y, tolerance)
        assert np.isfinite(loss.value(z, y))
        assert np.isfinite(loss.gradient(z, y)).all()


@pytest.mark.parametrize("z", [20.0, 40.0, 300.0])
def test_the_loss_of_a_sure_and_right_score_is_tiny_but_exact(z):
    loss, right = BCEWithLogitsLoss(), np.array([[1.0], [0.0]])
    assert loss.value(np.array([[z], [-z]]), right) == pytest.approx(math.log1p(math.exp(-z)), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_probabilities_of_exactly_0_and_1_are_exact(dtype, reduction):
    a = np.array([[0, 1, 0, 1, 0.5, 1e-30]], dtype)
    for y in ([[0, 1, 1, 0, 1, 1]], [[0.25] * 6]):
        loss, target = BCELoss(reduction=reduction), np.array(y, dtype)
        assert_equals_torch(loss, a, target, 1e-12 if dtype == np.float64 else 1e-5)
        assert np.isfinite(loss.value(a, target))
        assert np.isfinite(loss.gradient(a, target)).all()


def test_integer_and_one_hot_targets_are_one():
    z, labels = np.random.default_rng(0).normal(size=(5, 4)), np.array([3, 0, 1, 1, 2])
    loss = CrossEntropyLoss()
    assert loss.value(z, labels) == loss.value(z, np.eye(4)[labels])
    np.testing.assert_array_equal(loss.gradient(z, labels), loss.gradient(z, np.eye(4)[labels]))


@every_loss
def test_shapes_that_differ_are_named(kind):
    rng = np.random.default_rng(0)
    prediction, target = (
        draw_prediction(kind, (4, 3), rng),
        draw_target(kind, target_kinds(kind)[0], (4, 3), rng),
    )
    for call in (kind().value, kind().gradient):
        with pytest.raises(ShapeError, match=r"\(4, 3\)") as raised:
            call(prediction, target[:3])
        assert str(target[:3].shape) in str(raised.value)


@every_loss
@pytest.mark.parametrize("reduction", ["none", "Mean", None, 1])
def test_an_unknown_reduction_is_an_error(kind, reduction):
    with pytest.raises(ArgumentError, match="reduction"):
        kind(reduction=reduction)


@pytest.mark.parametrize("kind", [CrossEntropyLoss, NLLLoss])
@pytest.mark.parametrize(("labels", "wrong", "row"), [([0, 1, 3], 3, 2), ([0, -1, 2], -1, 1)])
def test_a_label_outside_the_classes_is_named_with_its_row(kind, labels, wrong, row):
    prediction = np.full((3, 3), np.log(1 / 3))
    for call in (kind().value, kind().gradient):
        with pytest.raises(DataError, match=f"label {wrong} in row {row}"):
            call(prediction, np.array(labels))


def test_nll_wants_whole_class_numbers():
    with pytest.raises(ShapeError, match="float64"):
        NLLLoss().value(np.zeros((3, 2)), np.zeros(3))


@pytest.mark.parametrize("shape", [(3,), (3, 2, 2)])
def test_cross_entropy_wants_rows_of_scores(shape):
    for target in (np.full(shape, 0.5), np.zeros(shape[0], int)):
        for call in (CrossEntropyLoss().value, CrossEntropyLoss().gradient):
            with pytest.raises(ShapeError, match="batch, classes"):
                call(np.zeros(shape), target)


@pytest.mark.parametrize("wrong", [-0.1, 1.5])
def test_bce_wants_probabilities(wrong):
    with pytest.raises(DataError, match=str(wrong)):
        BCELoss().value(np.array([[0.5, wrong]]), np.zeros((1, 2)))


def test_msle_wants_numbers_above_minus_one():
    with pytest.raises(DataError, match="ŷ"):
        MSLELoss().value(np.array([[-1.0]]), np.array([[0.0]]))
    with pytest.raises(DataError, match="-2"):
        MSLELoss().gradient(np.array([[0.0]]), np.array([[-2.0]]))


def test_the_squared_error_of_the_lecture():
    prediction, target = [1.5, -2.0, 0.25], [1.0, 2.0, 0.5]
    expected = sum((p - t) ** 2 for p, t in zip(prediction, target, strict=True)) / 3
    assert MSELoss().value(np.array(prediction), np.array(target)) == pytest.approx(expected, rel=1e-14)
