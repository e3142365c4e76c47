"""`gradiente exercise try`: what an exercise says of a solution, and of every usual mistake planted in it."""

from typing import Any

import click

from gradiente.checker.checking import try_exercise
from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.exercises.planting import Planted
from gradiente.checker.verdict import Finding, Verdict
from gradiente.cli.base import command, json_option, print_json
from gradiente.cli.tables import console, styled_table
from gradiente.locale import text


def try_(exercise_file: str, file: str, as_json: bool) -> None:
    tried = list(try_exercise(file, Exercise.read(exercise_file)))
    if as_json:
        print_json([_as_data(one, verdict) for one, verdict in tried])
        return
    out = console()
    table = styled_table()
    for column in ("line", "edit", "said"):
        table.add_column(text(f"exercise.column.{column}"), overflow="fold")
    for one, verdict in tried:
        said = _first(verdict)
        table.add_row(
            str(one.line),
            f"{one.before} → {one.after}",
            said.title() if said else text(f"exercise.{_result(verdict)}"),
        )
    out.print(table)
    results = [_result(verdict) for _, verdict in tried]
    counts = {key: results.count(key) for key in ("named", "found", "not_found")}
    out.print(text("exercise.tried", count=len(tried), **counts), soft_wrap=True)


def _first(verdict: Verdict) -> Finding | None:
    return next(iter(verdict.all_findings), None)


def _result(verdict: Verdict) -> str:
    """Whether the mistake is named, found without a name, or not found."""
    first = _first(verdict)
    if first is not None:
        return (
            "found"
            if first.mistake in ("unknown", "cost_unknown", "update_wrong", "loop_unknown")
            else "named"
        )
    return "not_found" if verdict.passed else "found"


def _as_data(one: Planted, verdict: Verdict) -> dict[str, Any]:
    return {
        "function": one.function,
        "line": one.line,
        "before": one.before,
        "after": one.after,
        "result": _result(verdict),
        "mistakes": [finding.mistake for finding in verdict.all_findings],
    }


command = command(
    "exercise.try",
    lambda: [
        click.Argument(["exercise_file"], metavar=text("cli.metavar.exercise")),
        click.Argument(["file"], metavar=text("cli.metavar.file")),
        json_option(),
    ],
    try_,
)
