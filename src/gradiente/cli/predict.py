"""`gradiente predict`: the predictions of a trained network for new rows or images."""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

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

if TYPE_CHECKING:
    import polars as pl

    from gradiente.data import Encoder

DIGITS = "mnist"  # the data set of handwritten digits: photographs are cleaned for its networks alone
AT_ONCE = 256  # pictures of a folder
MOST_LABELS = 3  # that have columns of their own on the terminal
SHOWN = 10  # rows on a terminal, or where all of them are in a file
Said = tuple[Sequence[str], Predictions]  # the names of a file's instances, and the answers


class RowNames(Sequence[str]):
    """The names of a file's rows: table.csv:1, table.csv:2 …"""

    def __init__(self, file: str, rows: int) -> None:
        self._file = file
        self._numbers = range(1, rows + 1)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [f"{self._file}:{number}" for number in self._numbers[place]]
        return f"{self._file}:{self._numbers[place]}"

    def series(self) -> "pl.Series":
        """All of them."""
        import polars as pl

        numbers = pl.int_range(1, len(self) + 1, eager=True).cast(pl.String)
        return pl.select(pl.lit(f"{self._file}:") + numbers).to_series()


def predict(run: str, files: tuple[str, ...], output: str | None, show: bool, as_json: bool) -> None:
    opened = Run.open(run)
    description, network = opened.description(), opened.network()
    loss, encoder = opened.loss(), description.table_encoder()
    features = int(np.prod(network.input_shape or (0,)))
    said = list[Said]()
    if show:
        _require_pictures(files)
    for file in files:
        with remarks(console(as_json=True)):
            parts = _parts(Path(file), description, encoder)
        for sources, x in parts:
            if x.shape[1] != features:
                raise ShapeError("predict.features", file=file, expected=features, got=x.shape[1])
            if show:
                for source, seen in zip(sources, x, strict=True):
                    print_seen(source, seen, tuple(description.image_shape or ()), as_json=as_json)
            y = network.predict(x, AT_ONCE)
            said.append((sources, predictions_of(y, loss, description.task, description.classes, encoder)))
    if output is not None:
        write_atomically(output, _csv(said))
    if as_json:
        print_json([row for part in said for row in _rows(*part)])
        return
    total = sum(len(sources) for sources, _ in said)
    is_part = output is not None or sys.stdout.isatty()
    shown = min(total, SHOWN) if is_part else total
    _print(said, shown, styled=is_part)
    if output is not None:
        say(text("predict.written", path=output, count=count(total)))
    elif shown < total:
        say(text("predict.more", shown=count(shown), count=count(total)))


def _require_pictures(files: tuple[str, ...]) -> None:
    others = [file for file in files if not is_picture(Path(file)) and not Path(file).is_dir()]
    if others:
        raise ArgumentError("predict.show", file=others[0])


def _parts(
    path: Path, description: DataDescription, encoder: "Encoder | None"
) -> Iterable[tuple[Sequence[str], Any]]:
    """The rows of a file, or the pictures of a folder some at a time, as inputs of the network, each with a name."""
    if not path.is_dir():
        return [_instances(path, description, encoder)]
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


def _instances(
    path: Path, description: DataDescription, encoder: "Encoder | None"
) -> tuple[Sequence[str], np.ndarray]:
    """The rows of a file as inputs of the network, each with a name."""
    kind = path.suffix.lower()
    if is_picture(path):
        return [path.name], _reader(path, description)(path)[None]
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
    return RowNames(path.name, len(x)), x


def _checked(x: Any, path: Path, features: tuple[str, ...] = ()) -> Any:
    """x, an array or a MappedArray, checked like training data: at least one row, of finite numbers."""
    return Dataset(x, np.zeros(x.shape[:1]), "regression", path.name, features=features).x


def _rows(sources: Sequence[str], found: Predictions) -> list[dict[str, Any]]:
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


def _csv(said: list[Said]) -> bytes:
    import polars as pl

    return pl.concat([pl.DataFrame(_columns(*part)) for part in said]).write_csv().encode()


def _columns(sources: Sequence[str], found: Predictions) -> dict[str, Any]:
    """The columns of a file of answers: of several targets or labels, each has its own name."""
    import polars as pl

    names = sources.series() if isinstance(sources, RowNames) else pl.Series(sources, dtype=pl.String)
    columns: dict[str, Any] = {"source": names}

    def add(name: str, values: "np.ndarray | pl.Series") -> None:
        while name in columns:
            name += "_"
        columns[name] = values

    if found.values is not None:
        titles = found.targets if found.values.ndim == 2 else ("value",)
        for name, values in zip(titles, found.values.reshape(len(sources), -1).T, strict=True):
            add(name, values.astype(np.float64))
        return columns
    assert found.labels is not None
    assert found.probabilities is not None
    if found.labels.ndim == 1:
        add("class", pl.Series(found.classes, dtype=pl.String)[found.probabilities.argmax(axis=1)])
        add("probability", found.probabilities.max(axis=1).astype(np.float64))
        return columns
    for name, labels, p in zip(found.classes, found.labels.T, found.probabilities.T, strict=True):
        add(name, pl.Series(labels.tolist()))
        add(f"{name}_probability", p.astype(np.float64))
    return columns


def _print(said: list[Said], shown: int, *, styled: bool) -> None:
    """The first answers as a table; all of them, which a program reads, as lines."""
    parts = (_rows(sources[:shown], found.first(shown)) for sources, found in said)
    rows = [[row["source"], *_cells(row)] for row in islice(chain.from_iterable(parts), shown)]
    header = [text("predict.source"), *_header(said[0][1])]
    if not styled:
        widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
        say("\n".join("  ".join(map(str.ljust, row, widths)) for row in (header, *rows)))
        return
    table = styled_table()
    for title in header:
        is_number = title == text("predict.probability") or title in said[0][1].targets
        table.add_column(title, justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*row)
    console().print(table)


def _header(found: Predictions) -> list[str]:
    """The titles of the columns of `_cells`."""
    if found.labels is not None and found.labels.ndim == 2:
        if len(found.classes) > MOST_LABELS:
            return [text("predict.labels")]
        return [title for name in found.classes for title in (name, text("predict.probability"))]
    if found.labels is not None:
        return [text("predict.class"), text("predict.probability")]
    several = found.values is not None and found.values.ndim == 2
    return list(found.targets) if several else [text("predict.value")]


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
