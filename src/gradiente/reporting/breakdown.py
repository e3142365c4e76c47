"""Each class by itself, or the errors of each target, beside what a constant answer gives: as a table."""

from gradiente.formatting import count, number, share
from gradiente.html import Markup, table, tag
from gradiente.locale import text
from gradiente.reporting.html import section
from gradiente.training.breakdown import Breakdown

MOST_CLASSES = 20
ERRORS = ("rmse", "mean_rmse", "mae", "median_mae", "half", "most", "nearly_all", "largest")


def breakdown_table(behind: Breakdown) -> tuple[list[str], list[list[str]]]:
    """The header and the rows: a row for each class, or for each kind of error with a column for each target."""
    if behind.targets:
        header = [text("breakdown.errors"), *(each.name for each in behind.targets)]
        rows = [
            [text(f"breakdown.{kind}"), *(number(getattr(each, kind)) for each in behind.targets)]
            for kind in ERRORS
        ]
        return header, rows
    header = [text("breakdown.class"), *(text(f"metric.{name}") for name in ("precision", "recall", "f1"))]
    rows = [
        [each.name, share(each.precision, 2), share(each.recall, 2), number(each.f1), count(each.count)]
        for each in behind.classes
    ]
    return [*header, text("breakdown.count")], rows


def baseline_sentence(behind: Breakdown) -> str | None:
    """What always answering the most frequent class gives; None of a regression, whose table has it."""
    if behind.baseline is None:
        return None
    return text("breakdown.baseline", majority=behind.majority, accuracy=share(behind.baseline, 2))


def breakdown_section(behind: Breakdown) -> Markup | None:
    """The table, for a report; None where there are more classes than can be read."""
    header, rows = breakdown_table(behind)
    if len(rows) > MOST_CLASSES:
        return None
    words = baseline_sentence(behind)
    note = [] if words is None else [tag("p", words, class_="note")]
    title = text("breakdown.title.targets" if behind.targets else "breakdown.title.classes")
    return section(title, table(header, rows, numeric=range(1, len(header))), *note)
