"""`gradiente train`: from a data set's name to a trained, evaluated and saved network."""

import os
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.remarks import remarks
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console, print_metrics, print_summary
from gradiente.cli.train_folds import new_folds, train_folds
from gradiente.data import NAMES, Dataset
from gradiente.data.checks.said import say_findings
from gradiente.engines import Torch, TorchEngine, launched
from gradiente.errors import ArgumentError, require
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.metrics import undefined_metrics
from gradiente.reporting import write_report
from gradiente.reporting.headline import kept_epoch
from gradiente.training import Checkpoint, Trainer, evaluate, load_checkpoint
from gradiente.training.breakdown import breakdown
from gradiente.training.build import Plan, plan
from gradiente.training.callbacks import Callback
from gradiente.training.checkpoint import require_seed
from gradiente.training.config import Config
from gradiente.training.cross_validation import CrossValidation
from gradiente.training.environment import environment
from gradiente.training.kept_data import KeptData
from gradiente.training.load_for import load_for
from gradiente.training.lock import RunLock
from gradiente.training.metrics_files import MetricsFiles
from gradiente.training.progress import Progress
from gradiente.training.run import DataDescription, KeepRun, Run, claimed_folder, default_folder
from gradiente.training.sections import SETTINGS
from gradiente.training.stopping import Interrupted
from gradiente.training.tensorboard import TensorBoard
from gradiente.training.xor import XOR

# What may differ when a training is resumed: how long it goes on, where its data lie, who executes it.
RESUMABLE = {name for name, setting in SETTINGS.items() if setting.resumable}
# With one of these, a network of one's own is trained; without, xor is the workshop's network.
OF_A_NETWORK = {"constant_input", "hidden", "activation", "bias", "layers", "pretrained", "keep", "loss"}


def train(as_json: bool, **options: Any) -> int:
    """The exit status: 0, or that of the signal that ended the training."""
    with ExitStack() as ending:
        folds = _folds(ending, **options)
        if folds is not None:
            kept = {
                key: value for key, value in options.items() if key in RESUMABLE | {"report", "tensorboard"}
            }
            given = kept if options["resume"] is not None else options
            return train_folds(folds, _train_one, given, as_json=as_json)
    status, result = _train_one(as_json=as_json, **options)
    if as_json and result is not None:
        print_json(result)
    return status


def _folds(
    ending: ExitStack, resume: str | None, run_folder: str | None, config_file: str | None, **options: Any
) -> CrossValidation | None:
    """The cross-validation that is asked for, or resumed; None: a single training."""
    given = {key: value for key, value in options.items() if key in SETTINGS and value is not None}
    if resume is not None and CrossValidation.is_in(resume):
        fixed = [
            SETTINGS[key].options[0] if SETTINGS[key].options else value
            for key, value in given.items()
            if key not in RESUMABLE
        ]
        others = {"--config": config_file, "--run": run_folder}
        for name in (*fixed, *(name for name, value in others.items() if value is not None)):
            raise _not_on_resume(name)
        return CrossValidation(Path(resume).absolute())
    if resume is not None:
        return None
    config = _config(config_file, None, given)
    return (
        new_folds(config, run_folder, ending)
        if config.data.folds is not None and config.data.fold is None
        else None
    )


def _train_one(**options: Any) -> tuple[int, dict[str, Any] | None]:
    """The exit status of one training, and its result; none of a process that is not the first of several."""
    with ExitStack() as ending:
        lock = RunLock()
        ending.callback(lock.release)
        return _train(lock, ending, **options)


