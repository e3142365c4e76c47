"""Findings about the target: a single value, classes with too few rows, one class that outweighs the others."""

import numpy as np

from gradiente.data.checks.finding import Finding
from gradiente.data.checks.sheet import Sheet
from gradiente.formatting import short

RARE = 10  # rows of a class: the recall of fewer is not known to within 0.5/√10 = 16 points
IMBALANCED = 0.9  # share of one class: an accuracy of 90 % says nothing
SHOWN = 3  # classes that are named


def constant_target(sheet: Sheet) -> Finding | None:
    """One class, or one number, in every row."""
    if len(sheet) and np.ptp(sheet.y, axis=0).any():
        return None
    value = sheet.classes[int(sheet.y[0])] if sheet.classifies else short(float(sheet.y.flat[0]))
    return Finding("constant_target", {"column": sheet.target, "value": value}, "stops", sheet.target)


def few_rows(sheet: Sheet) -> Finding | None:
    """Classes with fewer rows than there are parts, each of which needs one: training, test, and validation."""
    if not sheet.classifies or not sheet.at_random:
        return None
    parts = 3 if sheet.validates else 2
    lacking = np.flatnonzero((sheet.counts > 0) & (sheet.counts < parts))
    if not lacking.size:
        return None
    values = {
        "classes": _named(sheet, lacking),
        "count": lacking.size,
        "needed": parts,
        "column": sheet.target,
    }
    key = "few_rows_for_validation" if sheet.counts[lacking].min() == 2 else "few_rows"
    return Finding(key, values, "stops", sheet.target)


def rare_classes(sheet: Sheet) -> Finding | None:
    """A remark: classes with few rows, of which little can be learned and less be measured."""
    if not sheet.classifies or sheet.counts.sum() < RARE * len(sheet.classes):
        return None
    rare = np.flatnonzero((sheet.counts > (2 if sheet.validates else 1)) & (sheet.counts < RARE))
    if not rare.size:
        return None
    return Finding(
        "rare_classes", {"classes": _named(sheet, rare), "column": sheet.target}, "remark", sheet.target
    )


def imbalance(sheet: Sheet) -> Finding | None:
    """One class in nine of ten rows or more: always answering it is right so often."""
    if not sheet.classifies or not IMBALANCED <= sheet.majority_share < 1:
        return None
    rarest = int(np.where(sheet.counts > 0, sheet.counts, sheet.counts.max()).argmin())
    values = {
        "column": sheet.target,
        "majority": sheet.classes[int(sheet.counts.argmax())],
        "majority_share": sheet.majority_share,
        "label": sheet.classes[rarest],
        "count": int(sheet.counts[rarest]),
        "rows": int(sheet.counts.sum()),
    }
    return Finding("imbalance", values, "warning", sheet.target)


def _named(sheet: Sheet, classes: np.ndarray) -> str:
    """The first of some classes, each with its rows."""
    first = ", ".join(f"{sheet.classes[k]} ({sheet.counts[k]})" for k in classes[:SHOWN])
    return first + (", …" if len(classes) > SHOWN else "")
