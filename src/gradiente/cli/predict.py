"""`gradiente predict`: the predictions of a trained network for new rows or images."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from gradiente.cli.base import command, json_option, option, print_json, say
from gradiente.cli.remarks import remarks
from gradiente.cli.seen import print_seen
from gradiente.cli.settings import custom_option
from gradiente.cli.tables import console, styled_table
from gradiente.data import Dataset, read_digit, read_image, read_inputs, read_mapped_inputs, read_picture
from gradiente.data.class_folders import is_picture, pictures_in
from gradiente.data.tables.table import SUFFIXES
from gradiente.errors import ArgumentError, ShapeError
from gradiente.formatting import NONE, count, share, short
from gradiente.locale import text
from gradiente.storage import write_atomically
from gradiente.training.predictions import Predictions, predictions_of
from gradiente.training.run import DataDescription, Run

DIGITS = "mnist"  # the data set of handwritten digits: photographs are cleaned for its networks alone
AT_ONCE = 256  # pictures of a folder
MOST_LABELS = 3  # that have columns of their own on the terminal
SHOWN = 10  # rows on the terminal, where all of them are in a file
Said = tuple[list[str], Predictions]  # the names of a file's instances, and the answers


def predict(run: str, files: tuple[str, ...], output: str | None, show: bool, as_json: bool) -> None:
    opened = Run.open(run)
    description, network = opened.description(), opened.network()
    loss = opened.loss()
    features = int(np.prod(network.input_shape or (0,)))
    said = list[Said]()
    if show:
        _require_pictures(files)
    for file in files:
        with remarks(console(as_json=True)):
            parts = _parts(Path(file), description)
        for sources, x in parts:
            if x.shape[1] != features:
                raise ShapeError("predict.features", file=file, expected=features, got=x.shape[1])
            if show:
                for source, seen in zip(sources, x, strict=True):
                    print_seen(source, seen, tuple(description.image_shape or ()), as_json=as_json)
            y, encoder = network.predict(x), description.table_encoder()
            said.append((sources, predictions_of(y, loss, description.task, description.classes, encoder)))
    if output is not None:
        write_atomically(output, _csv(said))
    if as_json:
        print_json([row for part in said for row in _rows(*part)])
        return
    total = sum(len(sources) for sources, _ in said)
    shown = total if output is None else min(total, SHOWN)
    _print(said, shown)
    if output is not None:
        say(text("predict.written", path=output, count=count(total)))


def _require_pictures(files: tuple[str, ...]) -> None:
    others = [file for file in files if not is_picture(Path(file)) and not Path(file).is_dir()]
    if others:
        raise ArgumentError("predict.show", file=others[0])


def _parts(path: Path, description: DataDescription) -> Iterable[tuple[list[str], Any]]:
    """The rows of a file, or the pictures of a folder some at a time, as inputs of the network, each with a name."""
    if not path.is_dir():
        return [_instances(path, description)]
    read, found = _reader(path, description), pictures_in(path)
    parts = (found[first : first + AT_ONCE] for first in range(0, len(found), AT_ONCE))
    return (
        ([str(each.relative_to(path)) for each in part], np.stack(list(map(read, part)))) for part in parts
    )


def _reader(path: Path, description: DataDescription) -> Callable[[Path], np.ndarray]:
    """What makes a picture an input as in training."""
    if description.image_shape is None:
        raise ArgumentError("predict.no_images", file=path, name=description.name)
    shape = tuple(description.image_shape)
    if description.picture_files or len(shape) == 3:
        return partial(read_picture, image_shape=shape)
    return partial(read_digit if description.name == DIGITS else read_image, image_shape=shape)


def _instances(path: Path, description: DataDescription) -> tuple[list[str], np.ndarray]:
    """The rows of a file as inputs of the network, each with a name."""
    kind = path.suffix.lower()
    if is_picture(path):
        return [path.name], _reader(path, description)(path)[None]
    encoder = description.table_encoder()
    if kind == ".npz":
        x = _checked(read_inputs(path), path)
        x = x if encoder is None else _checked(encoder.transform_rows(x), path, encoder.features)
    elif kind == ".npy":
        x = _checked(read_mapped_inputs(path), path)
        if encoder is not None:
            encoder.require_rows(x.shape)
            x = _checked(x.converted(encoder.transform_rows), path, encoder.features)
    elif encoder is not None:
        x = _checked(encoder.encode(path), path, encoder.features)
    elif path.name.lower().endswith(SUFFIXES):
        raise ArgumentError("predict.no_table", file=path, name=description.name)
    else:
        raise ArgumentError("predict.kind", file=path)
    name = path.name
    return [f"{name}:{row}" for row in range(1, len(x) + 1)], x


def _checked(x: Any, path: Path, features: tuple[str, ...] = ()) -> Any:
    """x, an array or a MappedArray, checked like training data: at least one row, of finite numbers."""
    return Dataset(x, np.zeros(x.shape[:1]), "regression", path.name, features=features).x


def _rows(sources: list[str], found: Predictions) -> list[dict[str, Any]]:
    """Every instance's answer as plain data."""
    if found.values is not None:
        named = found.values.ndim == 2
        values = [dict(zip(found.targets, v, strict=True)) if named else v for v in found.values.tolist()]
        return [{"source": s, "value": v} for s, v in zip(sources, values, strict=True)]
    assert found.labels is not None
    assert found.probabilities is not None
    answers = zip(sources, found.labels.tolist(), found.probabilities.tolist(), strict=True)
    if found.labels.ndim == 2:
        return [
            {
                "source": source,
                "labels": dict(zip(found.classes, labels, strict=True)),
                "probabilities": dict(zip(found.classes, row, strict=True)),
            }
            for source, labels, row in answers
        ]
    return [
        {
            "source": source,
            "class": label,
            "probability": max(row),
            "probabilities": dict(zip(found.classes, row, strict=True)),
        }
        for source, label, row in answers
    ]


