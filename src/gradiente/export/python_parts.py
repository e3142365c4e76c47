"""The parts of an exported Python file that are not the network: each function is copied into it as it stands.

The names in capitals are constants of that file.
"""

import base64
import csv
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

COLUMNS: list[str] = []
CATEGORIES: dict[str, dict[str, int]] = {}
MEAN: dict[str, float] = {}
SCALE: dict[str, float] = {}
FILL: dict[str, float] = {}
INDICATORS: list[str] = []
DECIMAL = "."
MISSING: set[str] = set()
CLASSES: list[str] = []
predict: Callable[..., Any]


def weight(text, shape, dtype):
    """An array from its bytes in base64."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def number(cell):
    """A cell as a number; NaN where it holds none."""
    if not isinstance(cell, str):
        return np.nan if cell is None else float(cell)
    cell = cell.strip()
    return np.nan if cell.lower() in MISSING else float(cell.replace(DECIMAL, "."))


def encoded(rows):
    """Rows of a table as rows of numbers: a column of numbers stands as (x - mean) / scale, a category as 0 and 1."""
    blocks, gaps = [], []
    for name in COLUMNS:
        cells = [row[name] for row in rows]
        if name in CATEGORIES:
            kinds = CATEGORIES[name]
            place = np.array([kinds.get("" if cell is None else str(cell).strip(), -1) for cell in cells])
            blocks.append(place[:, None] == np.arange(1 + max(kinds.values())))
            continue
        x = np.array([number(cell) for cell in cells])
        missing = np.isnan(x)
        if name in FILL:
            x = np.where(missing, FILL[name], x)
        elif missing.any():
            raise ValueError(f"row {1 + missing.argmax()}: {name} is missing")
        if name in MEAN:
            x = (x - MEAN[name]) / SCALE[name]
        blocks.append(x[:, None])
        if name in INDICATORS:
            gaps.append((INDICATORS.index(name), missing[:, None]))
    return np.hstack([*blocks, *(gap for _, gap in sorted(gaps, key=lambda pair: pair[0]))])


def read_rows(path):
    """The rows of a CSV file, each a dictionary; its separator is the one that its first line has most of."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        head = file.readline()
        file.seek(0)
        return list(csv.DictReader(file, delimiter=max(",;\t|", key=head.count)))


def read_numbers(path):
    """The rows of a CSV file without a header, all of them numbers."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        return np.array([[float(cell) for cell in row] for row in csv.reader(file) if row])


def print_classes(rows):
    """The most probable class of every row, and its probability."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["class", "probability"])
    for label, p in zip(*predict(rows)):
        writer.writerow([label, f"{p.max():.6g}"])


def print_values(rows):
    """The predicted numbers of every row."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in predict(rows).reshape(len(rows), -1):
        writer.writerow([f"{value:.9g}" for value in row])
