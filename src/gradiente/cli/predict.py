"""`gradiente predict`: the predictions of a trained network for new rows or images."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.remarks import remarks
from gradiente.cli.seen import print_seen
from gradiente.cli.settings import custom_option
from gradiente.cli.tables import console, styled_table
from gradiente.data import Dataset, read_digit, read_image, read_inputs, read_mapped_inputs
from gradiente.data.tables.table import SUFFIXES
from gradiente.errors import ArgumentError, ShapeError
from gradiente.formatting import share, short
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.storage import write_atomically
from gradiente.training.predictions import predictions_of
from gradiente.training.run import DataDescription, Run

DIGITS = "mnist"  # the data set of handwritten digits: photographs are cleaned for its networks alone
IMAGES = {".png", ".jpg", ".jpeg"}


@dataclass(frozen=True)
class Prediction:
    """The prediction for one instance: a class with its probability, or the numbers of a regression."""

    source: str
    values: dict[str, Any]


def predict(run: str, files: tuple[str, ...], output: str | None, show: bool, as_json: bool) -> None:
    opened = Run.open(run)
    description, network = opened.description(), opened.network()
    loss = opened.loss()
    features = int(np.prod(network.input_shape or (0,)))
    predictions = []
    if show:
        _require_pictures(files)
    for file in files:
        with remarks(console(as_json=True)):
            sources, x = _instances(Path(file), description)
        if x.shape[1] != features:
            raise ShapeError("predict.features", file=file, expected=features, got=x.shape[1])
        if show:
            print_seen(sources[0], x[0], tuple(description.image_shape or ()), as_json=as_json)
        predictions += _predictions(sources, network.predict(x), description, loss)
    if output is not None:
        write_atomically(output, _csv(predictions))
    if as_json:
        print_json([{"source": prediction.source, **prediction.values} for prediction in predictions])
    else:
        _print(predictions)


def _require_pictures(files: tuple[str, ...]) -> None:
    others = [file for file in files if Path(file).suffix.lower() not in IMAGES]
    if others:
        raise ArgumentError("predict.show", file=others[0])


def _instances(path: Path, description: DataDescription) -> tuple[list[str], np.ndarray]:
    """The rows of a file as inputs of the network, each with a name."""
    kind = path.suffix.lower()
    if kind in IMAGES:
        if description.image_shape is None:
            raise ArgumentError("predict.no_images", file=path, name=description.name)
        read = read_digit if description.name == DIGITS else read_image
        return [path.name], read(path, tuple(description.image_shape))[None]
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
    return [f"{path.name}:{row}" for row in range(1, len(x) + 1)], x


def _checked(x: Any, path: Path, features: tuple[str, ...] = ()) -> Any:
    """x, an array or a MappedArray, checked like training data: at least one row, of finite numbers."""
    return Dataset(x, np.zeros(x.shape[:1]), "regression", path.name, features=features).x


def _predictions(
    sources: list[str], output: np.ndarray, description: DataDescription, loss: Loss
) -> list[Prediction]:
    found = predictions_of(output, loss, description.task, description.classes, description.table_encoder())
    if found.values is not None:
        rows = [{"value": value} for value in found.values.tolist()]
    else:
        assert found.labels is not None
        assert found.probabilities is not None
        rows = [
            {
                "class": label,
                "probability": max(row),
                "probabilities": dict(zip(found.classes, row, strict=True)),
            }
            for label, row in zip(found.labels.tolist(), found.probabilities.tolist(), strict=True)
        ]
    return [Prediction(source, values) for source, values in zip(sources, rows, strict=True)]


def _csv(predictions: list[Prediction]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    flat = [
        {k: v for k, v in prediction.values.items() if k != "probabilities"} for prediction in predictions
    ]
    writer.writerow(["source", *flat[0]])
    writer.writerows(
        [prediction.source, *row.values()] for prediction, row in zip(predictions, flat, strict=True)
    )
    return out.getvalue()


def _print(predictions: list[Prediction]) -> None:
    table = styled_table()
    table.add_column(text("predict.source"))
    classified = "class" in predictions[0].values
    table.add_column(text("predict.class" if classified else "predict.value"))
    if classified:
        table.add_column(text("predict.probability"), justify="right")
    for prediction in predictions:
        values = prediction.values
        if classified:
            answer = [values["class"], share(values["probability"])]
        else:
            answer = [", ".join(map(short, np.atleast_1d(values["value"]).tolist()))]
        table.add_row(prediction.source, *answer)
    console().print(table)


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