def _train(
    lock: RunLock,
    ending: ExitStack,
    resume: str | None,
    run_folder: str | None,
    as_json: bool,
    config_file: str | None,
    report: bool,
    tensorboard: bool,
    **given: Any,
) -> tuple[int, dict[str, Any] | None]:
    given = {key: value for key, value in given.items() if value is not None}
    run = Run.open(resume) if resume is not None else None
    for name, value in (("--config", config_file), ("--run", run_folder)):
        if run is not None and value is not None:
            raise _not_on_resume(name)
    config = _config(config_file, run, given)
    group = launched()
    out = console(as_json, quiet=not group.is_global_zero)
    with remarks(out):
        train_set, test_set = load_for(config)
        if run is None and group.is_global_zero:
            say_findings(train_set, test_set, config.data.name, validates=config.data.validation != 0)
    if run is None and "TORCHELASTIC_RUN_ID" in os.environ:
        run = _started_before(run_folder, config, train_set)
        if run is not None:
            config = _config(None, run, {key: value for key, value in given.items() if key in RESUMABLE})
    resumed = run.last_checkpoint if run is not None and run.last_checkpoint.is_file() else None
    if resumed is not None:
        require_seed(resumed, config.descent.seed)
    if run is not None:
        run.require_same_data(train_set, test_set)
    new, claimed = run is None, run is None and run_folder is None and group.is_global_zero
    if run is not None and group.is_global_zero:
        lock.acquire(run.folder)

    with remarks(out):
        planned = plan(config.portable(), train_set, resumed=resumed is not None)
    words = environment()
    if run is None:
        folder = default_folder(config.data.name) if run_folder is None else Path(run_folder)
        if claimed:
            new_parents = [] if folder.parent.is_dir() else [folder.parent.absolute()]
            folder = claimed_folder(config.data.name)
            ending.callback(_remove_empty, folder.absolute(), *new_parents)
        run = Run(folder.absolute())
    described = DataDescription.of(train_set)
    to_know = KeptData.of(train_set, test_set)
    keep = KeepRun(run, planned.config, described, words, lock, data=to_know, new=new, claimed=claimed)
    with remarks(out):
        trainer = planned.trainer([keep, *_callbacks(run, tensorboard)])
    print_summary(out, planned.network, train_set, test_set)
    if isinstance(trainer.engine, TorchEngine):
        where = {"device": trainer.engine.device, "processes": group.world_size}
        out.print(text("train.engine", version=words["torch"], **where))
    with _threads(config), remarks(out):
        history = trainer.fit(
            train_set,
            validation=planned.config.data.validation or None,
            epochs=planned.config.descent.epochs or 0,
            batch_size=planned.config.descent.batch_size,
            resume=resumed,
        )
        prediction = trainer.predict(test_set.x)
    status = trainer.stopped.exit_status if isinstance(trainer.stopped, Interrupted) else 0
    if not group.is_global_zero:
        return status, None
    with undefined_metrics() as undefined:
        metrics = evaluate(prediction, test_set, planned.loss, trainer.metrics)
    behind = breakdown(prediction, test_set, planned.loss)
    said = {entry.metric: entry.sentence(test_set.classes) for entry in undefined}
    run.finish(planned.network, metrics)
    restored, steps = planned.config.descent.patience is not None, trainer.last.step if trainer.last else 0
    averaged = trainer.last is not None and trainer.last.average is not None
    kept: dict[str, Any] = {"restored": restored, "steps": steps, "saved": True}
    kept["average"] = planned.config.descent.average if averaged else None
    found = history.diagnose(test_set)
    if report:
        write_report(
            run.report,
            network=planned.network,
            loss=planned.loss,
            history=history,
            train=train_set,
            test=test_set,
            metrics=metrics,
            undefined=list(said.values()),
            found=found,
            prediction=prediction,
            config=planned.config.to_dict(),
            environment=words,
            stopped=_stopped(trainer),
            monitor=trainer.monitor,
            **kept,
        )
    tested = {"test": metrics, **behind.to_dict(), "undefined": said, **found.to_dict()}
    result = _result(run, planned, trainer, history.records, tested, report)
    if as_json:
        return status, result
    measured_on = "train.same_set" if train_set.is_same(test_set) else "train.test_set"
    print_metrics(out, metrics, text(measured_on, count=count(len(test_set))), said.values(), behind)
    if (words := kept_epoch(history, trainer.monitor, **kept)) is not None:
        out.print(words, soft_wrap=True)
    for finding in found:
        style = None if finding.remark else "yellow"
        out.print(f"{finding.statement} → {finding.remedy}", style=style, soft_wrap=True)
    out.print(f"{text('train.run')}: {run.folder}", highlight=False, soft_wrap=True)
    if report:
        out.print(f"{text('train.report')}: {run.report}", highlight=False, soft_wrap=True)
    return status, result


