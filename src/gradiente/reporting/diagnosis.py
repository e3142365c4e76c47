"""What went wrong in the training: each finding with its numbers, its formula and what to type."""

from gradiente.diagnosis import Diagnosis
from gradiente.html import Markup, tag
from gradiente.locale import text
from gradiente.reporting.html import section


def diagnosis(found: Diagnosis) -> Markup | None:
    """The findings, the gravest first; None where there is none."""
    entries = [
        tag(
            "div",
            tag("p", tag("strong", finding.statement)),
            tag("p", f"{text('diagnosis.why')}: {finding.why}", class_="note"),
            tag("p", f"{text('diagnosis.remedy')}: ", tag("code", finding.remedy), class_="note"),
        )
        for finding in found
    ]
    return section(text("report.diagnosis"), *entries) if entries else None
