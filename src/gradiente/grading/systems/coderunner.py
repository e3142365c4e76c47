"""CodeRunner, the question type of Moodle: a prototype whose template is the grader, and a question that uses it.

https://coderunner.org.nz: a combinator template grader prints one JSON object.
"""

import html
import re
from xml.etree import ElementTree as Xml

from gradiente.grading.gradebook import GradedStudent
from gradiente.grading.spreadsheet import points_text
from gradiente.grading.systems.assignment import Assignment
from gradiente.grading.systems.scored_test import scored_tests, share, summary
from gradiente.locale import text
from gradiente.storage import json_text

_TEMPLATE = '''import subprocess
import sys
from pathlib import Path

Path("answer.py").write_text("""{{{{ STUDENT_ANSWER | e('py') }}}}""", encoding="utf-8")
Path({file!r}).write_bytes(bytes.fromhex("{content}"))
sys.exit(subprocess.run([sys.executable, *{arguments!r}]).returncode)
'''
PROTOTYPE, QUESTION = 2, 0  # <prototypetype>: a user's own, none


def files(assignment: Assignment) -> dict[str, str]:
    """The XML that Moodle imports into a question bank."""
    kind = "gradiente_" + re.sub(r"\W", "_", assignment.workshop)
    quiz = Xml.Element("quiz")
    title = assignment.known.title
    signatures = assignment.known.functions.items()
    code = "\n".join(f"{name}({', '.join(parameters)})" for name, parameters in signatures)
    asked = f"<p>{html.escape(title)}</p><pre>{html.escape(code)}</pre>"
    _question(quiz, f"PROTOTYPE_{kind}", kind, PROTOTYPE, asked, _template(assignment))
    _question(quiz, title, kind, QUESTION, asked, {})
    Xml.indent(quiz)
    content = Xml.tostring(quiz, encoding="unicode")
    return {f"{kind}.xml": f'<?xml version="1.0" encoding="UTF-8"?>\n{content}\n'}


def result(row: GradedStudent, assignment: Assignment) -> str:
    """The JSON of a combinator template grader; its cells are plain text."""
    names = [text(f"grade.column.{name}") for name in ("function", "points", "verdict")]
    rows = [
        [int(test.passed), test.name, f"{points_text(test.score)} / {points_text(test.maximum)}", test.output]
        for test in scored_tests(row, assignment)
    ]
    found = {
        "fraction": round(share(row), 6),
        "prologuehtml": f"<pre>{html.escape(summary(row))}</pre>",
        "testresults": [["iscorrect", *names], *rows],
    }
    return json_text(found, indent=1, ascii_only=True)


def _template(assignment: Assignment) -> dict[str, str]:
    """What a prototype says beyond a question: the template, and how the sandbox runs it."""
    template = _TEMPLATE.format(
        file=assignment.file,
        content=assignment.content.encode().hex(),  # whose braces would be Twig's
        arguments=[*assignment.arguments("coderunner", "answer.py"), assignment.file],
    )
    return {
        "template": template,
        "iscombinatortemplate": "1",
        "allowmultiplestdins": "0",
        "language": "python3",
        "grader": "TemplateGrader",
        "cputimelimitsecs": "50",
        "memlimitmb": "0",
        "sandboxparams": '{"numprocs": 100}',
        "resultcolumns": "",
        "uiplugin": "ace",
    }


def _question(
    quiz: Xml.Element, name: str, kind: str, prototype: int, asked: str, more: dict[str, str]
) -> None:
    question = Xml.SubElement(quiz, "question", type="coderunner")
    Xml.SubElement(Xml.SubElement(question, "name"), "text").text = name
    Xml.SubElement(Xml.SubElement(question, "questiontext", format="html"), "text").text = asked
    settings = {
        "defaultgrade": "1",
        "penalty": "0",
        "hidden": "0",
        "coderunnertype": kind,
        "prototypetype": str(prototype),
        "allornothing": "0",
        "penaltyregime": "0",
        "answerboxlines": "30",
        "answerboxcolumns": "100",
        **more,
    }
    for key, value in settings.items():
        Xml.SubElement(question, key).text = value
    Xml.SubElement(question, "testcases")
