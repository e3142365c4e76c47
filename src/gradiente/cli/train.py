"""`gradiente train`: from a data set's name to a trained, evaluated and saved network."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import BATCH_SIZE, INTEGER, INTEGERS, NUMBER
from gradiente.cli.load_for import load_for
from gradiente.cli.tables import console, print_metrics, print_summary
from gradiente.data import Dataset
from gradiente.data.augmentation import REGISTRY as AUGMENTATIONS
from gradiente.engines import Processes, Torch, TorchEngine
from gradiente.errors import ArgumentError, require
from gradiente.layers import REGISTRY as LAYERS
from gradiente.locale import text
from gradiente.notation import parse_list, write
from gradiente.penalties import REGISTRY as PENALTIES
from gradiente.reporting import write_report
from gradiente.training import Checkpoint, Trainer, evaluate, load_checkpoint
from gradiente.training.build import Plan, plan
from gradiente.training.callbacks import Callback
from gradiente.training.config import Config
from gradiente.training.environment import environment
from gradiente.training.metrics_files import MetricsFiles
from gradiente.training.progress import Progress
from gradiente.training.run import DataDescription, KeepRun, Run, default_folder
from gradiente.training.tensorboard import TensorBoard

# The options that are lists in the notation.
LISTS: dict[str, Mapping[str, type]] = {"network": LAYERS, "penalty": PENALTIES, "augment": AUGMENTATIONS}
# What may differ when a training is taken up again: how long it goes on, where its data lie, who executes it.
RESUMABLE = {
    "epochs",
    "data_dir",
    "engine",
    "threads",
    "metric",
    *(field.name for field in fields(Torch)),
}


def train(
    as_json: bool,
    config_file: str | None,
    resume: str | None,
    run_folder: str | None,
    report: bool,
    tensorboard: bool,
    **given: Any,
) -> None:
    given = {key: value for key, value in given.items() if value not in (None, ())}
    if "metric" in given:
        given["metric"] = list(given["metric"])
    for key, registry in LISTS.items():
        if key in given:
            given[key] = [write(entry, registry) for entry in parse_list(given[key], registry)]
    run = Run.open(resume) if resume is not None else None
    for name, value in (("--config", config_file), ("--run", run_folder)):
        if run is not None and value is not None:
            raise ArgumentError("train.resume", option=name)
    config = _config(config_file, run, given)
    group = Processes.launched()
    out = console(as_json, quiet=group.rank > 0)
    train_set, test_set = load_for(config)
    if run is None and "TORCHELASTIC_RUN_ID" in os.environ:
        run = _started_before(run_folder, config, train_set)
        if run is not None:
            config = _config(None, run, {key: value for key, value in given.items() if key in RESUMABLE})
    new = run is None

    resumed = run.last_checkpoint if run is not None and run.last_checkpoint.is_file() else None
    planned = plan(config.portable(), train_set, resumed=resumed is not None)
    words = environment()
    if run is None:
        folder = default_folder(config.data) if run_folder is None else Path(run_folder)
        run = Run(folder.absolute())
    keep = KeepRun(run, planned.config, DataDescription.of(train_set), words, new=new)
    trainer = planned.trainer([keep, *_callbacks(run, tensorboard)])
    if (advice := planned.advice()) is not None:
        out.print(advice, style="yellow", soft_wrap=True)
    print_summary(out, planned.network, train_set, test_set)
    if isinstance(trainer.engine, TorchEngine):
        where = {"device": trainer.engine.device, "processes": trainer.engine.processes}
        out.print(text("train.engine", version=words["torch"], **where))
    with _threads(config):
        history = trainer.fit(
            train_set,
            validation=planned.config.validation or None,
            epochs=planned.config.epochs or 0,
            batch_size=planned.config.batch_size,  # pyright: ignore[reportArgumentType]
            resume=resumed,
        )
        prediction = trainer.predict(test_set.x)
    if group.rank > 0:
        return
    metrics = evaluate(prediction, test_set, planned.loss, trainer.metrics)
    run.finish(planned.network, metrics)
    if report:
        write_report(
            run.report,
            network=planned.network,
            loss=planned.loss,
            history=history,
            train=train_set,
            test=test_set,
            metrics=metrics,
            prediction=prediction,
            config=planned.config.to_dict(),
            environment=words,
            stopped=trainer.stopped,
            monitor=trainer.monitor,
            restored=planned.config.patience is not None,
        )
    if as_json:
        print_json(_result(run, planned, trainer, history.records, metrics, report))
        return
    print_metrics(out, metrics, text("train.test_set", count=len(test_set)))
    out.print(f"{text('train.run')}: {run.folder}", highlight=False, soft_wrap=True)
    if report:
        out.print(f"{text('train.report')}: {run.report}", highlight=False, soft_wrap=True)


def _config(config_file: str | None, run: Run | None, given: dict[str, Any]) -> Config:
    """What is asked for: a run's own config or a file's or none, and over it what the command line says."""
    if run is None:
        return (Config() if config_file is None else Config.read(config_file)).changed(**given)
    fixed = sorted(given.keys() - RESUMABLE)
    if fixed:
        name = given["data"] if fixed[0] == "data" else f"--{fixed[0].replace('_', '-')}"
        raise ArgumentError("train.resume", option=name)
    saved = run.config()
    changes = {"shard": saved.shard and Processes.launched().count > 1}
    if "engine" in given:  # how another engine was told to compute says nothing of this one
        changes = {field.name: field.default for field in fields(Torch)}
    return saved.changed(**{**changes, **given})


def _started_before(folder: str | None, config: Config, train_set: Dataset) -> Run | None:
    """The run that torchrun starts again, with the same command, after a process was lost or the machine taken back."""
    restarts = int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0"))
    require(restarts == 0 or folder is not None, "train.restarts", restarts=restarts)
    if folder is None or not os.path.lexists(folder):
        return None
    run = Run.open(folder)
    saved, asked = run.config(), plan(config.portable(), train_set).config
    done = len(load_checkpoint(run.last_checkpoint).history) if run.last_checkpoint.is_file() else 0
    if _fixed(saved) != _fixed(asked) or done >= (asked.epochs or 0):
        raise ArgumentError("run.exists", folder=run.folder)
    return run


def _fixed(config: Config) -> dict[str, Any]:
    """What of a config may not differ when a training is taken up again."""
    return {key: value for key, value in config.to_dict().items() if key not in RESUMABLE}


def _callbacks(run: Run, tensorboard: bool) -> list[Callback]:
    callbacks: list[Callback] = [Checkpoint(run.checkpoints), MetricsFiles(run.folder), Progress()]
    return [*callbacks, TensorBoard(run.folder / "tensorboard")] if tensorboard else callbacks


def _threads(config: Config) -> AbstractContextManager[Any]:
    if config.threads is None:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(config.threads)


def _result(
    run: Run,
    planned: Plan,
    trainer: Trainer,
    records: list[dict[str, Any]],
    metrics: dict[str, float],
    report: bool,
) -> dict[str, Any]:
    return {
        "run": str(run.folder),
        "report": str(run.report) if report else None,
        "parameters": planned.network.theta.size,
        "epochs": len(records),
        "seconds": sum(record["seconds"] for record in records),
        "stopped": trainer.stopped,
        "last_epoch": records[-1] if records else None,
        "test": metrics,
        "config": planned.config.to_dict(),
    }


def _flag(on: str, key: str, off: str | None = None) -> click.Option:
    """A yes-or-no option that stays None where it is not given."""
    return option(f"{on}/{off}" if off else on, key, is_flag=True, default=None)


command = command(
    "train",
    lambda: [
        click.Argument(["data"], required=False, metavar=f"[{text('cli.metavar.data')}]"),
        option("--target", "cli.train.target", metavar=text("cli.metavar.column")),
        option("--data-dir", "cli.train.data_dir", metavar=text("cli.metavar.folder")),
        option("--test", "cli.train.test", type=NUMBER),
        option("--validation", "cli.train.validation", type=NUMBER),
        _flag("--standardize", "cli.train.standardize", "--no-standardize"),
        _flag("--standardize-target", "cli.train.standardize_target", "--no-standardize-target"),
        _flag("--constant-input", "cli.train.constant_input"),
        option("--samples", "cli.train.samples", type=INTEGER),
        option("--noise", "cli.train.noise", type=NUMBER),
        option("--hidden", "cli.train.hidden", type=INTEGERS),
        option("--activation", "cli.train.activation", metavar=text("cli.metavar.name")),
        _flag("--bias", "cli.train.bias", "--no-bias"),
        option("--network", "cli.train.network", metavar=text("cli.metavar.layers")),
        option("--initializer", "cli.train.initializer", metavar=text("cli.metavar.name")),
        option("--pretrained", "cli.train.pretrained", metavar=text("cli.metavar.run")),
        option("--keep", "cli.train.keep", type=INTEGER),
        option("--freeze", "cli.train.freeze", type=INTEGERS),
        option("--dtype", "cli.train.dtype", metavar="float32|float64"),
        option("--loss", "cli.train.loss", metavar=text("cli.metavar.name")),
        option("--optimizer", "cli.train.optimizer", metavar=text("cli.metavar.name")),
        option("--lr", "cli.train.lr", type=NUMBER),
        option("--schedule", "cli.train.schedule", metavar=text("cli.metavar.name")),
        option("--schedule-every", "cli.train.schedule_every", metavar="epoch|step"),
        option("--epochs", "cli.train.epochs", type=INTEGER),
        option("--batch-size", "cli.train.batch_size", type=BATCH_SIZE, metavar="N|all"),
        option("--clip-norm", "cli.train.clip_norm", type=NUMBER),
        option("--clip-value", "cli.train.clip_value", type=NUMBER),
        option("--penalty", "cli.train.penalty", metavar=text("cli.metavar.penalties")),
        option("--augment", "cli.train.augment", metavar=text("cli.metavar.changes")),
        option("--patience", "cli.train.patience", type=INTEGER),
        click.Option(
            [
                "--monitor",
                "--monitor-measure",
                "monitor",
            ],  # torchrun takes --monitor and --run for its own, cut short
            help=text("cli.train.monitor"),
            metavar=text("cli.metavar.measure"),
        ),
        option("--seed", "cli.train.seed", type=INTEGER),
        option("--threads", "cli.train.threads", type=INTEGER),
        option("--engine", "cli.train.engine", metavar="auto|numpy|compiled|torch"),
        option("--device", "cli.train.device", metavar="auto|cpu|cuda|mps"),
        option("--precision", "cli.train.precision", metavar="float32|bf16"),
        _flag("--compile", "cli.train.compile"),
        _flag("--cuda-graphs", "cli.train.cuda_graphs"),
        _flag("--shard", "cli.train.shard"),
        option("--metric", "cli.train.metric", metavar=text("cli.metavar.name"), multiple=True),
        click.Option(
            ["--config", "config_file"], help=text("cli.train.config"), metavar=text("cli.metavar.file")
        ),
        click.Option(
            ["--run", "--run-name", "run_folder"],
            help=text("cli.train.run"),
            metavar=text("cli.metavar.folder"),
        ),
        option("--resume", "cli.train.resume", metavar=text("cli.metavar.run")),
        option("--report/--no-report", "cli.train.report", default=True),
        _flag("--tensorboard", "cli.train.tensorboard"),
        json_option(),
    ],
    train,
)
