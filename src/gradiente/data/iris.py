"""Iris: 150 flowers of three species, four measurements each, from scikit-learn."""

from typing import Any

from gradiente.data.dataset import Dataset


def iris() -> Dataset:
    """Sepals and petals in centimetres.

    Shapes: x (150, 4), y (150,)

    >>> iris().classes
    ('setosa', 'versicolor', 'virginica')

    Source: R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936, as scikit-learn has it
    """
    from sklearn.datasets import load_iris

    bunch: Any = load_iris()
    classes, features = tuple(map(str, bunch.target_names)), tuple(bunch.feature_names)
    return Dataset(bunch.data, bunch.target, "classification", "iris", classes, features)
