"""`gradiente explain`: one training step, quantity by quantity, and any number of it opened into its terms."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import INTEGER, INTEGERS
from gradiente.cli.load_for import load_for
from gradiente.cli.tables import console, styled_table
from gradiente.data import NAMES
from gradiente.errors import require
from gradiente.locale import text
from gradiente.parity import Course
from gradiente.reporting.explanation import heading, latex_line, parts, path_name, value_lines
from gradiente.reporting.explanation_page import write_explanation
from gradiente.trace import Entry, Quantity, Trace, trace
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.run import Run

if TYPE_CHECKING:
    from rich.console import Console

# As in examples/xor_lecture.toml.
LECTURE = Config().changed(
    name="xor",
    constant_input=True,
    layers=["Linear(3, 4, bias=False)", "Sigmoid()", "Linear(4, 1, bias=False)", "Sigmoid()"],
    loss="BCELoss()",
    optimizer="SGD(lr=3.0)",
    batch_size="all",
    epochs=1000,
)
# What a training may do to a gradient or to α, and a step of the optimizer alone does not.
LEFT_OUT = ("penalty", "clip_norm", "clip_value", "schedule")


def explain(
    what: str | None,
    config_file: str | None,
    instances: int,
    quantity: str | None,
    entry: list[int] | None,
    columns: bool,
    as_json: bool,
    latex: bool,
    html: str | None,
) -> None:
    require(instances >= 1, "explain.instances", value=instances)
    require(entry is None or quantity is not None, "explain.entry")
    require(not latex or not (as_json or entry is not None), "explain.latex")
    require(html is None or not (as_json or latex or quantity is not None), "explain.html")
    config, run = _asked(what, config_file)
    step = _step(config, run, instances, columns)
    chosen = None if quantity is None else step[quantity]
    turned = chosen is not None and entry is not None and _turned(chosen, entry)
    opened = (
        None if chosen is None or entry is None else step.entry(chosen.name, *entry[:: -1 if turned else 1])
    )
    if html is not None:
        with console(as_json=True).status(text("explain.opening")):
            write_explanation(html, step, data=config.data.name, notes=_left_out(config))
        console().print(text("compare.written", path=html), soft_wrap=True)
    elif as_json:
        print_json((opened or chosen or step).to_dict())
    elif latex:
        for one in step if chosen is None else [chosen]:
            click.echo(latex_line(one))
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
        _print_step(console(), step, config)


def _turned(quantity: Quantity, entry: list[int]) -> bool:
    """Whether a place of weights exists only the other way round: who writes W as (in, out) counts it so."""
    weights = quantity.parameter is not None and len(entry) == len(quantity.shape) == 2
    ways = [
        all(-n <= i < n for i, n in zip(way, quantity.shape, strict=False)) for way in (entry, entry[::-1])
    ]
    return weights and ways == [False, True]


def _asked(what: str | None, config_file: str | None) -> tuple[Config, Run | None]:
    """What is explained: a trained run, a config's training, or a data set's; the lecture's XOR by itself."""
    if what is not None and what not in NAMES and Path(what).is_dir():
        require(config_file is None, "explain.config")
        run = Run.open(what)
        return run.config(), run
    if config_file is not None:
        config = Config.read(config_file)
        return (config if what is None else config.changed(name=what)), None
    return (LECTURE if what in (None, "xor") else Config().changed(name=what)), None


def _step(config: Config, run: Run | None, instances: int, columns: bool) -> Trace:
    """The optimizer's first step, on the first instances of the first batch."""
    train, _ = load_for(config)
    planned = plan(config.portable(), train, resumed=run is not None)
    if run is not None:
        planned = replace(planned, network=run.network())
    x, y = next(Course.of(planned, train).batches())
    return trace(
        planned.network,
        planned.loss,
        x[:instances],
        y[:instances],
        optimizer=planned.optimizer,
        seed=config.descent.seed,
        columns=columns,
    )


def _print_step(out: "Console", step: Trace, config: Config) -> None:
    data = step.to_dict()
    out.print(
        text("explain.step", data=config.data.name, loss=data["loss"], optimizer=data["optimizer"]),
        soft_wrap=True,
    )
    for note in _left_out(config):
        out.print(note, style="yellow", soft_wrap=True)
    for part, quantities in parts(step).items():
        out.print(f"\n{text(f'explain.part.{part}')}", style="bold")
        for one in quantities:
            _print_quantity(out, one)


def _left_out(config: Config) -> list[str]:
    """What of the training is not in the step, in a sentence if there is such."""
    names = [f"--{name.replace('_', '-')}" for name in LEFT_OUT if getattr(config.descent, name)]
    return [text("explain.left_out", names=", ".join(names))] if names else []


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
        out.print(text("explain.not_opened"), soft_wrap=True)
    for key, value in (("finite_difference", entry.finite_difference), ("torch", entry.torch)):
        if value is not None:
            difference = f"{abs(value - entry.value):.1e}"
            out.print(text(f"explain.{key}", value=f"{value:.10g}", difference=difference), soft_wrap=True)


command = command(
    "explain",
    lambda: [
        click.Argument(["what"], required=False, metavar=f"[{text('cli.explain.what')}]"),
        click.Option(
            ["--config", "config_file"], help=text("cli.explain.config"), metavar=text("cli.metavar.file")
        ),
        option("--instances", "cli.explain.instances", type=INTEGER, default=4),
        option("--quantity", "cli.explain.quantity", metavar=text("cli.metavar.name")),
        option("--entry", "cli.explain.entry", type=INTEGERS),
        option("--columns", "cli.explain.columns", is_flag=True),
        json_option(),
        option("--latex", "cli.explain.latex", is_flag=True),
        option("--html", "cli.explain.html", metavar=text("cli.metavar.file")),
    ],
    explain,
)