def _csv(said: list[Said]) -> str:
    import polars as pl

    return pl.concat([pl.DataFrame(_columns(*part)) for part in said]).write_csv()


def _columns(sources: list[str], found: Predictions) -> dict[str, Any]:
    """The columns of a file of answers: of several targets or labels, each has its own name."""
    columns: dict[str, Any] = {"source": sources}

    def add(name: str, values: np.ndarray) -> None:
        while name in columns:
            name += "_"
        columns[name] = values.tolist()

    if found.values is not None:
        names = found.targets if found.values.ndim == 2 else ("value",)
        for name, values in zip(names, found.values.reshape(len(sources), -1).T, strict=True):
            add(name, values.astype(np.float64))
        return columns
    assert found.labels is not None
    assert found.probabilities is not None
    if found.labels.ndim == 1:
        add("class", found.labels)
        add("probability", found.probabilities.max(axis=1).astype(np.float64))
        return columns
    for name, labels, p in zip(found.classes, found.labels.T, found.probabilities.T, strict=True):
        add(name, labels)
        add(f"{name}_probability", p.astype(np.float64))
    return columns


def _print(said: list[Said], shown: int) -> None:
    """The first answers as a table."""
    table, first = styled_table(), said[0][1]
    table.add_column(text("predict.source"))
    if first.labels is not None and first.labels.ndim == 2 and len(first.classes) > MOST_LABELS:
        table.add_column(text("predict.labels"))
    elif first.labels is not None and first.labels.ndim == 2:
        for name in first.classes:
            table.add_column(name)
            table.add_column(text("predict.probability"), justify="right")
    elif first.labels is not None:
        table.add_column(text("predict.class"))
        table.add_column(text("predict.probability"), justify="right")
    elif first.values is not None and first.values.ndim == 2:
        for name in first.targets:
            table.add_column(name, justify="right")
    else:
        table.add_column(text("predict.value"))
    for sources, found in said:
        for row in _rows(sources[:shown], found.first(shown)):
            table.add_row(row["source"], *_cells(row))
        shown -= min(shown, len(sources))
    console().print(table)


def _cells(row: dict[str, Any]) -> list[str]:
    """An answer as it is read."""
    if len(row.get("labels", ())) > MOST_LABELS:
        likely = {name: p for name, p in row["probabilities"].items() if p > 0.5}
        return [", ".join(f"{name} ({share(p)})" for name, p in likely.items()) or NONE]
    if "labels" in row:
        pairs = zip(row["labels"].values(), row["probabilities"].values(), strict=True)
        return [cell for label, p in pairs for cell in (label, share(p))]
    if "class" in row:
        return [row["class"], share(row["probability"])]
    value = row["value"]
    return list(map(short, value.values())) if isinstance(value, dict) else [short(value)]


command = command(
    "predict",
    lambda: [
        click.Argument(["run"], metavar=text("cli.metavar.run")),
        click.Argument(["files"], nargs=-1, required=True, metavar=text("cli.metavar.files")),
        option("--output", "cli.predict.output", metavar=text("cli.metavar.file")),
        option("--show", "cli.predict.show", is_flag=True),
        custom_option(),
        json_option(),
    ],
    predict,
)
