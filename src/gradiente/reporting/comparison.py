"""The remedies against overfitting on one page: the scores, the curves, and what each remedy does."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gradiente.comparison import PARTS, Comparison, Row
from gradiente.formatting import measure_name, number, short
from gradiente.html import Markup, table, tag
from gradiente.locale import text
from gradiente.reporting.html import figure, key, page, section
from gradiente.reporting.plot import ACCENT, INK, MUTED, RULE, axes, svg
from gradiente.storage import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray
COLUMNS = (*PARTS, "gap", "test_loss")


def write_comparison(path: str | Path, comparison: Comparison) -> None:
    """Write the page, in the language in use.

    Errors: FileError where the file cannot be written
    """
    sections = [headline(comparison), scores(comparison), curves(comparison), explained(comparison)]
    write_atomically(path, page(text("compare.title", data=comparison.data), sections))


def headline(comparison: Comparison) -> Markup:
    """What was compared, and the verdict."""
    words = (comparison.verdict(), comparison.without())
    return tag(
        "header",
        tag("p", text("compare.kicker"), class_="kicker"),
        tag("h1", text("compare.title", data=comparison.data)),
        tag("p", comparison.facts(), class_="note"),
        *(tag("p", line, class_="stopped") for line in words if line is not None),
    )


def scores(comparison: Comparison) -> Markup:
    """Every remedy's measure on the three parts, and its gap: as a table and as a picture."""
    best = comparison.best()
    header = [text(f"compare.{name}") for name in ("remedy", *COLUMNS)]
    rows = [_cells(row, best=row is best) for row in comparison.rows]
    note = tag("p", text(f"compare.table.{comparison.measure}", seeds=comparison.seeds), class_="note")
    name = measure_name(comparison.measure)
    legend = [
        key(text("compare.train"), shape="dot plain"),
        key(text("compare.test"), shape="dot"),
    ]
    caption = text("compare.dots", measure=name)
    picture = figure(dots(comparison), caption, legend=legend, class_="dots")
    title = name[0].upper() + name[1:]
    return section(title, note, table(header, rows, numeric=range(1, 6)), picture)


def dots(comparison: Comparison) -> Markup:
    """Training and test measure of every remedy, with the spread over the seeds; the line between them is the gap."""
    rows = comparison.rows
    places = np.arange(len(rows))
    with axes(560, 34 * len(rows) + 60) as plot:
        plot.grid(False, axis="y")
        plot.grid(True, axis="x")
        plot.hlines(
            places,
            [row.mean("test") for row in rows],
            [row.mean("train") for row in rows],
            color=RULE,
            linewidth=5,
        )
        for part, colour in (("train", MUTED), ("test", ACCENT)):
            means, sds = [row.mean(part) for row in rows], np.nan_to_num([row.sd(part) for row in rows])
            plot.errorbar(means, places, xerr=sds, fmt="o", color=colour, markersize=7, linewidth=2)
        plot.set_yticks(places, [row.remedy.label() for row in rows], color=INK)
        plot.set_ylim(len(rows) - 0.4, -0.6)
        if comparison.measure == "accuracy":
            low, high = plot.get_xlim()
            plot.set_xlim(low, min(high, 1 + 0.02 * (1 - low)))  # a share never goes above 100 %
            plot.xaxis.set_major_formatter(lambda value, _: f"{short(round(100 * value, 6))}\u202f%")
        best = comparison.best()
        alt = text("compare.dots_alt", best=best.remedy.title(), score=best.words("test"), remedies=len(rows))
        return svg(plot, alt, tight=True, in_pixels=True)


def curves(comparison: Comparison) -> Markup:
    """A panel for every remedy, all with the same axes: the loss in training and in validation."""
    legend = [
        key(text("report.training"), shape="line second"),
        key(text("report.validation"), shape="line"),
    ]
    if any("patience" in row.remedy.values for row in comparison.rows):
        legend.append(key(text("compare.chosen"), shape="dot"))
    top = _top(comparison)
    panels = [figure(_panel(row, comparison.epochs, top), row.remedy.label()) for row in comparison.rows]
    return section(
        text("compare.curves"),
        tag("p", text("compare.curves_explained"), class_="note"),
        tag("p", *legend, class_="legend"),
        tag("div", *panels, class_="pair panels"),
    )


def mean_and_spread(row: Row, part: str, epochs: int) -> tuple[Array, Array]:
    """The mean loss after every epoch and its standard deviation over the seeds.

    A seed that stopped early stays where it went back to: at the loss of its best epoch.

    Shapes: → twice (epochs,)
    """
    every = np.empty((len(row.outcomes), epochs))
    for losses, outcome in zip(every, row.outcomes, strict=True):
        curve = outcome.curves[part]
        losses[:] = curve[outcome.best_epoch - 1]
        losses[: len(curve)] = curve
    return every.mean(axis=0), every.std(axis=0, ddof=1) if len(every) > 1 else np.zeros(epochs)


def explained(comparison: Comparison) -> Markup:
    """A sentence for every remedy."""
    rows = [(tag("strong", row.remedy.title()), row.remedy.does()) for row in comparison.rows]
    return section(text("compare.explained"), table((), rows))


def _cells(row: Row, *, best: bool) -> list[object]:
    label, *numbers = row.remedy.label(), *(row.words(part) for part in COLUMNS)
    if not best:
        return [label, *numbers]
    numbers[2] = f"★ {numbers[2]}"
    return [tag("strong", cell) for cell in (label, *numbers)]


def _top(comparison: Comparison) -> float:
    """The end of the loss axis: where the validation losses are after their best epoch, with room above."""
    tops = []
    for row in comparison.rows:
        mean, spread = mean_and_spread(row, "validation", comparison.epochs)
        tops.append(float((mean + spread)[mean.argmin() :].max()))
    return 1.25 * max(tops)


def _panel(row: Row, epochs: int, top: float) -> Markup:
    with axes(300, 200) as plot:
        plot.set_xlim((1, epochs) if epochs > 1 else (0.5, 1.5))
        plot.set_ylim(0, top)
        plot.locator_params(axis="x", nbins=5, integer=True)
        plot.set_xlabel(text("report.epoch"))
        for part, colour in (("train", MUTED), ("validation", ACCENT)):
            _band(plot, *mean_and_spread(row, part, epochs), colour)
        if "patience" in row.remedy.values:
            chosen = [outcome.best_epoch for outcome in row.outcomes]
            losses = [outcome.curves["validation"][outcome.best_epoch - 1] for outcome in row.outcomes]
            plot.plot(chosen, losses, "o", color=ACCENT, markersize=6)
        first, last = (
            number(float(np.mean([outcome.curves["validation"][place] for outcome in row.outcomes])))
            for place in (0, -1)
        )
        return svg(
            plot, text("compare.panel_alt", remedy=row.remedy.label(), first=first, last=last), in_pixels=True
        )


def _band(plot: "Axes", mean: Array, spread: Array, colour: str) -> None:
    epochs = np.arange(1, len(mean) + 1)
    marker = "o" if len(mean) == 1 else None
    plot.fill_between(epochs, mean - spread, mean + spread, color=colour, alpha=0.2, linewidth=0)
    plot.plot(epochs, mean, color=colour, marker=marker)
