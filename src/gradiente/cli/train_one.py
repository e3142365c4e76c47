"""One training of `gradiente train`: what is asked for, where it is kept, every epoch, and its test."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradiente.cli.remarks import remarks
from gradiente.cli.tables import console, print_summary
from gradiente.cli.train_config import config_of, fixed_settings, not_on_resume, resumed_config
from gradiente.cli.train_result import Training, report_on, result_of, say_result, tested_by
from gradiente.data import Dataset
from gradiente.data.checks.said import say_findings
from gradiente.engines import TorchEngine, launched
from gradiente.errors import ArgumentError, require
from gradiente.locale import text
from gradiente.training import Checkpoint, Snapshot, Trainer
from gradiente.training.build import Plan, plan
from gradiente.training.callbacks import Callback
from gradiente.training.checkpoint import require_settings
from gradiente.training.config import Config
from gradiente.training.environment import environment
from gradiente.training.kept_data import KeptData
from gradiente.training.load_for import load_for
from gradiente.training.lock import RunLock
from gradiente.training.metrics_files import MetricsFiles
from gradiente.training.progress import Progress
from gradiente.training.run import (
    DataDescription,
    KeepRun,
    Run,
    claimed_folder,
    default_folder,
    missing_parents,
    remove_unless_begun,
)
from gradiente.training.tensorboard import TensorBoard

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class _Task:
    """What is to be trained, on what.

    Arguments:
        run: the one that is resumed
        snapshot: where its training got to, if it began
    """

    config: Config
    train: Dataset
    test: Dataset
    run: Run | None
    snapshot: Snapshot | None


def train_one(
    resume: str | None,
    run_folder: str | None,
    as_json: bool,
    config_file: str | None,
    report: bool,
    tensorboard: bool,
    was_read: bool = False,
    **given: Any,
) -> tuple[int, dict[str, Any] | None]:
    """The exit status of one training, and its result; none of a process that is not the first of several.

    Arguments:
        was_read: whether the same data were read before, so that there is nothing to remark in reading them
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    first = launched().is_global_zero
    out = console(as_json, quiet=not first)
    with ExitStack() as ending:
        lock = RunLock()
        ending.callback(lock.release)
        task = _task(resume, run_folder, config_file, chosen, lock, out, was_read)
        ending.enter_context(remarks(out))
        planned = plan(task.config.portable(), task.train, resumed=task.snapshot is not None)
        keep = _place(task, planned.config, run_folder, lock, ending)
        trainer = planned.trainer([keep, *_callbacks(keep.run, tensorboard)])
        _introduce(out, task, planned, trainer, keep.environment)
        ended = _trained(task, planned, trainer)
        if not first:
            return ended.exit_status, None
        tested = tested_by(ended)
        keep.run.finish(planned.network, tested.metrics)
        if report:
            report_on(ended, tested, keep)
        if not as_json:
            say_result(out, ended, tested)
            out.print(f"{text('train.run')}: {keep.run.folder}", highlight=False, soft_wrap=True)
            if report:
                out.print(f"{text('train.report')}: {keep.run.report}", highlight=False, soft_wrap=True)
        return ended.exit_status, result_of(keep.run, ended, tested, report)


