"""CrossEntropyLoss and NLLLoss: excluded classes, ignored targets, weights, targets of every form."""

import math
from dataclasses import replace

import numpy as np
import pytest

from gradiente import (
    ArgumentError,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    DataError,
    NLLLoss,
    ShapeError,
)

from .compared import assert_equals_torch, through_torch

every_reduction = pytest.mark.parametrize("reduction", ["mean", "sum", "none"])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@every_reduction
def test_saturated_scores_are_exact(dtype, reduction):
    tolerance = 1e-12 if dtype == np.float64 else 1e-5
    z = np.array([[1e4, -1e4, 0], [-1e4, 1e4, 1e4], [1e4, 1e4, 1e4]], dtype)
    for y in (np.eye(3), np.ones((3, 3)), np.full((3, 3), 0.25)):
        for pos_weight in (None, 3.0):
            loss = BCEWithLogitsLoss(reduction=reduction, pos_weight=pos_weight)
            assert_equals_torch(loss, z, y.astype(dtype), tolerance)
    for y in (np.array([0, 1, 2]), np.array([1, 0, 0]), np.eye(3, dtype=dtype)[::-1].copy()):
        for plain in (CrossEntropyLoss(), CrossEntropyLoss((1, 2, 3)), CrossEntropyLoss(label_smoothing=0.1)):
            loss = replace(plain, reduction=reduction)
            assert_equals_torch(loss, z, y, tolerance)
            assert np.isfinite(loss.value(z, y)).all()
            assert np.isfinite(loss.gradient(z, y)).all()


EXCLUDED = [
    ([-np.inf, 0.0, 1.0], 2),
    ([3.0, -np.inf, -np.inf], 0),
    ([1.7e308, -1.7e308, 0.0], 0),
    ([-1.7e308, 1.7e308, -np.inf], 1),
]


@np.errstate(over="ignore")  # two logits further apart than the largest number
@every_reduction
@pytest.mark.parametrize("weight", [None, (0.5, 2.0, 3.0)])
@pytest.mark.parametrize(("z", "label"), EXCLUDED)
def test_a_class_excluded_by_minus_infinity_costs_nothing(z, label, weight, reduction):
    z, y = np.array([z, [0.0, 1.0, 2.0]]), np.array([label, 1])
    loss = CrossEntropyLoss(weight, reduction=reduction)
    assert_equals_torch(loss, z, y, 1e-12)
    assert np.isfinite(loss.value(z, y)).all()
    one_hot = np.eye(3)[y]  # PyTorch's J of these is 0 · (−∞) = NaN, and its gradient is not
    each = replace(loss, reduction="sum")
    assert each.value(z, one_hot) == pytest.approx(each.value(z, y), rel=1e-14)
    np.testing.assert_allclose(each.gradient(z, one_hot), through_torch(each, z, one_hot)[1], rtol=1e-12)


def test_the_right_class_excluded_costs_infinitely_as_in_pytorch():
    z = np.array([[-np.inf, 0.0, 1.0]])
    for loss in (CrossEntropyLoss(), CrossEntropyLoss(label_smoothing=0.1)):
        assert loss.value(z, np.array([0])) == through_torch(loss, z, np.array([0]))[0] == np.inf
    assert NLLLoss().value(z, np.array([0])) == np.inf


def test_targets_that_are_ignored_cost_nothing_whatever_was_predicted():
    z, y = np.array([[-np.inf, 0.0, 1.0], [0.0, 1.0, 2.0]]), np.array([0, 1])
    for loss in (CrossEntropyLoss(ignore_index=0), NLLLoss(ignore_index=0)):
        assert loss.value(z, y) == loss.value(z[1:], y[1:])
        assert not loss.gradient(z, y)[0].any()


@pytest.mark.parametrize("kind", [CrossEntropyLoss, NLLLoss])
@pytest.mark.parametrize("options", [{}, {"weight": (1.0, 2.0)}])
def test_a_mean_of_ignored_targets_alone_is_what_pytorch_says(kind, options):
    prediction, y = np.log([[0.5, 0.5], [0.25, 0.75]]), np.array([-100, -100])
    for smoothing in ({}, {"label_smoothing": 0.1})[: 1 + (kind is CrossEntropyLoss)]:
        loss = kind(**options, **smoothing)
        value, gradient = through_torch(loss, prediction, y)
        assert math.isnan(value)
        assert math.isnan(loss.value(prediction, y))
        np.testing.assert_array_equal(loss.gradient(prediction, y), np.nan_to_num(gradient))
        with pytest.raises(DataError, match="ignored"):
            loss.require_counted(y)


def test_amounts_that_do_not_sum_to_1():
    """A finding: the value was PyTorch's, and the gradient that of rows that sum to 1."""
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((4, 3)), rng.random((4, 3))
    assert_equals_torch(CrossEntropyLoss(), z, y, 1e-12)


