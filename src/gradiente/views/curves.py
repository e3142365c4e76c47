"""The measures of a training run by epoch, as curves."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

from gradiente.formatting import epoch_line, measure_name, measure_value
from gradiente.html import Markup, join, table, tag
from gradiente.locale import text
from gradiente.views.view import View

MOST_POINTS = 500  # of a curve
LINES = 10  # epochs that are written
FIGURES = (("loss", "val_loss"), ("accuracy", "val_accuracy"))
WIDTH, HEIGHT = 480, 140
COLOURS = ("#3b6fc4", "#d07a35")  # of training and validation: seen on light paper and on dark
MUTED, FONT = "#858a93", "sans-serif"

Records = Sequence[Mapping[str, Any]]


def view_of_records(records: Records) -> View:
    """The curves of loss and accuracy.

    Arguments:
        records: of the epochs, as in a History
    """
    every = -(-len(records) // MOST_POINTS) or 1
    shown = records[every - 1 :: every]
    named = [name for names in FIGURES for name in names if shown and name in shown[-1]]
    measures = {name: [_finite(record.get(name)) for record in shown] for name in named}
    return View(
        "history", {"every": every, "measures": measures}, _as_html(records, measures), _as_text(records)
    )


def _finite(value: Any) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _as_html(records: Records, measures: Mapping[str, Sequence[float | None]]) -> Markup:
    """A small picture of the loss and one of the accuracy, and the numbers of the last epoch."""
    if not records:
        return tag("p", text("show.no_epochs"))
    pictures = [_picture([name for name in names if name in measures], measures) for names in FIGURES]
    last = records[-1]
    rows = [[measure_name(name), measure_value(name, last[name])] for name in measures]
    header = [f"{text('report.epoch')} {last.get('epoch', len(records))}", ""]
    return join([*pictures, table(header, rows, numeric=[1])])


def _picture(names: Sequence[str], measures: Mapping[str, Sequence[float | None]]) -> Markup:
    """Curves over one another, from the lowest number to the highest."""
    known = [value for name in names for value in measures[name] if value is not None]
    if not known:
        return Markup("")
    low, high = min(known), max(known)
    lines = [
        tag(
            "polyline",
            points=_points(measures[name], low, high),
            stroke=colour,
            fill="none",
            stroke_width=1.5,
        )
        for name, colour in zip(names, COLOURS, strict=False)
    ]
    ends = [
        tag(
            "text",
            measure_value(names[0], value),
            x=WIDTH + 4,
            y=y,
            fill=MUTED,
            font_size=11,
            font_family="sans-serif",
        )
        for value, y in ((high, 12), (low, HEIGHT - 2))
    ]
    words = [
        tag("span", f"— {measure_name(name)} ", style=f"color:{colour}")
        for name, colour in zip(names, COLOURS, strict=False)
    ]
    svg = tag(
        "svg",
        *lines,
        *ends,
        viewBox=f"0 0 {WIDTH + 60} {HEIGHT}",
        width=WIDTH + 60,
        height=HEIGHT,
        xmlns="http://www.w3.org/2000/svg",
    )
    # A notebook that is not trusted keeps pictures, and of SVG in the page its words alone.
    source = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
    alt = f"{measure_name(names[0])}: {measure_value(names[0], low)} … {measure_value(names[0], high)}"
    return tag("figure", tag("figcaption", *words), tag("img", src=source, alt=alt))


def _points(values: Sequence[float | None], low: float, high: float) -> str:
    across, up = WIDTH / max(1, len(values) - 1), (HEIGHT - 8) / ((high - low) or 1)
    places = [
        f"{i * across:.1f},{HEIGHT - 4 - (value - low) * up:.1f}"
        for i, value in enumerate(values)
        if value is not None
    ]
    return " ".join(places)


def _as_text(records: Records) -> str:
    """Some of the epochs, the last one among them, a line each."""
    if not records:
        return text("show.no_epochs")
    chosen = sorted(
        {len(records) - 1 - i * len(records) // LINES for i in range(LINES)} & set(range(len(records)))
    )
    return "\n".join(epoch_line({"epoch": i + 1, **records[i]}, len(records)) for i in chosen)