def _task(
    resume: str | None,
    run_folder: str | None,
    config_file: str | None,
    chosen: dict[str, Any],
    lock: RunLock,
    out: "Console",
    was_read: bool,
) -> _Task:
    """What is asked for: a new training, or the rest of one that has begun, on the same data."""
    run = None if resume is None else _opened(resume, lock)
    for name, value in (("--config", config_file), ("--run", run_folder)):
        if run is not None and value is not None:
            raise not_on_resume(name)
    config = config_of(config_file, chosen) if run is None else resumed_config(run, chosen)
    with nullcontext() if was_read else remarks(out):
        train, test = load_for(config)
    if config.data.fold is not None:
        out.print(text("train.fold", fold=config.data.fold, folds=config.data.folds), style="bold")
    if run is None and launched().is_global_zero:
        with remarks(out):
            say_findings(train, test, config.data.name, validates=config.data.validation != 0)
    if run is None and "TORCHELASTIC_RUN_ID" in os.environ:
        run = _started_before(run_folder, lock)
    if run is None:
        return _Task(config, train, test, None, None)
    snapshot = run.last_snapshot()
    if resume is None:
        _require_unfinished(run, plan(config.portable(), train).config, snapshot)
        config = resumed_config(run, chosen, restarted=True)
    if snapshot is not None:
        require_settings(snapshot, {"seed": config.descent.seed})
    run.require_same_data(train, test)
    return _Task(config, train, test, run, snapshot)


def _opened(folder: str, lock: RunLock) -> Run:
    """A run that no other process trains, from now on."""
    run = Run.open(folder)
    if launched().is_global_zero:
        lock.acquire(run.folder)
    return run


def _started_before(folder: str | None, lock: RunLock) -> Run | None:
    """The run that torchrun restarts with the same command, after a process died or the machine was reclaimed."""
    restarts = int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0"))
    require(restarts == 0 or folder is not None, "train.restarts", restarts=restarts)
    if folder is None or not os.path.lexists(folder):
        return None
    return _opened(folder, lock)


def _require_unfinished(run: Run, asked: Config, snapshot: Snapshot | None) -> None:
    """Raise the error of a folder that exists, unless its run is the one that is asked for, and not finished."""
    done = 0 if snapshot is None else snapshot.epoch
    if fixed_settings(run.config()) != fixed_settings(asked) or done >= (asked.descent.epochs or 0):
        raise ArgumentError("run.exists", folder=run.folder)


def _place(task: _Task, config: Config, run_folder: str | None, lock: RunLock, ending: ExitStack) -> KeepRun:
    """What keeps the training: in the run that is resumed, or in a new one, of which a default place is claimed."""
    run, claims = task.run, task.run is None and run_folder is None and launched().is_global_zero
    if run is None:
        name = task.config.data.name
        run = Run(Path(default_folder(name) if run_folder is None else run_folder).absolute())
        if claims:
            parents = missing_parents(run.folder)
            run = Run(claimed_folder(name).absolute())
            ending.callback(remove_unless_begun, run.folder / "run.toml", run.folder, *parents)
    return KeepRun(
        run,
        config,
        DataDescription.of(task.train),
        environment(),
        lock,
        data=KeptData.of(task.train, task.test),
        new=task.run is None,
        claimed=claims,
    )


def _callbacks(run: Run, tensorboard: bool) -> list[Callback]:
    callbacks: list[Callback] = [Checkpoint(run.checkpoints), MetricsFiles(run.folder), Progress()]
    return [*callbacks, TensorBoard(run.folder / "tensorboard")] if tensorboard else callbacks


def _introduce(
    out: "Console", task: _Task, planned: Plan, trainer: Trainer, versions: Mapping[str, str]
) -> None:
    """The network and the data, and the devices of PyTorch."""
    print_summary(out, planned.network, task.train, task.test)
    if isinstance(trainer.engine, TorchEngine):
        where = {"device": trainer.engine.device, "processes": launched().world_size}
        out.print(text("train.engine", version=versions["torch"], **where))


def _trained(task: _Task, planned: Plan, trainer: Trainer) -> Training:
    """Every epoch, and the outputs for the test part."""
    config = planned.config
    with _threads(config):
        history = trainer.fit(
            task.train,
            validation=config.data.validation or None,
            epochs=config.descent.epochs or 0,
            batch_size=config.descent.batch_size,
            resume=task.snapshot,
        )
        return Training(task.train, task.test, planned, trainer, history, trainer.predict(task.test.x))


def _threads(config: Config) -> AbstractContextManager[Any]:
    if config.execution.threads is None:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(config.execution.threads)
