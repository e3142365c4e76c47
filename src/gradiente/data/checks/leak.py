"""A column that nearly determines the target alone: in use it will not be known, or it is the target itself."""

import numpy as np

from gradiente.data.checks.columns import is_missing
from gradiente.data.checks.finding import Finding
from gradiente.data.checks.sheet import Sheet

Array = np.ndarray
LEAST = 30  # rows, below which a column may determine the target by chance
LEFT = 0.002  # of the target's variance, or of what the baseline gets wrong: 1 − r² for r = 0.999
REPEATED = 5.0  # rows for each value, from which a column of numbers is one of codes
APART = 0.05  # what every other column leaves at least, where a column of measures is accused
ALIKE = 0.99  # rank correlation of two columns that are one in other units


def leak(sheet: Sheet) -> Finding | None:
    """The column that leaves least of the target unknown, where that is nearly nothing.

    What a column leaves unknown is measured on rows that it has not seen: of a column of categories, or of numbers that
    repeat, each row is answered by the other rows with its value; of one of measures, by its neighbour in their order.
    Of two measures that tell classes apart equally well, neither is accused: the petals of an iris are no leak.
    """
    if len(sheet) < LEAST or len(sheet.columns) < 2 or sheet.y.ndim != 1 or not np.ptp(sheet.y):
        return None
    order = np.random.default_rng(0).permutation(len(sheet))  # so that equal values come in no order
    y = answers(sheet)[order]
    left, measures = dict[str, float](), set[str]()
    for name, column in sheet.columns.items():
        if sheet.in_order and column.dtype.kind != "U" and _is_sorted(column):
            continue  # a time, along which the target moves: not a leak of it
        shuffled = column[order]
        values, codes = np.unique(shuffled, return_inverse=True)
        if is_missing(shuffled).all() or len(values) < 2:
            continue
        left[name] = _left_by_codes(codes, y, sheet.classifies)
        if column.dtype.kind != "U":
            left[name] = min(left[name], left_by_order(shuffled, y, sheet.classifies))
        if column.dtype.kind != "U" and len(values) * REPEATED > len(column):
            measures.add(name)
    if len(left) < 2:
        return None
    found = min(left, key=left.__getitem__)
    if left[found] > LEFT:
        return None
    if sheet.classifies and found in measures:
        others = [
            value for name, value in left.items() if not _alike(sheet.columns[name], sheet.columns[found])
        ]
        if not others or min(others) < APART:
            return None
    values = {"column": found, "target": sheet.target, "known_share": 1 - left[found]}
    return Finding("leak", values, "warning", found)


def answers(sheet: Sheet) -> Array:
    """The targets as they are told: class numbers, or the ranks of numbers, which no outlier outweighs."""
    return sheet.y.astype(np.float64) if sheet.classifies else _ranks(sheet.y.astype(np.float64))


def left_by_order(column: Array, y: Array, classifies: bool) -> float:
    """What is unknown of each target when it is answered by its neighbour in the order of the column.

    Of numbers, half the mean square of the differences, as a share of the variance: J. von Neumann's ratio, 1941. What
    a perfect order leaves is taken off: one change from class to class, and 6 / n² of the ranks 0 … n − 1.
    """
    ordered, n = y[np.argsort(column, kind="stable")], len(y)
    if classifies:
        changes = int((ordered[1:] != ordered[:-1]).sum()) - (len(np.unique(y)) - 1)
        return changes / (n - 1) / (1 - _majority(y))
    return max(0.0, float(np.square(np.diff(ordered)).mean() / (2 * y.var())) - 6 / n**2)


def _left_by_codes(codes: Array, y: Array, classifies: bool) -> float:
    """What is unknown of each target when it is answered by the other rows with the same code; alone, by none."""
    rows = np.bincount(codes)[codes].astype(np.float64)
    if classifies:
        table = np.zeros((codes.max() + 1, int(y.max()) + 1))
        np.add.at(table, (codes, y.astype(int)), 1)
        own = table[codes]
        own[np.arange(len(y)), y.astype(int)] -= 1
        right = (own.argmax(axis=1) == y) & (rows > 1)
        return float(1 - right.mean()) / (1 - _majority(y))
    sums = np.bincount(codes, weights=y)[codes]
    answer = np.where(rows > 1, (sums - y) / np.maximum(rows - 1, 1), y.mean())
    return float(np.square(y - answer).mean() / y.var())


def _majority(y: Array) -> float:
    return float(np.bincount(y.astype(int)).max() / len(y))


def _ranks(values: Array) -> Array:
    """The rank of each number, the mean one of equal numbers."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return ((ends - counts + ends - 1) / 2)[places]


def _is_sorted(column: Array) -> bool:
    steps = np.diff(column)
    return bool((steps >= 0).all() or (steps <= 0).all())


def _alike(one: Array, other: Array) -> bool:
    """Whether one column of numbers is the other in other units."""
    if one.dtype.kind == "U" or other.dtype.kind == "U":
        return False
    if not np.ptp(one) or not np.ptp(other):
        return False
    return bool(abs(np.corrcoef(_ranks(one), _ranks(other))[0, 1]) >= ALIKE)
