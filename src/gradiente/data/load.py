"""Data sets by name, split into training and test parts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.dataset import Dataset, Task
from gradiente.data.digests import RowDigests
from gradiente.data.digits import digits
from gradiente.data.encoded_rows import encoded_rows
from gradiente.data.encoder import SCALERS, Encoder
from gradiente.data.image_folder import read_image_folder
from gradiente.data.iris import iris
from gradiente.data.labelled import read_labelled
from gradiente.data.logic import TRUTH, logic
from gradiente.data.mnist import fashion_mnist, mnist
from gradiente.data.npy import is_npy_folder, read_npy
from gradiente.data.npz import read_npz
from gradiente.data.own_table import Reading, read_own_table
from gradiente.data.splits.parting import DEFAULT_TEST, Parting
from gradiente.data.splits.rule import Origin, SplitRule
from gradiente.data.standardize import Standardizer
from gradiente.data.tables.other_kinds import named_kinds
from gradiente.data.tables.table import SUFFIXES
from gradiente.data.toy import TOYS, toy
from gradiente.errors import ArgumentError, did_you_mean, require, require_one_of
from gradiente.files import STANDARD_INPUT
from gradiente.mapped import MappedArray, pieces

Split = tuple[np.ndarray, np.ndarray]
_OFFICIAL = {"mnist": mnist, "fashion-mnist": fashion_mnist}
_SCIKIT_LEARN = {"digits": digits, "iris": iris}
_TARGETS = {"iris": "species"}
NAMES = (*TRUTH, *TOYS, *_SCIKIT_LEARN, *_OFFICIAL)


def load(
    name: str | Path,
    *,
    data_dir: str | Path | None = None,
    seed: int = 0,
    test: float | str | Path = DEFAULT_TEST,
    split: str | None = None,
    folds: int | None = None,
    fold: int | None = None,
    target: str | Sequence[str] | None = None,
    standardize: bool | None = None,
    scaler: str = "standard",
    standardize_target: bool = False,
    constant_input: bool = False,
    samples: int | None = None,
    noise: float | None = None,
    image_size: int | None = None,
    table: Reading | None = None,
) -> tuple[Dataset, Dataset]:
    """Load the training and test parts of a data set.

    mnist and fashion-mnist come in their official split. The logic tables (and, or, xor) have four rows, so
    their test part is their training part. Everything else is split class by class, or as `split` says; what a table's
    encoder learns (categories, mean and scale), it learns from the training part. A validation part that is split off
    later follows the same rule.

    In a table, columns of text become one column of 0 and 1 for each category. A target of text, or of whole numbers
    with at most 20 different values, is a class; any other is a regression's. What is found in its file and decided is
    said by the log `gradiente`.

    Arguments:
        name: a built-in name (see NAMES), the path of a table, text with separators such as .csv or .parquet, or of an
            .npz file, "-" for a table in the standard input; a folder with x.npy and y.npy, whose x may be larger
            than memory: it stays on disk, and only batches of it are read; or a folder with a folder of pictures for
            each class, as `read_image_folder` has it
        data_dir: where the files of mnist and fashion-mnist are; other sets need none
        seed: of the split, and of the toy sets, ≥ 0
        test: the fraction held out for testing, in (0, 1), or a file with the same columns, whose rows are all of it;
            of a folder of pictures, another one
        split: of a table: "time:COLUMN", the last rows by a column of numbers or dates are the test part;
            "group:COLUMN", rows with the same value are in one part. That column is no feature, unless the table's
            `features` name it
        folds: the number of parts of a cross-validation, ≥ 2, of which one tests: by scikit-learn's StratifiedKFold or
            KFold, with `split` by its TimeSeriesSplit or GroupKFold
        fold: which of the folds tests, from 1
        target: name of a table's target column; None: the last one. Several, ["a", "b"] or "a,b", are the numbers of
            one regression, or labels that a row has or has not
        standardize: numeric columns with mean 0 and standard deviation 1; None: yes for tables, no for images
            and logic tables
        scaler: how, where they are standardized: "standard", or "robust", by the median and the quartiles, as
            `RobustScaler` does
        standardize_target: real-valued targets of a table with mean 0 and standard deviation 1 too: what a network
            learns best; Dataset.in_units leads back
        constant_input: a last column of ones, so that a network without biases has one: the lecture's b = 0
        samples: points of a toy set, ≥ 10
        noise: of a toy set, ≥ 0
        image_size: of a folder of pictures, the pixels of the longer side, in [4, 1024]; None: at most 64
        table: what else is to be known of a table, as `Reading` has it

    Errors: ArgumentError for an unknown name, or an option that this data set has no use for; FileError and
        DataError for data that cannot be read or learned from

    >>> train, test = load("iris")
    >>> train.x.shape, test.x.shape, train.classes
    ((120, 4), (30, 4), ('setosa', 'versicolor', 'virginica'))
    """
    path, name = Path(name), str(name)
    own, is_npz = name not in NAMES, path.suffix.lower() == ".npz"
    is_csv = (
        own and not is_npz and (name.lower().endswith(SUFFIXES) or path.is_file() or name == STANDARD_INPUT)
    )
    is_folder = own and not is_csv and not is_npz and path.is_dir()
    has_pictures = is_folder and not is_npy_folder(path)
    if name not in NAMES and not is_csv and not is_npz and not is_folder:
        raise ArgumentError("load.name", name=name, hint=did_you_mean(name, NAMES))
    _refuse(target is not None and not is_csv, name, "target")
    reading = table or Reading()
    of_table = replace(reading, prefer_numbers=False, task=None) != Reading()
    _refuse(of_table and not is_csv, name, "table")
    _refuse(reading.task is not None and (not own or has_pictures), name, "task")
    _refuse(samples is not None and name not in TOYS, name, "samples")
    _refuse(noise is not None and name not in TOYS, name, "noise")
    _refuse(image_size is not None and not has_pictures, name, "image_size")
    parting = Parting(test if isinstance(test, float | int) else Path(test), seed, folds, fold)
    rule, official = SplitRule.parse(split), name in (*_OFFICIAL, *TRUTH)
    _refuse(rule.column is not None and not is_csv, name, "split")
    _refuse(folds is not None and official, name, "folds")
    _refuse(isinstance(parting.test, Path) and not (is_csv or is_npz or is_folder), name, "test")
    require_one_of(SCALERS, "load", scaler=scaler)
    _refuse(scaler != "standard" and (official or is_folder), name, "scaler")
    scaled = (None if standardize is False else scaler, standardize_target, constant_input)
    if is_csv:
        reading = replace(reading, target=target, split=rule)
        return _parts(*_table(path, reading, parting, *scaled), parting, reading)
    if name in _OFFICIAL:
        _refuse(bool(standardize), name, "standardize")
        _refuse(constant_input, name, "constant_input")
        return _OFFICIAL[name](data_dir)
    if name in TRUTH:
        rows = np.arange(4)
        whole = _encoded(logic(name), (rows, rows), scaler if standardize else None, False, constant_input)
        return whole, whole
    rows = None
    if name in TOYS:
        whole = toy(name, samples, noise, seed)
    elif has_pictures:
        whole, rows = read_image_folder(path, image_size)
    elif is_folder:
        whole = read_npy(path, reading.task, prefer_numbers=reading.prefer_numbers)
    elif is_npz:
        whole = read_npz(path, reading.task, prefer_numbers=reading.prefer_numbers)
    else:
        whole = _SCIKIT_LEARN[name]()
    _refuse(folds is not None and rows is not None, name, "folds")
    _refuse(isinstance(parting.test, Path) and rows is not None, name, "test")
    rows = rows or parting.rows(whole.y, whole.classes if whole.task == "classification" else (), None)
    if whole.image_shape is None:
        encoded = _encoded_in_place if is_folder else _encoded
        whole = encoded(whole, rows, *scaled)
    else:
        _refuse(bool(standardize), name, "standardize")
        _refuse(scaler != "standard", name, "scaler")
        _refuse(constant_input, name, "constant_input")
        whole = replace(whole, digests=RowDigests.of_rows(whole.x, _named(whole.y, whole.classes)))
    return _parts(whole, rows, parting, Reading())


def _refuse(given: bool, name: str, option: str) -> None:
    """Raise an error for an option that has no effect on this data set."""
    require(not given, "load.option", name=name, option=option)


def _parts(whole: Dataset, rows: Split, parting: Parting, reading: Reading) -> tuple[Dataset, Dataset]:
    """The training and test parts of a data set, or all of it and the test part in a file of its own."""
    if not isinstance(parting.test, Path):
        return whole.subset(rows[0]), whole.subset(rows[1])
    decimal = whole.encoder.decimal if whole.encoder is not None else None
    test = read_labelled(
        parting.test,
        task=whole.task,
        classes=whole.classes,
        encoder=whole.encoder,
        image_shape=whole.image_shape,
        picture_files=whole.picture_files,
        missing=reading.missing,
        form=replace(reading.form, decimal=reading.form.decimal or decimal),
    )
    return whole, test


def _named(y: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Classes by their names."""
    return np.array(classes)[y] if classes and y.ndim == 1 else y


