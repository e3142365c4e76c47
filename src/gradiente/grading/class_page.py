"""The teacher's page: the whole class, its mistakes, and who shares them."""

from collections.abc import Mapping, Sequence

import numpy as np

from gradiente.formatting import count
from gradiente.grading.gradebook import Gradebook, GradedStudent
from gradiente.grading.spreadsheet import points_text
from gradiente.locale import text
from gradiente.reporting.html import Markup, figure, join, page, section, table, tag
from gradiente.reporting.plot import ACCENT, axes, svg

BINS = 10
_LONG = 8  # names in a cell; more are folded away


def class_page(graded: Gradebook, pages: Mapping[str, str]) -> str:
    """The page.

    Arguments:
        pages: of every student, where the feedback is, as a link from this page
    """
    sections = [_headline(graded), _distribution(graded), _mistakes(graded, pages)]
    sections += [_quantities(graded, pages), _groups(graded, pages), _students(graded, pages)]
    return page(text("grade.class_title", workshop=graded.title), [part for part in sections if part])


def _headline(graded: Gradebook) -> Markup:
    statuses = graded.statuses()
    facts = [(count(len(graded.rows)), text("grade.students"))]
    facts += [(count(number), text(f"grade.status.{status}")) for status, number in statuses.items()]
    large = ""
    if graded.mean() is not None:
        maxima = {row.maximum for row in graded.rows}
        values = {"median": points_text(graded.median()), "maximum": points_text(max(maxima))}
        words = text("grade.mean_of" if len(maxima) == 1 else "grade.mean", **values)
        large = tag("p", tag("strong", points_text(graded.mean())), tag("span", words), class_="result")
    return tag(
        "header",
        tag("p", text("grade.kicker"), class_="kicker"),
        tag("h1", graded.title),
        large,
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for value, name in facts)),
    )


def _distribution(graded: Gradebook) -> Markup | str:
    """How many students have how many points."""
    if not graded.totals:
        return ""
    top = max(row.maximum for row in graded.rows)
    heights, edges = np.histogram(graded.totals, bins=BINS, range=(0, top))
    with axes(560, 230) as plot:
        plot.bar(edges[:-1], heights, width=0.92 * top / BINS, align="edge", color=ACCENT)
        plot.set_xlim(0, top)
        plot.locator_params(axis="y", nbins=4, integer=True)
        plot.set_xlabel(text("grade.points"))
        alt = text(
            "grade.distribution_alt",
            count=len(graded.totals),
            low=points_text(min(graded.totals)),
            high=points_text(max(graded.totals)),
            median=points_text(graded.median()),
        )
        picture = figure(svg(plot, alt, in_pixels=True), text("grade.distribution_caption"), class_="wide")
    return section(text("grade.distribution"), picture)


def _mistakes(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    rows = [
        [len(entry.students), words, tag("code", function), _names(entry.students, pages)]
        for entry in graded.mistakes()
        for function, words in entry.what
    ]
    return _shared("mistakes", ("count", "mistake", "function", "who"), rows)


def _quantities(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    rows = [
        [len(entry.students), tag("code", quantity), tag("code", function), _names(entry.students, pages)]
        for entry in graded.quantities()
        for function, quantity in entry.what
    ]
    return _shared("quantities", ("count", "quantity", "function", "who"), rows)


def _groups(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    rows = []
    for entry in graded.groups():
        mistakes = (tag("div", words, " ", tag("code", function)) for function, words in entry.what)
        rows.append([len(entry.students), join(mistakes), _names(entry.students, pages, folded=False)])
    return _shared("groups", ("count", "same_mistakes", "who"), rows)


def _shared(what: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup | str:
    header = [text(f"grade.column.{name}") for name in columns]
    note = tag("p", text(f"grade.{what}_note"), class_="note")
    return section(text(f"grade.{what}"), note, table(header, rows, numeric=[0])) if rows else ""


def _students(graded: Gradebook, pages: Mapping[str, str]) -> Markup:
    header = [text(f"grade.column.{name}") for name in ("student", "total", "status", "first_mistake")]
    rows = [_student(row, pages) for row in graded.rows]
    return section(text("grade.every_student"), table(header, rows, numeric=[1]))


def _student(row: GradedStudent, pages: Mapping[str, str]) -> list[object]:
    result = row.result
    total = "–" if row.total is None else points_text(row.total)
    warm = None if row.total is not None and result.status != "not_run" else "warm"
    status = tag("span", text(f"grade.status.{result.status}"), class_=warm)
    return [_link(result.student, pages), total, status, result.first_mistake()]


def _names(students: Sequence[str], pages: Mapping[str, str], *, folded: bool = True) -> Markup:
    links = [piece for name in students for piece in (", ", _link(name, pages))][1:]
    names = tag("div", *links, style="min-width:15rem")
    if not folded or len(students) <= _LONG:
        return names
    return tag("details", tag("summary", text("grade.all_names", count=len(students))), names)


def _link(student: str, pages: Mapping[str, str]) -> Markup:
    return tag("a", student, href=pages[student], style="color:inherit")
