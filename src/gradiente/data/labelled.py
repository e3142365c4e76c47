"""Other rows with their targets, encoded and named as in training: a test part in a file of its own."""

import logging
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.dataset import Dataset, Task
from gradiente.data.digests import RowDigests
from gradiente.data.encoder import Encoder
from gradiente.data.image_folder import read_labelled_folder
from gradiente.data.new_rows import read_new_rows, say_far
from gradiente.data.npy import is_npy_folder, read_npy_pair
from gradiente.data.npz import read_npz_pair
from gradiente.data.own import is_indicator, is_one_hot
from gradiente.data.splits.rule import Origin
from gradiente.data.tables.form import Form
from gradiente.data.tables.table import SUFFIXES
from gradiente.errors import ArgumentError, DataError, FileError
from gradiente.files import STANDARD_INPUT
from gradiente.formatting import count
from gradiente.locale import text

_NUMBER = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?")  # 007 is a code
FEW = 0.05  # of the rows: fewer may be alike by chance, and change a measure little
log = logging.getLogger("gradiente")


def read_labelled(
    path: str | Path,
    *,
    task: Task,
    classes: Sequence[str],
    encoder: Encoder | None,
    image_shape: Sequence[int] | None = None,
    picture_files: bool = False,
    missing: str = "error",
    form: Form | None = None,
    trained: np.ndarray | None = None,
) -> Dataset:
    """The data set in a file, for a network that was trained on another: columns by name, classes by their names.

    Arguments:
        path: of a table, an .npz file, a folder with x.npy and y.npy, or one of pictures in folders by class
        task, classes, encoder, image_shape, picture_files: those of the training data
        missing: what became of missing values in training; with "drop", rows that have one are left out
        form: how a table is written, where that is known
        trained: the digests of the rows that were learned from; how many are among these is said

    Errors: FileError and DataError for what cannot be read; DataError for columns that are not there, and
        for classes that training never saw
    """
    path = Path(path)
    if picture_files and image_shape is not None and path.is_dir() and not is_npy_folder(path):
        data = read_labelled_folder(path, classes, image_shape)
        if trained is not None:
            _say_trained(trained, RowDigests.of_rows(data.x, np.array(data.classes)[data.y]))
        return data
    facts = {"task": task, "name": path.stem, "classes": tuple(classes), "to_measure": True}
    if path.suffix.lower() == ".npz" or path.is_dir():
        x: Any
        x, y, shape = read_npy_pair(path) if path.is_dir() else read_npz_pair(path)
        if image_shape is not None and shape != tuple(image_shape):
            raise DataError("labelled.shape", path=path, expected=tuple(image_shape), got=shape)
        features = ()
        if encoder is not None:
            encoder.require_rows(x.shape)
        if trained is not None and not path.is_dir():
            _say_trained(trained, _digests_of(x, y, task, encoder))
        if encoder is not None:
            features = encoder.features
            x = x.converted(encoder.transform_rows) if path.is_dir() else encoder.transform_rows(x)
        y = _targets(y, path, task, classes, encoder)
        shape = None if image_shape is None else tuple(image_shape)
        return Dataset(x, y, features=features, image_shape=shape, encoder=encoder, **facts)
    if not path.is_file() and str(path) != STANDARD_INPUT:
        raise FileError("file.missing", path=path)
    if encoder is None or not encoder.targets:
        key = "table" if path.name.lower().endswith(SUFFIXES) else "kind"
        key = "pictures" if picture_files else key
        raise ArgumentError(f"labelled.{key}", file=path)
    return _of_table(path, encoder, missing, form or Form(decimal=encoder.decimal), trained, facts)