def test_integer_and_one_hot_targets_are_one():
    z, labels = np.random.default_rng(0).normal(size=(5, 4)), np.array([3, 0, 1, 1, 2])
    for loss in (CrossEntropyLoss(), CrossEntropyLoss(label_smoothing=0.2)):
        assert loss.value(z, labels) == pytest.approx(loss.value(z, np.eye(4)[labels]), rel=1e-14)
        np.testing.assert_allclose(
            loss.gradient(z, labels), loss.gradient(z, np.eye(4)[labels]), rtol=1e-14, atol=1e-17
        )


@pytest.mark.parametrize("kind", [CrossEntropyLoss, NLLLoss])
@pytest.mark.parametrize("classes", [2, 4])
def test_one_weight_for_each_class(kind, classes):
    loss = kind([1.0] * classes)
    for call in (loss.value, loss.gradient):
        with pytest.raises(ShapeError, match=f"{classes} weights.*3 classes"):
            call(np.zeros((5, 3)), np.zeros(5, int))


def test_probabilities_cannot_be_ignored_by_a_class_number():
    loss, z = CrossEntropyLoss(ignore_index=1), np.zeros((2, 3))
    for call in (loss.value, loss.gradient):
        with pytest.raises(ArgumentError, match="ignore_index=1 is a class number"):
            call(z, np.full((2, 3), 1 / 3))


@pytest.mark.parametrize("kind", [CrossEntropyLoss, NLLLoss])
@pytest.mark.parametrize(("labels", "wrong", "row"), [([0, 1, 3], 3, 2), ([0, -1, 2], -1, 1)])
def test_a_label_outside_the_classes_is_named_with_its_row(kind, labels, wrong, row):
    prediction = np.full((3, 3), np.log(1 / 3))
    for options in ({}, {"ignore_index": 0}, {"weight": (1, 2, 3)}):
        loss = kind(**options)
        for call in (loss.value, loss.gradient):
            with pytest.raises(DataError, match=f"label {wrong} in row {row}"):
                call(prediction, np.array(labels))
    with pytest.raises(DataError, match=f"label {wrong} in row {row}"):
        kind(weight=(1, 2, 3)).require_counted(np.array(labels))


def test_a_label_outside_the_classes_is_named_with_its_position():
    labels = np.zeros((2, 3, 4), int)
    labels[1, 0, 2] = 7
    with pytest.raises(DataError, match="label 7 in row 1, 0, 2"):
        CrossEntropyLoss().value(np.zeros((2, 5, 3, 4)), labels)


def test_nll_wants_whole_class_numbers():
    with pytest.raises(ShapeError, match="float64"):
        NLLLoss().value(np.zeros((3, 2)), np.zeros(3))


@pytest.mark.parametrize(
    ("shape", "target"),
    [
        ((3,), np.full(3, 0.5)),
        ((3,), np.zeros(3, int)),
        ((3, 2, 2), np.zeros(3, int)),
        ((3, 2, 2), np.zeros((3, 2, 2), int)),
        ((3, 2, 2), np.full((3, 2), 0.5)),
    ],
)
def test_cross_entropy_wants_scores_for_each_class(shape, target):
    for loss in (CrossEntropyLoss(), CrossEntropyLoss(label_smoothing=0.1)):
        for call in (loss.value, loss.gradient):
            with pytest.raises(ShapeError, match="batch, classes"):
                call(np.zeros(shape), target)


@pytest.mark.parametrize("weight", [None, (0.5, 2.0, 3.0)])
@pytest.mark.parametrize("ignore_index", [-100, 1])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_a_formula_has_the_terms_that_options_use_and_no_others(weight, ignore_index, label_smoothing):
    loss, y = CrossEntropyLoss(weight, ignore_index, "mean", label_smoothing), np.array([0, 1, 2])
    ignores = ignore_index == 1
    for formula in (loss.equation_with(y), loss.derivative_with(y)):
        assert ("w_{k}" in formula) == (weight is not None)
        assert ("s_{k}" in formula) == (label_smoothing > 0)
        assert (r"[c \neq 1]" in formula) == ignores
    assert loss.derivative_with(y).count(" = \\hat{y}_{k} - ") == (weight is None and not ignores)
    assert (loss.count_with(y) == "m") == (weight is None and not ignores)
    assert loss.equation_with(y[::2]) == loss.equation_with()


def test_the_formula_of_amounts_stops_at_their_sum():
    """ŷ Σy − y is ŷ − y where the rows sum to 1, and only there."""
    loss, y = CrossEntropyLoss(), np.full((2, 4), 0.25)
    assert loss.derivative_with(y) == loss.derivative
    assert loss.derivative_with(2 * y).endswith(r"= \hat{y}_{k} \sum_{j} y_{j} - y_{k}")
