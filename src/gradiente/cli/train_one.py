"""One training of `gradiente train`: what is asked, where it is kept, the training, its test, what is said of it."""

import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradiente.cli.remarks import remarks
from gradiente.cli.tables import console, print_metrics, print_summary
from gradiente.cli.train_config import config_of, fixed_settings, not_on_resume, resumed_config
from gradiente.data import Dataset
from gradiente.data.checks.said import say_findings
from gradiente.diagnosis import Diagnosis
from gradiente.engines import TorchEngine, launched
from gradiente.errors import ArgumentError, require
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.metrics import undefined_metrics
from gradiente.reporting import write_report
from gradiente.reporting.headline import kept_epoch
from gradiente.training import Checkpoint, History, Trainer, evaluate, load_checkpoint
from gradiente.training.breakdown import Breakdown, breakdown
from gradiente.training.build import Plan, plan
from gradiente.training.callbacks import Callback
from gradiente.training.checkpoint import require_seed
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
from gradiente.training.stopping import Interrupted
from gradiente.training.tensorboard import TensorBoard

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class _Task:
    """What is to be trained, on what.

    Arguments:
        run: the one that is resumed
        checkpoint: where its training got to, if it got anywhere
    """

    config: Config
    train: Dataset
    test: Dataset
    run: Run | None
    checkpoint: Path | None


@dataclass(frozen=True)
class _Training:
    """A training that has ended.

    Arguments:
        prediction: the network's outputs for the test part
    """

    planned: Plan
    trainer: Trainer
    history: History
    prediction: Any

    @property
    def stopped(self) -> str | None:
        """Why it ended before its last epoch."""
        return None if self.trainer.stopped is None else str(self.trainer.stopped)

    @property
    def exit_status(self) -> int:
        """0, or that of the signal that ended it."""
        stopped = self.trainer.stopped
        return stopped.exit_status if isinstance(stopped, Interrupted) else 0

    def kept(self) -> dict[str, Any]:
        """Which parameters its network has, as `kept_epoch` and the report take it."""
        descent, last = self.planned.config.descent, self.trainer.last
        averaged = last is not None and last.average is not None
        return {
            "restored": descent.patience is not None,
            "steps": last.step if last else 0,
            "saved": True,
            "average": descent.average if averaged else None,
        }


@dataclass(frozen=True)
class _Tested:
    """What the test part says of a training.

    Arguments:
        undefined: why a metric has no value, by the metric
        found: the diagnosis
    """

    metrics: dict[str, Any]
    behind: Breakdown
    undefined: dict[str, str]
    found: Diagnosis

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "test": self.metrics,
            **self.behind.to_dict(),
            "undefined": self.undefined,
            **self.found.to_dict(),
        }


def train_one(
    resume: str | None,
    run_folder: str | None,
    as_json: bool,
    config_file: str | None,
    report: bool,
    tensorboard: bool,
    **given: Any,
) -> tuple[int, dict[str, Any] | None]:
    """The exit status of one training, and its result; none of a process that is not the first of several."""
    chosen = {name: value for name, value in given.items() if value is not None}
    first = launched().is_global_zero
    out = console(as_json, quiet=not first)
    with ExitStack() as ending, remarks(out):
        task = _task(resume, run_folder, config_file, chosen)
        lock = RunLock()
        ending.callback(lock.release)
        if task.run is not None and first:
            lock.acquire(task.run.folder)
        planned = plan(task.config.portable(), task.train, resumed=task.checkpoint is not None)
        keep = _place(task, planned.config, run_folder, lock, ending)
        trainer = planned.trainer([keep, *_callbacks(keep.run, tensorboard)])
        _introduce(out, task, planned, trainer, keep.environment)
        ended = _trained(task, planned, trainer)
        if not first:
            return ended.exit_status, None
        tested = _tested(task, ended)
        keep.run.finish(planned.network, tested.metrics)
        if report:
            _write_report(task, ended, tested, keep)
        if not as_json:
            _say(out, task, ended, tested)
            out.print(f"{text('train.run')}: {keep.run.folder}", highlight=False, soft_wrap=True)
            if report:
                out.print(f"{text('train.report')}: {keep.run.report}", highlight=False, soft_wrap=True)
        return ended.exit_status, _result(keep.run, ended, tested, report)


