"""Findings about single columns: constant, numbering the rows, far from their other values, not scaled."""

import numpy as np

from gradiente.data.checks.columns import is_missing
from gradiente.data.checks.finding import Finding, Level
from gradiente.data.checks.leak import answers, left_by_order
from gradiente.data.checks.sheet import Sheet
from gradiente.formatting import number, short

Array = np.ndarray
FEW = 30  # rows, or different values, below which a quartile says little
FAR = 20.0  # deviations from the median: even the heavy tails of incomes and populations seldom reach so far
OF_NORMAL = 1.349  # deviations of a normal distribution between its quartiles
CODES = (99, 999, 9999, 99999, 999999)  # what is written for a value that is not known
SOME = 0.95  # of the whole numbers between the smallest and the largest
TOLD = 0.5  # of what is to be known of a target: a number of a row says nothing about it
UNIQUE = 0.9  # of the rows: text that says which row it is
LEAST_TEXTS = 20
FIRST_DAY, LAST_DAY = 19000101, 21001231
SIZE = 10.0  # of a column's mean or deviation: initial weights are drawn for columns near 1
RATIO = 100.0  # of two columns' deviations: one learning rate cannot suit both


def constant_columns(sheet: Sheet) -> list[Finding]:
    """Remarks: columns with one value in every row."""
    found = []
    for name, column in sheet.columns.items():
        present = column[~is_missing(column)]
        if len(sheet) > 2 and len(present) and (present == present[0]).all():
            value = str(present[0]) if column.dtype.kind == "U" else short(float(present[0]))
            found.append(Finding("constant_column", {"column": name, "value": value}, "remark", name))
    return found


def row_numbers(sheet: Sheet) -> list[Finding]:
    """Columns that number the rows, nearly every whole number once; a remark, unless they tell the target.

    They do in a file that was sorted by class before its rows were numbered.
    """
    found = []
    for name, column in sheet.numeric.items():
        if is_numbering(column):
            ends = {"low": short(float(column.min())), "high": short(float(column.max()))}
            varied = sheet.y.ndim == 1 and np.ptp(sheet.y) > 0
            tells = varied and left_by_order(column, answers(sheet), sheet.classifies) < TOLD
            found.append(
                Finding("row_numbers", {"column": name, **ends}, "warning" if tells else "remark", name)
            )
    return found


def is_numbering(column: Array) -> bool:
    """Whether a column has nearly every whole number between its ends, each once.

    >>> is_numbering(np.arange(100.0, 150.0)), is_numbering(np.tile([1.0, 2.0], 25))
    (True, False)
    """
    if len(column) < FEW or np.isnan(column).any():
        return False
    values = np.unique(column)
    whole = np.abs(values - np.round(values)).max() <= 1e-5 * np.abs(values).max()
    return bool(whole and len(values) == len(column) and len(values) >= SOME * (values[-1] - values[0] + 1))


def day_numbers(sheet: Sheet) -> list[Finding]:
    """Remarks: dates written as the numbers 20240131: from a month's last day to the next month's first is 70."""
    found = []
    for name, column in sheet.numeric.items():
        values = np.unique(column[~np.isnan(column)])
        if len(values) >= FEW and (values == np.round(values)).all() and _are_days(values):
            values = {"column": name, "low": f"{values[0]:.0f}", "high": f"{values[-1]:.0f}"}
            found.append(Finding("day_numbers", values, "remark", name))
    return found


def _are_days(values: Array) -> bool:
    """Whether whole numbers are years, months and days, digit by digit."""
    if values[0] < FIRST_DAY or values[-1] > LAST_DAY:
        return False
    years_months, days = np.divmod(values.astype(np.int64), 100)
    months = years_months % 100
    return bool(((months >= 1) & (months <= 12) & (days >= 1) & (days <= 31)).all())


def names(sheet: Sheet) -> list[Finding]:
    """Text that is different in nearly every row: a name or an id. No new row has a category of it."""
    found = []
    for name, column in sheet.columns.items():
        if column.dtype.kind == "U" and len(column) >= LEAST_TEXTS:
            different = len(np.unique(column))
            if different > UNIQUE * len(column):
                values = {"column": name, "different": different, "rows": len(column), "cell": str(column[0])}
                found.append(Finding("names", values, "warning", name))
    return found


def outliers(sheet: Sheet) -> list[Finding]:
    """Numbers farther from the median than any distribution of that width has them; codes, as −999, are warned of."""
    found = []
    for name, column in sheet.numeric.items():
        present = column[~np.isnan(column)]
        if len(np.unique(present)) < FEW:
            continue
        low, median, high = map(float, np.quantile(present, [0.25, 0.5, 0.75]))
        deviation = (high - low) / OF_NORMAL
        if deviation == 0:
            continue
        distance = np.abs(present - median) / deviation
        far = present[distance > FAR]
        if not len(far) or len(far) > 0.25 * len(present):
            continue
        values = {"column": name, "count": len(far), "rows": len(present), "median": number(median)}
        values |= {
            "value": short(_tidy(float(present[distance.argmax()]))),
            "deviations": short(float(np.round(distance.max()))),
        }
        is_code = len(far) > 1 and np.ptp(far) < 1e-3 * abs(far[0]) and round(abs(float(far[0]))) in CODES
        level: Level = "warning" if is_code else "remark"
        found.append(Finding("code" if is_code else "outliers", values, level, name))
    return found


def unscaled(sheet: Sheet) -> Finding | None:
    """Columns far from mean 0 and deviation 1, or of very different widths, where none is standardized."""
    if sheet.scaled or not sheet.numeric:
        return None
    deviations = {name: float(np.nanstd(column)) for name, column in sheet.numeric.items()}
    sizes = {
        name: max(abs(float(np.nanmean(sheet.numeric[name]))), size) for name, size in deviations.items()
    }
    widths = {name: size for name, size in deviations.items() if size > 0}
    if not widths:
        return None
    largest, narrowest = max(sizes, key=sizes.__getitem__), min(widths, key=widths.__getitem__)
    ratio = max(widths.values()) / widths[narrowest]
    if sizes[largest] <= SIZE and ratio <= RATIO:
        return None
    values = {"column": largest, "size": sizes[largest], "other": narrowest, "smallest": widths[narrowest]}
    return Finding("unscaled", values, "warning", largest)


def unscaled_pixels(sheet: Sheet) -> Finding | None:
    """Pictures of 0 to 255 as real numbers: bytes are divided by 255 as they are read, and real numbers are not."""
    if sheet.brightest <= SIZE:
        return None
    return Finding("unscaled_pixels", {"largest": short(sheet.brightest)}, "warning")


def _tidy(value: float) -> float:
    """Without what single precision has left in its last digits."""
    return float(f"{value:.6g}")
