"""Findings, each with the cell of a notebook in which its line is, and with the words of that line."""

from dataclasses import replace
from typing import Any

from gradiente.checker.reading.submission import Submission
from gradiente.checker.verdict import Finding, FunctionVerdict


def in_cells(verdict: FunctionVerdict, submission: Submission) -> FunctionVerdict:
    """The same, its findings with the cell of a notebook in which their line is."""
    return replace(verdict, findings=tuple(in_cell(found, submission) for found in verdict.findings))


def in_cell(found: Finding, submission: Submission) -> Finding:
    """The finding with its cell, and with the words of its line."""
    if found.line is None:
        return found
    place = submission.in_cell(found.line)
    more: dict[str, Any] = {"in_cell": place[0], "line_in_cell": place[1]} if place else {}
    words = submission.statement(found.line)
    if words and not words.startswith("def ") and words not in found.title():
        more["own_line"] = words
    return replace(found, values={**found.values, **more})
