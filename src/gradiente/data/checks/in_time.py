"""A series in time whose test part was drawn at random: each test row is answered by its neighbours."""

import numpy as np

from gradiente.data.checks.finding import Finding
from gradiente.data.checks.sheet import Sheet

Array = np.ndarray
LEAST = 50  # rows: the error of a correlation is then 1/√50 = 0.14
WITH_TIME = 0.5  # correlation of a target with the one before, where a column says the time
# Where none does, of numbers: rows that are near on a map, as California's, have less; classes may come in blocks.
WITHOUT = 0.95
TURNS = 0.02  # of the steps: a file that was sorted by its target does not turn
# What people call a time, in small letters.
NAMES = ("date", "datetime", "time", "timestamp", "year", "month", "day", "hour", "fecha", "hora", "tiempo")
NAMES += ("año", "mes", "día", "dia", "semana", "week")


def in_time(sheet: Sheet) -> Finding | None:
    """Targets that follow from the row before, in a file whose rows are in the order of a time."""
    if not sheet.in_order or not sheet.at_random or len(sheet) < LEAST or sheet.y.ndim != 1:
        return None
    correlation = _of_classes(sheet) if sheet.classifies else _of_numbers(sheet.y.astype(np.float64))
    if correlation is None or correlation < WITH_TIME:
        return None
    column = time_column(sheet)
    if column is None:
        if sheet.classifies or correlation < WITHOUT:
            return None
        return Finding(
            "in_order", {"target": sheet.target, "correlation": correlation}, "warning", sheet.target
        )
    values = {"target": sheet.target, "correlation": correlation, "column": column}
    return Finding("in_time", values, "warning", column)


def time_column(sheet: Sheet) -> str | None:
    """The column by which rows are in order in time: dates, whole numbers in equal steps, or one called like a time."""
    named = [name for name in sheet.times if _rises(sheet.times[name])]
    for name, column in sheet.numeric.items():
        if not _rises(column):
            continue
        steps = np.diff(column)
        even = np.ptp(steps) <= 1e-3 * np.abs(steps).max() and abs(steps[0] - round(steps[0])) < 1e-3
        if even or any(word in NAMES for word in name.casefold().replace("-", "_").split("_")):
            named.append(name)
    return named[0] if named else None


def _rises(column: Array) -> bool:
    """Whether a column never falls, and has more than one value."""
    steps = np.diff(column)
    return bool((steps >= 0).all() and (steps > 0).any())


def _of_numbers(y: Array) -> float | None:
    """The correlation of each target with the one before: Σ (yₜ − ȳ)(yₜ₋₁ − ȳ) / Σ (yₜ − ȳ)²; None: sorted."""
    centred = y - y.mean()
    total = float(np.square(centred).sum())
    steps = np.sign(np.diff(y))
    steps = steps[steps != 0]
    if not total or np.count_nonzero(np.diff(steps)) <= TURNS * len(y):
        return None
    return float((centred[1:] * centred[:-1]).sum() / total)


def _of_classes(sheet: Sheet) -> float | None:
    """How much oftener a class follows on itself than by chance, as a share of what is possible; None: sorted."""
    changes = int(np.count_nonzero(np.diff(sheet.y)))
    if changes <= max(2 * len(sheet.classes), TURNS * len(sheet)):
        return None
    by_chance = float(np.square(np.bincount(sheet.y) / len(sheet)).sum())
    return (1 - changes / (len(sheet) - 1) - by_chance) / (1 - by_chance) if by_chance < 1 else None
