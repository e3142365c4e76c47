"""What cannot be measured is an error that says what was expected, what came, and what to do."""

import numpy as np
import pytest

from gradiente import metrics
from gradiente.errors import ArgumentError, DataError, GradienteError, ShapeError
from gradiente.locale import LANGUAGES, set_language

TWO = np.array([[1, 0], [0, 1]])
WRONG = [
    (metrics.accuracy, ([0, 1], [[0.2, 0.8], [0.7, 0.3]]), ShapeError, "argmax"),
    (metrics.accuracy, ([[0], [1]], [[0], [1]]), ShapeError, "(2, 1)"),
    (metrics.accuracy, (TWO, [0, 1]), ShapeError, "(2, 2)"),
    (metrics.accuracy, (TWO, [[0.2, 0.8], [0.7, 0.3]]), DataError, "0.2"),
    (metrics.hamming_loss, (TWO, 2 * TWO), DataError, "2"),
    (metrics.recall, (TWO, [[1, 0], [np.nan, 0]]), DataError, "nan"),
    (metrics.recall, (np.ones((2, 2, 2)), np.ones((2, 2, 2))), ShapeError, "(2, 2, 2)"),
    (metrics.recall, (np.ones((0, 2)), np.ones((0, 2))), DataError, ""),
    (metrics.f1, (["ab", "cd"], ["ab", "cd"]), ShapeError, "<U2"),
    (metrics.f1, ([0, 1], [0]), ShapeError, "(2,)"),
    (metrics.recall, ([], []), DataError, ""),
    (metrics.accuracy, (["cat"], ["dog"]), ShapeError, "<U3"),
    (metrics.accuracy, ([0, -1], [0, 0]), DataError, "-1"),
    (metrics.cohen_kappa, ([0, 1], [0, 0.5]), DataError, "0.5"),
    (metrics.cohen_kappa, ([0, np.nan], [0, 1]), DataError, "nan"),
    (metrics.cohen_kappa, (TWO, TWO), ShapeError, "(2, 2)"),
    (metrics.confusion_matrix, (TWO, TWO), ShapeError, "(2, 2)"),
    (metrics.roc_auc, ([0, 1, 1], [0.5, 0.5]), ShapeError, "(3,)"),
    (metrics.roc_auc, ([0, 1], [[0.5], [0.5]]), ShapeError, "(2, 1)"),
    (metrics.roc_auc, (TWO, [0.5, 0.5]), ShapeError, "(2,)"),
    (metrics.roc_auc, (2 * TWO, TWO), DataError, "2"),
    (metrics.roc_auc, ([], []), DataError, ""),
    (metrics.roc_auc, ([0, 1], [0.5, np.nan]), DataError, "1"),
    (metrics.roc_auc, ([0, 3], np.ones((2, 3))), DataError, "3"),
    (metrics.roc_auc, ([0, 2], [0.5, 0.5]), DataError, "2"),
    (metrics.top_k_accuracy, ([0, 1], [0.5, 0.5]), ShapeError, "(2,)"),
    (metrics.top_k_accuracy, ([0, 1], np.ones((3, 3))), ShapeError, "(3, 3)"),
    (metrics.top_k_accuracy, ([0, 0], np.ones((2, 1))), ShapeError, "(2, 1)"),
    (metrics.top_k_accuracy, ([0, 3], np.ones((2, 3))), DataError, "3"),
    (metrics.top_k_accuracy, ([0, 1], np.full((2, 3), np.inf)), DataError, "0"),
    (metrics.top_k_accuracy, ([], np.ones((0, 3))), DataError, ""),
    (metrics.classification_metrics, ([0, 1], np.ones((3, 4))), ShapeError, "(3, 4)"),
    (metrics.classification_metrics, (TWO, np.ones((2, 3))), ShapeError, "(2, 3)"),
    (metrics.classification_metrics, ([], np.ones((0, 3))), DataError, ""),
    (metrics.mse, (np.ones((3, 2)), np.ones((3, 1))), ShapeError, "(3, 2)"),
    (metrics.mae, (np.ones((3, 2, 1)), np.ones((3, 2, 1))), ShapeError, "(3, 2, 1)"),
    (metrics.mae, (1.0, 2.0), ShapeError, "()"),
    (metrics.pearson, ([], []), DataError, ""),
    (metrics.r2, ([1.0, np.inf], [1.0, 2.0]), DataError, "1"),
    (metrics.mape, (["1.5"], ["2.5"]), ShapeError, "<U3"),
]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize(("metric", "arguments", "error", "said"), WRONG)
def test_what_cannot_be_measured_is_said_clearly(metric, arguments, error, said, code):
    with pytest.raises(error) as caught:
        metric(*arguments)
    set_language(code)
    assert said in str(caught.value)


THREE, SCORES = ([0, 1, 2], [0, 1, 1]), ([0, 1, 2], np.eye(3))
REFUSED = [
    (metrics.precision, THREE, {"average": "mean"}, "'mean'.*|\"weighted\""),
    (metrics.precision, THREE, {"average": "binary"}, "2"),
    (metrics.precision, THREE, {"average": "samples"}, "one class"),
    (metrics.precision, (TWO, TWO), {"average": "binary"}, "2 labels"),
    (metrics.precision, THREE, {"zero_division": 2}, "got 2"),
    (metrics.recall, THREE, {"zero_division": "nan"}, "got 'nan'"),
    (metrics.recall, THREE, {"zero_division": None}, "got None"),
    (metrics.fbeta, THREE, {"beta": -1}, "-1"),
    (metrics.fbeta, THREE, {"beta": np.inf}, "inf"),
    (metrics.roc_auc, SCORES, {"average": "binary"}, "'binary'"),
    (metrics.roc_auc, SCORES, {"average": "samples"}, "one class"),
    (metrics.roc_auc, SCORES, {"average": None}, "None"),
    (metrics.top_k_accuracy, SCORES, {"k": 3}, "from 1 to 2, got 3"),
    (metrics.top_k_accuracy, SCORES, {"k": 0}, "got 0"),
    (metrics.top_k_accuracy, SCORES, {"k": 1.0}, "got 1.0"),
    (metrics.confusion_matrix, THREE, {"classes": 0}, "0"),
    (metrics.confusion_matrix, THREE, {"classes": 2}, "2"),
]


@pytest.mark.parametrize(("metric", "arguments", "options", "said"), REFUSED)
def test_options_that_cannot_be_are_refused(metric, arguments, options, said):
    with pytest.raises(GradienteError, match=said) as caught:
        metric(*arguments, **options)
    assert isinstance(caught.value, ArgumentError | DataError)