def _of_table(
    path: Path, encoder: Encoder, missing: str, form: Form, trained: np.ndarray | None, facts: dict
) -> Dataset:
    table, columns = read_new_rows(path, form, partial(encoder.columns_of, gaps=missing == "drop"))
    for remark in table.remarks:
        log.info(remark)
    say_far(encoder, columns)
    lacking = [name for name in encoder.targets if name not in table.names]
    if lacking:
        words = {"target": ", ".join(lacking), "found": ", ".join(table.names)}
        raise DataError("labelled.target", path=path, **words)
    read = table.words if facts["classes"] else table.numbers
    cells = {name: read(name) for name in encoder.targets}
    empty = {name: c == "" if facts["classes"] else np.isnan(c) for name, c in cells.items()}
    for name, of_target in empty.items():
        if of_target.any() and missing == "error":
            where = table.cell(name, int(of_target.argmax()))
            raise DataError("labelled.missing", **where, count=count(int(of_target.sum())))
    gaps = np.any(list(empty.values()), axis=0)
    if missing == "drop":
        holes = [
            (v == "") & ("" not in encoder.categories[c]) if v.dtype.kind == "U" else np.isnan(v)
            for c, v in columns.items()
        ]
        gaps = np.any([gaps, *holes], axis=0)
    if gaps.all():
        raise DataError("csv.empty", path=path)
    if gaps.any():
        log.info(text("csv.remark.dropped", count=count(int(gaps.sum())), rows=count(len(gaps))))
    columns = {name: column[~gaps] for name, column in columns.items()}
    kept = [cells[name][~gaps] for name in encoder.targets]
    if facts["task"] == "multilabel":
        written = [encoder.labels[name] for name in encoder.targets]
        kept = [_class_numbers(c, path, known) for c, known in zip(kept, written, strict=True)]
    y = kept[0] if len(kept) == 1 else np.column_stack(kept)
    if trained is not None:
        _say_trained(trained, RowDigests.of_columns(columns, y, ",".join(encoder.targets)))
    x = encoder.transform(columns)
    y = _targets(y, path, facts["task"], facts["classes"], encoder)
    origin = Origin(np.flatnonzero(~gaps) + 1)
    return Dataset(x, y, features=encoder.features, encoder=encoder, origin=origin, **facts)


def _digests_of(x: np.ndarray, y: np.ndarray, task: Task, encoder: Encoder | None) -> RowDigests:
    """Those of rows of numbers, whose classes are named by their numbers."""
    if task == "classification":
        y = (y.argmax(axis=1) if is_one_hot(y) else y).astype(str)
    if encoder is None:
        return RowDigests.of_rows(x, y)
    target = ",".join(encoder.targets) or "y"
    return RowDigests.of_columns(dict(zip(encoder.columns, x.T, strict=True)), y, target)


def _say_trained(trained: np.ndarray, digests: RowDigests) -> None:
    """Say how many rows were learned from, where they are more than a few."""
    known = int(np.isin(digests.rows, trained).sum())
    if known > FEW * len(digests.rows):
        log.warning(text("labelled.trained", count=count(known), rows=count(len(digests.rows))))


def _targets(
    y: np.ndarray, path: Path, task: Task, classes: Sequence[str], encoder: Encoder | None
) -> np.ndarray:
    """The numbers of the classes, or the targets of a regression in the scale of training."""
    if task == "classification":
        y = y.argmax(axis=1) if is_one_hot(y) else y
        if y.ndim != 1:
            raise DataError("labelled.targets", path=path, shape=y.shape)
        return _class_numbers(y.astype(str), path, classes)
    if task == "multilabel" and not (is_indicator(y) and y.shape[1] == len(classes)):
        raise DataError("labelled.targets", path=path, shape=y.shape)
    if encoder is None or not encoder.target_mean:
        return y
    rows = y.reshape(len(y), -1)
    if rows.shape[1] != len(encoder.target_mean):
        raise DataError("labelled.targets", path=path, shape=y.shape)
    return ((rows - encoder.target_mean) / encoder.target_scale).reshape(y.shape)


def _class_numbers(labels: np.ndarray, path: Path, classes: Sequence[str]) -> np.ndarray:
    """The class of each label; numbers that are equal are the same one: pandas writes 1 as 1.0."""
    names, label_of = np.unique(labels, return_inverse=True)
    known = {name: i for i, name in enumerate(classes)}
    numbers = {float(name): i for name, i in known.items() if _NUMBER.fullmatch(name)}

    def number_of(name: str) -> int:
        return known.get(name, numbers.get(float(name), -1) if _NUMBER.fullmatch(name) else -1)

    found = np.array([number_of(name) for name in names.tolist()])[label_of]
    if (found < 0).any():
        unseen = np.unique(labels[found < 0])
        words = {"labels": ", ".join(map(repr, unseen[:5].tolist())), "known": ", ".join(classes[:10])}
        rows = {"count": count(int((found < 0).sum())), "rows": count(len(found))}
        raise DataError("labelled.unseen", path=path, **words, **rows)
    return found
