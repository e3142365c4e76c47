"""`gradiente explain`: one training step, quantity by quantity, and any of its numbers expanded into terms."""

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from gradiente.cli.base import command, json_option, option, print_json, say
from gradiente.cli.explain_inputs import print_importance, print_row
from gradiente.cli.kinds import INTEGER, INTEGERS
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console, styled_table, working
from gradiente.data import NAMES
from gradiente.errors import ArgumentError, did_you_mean, require
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.reporting.explanation_page import write_explanation
from gradiente.storage import require_folder_of
from gradiente.trace import Entry, Quantity, Trace
from gradiente.training.capture import CapturedStep, capture_step
from gradiente.training.config import Config
from gradiente.training.load_for import load_for
from gradiente.training.run import Run
from gradiente.training.sections import SETTINGS
from gradiente.training.xor import XOR
from gradiente.views.trace_text import heading, latex_line, parts, path_name, value_lines

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Explained:
    """A traced training step, and what to print about it."""

    trace: Trace
    data: str
    captured: CapturedStep
    notes: list[str]

    def heading(self) -> str:
        """The step, in one line."""
        whole = self.trace.to_dict()
        words = {name: whole[name] for name in ("loss", "optimizer")}
        return text("explain.step", data=self.data, t=self.captured.t, epoch=self.captured.epoch, **words)


def explain(
    what: str | None,
    file: str | None,
    config_file: str | None,
    row: int | None,
    importance: bool,
    output: str | None,
    step: int | None,
    optimizer: str | None,
    lr: float | None,
    instances: int | None,
    quantity: str | None,
    entry: list[int] | None,
    columns: bool,
    as_json: bool,
    latex: bool,
    html: str | None,
) -> None:
    inputs = row is not None or importance
    others = (step, optimizer, lr, instances, quantity, entry, html)
    steps = any(each is not None for each in others) or columns or latex
    require(not inputs or not (steps or (importance and row is not None)), "explain.inputs_alone")
    require(row is not None or (file, output) == (None, None), "explain.of_a_row")
    require(instances is None or instances >= 1, "explain.instances", value=instances)
    require(entry is None or quantity is not None, "explain.entry")
    require(not latex or not (as_json or entry is not None), "explain.latex")
    require(html is None or not (as_json or latex or quantity is not None), "explain.html")
    if html is not None:
        require_folder_of(html)
    config, run = _asked(what, config_file)
    if inputs:
        if run is None:
            raise ArgumentError("explain.inputs_of_a_run")
        if row is not None:
            print_row(config, run, file, row, output, as_json=as_json)
        else:
            print_importance(config, run, as_json=as_json)
        return
    rule = {name: value for name, value in (("optimizer", optimizer), ("lr", lr)) if value is not None}
    explained = _explain(config, run, step, rule, instances, columns)
    trace = explained.trace
    chosen = None if quantity is None else trace[quantity]
    turned = chosen is not None and entry is not None and _turned(chosen, entry)
    opened = (
        None if chosen is None or entry is None else trace.entry(chosen.name, *entry[:: -1 if turned else 1])
    )
    if html is not None:
        with working(text("explain.opening")):
            write_explanation(html, trace, data=explained.data, notes=[explained.heading(), *explained.notes])
        console().print(text("compare.written", path=html), soft_wrap=True)
    elif as_json:
        print_json((opened or chosen or trace).to_dict())
    elif latex:
        for one in trace if chosen is None else [chosen]:
            say(latex_line(one))
    elif opened is not None:
        if turned:
            place = ",".join(map(str, opened.index))
            words = text(
                "explain.turned", name=opened.quantity.name, shape=opened.quantity.shape, place=place
            )
            console().print(words, style="yellow", soft_wrap=True)
        _print_entry(console(), opened)
    elif chosen is not None:
        _print_quantity(console(), chosen, whole=True)
    else:
        _print_step(console(), explained)


def _turned(quantity: Quantity, entry: list[int]) -> bool:
    """Whether an index of weights is valid only as (in, out), the transposed shape."""
    weights = quantity.parameter is not None and len(entry) == len(quantity.shape) == 2
    ways = [
        all(-n <= i < n for i, n in zip(way, quantity.shape, strict=False)) for way in (entry, entry[::-1])
    ]
    return weights and ways == [False, True]


def _asked(what: str | None, config_file: str | None) -> tuple[Config, Run | None]:
    """What to explain: a run, the training run of a config or of a data set, or by default that of the XOR workshop."""
    if what is not None and what not in NAMES and os.path.isdir(what):
        require(config_file is None, "explain.config")
        run = Run.open(what)
        return run.config(), run
    if config_file is not None:
        config = Config.read(config_file)
        return (config if what is None else config.changed(name=what)), None
    if what is not None and what not in NAMES and not os.path.exists(what):
        raise ArgumentError("explain.what", what=what, hint=did_you_mean(what, NAMES))
    return (XOR if what in (None, "xor") else Config().changed(name=what)), None


