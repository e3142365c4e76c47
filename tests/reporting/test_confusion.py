import re

import numpy as np
import pytest
from sklearn.metrics import precision_score, recall_score

from gradiente.metrics import confusion_matrix
from gradiente.reporting.confusion import confusion, rates, row_shares


def counts(picture, matrix):
    """Whether the numbers that are not 0 are written one after the other, row by row."""
    written = " ".join(re.findall(r"<text[^>]*>(\d+)</text>", picture))
    return f" {' '.join(map(str, matrix[matrix > 0]))} " in f" {written} "


@pytest.mark.parametrize("k", [2, 3, 10, 30])
def test_every_count_is_written_and_zeros_are_not(k):
    generator = np.random.default_rng(k)
    matrix = generator.integers(0, 3, (k, k)) * generator.integers(0, 40, (k, k))
    picture = confusion(matrix, [f"c{j}" for j in range(k)])
    assert counts(picture, matrix)
    assert all(f">c{j}</text>" in picture for j in range(k))


def test_rates_are_recall_and_precision():
    generator = np.random.default_rng(0)
    y, y_hat = generator.integers(0, 4, 200), generator.integers(0, 4, 200)
    recall, precision = rates(confusion_matrix(y, y_hat))
    for k in range(4):
        assert np.isclose(recall[k], recall_score(y == k, y_hat == k))
        assert np.isclose(precision[k], precision_score(y == k, y_hat == k))


def test_an_absent_class_has_no_rates():
    matrix = np.array([[3, 0], [0, 0]])
    assert np.isnan(rates(matrix)[0][1])
    assert row_shares(matrix)[1].tolist() == [0, 0]
    assert "nan" not in confusion(matrix, ["a", "b"])


def test_a_long_name_is_cut_and_never_markup():
    picture = confusion(np.eye(2, dtype=int), ["<b>a class with a very long name", "short"])
    assert "<b>" not in picture
    assert "&lt;b&gt;a class with…" in picture
