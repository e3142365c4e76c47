"""What the commands print: on a terminal in colour, in a file as plain text."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from gradiente.data import Dataset
from gradiente.formatting import count, metrics_table
from gradiente.locale import text
from gradiente.network import Network
from gradiente.reporting.breakdown import MOST_CLASSES, baseline_sentence, breakdown_table
from gradiente.training.breakdown import Breakdown

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status
    from rich.table import Table


def console(as_json: bool = False, *, quiet: bool = False) -> "Console":
    """The console for a command's messages: standard output, or standard error if that carries JSON.

    Arguments:
        quiet: print nothing, because another process prints it
    """
    from rich.console import Console

    # The name of a class or a folder may look like rich's own notation: [red], :smile:.
    return Console(stderr=as_json, highlight=False, markup=False, emoji=False, quiet=quiet)


def working(message: str) -> "Status":
    """A context manager: the message with a sign that moves, on standard error where that is a terminal."""
    err = console(as_json=True)
    return err.status(message, spinner="line" if err.options.ascii_only else "dots")


def styled_table(**options: Any) -> "Table":
    """An empty table in the style of all commands."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    return Table(box=SIMPLE_HEAD, title_justify="left", **options)


def print_summary(out: "Console", network: Network, train: Dataset, test: Dataset) -> None:
    """The data in a line, and the network as a table."""
    features = int(np.prod(train.x.shape[1:]))
    targets = () if train.encoder is None else train.encoder.targets
    out.print(
        text(
            "train.data.same" if train.is_same(test) else f"train.data.{train.task}",
            name=train.name,
            train=count(len(train)),
            test=count(len(test)),
            features=count(features),
            outputs=count(train.outputs),
        )
        + (text("train.data.target", target=", ".join(targets)) if targets else "")
    )
    summary = network.summary(train.x.shape[1:])
    table = styled_table(show_footer=True, footer_style="bold")
    index, layer, output, parameters = summary.header()
    table.add_column(index)
    table.add_column(layer, footer=text("summary.total"))
    table.add_column(output)
    table.add_column(parameters, footer=summary.footer(), justify="right")
    for row in summary.rows:
        table.add_row(*row.cells())
    out.print(table)


def print_metrics(
    out: "Console",
    metrics: Mapping[str, float],
    title: str,
    undefined: Iterable[str],
    behind: Breakdown | None = None,
) -> None:
    """Names and values of the metrics, under a title; below, which are not defined and what they count as.

    Arguments:
        behind: what stands behind them, in tables of its own
    """
    out.print(title, style="italic")
    table = styled_table(show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in metrics_table(metrics, None if behind is None else behind.positive):
        table.add_row(name, value)
    out.print(table)
    if behind is not None:
        _print_breakdown(out, behind)
    for sentence in undefined:
        out.print(sentence, style="yellow", soft_wrap=True)


def _print_breakdown(out: "Console", behind: Breakdown) -> None:
    header, rows = breakdown_table(behind)
    if 1 < len(rows) <= MOST_CLASSES:
        table = styled_table()
        for place, name in enumerate(header):
            table.add_column(name, justify="right" if place else "left")
        for row in rows:
            table.add_row(*row)
        out.print(table)
    if (words := baseline_sentence(behind)) is not None:
        out.print(words, soft_wrap=True)
