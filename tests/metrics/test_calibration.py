"""Calibration: scikit-learn's curve of the answers' confidence, and torchmetrics' expected calibration error."""

import numpy as np
import pytest
import torch
from sklearn.calibration import calibration_curve
from torchmetrics.classification import MulticlassCalibrationError

import gradiente as gr
from gradiente.metrics import calibration


def answers(rows=500, classes=4, seed=0):
    generator = np.random.default_rng(seed)
    p = generator.dirichlet(np.full(classes, 0.5), rows)
    return generator.integers(0, classes, rows), p


@pytest.mark.parametrize("classes", [2, 4])
@pytest.mark.parametrize("bins", [1, 5, 10, 15])
def test_the_curve_is_that_of_scikit_learn(classes, bins):
    y, p = answers(classes=classes)
    found = calibration(y, p, bins=bins)
    right, confidence = calibration_curve(p.argmax(axis=1) == y, p.max(axis=1), n_bins=bins)
    np.testing.assert_allclose(found.accuracy, right)
    np.testing.assert_allclose(found.confidence, confidence)
    assert found.count.sum() == len(y)


@pytest.mark.parametrize("bins", [10, 15])
def test_the_error_is_that_of_torchmetrics(bins):
    y, p = answers(seed=3)
    theirs = MulticlassCalibrationError(num_classes=4, n_bins=bins, norm="l1")
    expected = float(theirs(torch.from_numpy(p), torch.from_numpy(y)))
    assert calibration(y, p, bins=bins).error == pytest.approx(expected, abs=1e-6)


def test_probabilities_that_are_what_they_say_have_no_error_and_certain_mistakes_all():
    generator = np.random.default_rng(1)
    p = generator.uniform(0.5, 1, 100_000)
    y = (generator.random(100_000) < p).astype(int)
    assert calibration(y, np.column_stack([1 - p, p])).error < 0.01
    assert calibration([0, 0], [[0.0, 1.0], [0.0, 1.0]]).error == 1


@pytest.mark.parametrize(
    ("truth", "p"), [([0, 1], [0.1, 0.9]), ([0], [[0.5, 0.5], [0.1, 0.9]]), ([0, 1], [[1.0], [1.0]])]
)
def test_shapes_that_do_not_fit_are_refused(truth, p):
    with pytest.raises(gr.ShapeError):
        calibration(truth, p)


def test_a_class_without_a_probability_is_refused():
    with pytest.raises(gr.DataError):
        calibration([2], [[0.5, 0.5]])
