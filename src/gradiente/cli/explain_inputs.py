"""`gradiente explain RUN --row` and `--importance`: which inputs an answer, or the accuracy, comes from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.attribution import Importance, permutation_importance
from gradiente.attribution.row import FORMULA, RowExplained, explain_row
from gradiente.cli.base import print_json
from gradiente.cli.remarks import remarks
from gradiente.cli.seen import characters
from gradiente.cli.tables import console, styled_table
from gradiente.data import Dataset
from gradiente.data.tables.table import SUFFIXES
from gradiente.errors import ArgumentError
from gradiente.formatting import NONE, count, measure_name, measure_value, number, share
from gradiente.locale import text
from gradiente.reporting.attribution_picture import attribution_picture
from gradiente.reporting.samples import is_image_data
from gradiente.storage import require_png, write_atomically
from gradiente.training.config import Config
from gradiente.training.load_for import load_for
from gradiente.training.run import Run

if TYPE_CHECKING:
    from rich.console import Console

MOST_PARTS = 20
WIDEST = 40  # a picture in the terminal, two characters for each pixel


@dataclass(frozen=True)
class Rows:
    """Rows that may be explained: x, and where they come from."""

    x: np.ndarray
    source: str
    truth: list[str] | None


def print_row(
    config: Config, run: Run, file: str | None, row: int, output: str | None, *, as_json: bool
) -> None:
    """The answer for one row, taken apart by its columns; a picture by its pixels."""
    if output is not None:
        require_png(output)
    with remarks(console(as_json=True)):
        train, test = load_for(config)
        run.require_same_data(train, test)
        rows = _rows(config, train, test, file)
    if not 1 <= row <= len(rows.x):
        raise ArgumentError("explain.row", row=row, last=len(rows.x), source=rows.source)
    x = np.asarray(rows.x[row - 1])
    explained = explain_row(run.network(), run.loss(), x, train)
    if output is not None:
        write_atomically(output, attribution_picture(explained))
    truth = None if rows.truth is None else rows.truth[row - 1]
    if as_json:
        facts = {"run": str(run.folder), "source": rows.source, "row": row, "truth": truth}
        print_json({**facts, **explained.to_dict(), "output": output})
        return
    out = console()
    of_truth = "" if truth is None else text("explain.row.truth", truth=truth)
    out.print(
        text("explain.row.heading", row=row, source=rows.source) + of_truth, style="bold", soft_wrap=True
    )
    _print_answer(out, explained)
    if is_image_data(train):
        _print_picture(out, explained, tuple(train.image_shape or ()))
    else:
        _print_parts(out, explained)
    if output is not None:
        out.print(text("data_show.written", path=output), soft_wrap=True)


def print_importance(config: Config, run: Run, *, as_json: bool) -> None:
    """How much worse the answers to the test data become when a column is shuffled."""
    with remarks(console(as_json=True)):
        train, test = load_for(config)
        run.require_same_data(train, test)
    if test.image_shape is not None:
        raise ArgumentError("explain.importance.pictures", name=test.name)
    found = permutation_importance(run.network(), run.loss(), test, seed=config.descent.seed)
    if as_json:
        print_json({"run": str(run.folder), "instances": len(test), **found.to_dict()})
        return
    out = console()
    _print_importance(out, found, len(test))


def _rows(config: Config, train: Dataset, test: Dataset, file: str | None) -> Rows:
    """The rows of a table: the one given, or the run's own; of other data the test instances."""
    encoder, name = train.encoder, config.data.name
    own = encoder is not None and name.lower().endswith(SUFFIXES) and config.data.missing != "drop"
    if file is not None and encoder is None:
        raise ArgumentError("predict.no_table", file=file, name=train.name)
    if encoder is not None and (file is not None or own):
        path = Path(file or name)
        return Rows(encoder.encode(path), path.name, None)
    if test.classifies:
        truth = [test.answer(row) for row in range(len(test))]
    else:
        truth = [", ".join(map(number, np.atleast_1d(y).tolist())) for y in test.in_units(test.y)]
    return Rows(test.x, text("explain.row.test", name=test.name), truth)


