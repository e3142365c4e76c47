"""`gradiente check`: a student's file, function by function: right, or the first mistake by its name."""

import sys
from typing import TYPE_CHECKING, Any

import click

from gradiente.checker import HINTS, Finding, FunctionVerdict, Verdict, check, check_exercise, hint_lines
from gradiente.checker.exercises.exercise import Exercise
from gradiente.cli.base import command, exercise_option, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.tables import console
from gradiente.errors import require
from gradiente.locale import text

if TYPE_CHECKING:
    from rich.console import Console

MARKS = {"right": ("✓", "green"), "blank": ("·", "yellow"), "unchecked": ("·", "yellow")}
WRONG = ("✗", "red")


def check_file(file: str, workshop: str | None, exercise_file: str | None, hint: int, as_json: bool) -> None:
    require(hint in HINTS, "check.hint", value=hint)
    require(workshop is None or exercise_file is None, "exercise.and_workshop")
    exercise = None if exercise_file is None else Exercise.read(exercise_file)
    verdict = check(file, workshop) if exercise is None else check_exercise(file, exercise)
    if as_json:
        print_json(_as_data(verdict, hint))
    else:
        _print(console(), verdict, hint)
    sys.exit(0 if verdict.passed else 1)


def _as_data(verdict: Verdict, hint: int) -> dict[str, Any]:
    """The verdict, and every finding in words too."""
    words = [
        {"title": finding.title(), "hint": hint_lines(finding, hint)} for finding in verdict.all_findings
    ]
    return {**verdict.to_dict(), "words": words}


def _print(out: "Console", verdict: Verdict, hint: int) -> None:
    out.print(
        text("check.heading", file=verdict.file, workshop=verdict.workshop), style="bold", soft_wrap=True
    )
    for notice in verdict.notice_words():
        out.print(f"  {notice}", style="yellow", soft_wrap=True)
    for finding in verdict.findings:
        _print_finding(out, finding, hint)
    for function in verdict.functions:
        _print_function(out, function, hint)
    right = sum(function.status == "right" for function in verdict.functions)
    out.print()
    if verdict.passed:
        out.print(text("check.passed", count=len(verdict.functions)), style="green", soft_wrap=True)
    else:
        out.print(text("check.not_passed", right=right, count=len(verdict.functions)), soft_wrap=True)
    if (more := _next_hint(verdict, hint)) is not None:
        out.print(text("check.more_hints", hint=more), style="dim", soft_wrap=True)
    if verdict.isolation:
        style = "yellow" if verdict.isolation == "process" else "dim"
        out.print(text(f"check.isolation.{verdict.isolation}"), style=style, soft_wrap=True)


def _next_hint(verdict: Verdict, hint: int) -> int | None:
    """The next hint that says more than this one about a finding; None where there is nothing more to say."""
    more = (
        n
        for n in HINTS
        if n > hint and any(hint_lines(f, n) != hint_lines(f, hint) for f in verdict.all_findings)
    )
    return next(more, None)


def _print_function(out: "Console", function: FunctionVerdict, hint: int) -> None:
    mark, colour = MARKS.get(function.status, WRONG)
    out.print(
        f"\n{mark} {function.name}: {text(f'check.status.{function.status}')}", style=colour, soft_wrap=True
    )
    variants = function.variant_words()
    if variants:
        out.print(f"  {text('check.variants', list=', '.join(variants))}", style="dim", soft_wrap=True)
    for finding in function.findings:
        _print_finding(out, finding, hint)


def _print_finding(out: "Console", finding: Finding, hint: int) -> None:
    out.print(f"  {finding.title()}", style="bold", soft_wrap=True)
    for line in hint_lines(finding, hint):
        out.print(f"    {line}", soft_wrap=True)


command = command(
    "check",
    lambda: [
        click.Argument(["file"], metavar=text("cli.metavar.file")),
        option("--workshop", "cli.check.workshop", metavar=text("cli.metavar.workshop")),
        exercise_option("cli.check.exercise"),
        option("--hint", "cli.check.hint", type=INTEGER, default=2),
        json_option(),
    ],
    check_file,
)