def _encoded(
    whole: Dataset, split: Split, scaler: str | None, standardize_target: bool, constant_input: bool
) -> Dataset:
    """A table as numbers, with the encoder fitted on its training part."""
    columns = dict(zip(whole.features, whole.x.T, strict=True))
    encoder = Encoder.fit(
        columns,
        split[0],
        scaler=scaler,
        constant_input=constant_input,
        target=_TARGETS.get(whole.name, "y"),
        classes=whole.classes,
    )
    x = encoder.transform(columns)
    encoder = _with_labels(encoder, whole)
    digests = RowDigests.of_columns(columns, _named(whole.y, whole.classes), ",".join(encoder.targets))
    return _with_targets(x, whole.y, whole.task, whole.name, encoder, split, standardize_target, digests)


def _with_labels(encoder: Encoder, whole: Dataset) -> Encoder:
    """The encoder of arrays, with the names of the labels where y has some."""
    if whole.task != "multilabel":
        return encoder
    written = dict.fromkeys(whole.classes, ("0", "1"))
    return replace(encoder, target=whole.classes, classes=(), labels=written)


def _encoded_in_place(
    whole: Dataset, split: Split, scaler: str | None, standardize_target: bool, constant_input: bool
) -> Dataset:
    """As `_encoded`, of rows that stay on disk: each is encoded when it is used."""
    assert isinstance(whole.x, MappedArray)
    mean, scale = (), ()
    if scaler:
        training = whole.x.take(split[0])
        fitted = Standardizer.fit_pieces(training[rows] for rows in pieces(training))
        mean, scale = tuple(fitted.mean.tolist()), tuple(fitted.scale.tolist())
    encoder = Encoder(whole.features, {}, mean, scale, constant_input, "y", whole.classes)
    encoder = _with_labels(encoder, whole)
    x = whole.x.converted(encoder.transform_rows)
    digests = RowDigests.of_rows(whole.x, _named(whole.y, whole.classes))
    return _with_targets(x, whole.y, whole.task, whole.name, encoder, split, standardize_target, digests)


