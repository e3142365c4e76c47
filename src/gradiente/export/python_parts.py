"""The parts of an exported Python file that are not the network: each function is copied into it as it stands.

The names in capitals are constants of that file.
"""

import base64
import csv
import sys
from typing import Any

import numpy as np

COLUMNS: list[str] = []
CATEGORIES: dict[str, list[str]] = {}
MEAN: dict[str, float] = {}
CLIP: float | None = None
SCALE: dict[str, float] = {}
FILL: dict[str, float] = {}
INDICATORS: list[str] = []
DECIMAL = "."
MISSING: set[str] = set()
MISSING_NUMBER: set[str] = set()
CLASSES: list[str] = []
LABELS: dict[str, list[str]] = {}
TARGETS: list[str] = []


def predict(rows: Any) -> Any:
    """What the exported file itself defines."""
    raise NotImplementedError


def weight(text, shape, dtype):
    """An array from its bytes in base64."""
    return np.frombuffer(base64.b64decode(text), dtype).reshape(shape)


def number(cell):
    """A cell as a number; NaN where it holds none."""
    if not isinstance(cell, str):
        return np.nan if cell is None else float(cell)
    cell = cell.strip()
    return np.nan if cell.lower() in MISSING | MISSING_NUMBER else float(cell.replace(DECIMAL, "."))


def category(cell, kinds):
    """The place of a cell among the categories, 1.0 for 1 too; -1 for one that training never saw."""
    cell = "" if cell is None else str(cell).strip()
    if cell.lower() in MISSING:
        cell = ""
        if cell not in kinds and not FILL:
            raise ValueError("a value is missing")
    if cell not in kinds:
        cell = cell.removesuffix(".0")
    return kinds.index(cell) if cell in kinds else -1


def encoded(rows):
    """Rows of a table as rows of numbers: a number stands as (x - mean) / scale, a category as zeros and a one."""
    blocks, gaps = [], {}
    for name in COLUMNS:
        cells = [row[name] for row in rows]
        if name in CATEGORIES:
            place = np.array([category(cell, CATEGORIES[name]) for cell in cells])
            blocks.append(place[:, None] == np.arange(len(CATEGORIES[name])))
            continue
        x = np.array([number(cell) for cell in cells])
        gaps[name] = np.isnan(x)[:, None]
        if name in FILL:
            x = np.where(np.isnan(x), FILL[name], x)
        elif gaps[name].any():
            raise ValueError(f"row {1 + gaps[name].argmax()}: {name} is missing")
        if name in MEAN:
            x = (x - MEAN[name]) / SCALE[name]
        if CLIP:
            x = x / np.hypot(1, x / CLIP)
        blocks.append(x[:, None])
    return np.hstack([*blocks, *(gaps[name] for name in INDICATORS)])


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
    for label, p in zip(*predict(rows), strict=True):
        writer.writerow([label, f"{p.max():.6g}"])


def print_values(rows):
    """The predicted numbers of every row."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in predict(rows).reshape(len(rows), -1):
        writer.writerow([f"{value:.9g}" for value in row])


def print_labels(rows):
    """Every label of every row, with its probability."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([head for name in LABELS for head in (name, f"{name}_probability")])
    for labels, p in zip(*predict(rows), strict=True):
        pairs = zip(labels.values(), p, strict=True)
        writer.writerow([cell for label, share in pairs for cell in (label, f"{share:.6g}")])


def print_targets(rows):
    """The predicted numbers of every row, below the names of their targets."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(TARGETS)
    for row in predict(rows):
        writer.writerow([f"{value:.9g}" for value in row])
