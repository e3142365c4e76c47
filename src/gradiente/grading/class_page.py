"""The teacher's page: the whole class, its mistakes, and who shares them."""

from collections.abc import Mapping, Sequence

import numpy as np

from gradiente.formatting import count
from gradiente.grading.gradebook import Gradebook, GradedStudent, Shared
from gradiente.grading.spreadsheet import points_text
from gradiente.html import Markup, join, table, tag
from gradiente.locale import text
from gradiente.reporting.html import page
from gradiente.reporting.plot import ACCENT, axes, svg

BINS = 10
MOST_MISTAKES = 5  # in sight; the others are folded away
_MISTAKE = ("count", "mistake", "function", "who")
_LONG = 4  # names in a cell; more are folded away
# On a screen each workshop is in sight as a whole: points beside mistakes, all else folded, but not on paper.
_STYLE = """
main, footer { max-width: 80rem; }
header { padding: 1.2rem 0 .2rem; }
header .result { margin: .3rem 0; }
header dl { margin-top: .6rem; padding-top: .6rem; }
h1 { font-size: 1.6rem; }
.result strong { font-size: 2.6rem; }
section { padding: .9rem 0 .2rem; }
h2 { margin-bottom: .4rem; }
h2 span { color: var(--muted); font-weight: 400; font-size: 1rem; margin-left: .6rem; }
h3 { margin: 0 0 .2rem; font-size: 1rem; font-weight: 650; }
.note { margin-bottom: .4rem; max-width: none; font-size: .85rem; }
.overview td { padding-top: .25rem; padding-bottom: .25rem; line-height: 1.35; }
.folded { display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: .7rem 0; }
details[open] { flex-basis: 100%; min-width: 0; }
summary { cursor: pointer; color: var(--accent); }
td small { display: inline; white-space: nowrap; }
td:last-child > div { min-width: 11rem; }
.folded td:first-child:not(.n) { min-width: 10rem; }
@media (min-width: 60rem) {
  header { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: end; }
  header .result { grid-area: 1 / 2 / 3; margin: 0; }
  header dl { grid-column: 1 / 3; }
  .overview { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 5fr); gap: .4rem 2.5rem; }
}
@media print { details { flex-basis: 100%; } details::details-content { display: block; content-visibility: visible; } }
"""


def class_page(graded: Gradebook, pages: Mapping[str, str]) -> str:
    """The page: what fits a screen is in sight, the rest is folded; each workshop by itself.

    Arguments:
        pages: of every student, where the feedback is, as a link from this page
    """
    parts = graded.by_workshop()
    title = graded.title if len(parts) == 1 else text("grade.title")
    workshops = [_workshop(part, pages, titled=len(parts) > 1) for part in parts]
    return page(
        text("grade.class_title", workshop=title), [_headline(graded, title), *workshops], style=_STYLE
    )


def _workshop(part: Gradebook, pages: Mapping[str, str], *, titled: bool) -> Markup:
    heading = tag("h2", part.title, tag("span", _average(part))) if titled else ""
    overview = tag("div", _distribution(part), _mistakes(part, pages), class_="overview")
    folded = [_other_mistakes(part, pages), _quantities(part, pages), _groups(part, pages)]
    return tag("section", heading, overview, tag("div", *folded, _students(part, pages), class_="folded"))


def _average(part: Gradebook) -> str:
    values = {"mean": points_text(part.mean()), "median": points_text(part.median())}
    return "" if part.mean() is None else text("grade.averages", **values)


def _headline(graded: Gradebook, title: str) -> Markup:
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
        tag("h1", title),
        large,
        tag("p", text(f"grade.isolation.{graded.isolation}"), class_="note") if graded.isolation else "",
        tag("dl", *(tag("div", tag("dt", name), tag("dd", value)) for value, name in facts)),
    )


def _distribution(graded: Gradebook) -> Markup | str:
    """How many students have how many points."""
    if not graded.totals:
        return ""
    top = max(row.maximum for row in graded.rows)
    heights, edges = np.histogram(graded.totals, bins=BINS, range=(0, top))
    with axes(400, 210) as plot:
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
        picture = tag("figure", svg(plot, alt, in_pixels=True), class_="wide")
    return tag("div", tag("h3", text("grade.distribution")), picture)


def _mistakes(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    """The most frequent mistakes."""
    rows = _mistake_rows(graded.mistakes()[:MOST_MISTAKES], pages)
    note = tag("p", text("grade.mistakes_note"), class_="note")
    return tag("div", tag("h3", text("grade.mistakes")), note, _table(_MISTAKE, rows)) if rows else ""


def _other_mistakes(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    rows = _mistake_rows(graded.mistakes()[MOST_MISTAKES:], pages)
    return _folded(text("grade.other_mistakes", count=len(rows)), _table(_MISTAKE, rows)) if rows else ""


def _mistake_rows(shared: Sequence[Shared], pages: Mapping[str, str]) -> list[list[object]]:
    return [
        [len(entry.students), words, tag("code", function), _names(entry, pages)]
        for entry in shared
        for function, words in entry.what
    ]


def _quantities(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    rows = [
        [len(entry.students), tag("code", quantity), tag("code", function), _names(entry, pages)]
        for entry in graded.quantities()
        for function, quantity in entry.what
    ]
    return _shared("quantities", ("count", "quantity", "function", "who"), rows)


def _groups(graded: Gradebook, pages: Mapping[str, str]) -> Markup | str:
    rows = []
    for entry in graded.groups():
        mistakes = (tag("div", words, " ", tag("code", function)) for function, words in entry.what)
        rows.append([len(entry.students), join(mistakes), _names(entry, pages, folded=False)])
    return _shared("groups", ("count", "same_mistakes", "who"), rows)


def _shared(what: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup | str:
    note = tag("p", text(f"grade.{what}_note"), class_="note")
    title = text("grade.folded", title=text(f"grade.{what}"), count=len(rows))
    return _folded(title, note, _table(columns, rows)) if rows else ""


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> Markup:
    return table([text(f"grade.column.{name}") for name in columns], rows, numeric=[0])


def _folded(title: str, *content: object) -> Markup:
    return tag("details", tag("summary", title), *content)


def _students(graded: Gradebook, pages: Mapping[str, str]) -> Markup:
    header = [text(f"grade.column.{name}") for name in ("student", "total", "status", "first_mistake")]
    rows = [_student(row, pages) for row in graded.rows]
    title = text("grade.folded", title=text("grade.every_student"), count=len(rows))
    return _folded(title, table(header, rows, numeric=[1]))


def _student(row: GradedStudent, pages: Mapping[str, str]) -> list[object]:
    result = row.result
    total = "–" if row.total is None else points_text(row.total)
    warm = None if row.total is not None and result.status != "not_run" else "warm"
    status = tag("span", text(f"grade.status.{result.status}"), class_=warm)
    mistake = join([result.first_mistake(), " ", tag("small", result.first_place())])
    return [_link(result.student, pages), total, status, mistake]


def _names(entry: Shared, pages: Mapping[str, str], *, folded: bool = True) -> Markup:
    """The students, each with the line where it is known."""
    names = join(
        tag("div", _link(name, pages), " ", tag("small", entry.places.get(name, "")))
        for name in entry.students
    )
    if not folded or len(entry.students) <= _LONG:
        return names
    return _folded(text("grade.all_names", count=len(entry.students)), names)


def _link(student: str, pages: Mapping[str, str]) -> Markup:
    return tag("a", student, href=pages[student], style="color:inherit")