def _remove_empty(*folders: Path) -> None:
    """Remove the place of a run that did not begin."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _config(config_file: str | None, run: Run | None, given: dict[str, Any]) -> Config:
    """The config of a run, of a file, or none, overridden by the options of the command line."""
    if run is None and config_file is not None:
        return Config.read(config_file).changed(**given)
    if run is None:
        workshop = given.get("name") == "xor" and not OF_A_NETWORK & given.keys()
        return (XOR if workshop else Config()).changed(**given)
    saved = run.config()
    fixed = sorted(given.keys() - RESUMABLE)
    if (name := given.get("name", saved.data.name)) != saved.data.name:
        moved = not {name, saved.data.name} & set(NAMES) and KeptData.read(run.folder) is not None
        fixed += [] if moved else ["name"]
    if fixed:
        option = SETTINGS[fixed[0]].options
        raise _not_on_resume(option[0] if option else given[fixed[0]])
    changes = {"shard": saved.execution.shard and launched().world_size > 1}
    if "engine" in given:  # how another engine was told to compute says nothing of this one
        changes = {field.name: field.default for field in fields(Torch)}
    return saved.changed(**{**changes, **given})


def _not_on_resume(option: str) -> ArgumentError:
    resumable = [SETTINGS[name] for name in SETTINGS if name in RESUMABLE]
    allowed = ", ".join(setting.options[0] for setting in resumable if setting.options)
    return ArgumentError("train.resume", option=option, allowed=allowed)


def _started_before(folder: str | None, config: Config, train_set: Dataset) -> Run | None:
    """The run that torchrun restarts with the same command, after a process died or the machine was reclaimed."""
    restarts = int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0"))
    require(restarts == 0 or folder is not None, "train.restarts", restarts=restarts)
    if folder is None or not os.path.lexists(folder):
        return None
    run = Run.open(folder)
    saved, asked = run.config(), plan(config.portable(), train_set).config
    done = len(load_checkpoint(run.last_checkpoint).history) if run.last_checkpoint.is_file() else 0
    if _fixed(saved) != _fixed(asked) or done >= (asked.descent.epochs or 0):
        raise ArgumentError("run.exists", folder=run.folder)
    return run


def _fixed(config: Config) -> dict[str, Any]:
    """The settings of a config that may not change when a run is resumed."""
    return {key: value for key, value in config.values().items() if key not in RESUMABLE}


def _callbacks(run: Run, tensorboard: bool) -> list[Callback]:
    callbacks: list[Callback] = [Checkpoint(run.checkpoints), MetricsFiles(run.folder), Progress()]
    return [*callbacks, TensorBoard(run.folder / "tensorboard")] if tensorboard else callbacks


def _threads(config: Config) -> AbstractContextManager[Any]:
    if config.execution.threads is None:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(config.execution.threads)


def _result(
    run: Run,
    planned: Plan,
    trainer: Trainer,
    records: list[dict[str, Any]],
    tested: dict[str, Any],
    report: bool,
) -> dict[str, Any]:
    return {
        "run": str(run.folder),
        "report": str(run.report) if report else None,
        "parameters": planned.network.theta.size,
        "epochs": len(records),
        "seconds": sum(record["seconds"] for record in records),
        "stopped": _stopped(trainer),
        "last_epoch": records[-1] if records else None,
        **tested,
        "config": planned.config.to_dict(),
    }


def _stopped(trainer: Trainer) -> str | None:
    return None if trainer.stopped is None else str(trainer.stopped)


command = command(
    "train",
    lambda: [
        *map(setting_option, SETTINGS),
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
        option("--tensorboard", "cli.train.tensorboard", is_flag=True),
        custom_option(),
        json_option(),
    ],
    train,
)
