"""The folds of cross-validation, by scikit-learn's splitters."""

from collections.abc import Sequence

import numpy as np

from gradiente.data.splits.rule import AT_RANDOM, Origin, Rows, require_seen
from gradiente.errors import DataError, require_whole
from gradiente.locale import text


def folds(
    y: np.ndarray,
    number: int,
    seed: int,
    *,
    origin: Origin | None = None,
    classes: Sequence[str] = (),
) -> list[tuple[Rows, Rows]]:
    """Of each fold the row numbers to learn from, and those to test on.

    Every row is tested on once, and each fold has the same class proportions. By group, each group is tested on once;
    in time, each fold learns from all rows before those that it tests, and the first rows are never tested.

    Arguments:
        y: the targets; whole numbers are classes, real numbers are not
        number: of the folds, ≥ 2
        seed: of the order in which rows are distributed, ≥ 0
        origin: of the rows; None: they are distributed at random
        classes: names of the classes, for messages

    Errors: ArgumentError for fewer than 2 folds; DataError for fewer rows, groups, times or rows of a class than folds,
        and for a class that a fold tests and has no row of to learn from

    >>> [test.tolist() for _, test in folds(np.array([0.1, 0.2, 0.3, 0.4]), 2, seed=0)]
    [[2, 3], [0, 1]]

    Source: sklearn.model_selection: StratifiedKFold, KFold, GroupKFold, TimeSeriesSplit
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

    require_whole(2, "folds", folds=number)
    rule = AT_RANDOM if origin is None else origin.rule
    values = np.arange(len(y)) if origin is None or origin.values is None else origin.values
    distinct = np.unique(values)
    if len(distinct) < number + (rule.kind == "time"):
        raise DataError(f"folds.{rule.kind}", folds=number, count=len(distinct))
    shuffled = {"shuffle": True, "random_state": seed % 2**32}
    if rule.kind == "time":
        times = TimeSeriesSplit(number).split(distinct)
        found = ((np.isin(values, distinct[a]), np.isin(values, distinct[b])) for a, b in times)
        parts = [(np.flatnonzero(kept), np.flatnonzero(tested)) for kept, tested in found]
    elif rule.kind == "group":
        parts = list(GroupKFold(number).split(values, groups=values))
    elif y.dtype.kind == "f":
        parts = list(KFold(number, **shuffled).split(values))
    else:
        labels, rows_of = np.unique(y, return_counts=True)
        if rows_of.min() < number:
            label = labels[rows_of.argmin()]
            label = classes[label] if classes else label
            raise DataError("folds.class", label=label, count=int(rows_of.min()), folds=number)
        parts = list(StratifiedKFold(number, **shuffled).split(values, y))
    for i, (kept, tested) in enumerate(parts, start=1):
        require_seen(y, kept, tested, rule, text("split.part.fold", fold=i), classes)
    return parts
