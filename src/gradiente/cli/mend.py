"""`gradiente diagnose RUN --mend`: the run that the first finding asks for, trained beside it."""

import io
import json
import os
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from gradiente.cli.base import print_json
from gradiente.cli.tables import console, styled_table
from gradiente.cli.train import train
from gradiente.data import Dataset
from gradiente.diagnosis import Diagnosis
from gradiente.errors import ArgumentError
from gradiente.formatting import NONE, measure_name, measure_value
from gradiente.locale import text
from gradiente.metrics import undefined_metrics
from gradiente.training import evaluate
from gradiente.training.config import Config
from gradiente.training.mending import Mend, mend_of
from gradiente.training.run import Run


def mend_run(run: Run, config: Config, test: Dataset, found: Diagnosis, *, as_json: bool) -> int:
    """Train RUN-mended, and show both results beside each other; returns the exit status."""
    mend = mend_of(config, found)
    if mend is None:
        raise ArgumentError("diagnose.no_mend" if len(found) else "diagnose.nothing_to_mend", run=run.folder)
    folder = run.folder.with_name(f"{run.folder.name}-mended")
    if os.path.lexists(folder):
        raise ArgumentError("run.exists", folder=folder)
    with undefined_metrics():
        before = evaluate(run.network().predict(test.x), test, run.loss())
    out = console(as_json)
    out.print(mend.finding.statement, soft_wrap=True)
    out.print(text("diagnose.mending", options=mend.options(), folder=folder), style="bold", soft_wrap=True)
    status, after = _trained(config.changed(**mend.changes), folder)
    if after is None:
        return status
    if as_json:
        facts = {"finding": mend.finding.key, "options": mend.options(), "before": before}
        print_json({"run": str(run.folder), **facts, "mended": after})
        return status
    _print(run.folder.name, mend, before, after)
    return status


def _trained(config: Config, folder: Path) -> tuple[int, dict[str, Any] | None]:
    """`gradiente train` with that config: its exit status, and what --json says."""
    said, settings = io.StringIO(), config.values()
    others: dict[str, Any] = {"config_file": None, "report": True, "tensorboard": False}
    with redirect_stdout(said):
        status = train(as_json=True, resume=None, run_folder=str(folder), **others, **settings)
    return status, json.loads(said.getvalue()) if said.getvalue() else None


def _print(name: str, mend: Mend, before: dict[str, Any], after: dict[str, Any]) -> None:
    out = console()
    table = styled_table()
    table.add_column("")
    for title in (name, f"{name}-mended"):
        table.add_column(title, justify="right")
    measures = after["test"]
    skipped = {"loss"} if "loss" in mend.changes or "standardize_target" in mend.changes else set()
    for measure, value in before.items():
        if measure in measures and measure not in skipped:
            other = measures[measure]
            table.add_row(
                measure_name(measure),
                measure_value(measure, value),
                NONE if other is None else measure_value(measure, other),
            )
    out.print(table)
    left = [finding["statement"] for finding in after["findings"]]
    for line in left or [text("diagnosis.nothing")]:
        out.print(f"{name}-mended: {line}", soft_wrap=True)
    out.print(f"{text('train.run')}: {after['run']}", highlight=False, soft_wrap=True)
    out.print(f"{text('train.report')}: {after['report']}", highlight=False, soft_wrap=True)
