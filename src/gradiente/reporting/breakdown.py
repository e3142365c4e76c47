"""Each class by itself, or the errors of each target, beside what a constant answer gives: as a table."""

from gradiente.formatting import count, number, share
from gradiente.html import Markup, table, tag
from gradiente.locale import text
from gradiente.reporting.html import section
from gradiente.training.breakdown import Breakdown

MOST_CLASSES = 20
ERRORS = ("r2", "rmse", "mean_rmse", "mae", "median_mae", "half", "most", "nearly_all", "largest")


def breakdown_table(behind: Breakdown) -> tuple[list[str], list[list[str]]]:
    """The header and the rows: a row for each class or label, or for each kind of error with a column a target."""
    if behind.targets:
        header = [text("breakdown.errors"), *(each.name for each in behind.targets)]
        rows = [
            [text(f"breakdown.{kind}"), *(number(getattr(each, kind)) for each in behind.targets)]
            for kind in ERRORS
            if kind != "r2" or len(behind.targets) > 1  # of one target it is among the metrics
        ]
        return header, rows
    header = [
        text("breakdown.label" if behind.labels else "breakdown.class"),
        *(text(f"metric.{name}") for name in ("precision", "recall", "f1")),
    ]
    rows = [
        [each.name, share(each.precision, 2), share(each.recall, 2), number(each.f1), count(each.count)]
        for each in behind.labels or behind.classes
    ]
    return [*header, text("breakdown.having" if behind.labels else "breakdown.count")], rows


def baseline_sentence(behind: Breakdown) -> str | None:
    """What always answering the most frequent class, or labels, gives; None of a regression, whose table has it."""
    if behind.baseline is None:
        return None
    if behind.baseline_hamming is not None:
        wrong = number(behind.baseline_hamming)
        return text("breakdown.baseline.labels", accuracy=share(behind.baseline, 2), hamming=wrong)
    return text("breakdown.baseline", majority=behind.majority, accuracy=share(behind.baseline, 2))


def breakdown_section(behind: Breakdown) -> Markup | None:
    """The table, for a report; None where there are more classes than can be read."""
    header, rows = breakdown_table(behind)
    if len(rows) > MOST_CLASSES:
        return None
    words = baseline_sentence(behind)
    note = [] if words is None else [tag("p", words, class_="note")]
    kind = "targets" if behind.targets else "labels" if behind.labels else "classes"
    title = text(f"breakdown.title.{kind}")
    return section(title, table(header, rows, numeric=range(1, len(header))), *note)
