"""Findings about rows: those that are there twice, that were learned from and are tested on, that contradict others."""

import numpy as np

from gradiente.data.checks.finding import Finding
from gradiente.data.checks.sheet import Sheet

Array = np.ndarray
TWINS_SHARE = 0.05  # of the test rows: from here on the measure of new rows changes visibly
REPEATED_SHARE = 0.01  # of the rows
CONTRADICTED = 0.01  # of the rows
BY_CHANCE = 4.0  # times as many copies as chance makes: they are no chance
CEILING = 0.5  # of what the baseline leaves that may be learned at most


def across_split(sheet: Sheet) -> Finding | None:
    """Test rows that are training rows too: their measures say nothing about new data."""
    if sheet.rows_tested is None or not _are_copies(sheet):
        return None
    tested, known = sheet.rows[sheet.rows_tested], sheet.rows[~sheet.rows_tested]
    twins = int(np.isin(tested, known).sum())
    if twins <= TWINS_SHARE * len(tested):
        return None
    values = {"twins": twins, "tests": len(tested), "twins_share": twins / len(tested)}
    values |= {"repeated": _repeated(sheet.rows), "rows": len(sheet.rows)}
    return Finding("across_split" if sheet.columns else "across_split_pictures", values, "warning")


def repeated_rows(sheet: Sheet) -> Finding | None:
    """A remark: rows that are there more than once, where that is no chance."""
    if not _are_copies(sheet):
        return None
    repeated = _repeated(sheet.rows)
    rows = len(sheet.rows)
    if repeated <= REPEATED_SHARE * rows:
        return None
    values = {"repeated": repeated, "rows": rows, "repeated_share": repeated / rows}
    return Finding("repeated_rows" if sheet.columns else "repeated_pictures", values, "remark")


def _are_copies(sheet: Sheet) -> bool:
    """Whether rows that are equal are the same instance, and not alike by chance."""
    return _repeated(sheet.rows) > BY_CHANCE * sheet.chance


def _repeated(rows: Array) -> int:
    """How many rows are copies of one before them."""
    return len(rows) - len(np.unique(rows))


def contradictory(sheet: Sheet) -> Finding | None:
    """Rows with the same inputs and another target: the best answer to all of them is right for some only.

    The most that can be right is Σ max counts / n of classes; of numbers, R² is at most 1 − Σ (y − ȳ of its group)² /
    Σ (y − ȳ)². Where most of what is to be learned stays possible, it is a remark.
    """
    if not sheet.columns or not sheet.whole or sheet.y.ndim != 1 or not np.ptp(sheet.y):
        return None
    groups = sheet.inputs
    if sheet.classifies:
        counts = np.zeros((groups.max() + 1, len(sheet.classes)), np.int64)
        np.add.at(counts, (groups, sheet.y), 1)
        contrary = counts.sum(axis=1) > counts.max(axis=1)
        ceiling, baseline = float(counts.max(axis=1).sum() / len(sheet)), sheet.majority_share
        learnable = (ceiling - baseline) / (1 - baseline)
    else:
        y = sheet.y.astype(np.float64)
        rows = np.bincount(groups)
        within = y - (np.bincount(groups, weights=y) / rows)[groups]
        contrary = np.bincount(groups, weights=np.abs(within)) > 1e-9 * np.abs(y).max()
        ceiling = learnable = float(1 - np.square(within).sum() / np.square(y - y.mean()).sum())
    count = int(contrary[groups].sum())
    if count <= CONTRADICTED * len(sheet):
        return None
    values = {"count": count, "rows": len(sheet), "count_share": count / len(sheet)}
    grave = "warning" if learnable < CEILING else "remark"
    if sheet.classifies:
        values |= {"ceiling_share": ceiling, "majority_share": sheet.majority_share}
        return Finding("contradictory", values, grave, sheet.target)
    return Finding("contradictory_numbers", {**values, "ceiling": ceiling}, grave, sheet.target)
