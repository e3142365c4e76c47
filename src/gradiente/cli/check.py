"""`gradiente check`: a student's file, function by function: right, or the first mistake by its name."""

import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradiente.checker import HINTS, Finding, FunctionVerdict, Verdict, check, check_exercise, hint_lines
from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.reading.submission import read
from gradiente.checker.workshop import workshop_named
from gradiente.cli.base import command, exercise_option, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.tables import console
from gradiente.cli.watch import watch
from gradiente.errors import GradienteError, require
from gradiente.locale import text
from gradiente.storage import require_folder_of

if TYPE_CHECKING:
    from rich.console import Console

MARKS = {"right": ("✓", "green"), "blank": ("·", "yellow"), "unchecked": ("·", "yellow")}
WRONG = ("✗", "red")


def verdict_options() -> list[click.Parameter]:
    """What is asked for in every check."""
    return [
        option("--workshop", "cli.check.workshop", metavar=text("cli.metavar.workshop")),
        exercise_option("cli.check.exercise"),
        click.Option(
            ["--role", "roles"], multiple=True, help=text("cli.check.role"), metavar=text("cli.metavar.role")
        ),
        option("--hint", "cli.check.hint", type=INTEGER, default=2),
    ]


def checker_of(
    workshop: str | None, exercise_file: str | None, roles: Sequence[str]
) -> Callable[[str | Path], Verdict]:
    """What checks a file as these options ask for.

    Errors: ArgumentError for an unknown workshop, two of them together, or what is in the exercise; FileError where
        that is not there
    """
    require(workshop is None or exercise_file is None, "exercise.and_workshop")
    require(not roles or (workshop is None and exercise_file is None), "check.role_alone")
    for role in roles:
        require("=" in role, "check.role_form", value=role)
    if exercise_file is not None:
        exercise = Exercise.read(exercise_file)
        return lambda file: check_exercise(file, exercise)
    if workshop is not None:
        workshop_named(workshop)
    named = {role: function for role, _, function in (entry.partition("=") for entry in roles)}
    return lambda file: check(file, workshop, roles=named)


def check_file(
    file: str,
    workshop: str | None,
    exercise_file: str | None,
    roles: tuple[str, ...],
    hint: int,
    watched: bool,
    problem_file: str | None,
    as_json: bool,
) -> None:
    require(hint in HINTS, "check.hint", value=hint)
    if problem_file is not None:
        require(problem_file.lower().endswith(".npz"), "check.problem_kind", path=problem_file)
        require_folder_of(problem_file)
    checked = partial(checker_of(workshop, exercise_file, roles), file)
    if watched:
        require(not as_json, "check.watch_json")
        read(file)  # what is no student's file at all need not be waited for
        show = partial(_shown_anew, checked, hint, file, problem_file)
        sys.exit(watch(file, lambda: show(console()), lambda: _waits(file)))
    verdict = checked()
    lines = [] if problem_file is None else _saved(verdict, file, problem_file)
    if as_json:
        saved = (
            {}
            if problem_file is None
            else {"problem": {"file": problem_file, "lines": lines} if lines else None}
        )
        print_json({**_as_data(verdict, hint), **saved})
    else:
        _show(console(), verdict, hint, problem_file, lines)
    sys.exit(0 if verdict.passed else 1)


def _saved(verdict: Verdict, file: str, path: str) -> list[str]:
    """Python that loads the problem saved there and shows the wrong number; nothing where there is none to save."""
    problem = verdict.shown_problem
    if problem is None:
        return []
    problem.save(path)
    return problem.lines(path, file)


def _show(out: "Console", verdict: Verdict, hint: int, problem_file: str | None, lines: list[str]) -> None:
    print_verdict(out, verdict, hint)
    if problem_file is not None:
        said = text("check.problem.saved" if lines else "check.problem.none", path=problem_file)
        out.print("\n".join(("", said, *lines)), soft_wrap=True)


def _shown_anew(
    checked: Callable[[], Verdict], hint: int, file: str, problem_file: str | None, out: "Console"
) -> bool:
    """The verdict in place of the one before, or why there is none; whether everything is right."""
    out.clear()
    try:
        verdict = checked()
        lines = [] if problem_file is None else _saved(verdict, file, problem_file)
        _show(out, verdict, hint, problem_file, lines)
        return verdict.passed
    except GradienteError as error:
        out.print(f"{text('cli.error')}: {error}", style="red", soft_wrap=True)
        return False


def _waits(file: str) -> None:
    said = text("check.watching", file=file, time=time.strftime("%H:%M:%S"))
    console().print(f"\n{said}", style="dim", soft_wrap=True)


def _as_data(verdict: Verdict, hint: int) -> dict[str, Any]:
    """The verdict, and every finding in words too."""
    words = [
        {"title": finding.title(), "hint": hint_lines(finding, hint)} for finding in verdict.all_findings
    ]
    return {**verdict.to_dict(), "words": words}


def print_verdict(out: "Console", verdict: Verdict, hint: int) -> None:
    """The verdict in words, down to that hint."""
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
        style = "dim" if verdict.isolation == "bubblewrap" else "yellow"
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
        *verdict_options(),
        click.Option(["--watch", "watched"], is_flag=True, help=text("cli.check.watch")),
        click.Option(
            ["--save-problem", "problem_file"],
            help=text("cli.check.save_problem"),
            metavar=text("cli.metavar.file"),
        ),
        json_option(),
    ],
    check_file,
)