def _print_answer(out: "Console", explained: RowExplained) -> None:
    written = number if explained.label is None else share
    encoder = explained.data.encoder
    several = encoder is not None and isinstance(encoder.target, tuple)
    name = f"ŷ({encoder.targets[0]})" if encoder is not None and several else "ŷ"
    label = name if explained.label is None else f"P({explained.label})"
    words = {"f": written(explained.answer), "before": written(explained.at_baseline)}
    black = explained.data.image_shape is not None
    baseline = text("explain.row.black" if black else "explain.row.mean")
    out.print(f"F = {label} = {words['f']};   F(x′) = {words['before']}, {baseline}", soft_wrap=True)
    out.print(f"{FORMULA},   Σⱼ aⱼ = F(x) − F(x′)", soft_wrap=True)


def _print_parts(out: "Console", explained: RowExplained) -> None:
    parts = explained.parts()
    shown, others = parts[:MOST_PARTS], parts[MOST_PARTS:]
    table = styled_table(show_footer=True, footer_style="bold")
    total = _signed(float(explained.amounts.sum()))
    table.add_column(text("explain.row.column"), footer="Σ")
    for name, footer in (("value", ""), ("baseline", ""), ("change", ""), ("slope", ""), ("amount", total)):
        table.add_column(text(f"explain.row.{name}"), footer=footer, justify="right")
    for part in shown:
        factors = (NONE if each is None else _signed(each) for each in (part.change, part.slope))
        table.add_row(part.column, part.value, part.baseline, *factors, _signed(part.amount))
    if others:
        rest = sum(part.amount for part in others)
        table.add_row(text("explain.row.others", count=count(len(others))), "", "", "", "", _signed(rest))
    out.print(table)
    difference = explained.answer - explained.at_baseline
    words = {"difference": _signed(difference), "missing": number(abs(explained.missing), 2)}
    out.print(text("explain.row.sum", points=count(explained.attribution.points), **words), soft_wrap=True)


def _print_picture(out: "Console", explained: RowExplained, shape: tuple[int, ...]) -> None:
    """What speaks for the answer and what against it, as two pictures of characters."""
    from rich.box import SQUARE
    from rich.panel import Panel
    from rich.text import Text

    amounts = explained.amounts.reshape((1, *shape)[-3:]).sum(axis=0)
    most = float(np.abs(amounts).max()) or 1.0
    for name, sign in (("for", 1), ("against", -1)):
        part = np.maximum(sign * amounts, 0)
        out.print(text(f"explain.row.{name}", amount=_signed(sign * float(part.sum()))), soft_wrap=True)
        if amounts.shape[1] <= WIDEST:
            drawn = Text(characters(np.sqrt(part / most)), no_wrap=True)
            out.print(Panel.fit(drawn, box=SQUARE, padding=0))
    difference = explained.answer - explained.at_baseline
    words = {"difference": _signed(difference), "missing": number(abs(explained.missing), 2)}
    out.print(text("explain.row.sum", points=count(explained.attribution.points), **words), soft_wrap=True)


def _print_importance(out: "Console", found: Importance, instances: int) -> None:
    measure = measure_name(found.measure)
    out.print(
        text(
            "explain.importance.heading",
            measure=measure,
            score=measure_value(found.measure, found.score),
            count=count(instances),
            repeats=found.drops.shape[1],
        ),
        soft_wrap=True,
    )
    table = styled_table()
    table.add_column(text("explain.row.column"))
    table.add_column(text("explain.importance.drop"), justify="right")
    table.add_column("±", justify="right")
    for name, mean, deviation in found.ranked():
        table.add_row(name, f"{mean:.4f}".replace("-", "−"), f"{deviation:.4f}")
    out.print(table)


def _signed(value: float) -> str:
    """A number with its sign.

    >>> _signed(0.25), _signed(-3.0)
    ('+0.2500', '−3.000')
    """
    return number(value) if value < 0 else f"+{number(value)}"
