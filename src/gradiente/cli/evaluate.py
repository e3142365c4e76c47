"""`gradiente evaluate`: the metrics of a run's network on its data, or on those of another file."""

import click

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import Choice
from gradiente.cli.remarks import remarks
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console, print_metrics
from gradiente.errors import require
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.metrics import undefined_metrics
from gradiente.pytorch.metrics import TorchMetric
from gradiente.training import evaluate as measure
from gradiente.training.breakdown import breakdown
from gradiente.training.labelled_for import labelled_for
from gradiente.training.load_for import load_for
from gradiente.training.run import Run


def evaluate(
    run: str, file: str | None, part: str | None, data_dir: str | None, positive: str | None, as_json: bool
) -> None:
    opened = Run.open(run)
    given = {"data_dir": data_dir, "positive": positive}
    config = opened.config().changed(**{name: value for name, value in given.items() if value is not None})
    if file is not None:
        require(part is None, "evaluate.part_of_file", part=part)
        with remarks(console(as_json)):
            dataset = labelled_for(opened, config, file).with_positive(config.data.positive)
        dataset = dataset.with_class_weight(config.descent.class_weight)
        which, title = {"file": file}, "file"
    else:
        train, test = load_for(config)
        opened.require_same_data(train, test)
        part = part or "test"
        dataset = test if part == "test" else train
        which, title = {"part": part}, "same" if train.is_same(test) else part
    prediction = opened.network().predict(dataset.x)
    named = [TorchMetric.parse(metric) for metric in config.descent.metric or ()]
    with undefined_metrics() as undefined:
        metrics = measure(prediction, dataset, opened.loss(), named)
    behind = breakdown(prediction, dataset, opened.loss())
    said = {entry.metric: entry.sentence(dataset.classes) for entry in undefined}
    if as_json:
        measured = {"instances": len(dataset), "metrics": metrics, **behind.to_dict(), "undefined": said}
        print_json({"run": str(opened.folder), **which, **measured})
    else:
        title = text(f"evaluate.{title}", name=dataset.name, count=count(len(dataset)))
        print_metrics(console(), metrics, title, said.values(), behind)


command = command(
    "evaluate",
    lambda: [
        click.Argument(["run"], metavar=text("cli.metavar.run")),
        click.Argument(["file"], required=False, metavar=f"[{text('cli.metavar.file')}]"),
        option("--part", "cli.evaluate.part", type=Choice(["test", "train"])),
        setting_option("data_dir"),
        setting_option("positive"),
        custom_option(),
        json_option(),
    ],
    evaluate,
)
