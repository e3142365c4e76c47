"""`gradiente data show`: a summary of a data set, and a batch of its images before and after augmentation."""

from typing import Any

import click
import numpy as np

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.settings import setting_option
from gradiente.cli.tables import console, styled_table
from gradiente.data import Compose, Dataset, augment_rows, load
from gradiente.data.augmentation import REGISTRY as AUGMENTATIONS
from gradiente.errors import ArgumentError, require
from gradiente.formatting import count as in_groups
from gradiente.formatting import short
from gradiente.locale import text
from gradiente.notation import parse_list
from gradiente.reporting.batch_picture import Panel, batch_picture
from gradiente.reporting.samples import is_image_data
from gradiente.storage import require_png, write_atomically

MOST_IMAGES = 400


def show(
    name: str,
    data_dir: str | None,
    augment: str | None,
    count: int,
    seed: int,
    output: str | None,
    as_json: bool,
) -> None:
    augmentation = None if augment is None else Compose(parse_list(augment, AUGMENTATIONS))
    if output is not None:
        require_png(output)
    require(1 <= count <= MOST_IMAGES, "data_show.count", most=MOST_IMAGES, value=count)
    train, test = load(name, data_dir=data_dir, seed=seed, standardize=False)
    if is_image_data(train):
        output = output or f"{train.name}.png"
        note = None if augment is None else " ".join(augment.split())
        write_atomically(output, _picture(train, augmentation, note, min(count, len(train)), seed))
    else:
        for option_name, value in (("--augment", augment), ("--output", output)):
            if value is not None:
                raise ArgumentError("data_show.no_images", name=train.name, option=option_name)
    facts = {**_facts(train, test), "output": output}
    if as_json:
        print_json(facts)
    else:
        _print(facts, same=train.is_same(test))


def _picture(train: Dataset, augmentation: Compose | None, note: str | None, count: int, seed: int) -> bytes:
    """Some training images, drawn with the seed; with an augmentation, before and after it."""
    assert train.image_shape is not None
    generator = np.random.default_rng(seed)
    rows = generator.permutation(len(train))[:count]
    x = train.x[rows]
    chosen = text("data_show.chosen", name=train.name, count=count, total=in_groups(len(train)))
    panels = [Panel(text("data_show.images" if augmentation is None else "data_show.before"), chosen, x)]
    if augmentation is not None:
        after = augment_rows(x, train.image_shape, augmentation, generator)
        panels.append(Panel(text("data_show.after"), note or "", after))
    if train.classifies:
        names = [train.answer(row) for row in rows]
    else:
        names = [", ".join(map(short, np.atleast_1d(target).tolist())) for target in train.y[rows]]
    return batch_picture(panels, train.image_shape, names, float(train.x.min()), float(train.x.max()))


def _facts(train: Dataset, test: Dataset) -> dict[str, Any]:
    """The summary, as data."""
    classes = targets = None
    if train.classifies:
        counts = [part.counts.tolist() for part in (train, test)]
        classes = [
            {"name": name, "train": of_train, "test": of_test}
            for name, of_train, of_test in zip(train.classes, *counts, strict=True)
        ]
    else:
        targets = {"count": train.outputs, **_ends(train.y, test.y)}
    return {
        "name": train.name,
        "task": train.task,
        "train": len(train),
        "test": len(test),
        "features": train.x.shape[1],
        "image_shape": train.image_shape,
        "values": _ends(train.x, test.x),
        "classes": classes,
        "targets": targets,
    }


def _ends(*parts: np.ndarray) -> dict[str, float]:
    return {
        "smallest": float(min(part.min() for part in parts)),
        "largest": float(max(part.max() for part in parts)),
    }


def _print(facts: dict[str, Any], *, same: bool) -> None:
    out = console()
    table = styled_table(title=facts["name"], show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(text("data_show.task"), text(f"data_show.{facts['task']}"))
    for key in ("train", "test", "features"):
        others = text("data_show.same") if same and key == "test" else in_groups(facts[key])
        table.add_row(text(f"data_show.{key}"), others)
    if (shape := facts["image_shape"]) is not None:
        table.add_row(text("data_show.image_shape"), " × ".join(map(str, shape)))
    table.add_row(text("data_show.values"), _range(facts["values"]))
    if (targets := facts["targets"]) is not None:
        table.add_row(text("data_show.targets"), str(targets["count"]))
        table.add_row(text("data_show.target_values"), _range(targets))
    out.print(table)
    if (classes := facts["classes"]) is not None:
        table = styled_table()
        table.add_column(text("breakdown.label" if facts["task"] == "multilabel" else "data_show.class"))
        counted = ("train",) if same else ("train", "test")
        for key in counted:
            table.add_column(text(f"data_show.{key}"), justify="right")
        for row in classes:
            table.add_row(row["name"], *(in_groups(row[key]) for key in counted))
        out.print(table)
    if facts["output"] is not None:
        out.print(text("data_show.written", path=facts["output"]), soft_wrap=True)


def _range(ends: dict[str, float]) -> str:
    return f"{short(ends['smallest'])} … {short(ends['largest'])}"


command = command(
    "data.show",
    lambda: [
        click.Argument(["name"], metavar=text("cli.metavar.data")),
        setting_option("data_dir"),
        option("--augment", "cli.data.show.augment", metavar=text("cli.metavar.augmentations")),
        option("--count", "cli.data.show.count", type=INTEGER, default=16),
        setting_option("seed", "cli.data.show.seed", default=0),
        option("--output", "cli.data.show.output", metavar=text("cli.metavar.file")),
        json_option(),
    ],
    show,
)
