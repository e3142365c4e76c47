"""The page of one student: the points, and for every function what is right and what is not, and why."""

from dataclasses import replace
from pathlib import PurePosixPath

from gradiente.checker.verdict import Finding, FunctionVerdict, Verdict, hint_lines, worked_lines
from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.spreadsheet import points_text
from gradiente.html import Markup, join, table, tag
from gradiente.locale import text
from gradiente.reporting.html import page, section

HINT = 2
_MARKS = {"right": "✓", "wrong": "✗", "missing": "∅", "blank": "…", "error": "!", "unchecked": "?"}
_BOX = "margin:.5rem 0 1.1rem;padding:.7rem .9rem;background:var(--wash);overflow-x:auto"


def feedback_page(graded: GradedStudent) -> str:
    """The page, which needs nothing but itself; the findings as at `gradiente check --hint 2`."""
    sections = [_headline(graded)]
    verdict = graded.result.verdict
    if verdict is not None:
        if verdict.findings:
            sections.append(section(text("grade.file_findings"), *map(_finding, verdict.findings)))
        if verdict.functions:
            sections.append(section(text("grade.functions"), _functions(verdict, graded)))
        sections += [_explained(function, graded) for function in verdict.functions if function.findings]
        if verdict.notices:
            notices = tag("ul", *(tag("li", words) for words in verdict.notice_words()))
            sections.append(section(text("grade.notices"), notices))
    return page(text("grade.feedback_title", student=graded.result.student), sections)


def _headline(graded: GradedStudent) -> Markup:
    result = graded.result
    verdict = result.verdict
    kicker = graded.workshop.title if graded.workshop else text("grade.kicker")
    large = ""
    if graded.total is not None:
        of = text("grade.points_of", maximum=points_text(graded.maximum))
        large = tag("p", tag("strong", points_text(graded.total)), tag("span", of), class_="result")
    file = PurePosixPath(result.file).name if verdict else result.file
    words = result.obstacle.words() if result.obstacle else text(f"grade.summary.{result.status}")
    return tag(
        "header",
        tag("p", kicker, class_="kicker"),
        tag("h1", result.student),
        large,
        tag("p", tag("code", file), class_="note") if file else "",
        tag("p", words, class_="stopped", style="overflow-wrap:anywhere"),
    )


def _functions(verdict: Verdict, graded: GradedStudent) -> Markup:
    """A line for every function; where one is explained below, its name leads there."""
    rows: list[list[object]] = []
    for function in verdict.functions:
        name = tag("code", function.name)
        if function.findings:
            name = tag("a", name, href=f"#{function.name}", style="color:inherit")
        variants = join(tag("div", words) for words in function.variant_words())
        points = points_text(graded.points.get(function.name))
        rows.append([name, points, _status(function), variants])
    varied = any(function.variants for function in verdict.functions)
    header = [text(f"grade.column.{column}") for column in ("function", "points", "status", "variants")]
    rows = rows if varied else [row[:3] for row in rows]
    return table(header if varied else header[:3], rows, numeric=[1])


def _status(function: FunctionVerdict) -> Markup:
    colour = "color:var(--accent)" if function.status == "right" else "color:var(--warm)"
    words = f"{_MARKS[function.status]} {text(f'grade.function.{function.status}')}"
    return tag("span", words, style=f"{colour};white-space:nowrap")


def _explained(function: FunctionVerdict, graded: GradedStudent) -> Markup:
    known = graded.workshop.functions if graded.workshop else {}
    signature = f"{function.name}({', '.join(known.get(function.name, ()))})"
    heading = tag("h2", tag("code", signature), id=function.name)
    return tag("section", heading, *map(_finding, function.findings))


def _finding(finding: Finding) -> Markup:
    lines = hint_lines(replace(finding, worked=None), HINT)
    worked = "\n".join(worked_lines(finding.worked)) if finding.worked else ""
    return tag(
        "div",
        tag("p", finding.title(), style="margin:.6rem 0 .4rem;font-weight:600;white-space:pre-wrap"),
        *(tag("p", line, style="margin:.15rem 0;white-space:pre-wrap") for line in lines),
        tag("pre", tag("code", worked), style=_BOX) if worked else "",
    )