def _table(
    path: Path,
    reading: Reading,
    parting: Parting,
    scaler: str | None,
    standardize_target: bool,
    constant_input: bool,
) -> tuple[Dataset, Split]:
    """The rows of a table, with the encoder fitted on its training part, and the numbers of those of each part."""
    with named_kinds(path):
        own = read_own_table(path, reading)
    target, columns = own.target, own.columns
    rows = parting.rows(target.y, target.classes, own.origin)
    encoder = Encoder.fit(
        columns,
        rows[0],
        scaler=scaler,
        constant_input=constant_input,
        target=own.target_name,
        classes=target.classes,
        missing=reading.missing,
        decimal=own.decimal,
    )
    encoder = replace(encoder, labels=dict(target.labels))
    weights = {} if own.weights is None else {f"{reading.weight}": own.weights}
    labels = _named(target.y, target.classes)
    digests = RowDigests.of_columns(columns, labels, ",".join(encoder.targets), weights=weights)
    x = encoded_rows(columns.pieces(), encoder, len(target.y), on_disk=own.on_disk)
    facts = (target.task, path.stem, encoder, rows, standardize_target)
    return _with_targets(x, target.y, *facts, digests, own.origin).with_weights(own.weights), rows


def _with_targets(
    x: Any,
    y: np.ndarray,
    task: Task,
    name: str,
    encoder: Encoder,
    split: Split,
    standardize_target: bool,
    digests: RowDigests,
    origin: Origin | None = None,
) -> Dataset:
    """The data set, its targets standardized by those of the training part, where that is asked for."""
    if standardize_target and task == "regression":
        targets = y.reshape(len(y), -1)
        standardizer = Standardizer.fit(targets[split[0]])
        mean, scale = tuple(standardizer.mean.tolist()), tuple(standardizer.scale.tolist())
        encoder = replace(encoder, target_mean=mean, target_scale=scale)
        y = standardizer.transform(targets).reshape(y.shape)
    facts = {"encoder": encoder, "digests": digests, "origin": origin}
    classes = encoder.classes or tuple(encoder.labels)
    return Dataset(x, y, task, name, classes, encoder.features, **facts)