def _explain(
    config: Config,
    run: Run | None,
    t: int | None,
    rule: dict[str, Any],
    instances: int | None,
    columns: bool,
) -> Explained:
    """The step as it is trained; of a run the one after its last checkpoint, or an earlier one.

    Another optimizer applies to the whole training run; for a finished run, only to this step.
    """
    if run is None:
        config = config.changed(**rule)
    train, _ = load_for(config)
    checkpoint = run.last_checkpoint if run is not None and run.last_checkpoint.is_file() else None
    captured = capture_step(config, train, t, checkpoint=checkpoint)
    optimizer, taken, notes = captured.optimizer, captured.t, []
    if run is not None and "optimizer" in rule:
        optimizer, taken = SETTINGS["optimizer"].make(rule["optimizer"]), 1
    if run is not None and "lr" in rule:
        optimizer = replace(optimizer, lr=rule["lr"])
    size, order = len(captured.x), slice(None)
    draws = any(node.layer.stochastic for node in captured.network.nodes)
    if size == len(train) and not draws:
        order = np.argsort(captured.rows)  # of a whole data set the order has no meaning: that of the table
    if instances is not None and instances < size:
        notes.append(text("explain.part_of_batch", instances=count(instances), size=count(size)))
    if config.execution.engine == "torch" and draws:
        notes.append(text("explain.other_draws"))
    shown = replace(
        captured,
        x=captured.x[order][:instances],
        y=captured.y[order][:instances],
        optimizer=optimizer,
        state=replace(captured.state, t=taken - 1),
    )
    traced = shown.traced(config, train, columns=columns)
    return Explained(traced, config.data.name, captured, notes)


def _print_step(out: "Console", explained: Explained) -> None:
    out.print(explained.heading(), soft_wrap=True)
    for note in explained.notes:
        out.print(note, style="yellow", soft_wrap=True)
    for part, quantities in parts(explained.trace).items():
        out.print(f"\n{text(f'explain.part.{part}')}", style="bold")
        for one in quantities:
            _print_quantity(out, one)


def _print_quantity(out: "Console", quantity: Quantity, *, whole: bool = False) -> None:
    for line in (heading(quantity), *(f"    {row}" for row in value_lines(quantity.value, whole=whole))):
        out.print(line, soft_wrap=True)


def _print_entry(out: "Console", entry: Entry) -> None:
    place = f" [{','.join(map(str, entry.index))}]" if entry.index else ""
    out.print(f"{heading(entry.quantity)}\n\n{entry.quantity.label}{place} = {entry.value:.10g}")
    if entry.opened:
        table = styled_table(show_footer=True)
        table.add_column(text("explain.term"), overflow="fold", footer="" if entry.closing else "Σ")
        table.add_column(text("explain.factors"), footer=entry.closing.symbol if entry.closing else "")
        table.add_column(text("explain.product"), footer=f"{entry.total:.10g}", justify="right")
        for term in entry.terms:
            factors = " · ".join(f"{factor.value:.6g}" for factor in term.factors)
            product = f"{term.value + 0.0:.10g}"  # −0 + 0 = 0
            table.add_row(f"{term.symbol}  {path_name(term)}".rstrip(), factors, product)
        out.print(table)
    else:
        out.print(text("lab.page.given"), soft_wrap=True)
    for key, value in (("finite_difference", entry.finite_difference), ("torch", entry.torch)):
        if value is not None:
            difference = f"{abs(value - entry.value):.1e}"
            out.print(text(f"explain.{key}", value=f"{value:.10g}", difference=difference), soft_wrap=True)


command = command(
    "explain",
    lambda: [
        click.Argument(["what"], required=False, metavar=f"[{text('cli.explain.what')}]"),
        click.Argument(["file"], required=False, metavar=f"[{text('cli.metavar.file')}]"),
        click.Option(
            ["--config", "config_file"], help=text("cli.explain.config"), metavar=text("cli.metavar.file")
        ),
        option("--row", "cli.explain.row", type=INTEGER),
        option("--importance", "cli.explain.importance", is_flag=True),
        option("--output", "cli.explain.output", metavar=text("cli.metavar.file")),
        option("--step", "cli.explain.step", type=INTEGER),
        setting_option("optimizer", "cli.explain.optimizer"),
        setting_option("lr", "cli.explain.lr"),
        option("--instances", "cli.explain.instances", type=INTEGER),
        option("--quantity", "cli.explain.quantity", metavar=text("cli.metavar.name")),
        option("--entry", "cli.explain.entry", type=INTEGERS),
        option("--columns", "cli.explain.columns", is_flag=True),
        custom_option(),
        json_option(),
        option("--latex", "cli.explain.latex", is_flag=True),
        option("--html", "cli.explain.html", metavar=text("cli.metavar.file")),
    ],
    explain,
)
