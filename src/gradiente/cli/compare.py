"""`gradiente compare`: overfitting, and the remedies against it, as a table and a page."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.settings import setting_option
from gradiente.cli.tables import console, styled_table
from gradiente.comparison import EPOCHS, PARTS, REMEDIES, Comparison, Remedy, SeedResult, remedies_named
from gradiente.comparison import compare as run_comparison
from gradiente.data import load
from gradiente.errors import require
from gradiente.formatting import measure_value
from gradiente.locale import text
from gradiente.reporting.comparison import write_comparison
from gradiente.storage import require_folder_of


def compare(
    data: str,
    data_dir: str | None,
    samples: int | None,
    seeds: int,
    epochs: int,
    hidden: list[int],
    remedies: str | None,
    output: str | None,
    as_json: bool,
) -> None:
    chosen = REMEDIES if remedies is None else remedies_named(remedies.split(","))
    require(seeds >= 1, "compare.seeds", value=seeds)
    page = Path(f"compare-{Path(data).stem}.html" if output is None else output)
    require_folder_of(page)
    train, test = load(data, data_dir=data_dir, standardize_target=True)
    with _progress(len(chosen), seeds) as finished:
        done = run_comparison(
            train,
            test,
            chosen,
            samples=samples,
            seeds=range(seeds),
            epochs=epochs,
            hidden=hidden,
            finished=finished,
        )
    write_comparison(page, done)
    if as_json:
        print_json({**done.to_dict(), "output": str(page)})
    else:
        _print(done, page)


@contextmanager
def _progress(remedies: int, seeds: int) -> Iterator[Callable[[Remedy, SeedResult], None]]:
    """A callback for every run, on standard error: a progress bar on a terminal, a line per run in a log."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    err = console(as_json=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=remedies * seeds)

        def finished(remedy: Remedy, outcome: SeedResult) -> None:
            name = text("compare.progress", remedy=remedy.title(), seed=outcome.seed)
            bar.update(task, advance=1, description=name)
            if not err.is_terminal:
                measure = "accuracy" if "accuracy" in outcome.measures["test"] else "r2"
                score = measure_value(measure, outcome.measures["test"][measure])
                err.print(text("compare.done", remedy=name, score=score), soft_wrap=True)

        yield finished


def _print(done: Comparison, page: Path) -> None:
    out = console()
    out.print(done.facts(), soft_wrap=True)
    table = styled_table(
        caption=text(f"compare.table.{done.measure}", seeds=done.seeds), caption_justify="left"
    )
    table.add_column(text("compare.remedy"))
    for part in (*PARTS, "gap"):
        table.add_column(text(f"compare.{part}"), justify="right", no_wrap=True)
    for row in done.rows:
        best = row is done.best()
        cells = [row.words(part) for part in (*PARTS, "gap")]
        cells[2] = f"★ {cells[2]}" if best else cells[2]
        table.add_row(row.remedy.label(), *cells, style="bold" if best else None)
    out.print(table)
    for line in (done.verdict(), done.without(), text("compare.written", path=page)):
        if line is not None:
            out.print(line, soft_wrap=True)


command = command(
    "compare",
    lambda: [
        option("--data", "cli.compare.data", default="digits", metavar=text("cli.metavar.data")),
        setting_option("data_dir"),
        option("--samples", "cli.compare.samples", type=INTEGER),
        option("--seeds", "cli.compare.seeds", type=INTEGER, default=5),
        setting_option("epochs", "cli.compare.epochs", default=EPOCHS),
        setting_option("hidden", "cli.compare.hidden", default=[128, 128]),
        option("--remedies", "cli.compare.remedies", metavar=text("cli.metavar.remedies")),
        option("--output", "cli.compare.output", metavar=text("cli.metavar.file")),
        json_option(),
    ],
    compare,
)
