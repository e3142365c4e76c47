"""Data sets by name, split into training and test parts."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.dataset import Dataset, Task
from gradiente.data.digests import RowDigests
from gradiente.data.digits import digits
from gradiente.data.encoder import SCALERS, Encoder
from gradiente.data.iris import iris
from gradiente.data.logic import TRUTH, logic
from gradiente.data.mnist import fashion_mnist, mnist
from gradiente.data.npy import read_npy
from gradiente.data.npz import read_npz
from gradiente.data.own_table import Reading, read_own_table
from gradiente.data.splits import stratified_split
from gradiente.data.standardize import Standardizer
from gradiente.data.tables.table import SUFFIXES
from gradiente.data.toy import TOYS, toy
from gradiente.errors import ArgumentError, did_you_mean, is_whole, require, require_one_of
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
    test: float = 0.2,
    target: str | None = None,
    standardize: bool | None = None,
    scaler: str = "standard",
    standardize_target: bool = False,
    constant_input: bool = False,
    samples: int | None = None,
    noise: float | None = None,
    table: Reading | None = None,
) -> tuple[Dataset, Dataset]:
    """Load the training and test parts of a data set.

    mnist and fashion-mnist come in their official split. The logic tables (and, or, xor) have four rows, so
    their test part is their training part. Everything else is split by `stratified_split`; what a table's
    encoder learns (categories, mean and scale), it learns from the training part.

    In a table, columns of text become one column of 0 and 1 for each category. A target of text, or of whole numbers
    with at most 20 different values, is a class; any other is a regression's. What is found in its file and decided is
    said by the log `gradiente`.

    Arguments:
        name: a built-in name (see NAMES), the path of a table, text with separators such as .csv, or of an .npz file,
            or a folder with x.npy and y.npy, whose x may be larger than memory: it stays on disk, and only batches of
            it are read
        data_dir: where the files of mnist and fashion-mnist are; other sets need none
        seed: of the split, and of the toy sets, ≥ 0
        test: the fraction held out for testing, in (0, 1)
        target: name of a table's target column; None: the last one
        standardize: numeric columns with mean 0 and standard deviation 1; None: yes for tables, no for images
            and logic tables
        scaler: how, where they are standardized: "standard", or "robust", by the median and the quartiles, as
            `RobustScaler` does
        standardize_target: real-valued targets of a table with mean 0 and standard deviation 1 too: what a network
            learns best; Dataset.in_units leads back
        constant_input: a last column of ones, so that a network without biases has one: the lecture's b = 0
        samples: points of a toy set, ≥ 10
        noise: of a toy set, ≥ 0
        table: what else is to be known of a table, as `Reading` has it

    Errors: ArgumentError for an unknown name, or an option that this data set has no use for; FileError and
        DataError for data that cannot be read or learned from

    >>> train, test = load("iris")
    >>> train.x.shape, test.x.shape, train.classes
    ((120, 4), (30, 4), ('setosa', 'versicolor', 'virginica'))
    """
    path, name = Path(name), str(name)
    own, is_npz = name not in NAMES, path.suffix.lower() == ".npz"
    is_csv = own and not is_npz and (name.lower().endswith(SUFFIXES) or path.is_file())
    is_folder = own and not is_csv and not is_npz and path.is_dir()
    if name not in NAMES and not is_csv and not is_npz and not is_folder:
        raise ArgumentError("load.name", name=name, hint=did_you_mean(name, NAMES))
    _refuse(target is not None and not is_csv, name, "target")
    _refuse(
        table is not None and replace(table, prefer_numbers=False) != Reading() and not is_csv, name, "table"
    )
    _refuse(samples is not None and name not in TOYS, name, "samples")
    _refuse(noise is not None and name not in TOYS, name, "noise")
    require(0 < test < 1, "split.fraction", value=test)
    require_one_of(SCALERS, "load", scaler=scaler)
    require(is_whole(seed, 0), "load.seed", value=repr(seed))
    if is_csv:
        reading = replace(table or Reading(), target=target)
        return _load_table(
            path, reading, seed, test, standardize is not False, scaler, standardize_target, constant_input
        )
    if name in _OFFICIAL:
        _refuse(bool(standardize), name, "standardize")
        _refuse(scaler != "standard", name, "scaler")
        _refuse(constant_input, name, "constant_input")
        return _OFFICIAL[name](data_dir)
    if name in TRUTH:
        rows = np.arange(4)
        return _encoded(logic(name), (rows, rows), bool(standardize), scaler, False, constant_input)
    if name in TOYS:
        whole = toy(name, samples, noise, seed)
    elif is_folder:
        whole = read_npy(path)
    elif is_npz:
        whole = read_npz(path)
    else:
        whole = _SCIKIT_LEARN[name]()
    split = _split(whole.y, whole.classes, test, seed)
    if whole.image_shape is None:
        if is_folder:
            _refuse(scaler != "standard", name, "scaler")
            return _encoded_in_place(
                whole, split, standardize is not False, standardize_target, constant_input
            )
        return _encoded(whole, split, standardize is not False, scaler, standardize_target, constant_input)
    _refuse(bool(standardize), name, "standardize")
    _refuse(scaler != "standard", name, "scaler")
    _refuse(constant_input, name, "constant_input")
    whole = replace(whole, digests=RowDigests.of_rows(whole.x, _named(whole.y, whole.classes)))
    return whole.subset(split[0]), whole.subset(split[1])


def _refuse(given: bool, name: str, option: str) -> None:
    """Raise an error for an option that has no effect on this data set."""
    require(not given, "load.option", name=name, option=option)


def _split(y: np.ndarray, classes: tuple[str, ...], test: float, seed: int) -> Split:
    """The stratified split, whose error names the class that has too few rows."""
    return stratified_split(_named(y, classes), test, seed)


def _named(y: np.ndarray, classes: tuple[str, ...]) -> np.ndarray:
    """Classes by their names."""
    return np.array(classes)[y] if classes else y


def _encoded(
    whole: Dataset,
    split: Split,
    standardize: bool,
    scaler: str,
    standardize_target: bool,
    constant_input: bool,
) -> tuple[Dataset, Dataset]:
    """A table as numbers, with the encoder fitted on its training part."""
    columns = dict(zip(whole.features, whole.x.T, strict=True))
    encoder = Encoder.fit(
        columns,
        split[0],
        standardize=standardize,
        scaler=scaler,
        constant_input=constant_input,
        target=_TARGETS.get(whole.name, "y"),
        classes=whole.classes,
    )
    return _parts(columns, whole.y, whole.task, whole.name, encoder, split, standardize_target)


def _encoded_in_place(
    whole: Dataset, split: Split, standardize: bool, standardize_target: bool, constant_input: bool
) -> tuple[Dataset, Dataset]:
    """As `_encoded`, of rows that stay on disk: each is encoded when it is used."""
    assert isinstance(whole.x, MappedArray)
    mean, scale = (), ()
    if standardize:
        training = whole.x.take(split[0])
        fitted = Standardizer.fit_pieces(training[rows] for rows in pieces(training))
        mean, scale = tuple(fitted.mean.tolist()), tuple(fitted.scale.tolist())
    encoder = Encoder(whole.features, {}, mean, scale, constant_input, "y", whole.classes)
    x = whole.x.converted(encoder.transform_rows)
    digests = RowDigests.of_rows(whole.x, _named(whole.y, whole.classes))
    return _split_parts(x, whole.y, whole.task, whole.name, encoder, split, standardize_target, digests)


def _load_table(
    path: Path,
    reading: Reading,
    seed: int,
    test: float,
    standardize: bool,
    scaler: str,
    standardize_target: bool,
    constant_input: bool,
) -> tuple[Dataset, Dataset]:
    own = read_own_table(path, reading)
    target = own.target
    split = _split(target.y, target.classes, test, seed)
    encoder = Encoder.fit(
        own.columns,
        split[0],
        standardize=standardize,
        scaler=scaler,
        constant_input=constant_input,
        target=own.target_name,
        classes=target.classes,
        missing=reading.missing,
        decimal=own.decimal,
    )
    return _parts(own.columns, target.y, target.task, path.stem, encoder, split, standardize_target)


def _parts(
    columns: Mapping[str, np.ndarray],
    y: np.ndarray,
    task: Task,
    name: str,
    encoder: Encoder,
    split: Split,
    standardize_target: bool,
) -> tuple[Dataset, Dataset]:
    x = encoder.transform(columns)
    digests = RowDigests.of_columns(columns, _named(y, encoder.classes), encoder.target or "y")
    return _split_parts(x, y, task, name, encoder, split, standardize_target, digests)


def _split_parts(
    x: Any,
    y: np.ndarray,
    task: Task,
    name: str,
    encoder: Encoder,
    split: Split,
    standardize_target: bool,
    digests: RowDigests,
) -> tuple[Dataset, Dataset]:
    if standardize_target and task == "regression":
        targets = y.reshape(len(y), -1)
        standardizer = Standardizer.fit(targets[split[0]])
        mean, scale = tuple(standardizer.mean.tolist()), tuple(standardizer.scale.tolist())
        encoder = replace(encoder, target_mean=mean, target_scale=scale)
        y = standardizer.transform(targets).reshape(y.shape)
    whole = Dataset(x, y, task, name, encoder.classes, encoder.features, encoder=encoder, digests=digests)
    return whole.subset(split[0]), whole.subset(split[1])