def _task(
    resume: str | None, run_folder: str | None, config_file: str | None, chosen: dict[str, Any]
) -> _Task:
    """What is asked for: a new training, or the rest of one that has begun, on the same data."""
    run = Run.open(resume) if resume is not None else None
    for name, value in (("--config", config_file), ("--run", run_folder)):
        if run is not None and value is not None:
            raise not_on_resume(name)
    config = config_of(config_file, chosen) if run is None else resumed_config(run, chosen)
    train, test = load_for(config)
    if run is None and launched().is_global_zero:
        say_findings(train, test, config.data.name, validates=config.data.validation != 0)
    if run is None and "TORCHELASTIC_RUN_ID" in os.environ:
        run = _started_before(run_folder, config, train)
        config = config if run is None else resumed_config(run, chosen, restarted=True)
    if run is None:
        return _Task(config, train, test, None, None)
    checkpoint = run.last_checkpoint if run.last_checkpoint.is_file() else None
    if checkpoint is not None:
        require_seed(checkpoint, config.descent.seed)
    run.require_same_data(train, test)
    return _Task(config, train, test, run, checkpoint)


def _started_before(folder: str | None, config: Config, train: Dataset) -> Run | None:
    """The run that torchrun restarts with the same command, after a process died or the machine was reclaimed."""
    restarts = int(os.environ.get("TORCHELASTIC_MAX_RESTARTS", "0"))
    require(restarts == 0 or folder is not None, "train.restarts", restarts=restarts)
    if folder is None or not os.path.lexists(folder):
        return None
    run = Run.open(folder)
    saved, asked = run.config(), plan(config.portable(), train).config
    done = len(load_checkpoint(run.last_checkpoint).history) if run.last_checkpoint.is_file() else 0
    if fixed_settings(saved) != fixed_settings(asked) or done >= (asked.descent.epochs or 0):
        raise ArgumentError("run.exists", folder=run.folder)
    return run


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


def _trained(task: _Task, planned: Plan, trainer: Trainer) -> _Training:
    """Every epoch, and the outputs for the test part."""
    config = planned.config
    with _threads(config):
        history = trainer.fit(
            task.train,
            validation=config.data.validation or None,
            epochs=config.descent.epochs or 0,
            batch_size=config.descent.batch_size,
            resume=task.checkpoint,
        )
        return _Training(planned, trainer, history, trainer.predict(task.test.x))


def _threads(config: Config) -> AbstractContextManager[Any]:
    if config.execution.threads is None:
        return nullcontext()
    from threadpoolctl import threadpool_limits

    return threadpool_limits(config.execution.threads)


def _tested(task: _Task, ended: _Training) -> _Tested:
    """The metrics of the test part, what stands behind them, and the diagnosis."""
    test, loss = task.test, ended.planned.loss
    with undefined_metrics() as undefined:
        metrics = evaluate(ended.prediction, test, loss, ended.trainer.metrics)
    reasons = {entry.metric: entry.sentence(test.classes) for entry in undefined}
    behind = breakdown(ended.prediction, test, loss)
    return _Tested(metrics, behind, reasons, ended.history.diagnose(test))


def _write_report(task: _Task, ended: _Training, tested: _Tested, keep: KeepRun) -> None:
    write_report(
        keep.run.report,
        network=ended.planned.network,
        loss=ended.planned.loss,
        history=ended.history,
        train=task.train,
        test=task.test,
        metrics=tested.metrics,
        undefined=list(tested.undefined.values()),
        found=tested.found,
        prediction=ended.prediction,
        config=ended.planned.config.to_dict(),
        environment=keep.environment,
        stopped=ended.stopped,
        monitor=ended.trainer.monitor,
        **ended.kept(),
    )


def _say(out: "Console", task: _Task, ended: _Training, tested: _Tested) -> None:
    """The metrics, which epoch's network it is, and the diagnosis."""
    measured_on = "train.same_set" if task.train.is_same(task.test) else "train.test_set"
    words = text(measured_on, count=count(len(task.test)))
    print_metrics(out, tested.metrics, words, tested.undefined.values(), tested.behind)
    if (epoch := kept_epoch(ended.history, ended.trainer.monitor, **ended.kept())) is not None:
        out.print(epoch, soft_wrap=True)
    for finding in tested.found:
        style = None if finding.remark else "yellow"
        out.print(f"{finding.statement} → {finding.remedy}", style=style, soft_wrap=True)


def _result(run: Run, ended: _Training, tested: _Tested, report: bool) -> dict[str, Any]:
    """What --json prints."""
    records = ended.history.records
    return {
        "run": str(run.folder),
        "report": str(run.report) if report else None,
        "parameters": ended.planned.network.theta.size,
        "epochs": len(records),
        "seconds": sum(record["seconds"] for record in records),
        "stopped": ended.stopped,
        "last_epoch": records[-1] if records else None,
        **tested.to_dict(),
        "config": ended.planned.config.to_dict(),
    }
