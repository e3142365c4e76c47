"""What came of one training of `gradiente train`: its test, its report, what is said of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradiente.cli.tables import print_metrics
from gradiente.data import Dataset
from gradiente.diagnosis import Diagnosis
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.metrics import undefined_metrics
from gradiente.reporting import write_report
from gradiente.reporting.headline import kept_epoch
from gradiente.training import History, Trainer, evaluate
from gradiente.training.breakdown import Breakdown, breakdown
from gradiente.training.build import Plan
from gradiente.training.run import KeepRun, Run
from gradiente.training.stopping import Interrupted

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Training:
    """A training that has ended.

    Arguments:
        prediction: the network's outputs for the test part
    """

    train: Dataset
    test: Dataset
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
class Tested:
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


def tested_by(ended: Training) -> Tested:
    """The metrics of its test part, what stands behind them, and the diagnosis."""
    test, loss = ended.test, ended.planned.loss
    with undefined_metrics() as undefined:
        metrics = evaluate(ended.prediction, test, loss, ended.trainer.metrics)
    reasons = {entry.metric: entry.sentence(test.classes) for entry in undefined}
    behind = breakdown(ended.prediction, test, loss)
    return Tested(metrics, behind, reasons, ended.history.diagnose(test))


def report_on(ended: Training, tested: Tested, keep: KeepRun) -> None:
    """Write its report into the run's folder."""
    write_report(
        keep.run.report,
        network=ended.planned.network,
        loss=ended.planned.loss,
        history=ended.history,
        train=ended.train,
        test=ended.test,
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


def say_result(out: "Console", ended: Training, tested: Tested) -> None:
    """Print the metrics, which epoch's network it is, and the diagnosis."""
    measured_on = "train.same_set" if ended.train.is_same(ended.test) else "train.test_set"
    words = text(measured_on, count=count(len(ended.test)))
    print_metrics(out, tested.metrics, words, tested.undefined.values(), tested.behind)
    if (epoch := kept_epoch(ended.history, ended.trainer.monitor, **ended.kept())) is not None:
        out.print(epoch, soft_wrap=True)
    for finding in tested.found:
        style = None if finding.remark else "yellow"
        out.print(f"{finding.statement} → {finding.remedy}", style=style, soft_wrap=True)


def result_of(run: Run, ended: Training, tested: Tested, report: bool) -> dict[str, Any]:
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
