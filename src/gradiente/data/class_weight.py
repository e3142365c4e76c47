"""How much the instances of each class count in the loss."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from gradiente.errors import ArgumentError, did_you_mean, require

ClassWeight = Literal["balanced"] | Mapping[str, float] | Sequence[float]
BALANCED = "balanced"


def class_weights(
    given: ClassWeight, classes: Sequence[str], y: np.ndarray, weights: np.ndarray | None, *, data: str
) -> tuple[float, ...]:
    """A number for each class.

    Equation:   "balanced": w_c = n / (k n_c),   n_c the instances of class c, k the classes that have any, n = Σ n_c;
                an instance with a weight counts as much as that

    Arguments:
        classes: their names
        y, weights: of the instances
        data: the name of the data set

    Errors: as of Dataset.with_class_weight

    Source: sklearn.utils.class_weight.compute_class_weight
    """
    if isinstance(given, str):
        require(given == BALANCED, "class_weight.word", got=repr(given))
        return _balanced(np.bincount(y, weights, minlength=len(classes)))
    if isinstance(given, Mapping):
        by_name = {str(name): number for name, number in given.items()}
        unknown = next((name for name in by_name if name not in classes), None)
        if unknown is not None:
            hint = did_you_mean(unknown, classes)
            raise ArgumentError("class_weight.name", name=data, got=repr(unknown), hint=hint)
        given = [by_name.get(name, 1.0) for name in classes]
    given = list(given)
    require(len(given) == len(classes), "class_weight.count", got=len(given), classes=len(classes))
    for name, number in zip(classes, given, strict=True):
        is_number = isinstance(number, int | float | np.number) and not isinstance(number, bool)
        require(is_number and 0 <= number < np.inf, "class_weight.number", class_name=name, got=repr(number))
    require(any(given), "class_weight.zeros")
    return tuple(map(float, given))


def _balanced(counts: np.ndarray) -> tuple[float, ...]:
    occurring = counts > 0
    whole = counts.sum() / np.count_nonzero(occurring)
    return tuple(np.divide(whole, counts, out=np.ones(len(counts)), where=occurring).tolist())
