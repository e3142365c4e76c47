"""`gradiente bench`: speed and memory against the peers that are installed, on this machine."""

from typing import TYPE_CHECKING

import click

from gradiente.benchmarking.ending import ended_by_sigterm
from gradiente.benchmarking.machine import LOADED, machine
from gradiente.benchmarking.measuring import ENOUGH, Bench
from gradiente.benchmarking.result import Measured, Row
from gradiente.benchmarking.words import (
    accuracy_words,
    entry_label,
    megabytes,
    published_words,
    ratio_words,
    target_words,
    value_words,
)
from gradiente.benchmarking.work import Entry, Work
from gradiente.benchmarking.works import works_named
from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.settings import setting_option
from gradiente.cli.tables import console, styled_table, working
from gradiente.errors import require
from gradiente.formatting import NONE, count, number
from gradiente.locale import text
from gradiente.reporting.benchmark import benchmark_picture
from gradiente.storage import require_png, write_atomically
from gradiente.threads import cores

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

ROUNDS, QUICK_ROUNDS = 7, 2


def bench(
    works: tuple[str, ...],
    rounds: int | None,
    threads: int | None,
    quick: bool,
    busy: bool,
    picture: str | None,
    data_dir: str | None,
    show_list: bool,
    as_json: bool,
) -> None:
    chosen = [work.quick() if quick else work for work in works_named(works) if busy or not work.busy]
    if show_list:
        _list(chosen, as_json)
        return
    if rounds is None:
        rounds = QUICK_ROUNDS if quick else ROUNDS
    threads = cores() if threads is None else threads
    require(rounds >= 1, "bench.rounds", value=rounds)
    require(1 <= threads <= cores(), "bench.threads", value=threads, most=cores())
    if picture is not None:
        require_png(picture)
    about, out = machine(), console(as_json)
    out.print(
        text("bench.facts", processor=about["processor"], threads=threads, rounds=rounds), soft_wrap=True
    )
    load: float | None = about["load"]
    loaded = False
    if load is not None and load > LOADED:
        loaded = True
        out.print(text("bench.loaded", load=number(load, 2)), style="yellow", soft_wrap=True)
    rows, interrupted = _measured(chosen, rounds, threads, data_dir, None if as_json else out)
    missing = _missing(rows)
    if missing and not as_json:
        out.print(text("bench.missing", packages=" ".join(missing)), soft_wrap=True)
    if picture is not None:
        write_atomically(picture, benchmark_picture(rows))
        out.print(text("bench.written", path=picture), soft_wrap=True)
    if as_json:
        facts = {"machine": about, "quiet": not loaded, "threads": threads, "rounds": rounds, "quick": quick}
        works_data = [row.to_dict() for row in rows]
        done = {"interrupted": interrupted is not None, "missing": missing, "works": works_data}
        print_json({**facts, **done, "picture": picture})
    if interrupted is not None:
        raise interrupted


def _measured(
    chosen: list[Work], rounds: int, threads: int, data_dir: str | None, out: "Console | None"
) -> tuple[list[Row], KeyboardInterrupt | SystemExit | None]:
    """Every work, each printed as it is done; after Ctrl-C or SIGTERM, those that have a round, and the exception."""
    rows: list[Row] = []
    interrupted = None
    with ended_by_sigterm(), working(text("bench.preparing")) as status:

        def progress(work: Work, entry: Entry, number: int) -> None:
            place = {"work": work.title, "entry": entry_label(work, entry)}
            status.update(text("bench.round", **place, number=number, rounds=rounds))

        with Bench(threads=threads, rounds=rounds, data_dir=data_dir, progress=progress) as measurement:
            for work in chosen:
                try:
                    measurement.measure(work)
                except (KeyboardInterrupt, SystemExit) as ended:
                    interrupted = ended
                row = measurement.rows[-1]
                if interrupted is None or any(one.values for one in row.measured):
                    rows.append(row)
                    if out is not None:
                        _print(out, row)
                if interrupted is not None:
                    break
    return rows, interrupted


def _print(out: "Console", row: Row) -> None:
    out.print(_table(row))
    for sentence in published_words(row):
        out.print(sentence, soft_wrap=True)
    exponent = row.exponent() if row.work.grows else None
    if exponent is not None:
        out.print(text(f"bench.growth.{row.work.grows}", exponent=number(exponent, 3)), soft_wrap=True)
    for one in row.measured:
        if one.died is not None:
            label = entry_label(row.work, one.entry)
            out.print(f"{label}: {one.died}", style="yellow", soft_wrap=True)
    if row.fewer():
        out.print(text("bench.fewer", seconds=count(round(ENOUGH))), soft_wrap=True)
    for key, names in (("behind", row.behind()), ("restless", row.restless())):
        labels = [entry_label(row.work, row.of(name).entry) for name in names]
        if labels:
            out.print(text(f"bench.{key}", entries="; ".join(labels)), style="yellow", soft_wrap=True)


def _table(row: Row) -> "Table":
    table = styled_table(title=row.work.title)
    ratio = "share" if row.work.share else "ratio"
    columns = [row.work.column, *(text(f"bench.{name}") for name in (ratio, "target", "accuracy", "memory"))]
    table.add_column(text("bench.who"))
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    for one in row.measured:
        style = "bold" if one.entry.name == row.ours else None
        table.add_row(entry_label(row.work, one.entry), *_cells(row, one), style=style)
    return table


def _cells(row: Row, one: Measured) -> list[str]:
    if one.missing:
        return [text("bench.not_installed"), "", "", "", ""]
    memory = NONE if one.memory is None else megabytes(one.memory)
    words = [value_words(row, one), ratio_words(row, one), target_words(row, one), accuracy_words(one)]
    return [*words, memory]


def _missing(rows: list[Row]) -> list[str]:
    """The packages of the peers that could not take part."""
    return sorted({package for row in rows for one in row.measured for package in one.missing})


def _list(chosen: list[Work], as_json: bool) -> None:
    if as_json:
        print_json([{"work": work.name, "what": work.title} for work in chosen])
        return
    table = styled_table(show_header=False)
    for work in chosen:
        table.add_row(work.name, work.title)
    console().print(table)


command = command(
    "bench",
    lambda: [
        click.Argument(["works"], nargs=-1, metavar=text("cli.metavar.works")),
        option("--rounds", "cli.bench.rounds", type=INTEGER),
        option("--threads", "cli.bench.threads", type=INTEGER),
        click.Option(["--quick"], is_flag=True, help=text("cli.bench.quick")),
        click.Option(["--busy/--no-busy"], default=True, help=text("cli.bench.busy")),
        option("--picture", "cli.bench.picture", metavar=text("cli.metavar.file")),
        setting_option("data_dir"),
        click.Option(["--list", "show_list"], is_flag=True, help=text("cli.bench.list")),
        json_option(),
    ],
    bench,
)
