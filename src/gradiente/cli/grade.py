"""`gradiente grade`: the submissions of a whole class, checked in parallel."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from gradiente.checker.checking import check_workshop, checked_by
from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.workshop import WORKSHOPS, workshop_named
from gradiente.cli.base import command, exercise_option, json_option, option, print_json
from gradiente.cli.kinds import INTEGER
from gradiente.cli.rubric import rubric_option
from gradiente.cli.tables import console, styled_table
from gradiente.cli.unsafe import require_isolation, unsafe_option
from gradiente.errors import require
from gradiente.grading import (
    Filled,
    Gradebook,
    Outputs,
    Rubric,
    StudentResult,
    Worksheet,
    check_feedback_zip,
    default_output,
    gradebook,
    submissions,
    write_feedback_zip,
    write_outputs,
)
from gradiente.grading import grade as grade_all
from gradiente.grading.spreadsheet import points_text
from gradiente.grading.systems.nbgrader import nbgrader_csv
from gradiente.locale import text
from gradiente.storage import require_folder_of, write_atomically

MOST_MISTAKES = 10


def grade(
    folder: str,
    workshop: str | None,
    exercise_file: str | None,
    rubric_file: str | None,
    output: str | None,
    workers: int | None,
    worksheet_file: str | None,
    column: str | None,
    overwrite: bool,
    feedback_zip: str | None,
    nbgrader_file: str | None,
    unsafe: bool,
    as_json: bool,
) -> None:
    require(worksheet_file is not None or (column is None and not overwrite), "worksheet.needed")
    require(workshop is None or exercise_file is None, "exercise.and_workshop")
    if workshop is not None:
        workshop_named(workshop)
    exercise = None if exercise_file is None else Exercise.read(exercise_file)
    known = WORKSHOPS if exercise is None else {exercise.name: exercise.workshop}
    workshop = workshop if exercise is None else exercise.name
    rubric = Rubric(known=known) if rubric_file is None else Rubric.read(rubric_file, workshop, known)
    if exercise_file is not None and rubric_file is None:
        rubric = Rubric.of_exercise(exercise_file, known)
    students = submissions(folder)
    people = {one.student: one.person for one in students}
    worksheet = None
    if worksheet_file is not None:
        worksheet = Worksheet.read(worksheet_file, column)
        worksheet.check(folder, people.values())
    if feedback_zip is not None:
        check_feedback_zip(feedback_zip, folder, people.values())
    if nbgrader_file is not None:
        require_folder_of(nbgrader_file)
    require_isolation(unsafe)
    outputs = Outputs(default_output(Path(folder)) if output is None else Path(output))
    outputs.prepare(Path(folder))
    with _progress(len(students), outputs) as finished:
        results = grade_all(
            students,
            outputs.verdicts,
            check_workshop if exercise is None else partial(checked_by, exercise),
            workshop=workshop,
            exercise="" if exercise is None else exercise.toml(),
            workers=workers,
            finished=finished,
        )
    graded = gradebook(results, rubric, workshop)
    pages = write_outputs(outputs, graded)
    with_people = [(people[row.result.student], row) for row in graded.rows]
    filled = None if worksheet is None else worksheet.fill(with_people, overwrite=overwrite)
    zipped = None if feedback_zip is None else write_feedback_zip(feedback_zip, with_people)
    if nbgrader_file is not None:
        write_atomically(nbgrader_file, nbgrader_csv(graded, folder))
    if as_json:
        found = graded.to_dict()
        found["students"] = [{**entry, "page": pages[entry["student"]]} for entry in found["students"]]
        found["worksheet"] = None if filled is None else {"file": worksheet_file, **asdict(filled)}
        print_json({**found, "output": str(outputs.folder)})
    else:
        _print(graded, outputs)
        if filled is not None:
            _print_filled(filled, worksheet_file)
        if zipped is not None:
            said = text("grade.written.feedback_zip", path=feedback_zip, count=zipped)
            console().print(said, soft_wrap=True)
        if nbgrader_file is not None:
            console().print(text("grade.written.nbgrader", path=nbgrader_file), soft_wrap=True)


@contextmanager
def _progress(total: int, outputs: Outputs) -> Iterator[Callable[[StudentResult], None]]:
    """The callback for every finished student: a progress bar on a terminal, else a line each, on the error stream."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    err = console(as_json=True)
    columns = BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    done = 0
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=total)

        def finished(result: StudentResult) -> None:
            nonlocal done
            done += 1
            bar.update(task, advance=1, description=result.student)
            if not err.is_terminal:
                status = text(f"grade.status.{result.status}")
                err.print(text("grade.done", student=result.student, status=status), soft_wrap=True)

        try:
            yield finished
        except KeyboardInterrupt:
            bar.stop()
            kept = text("grade.interrupted", done=done, total=total, folder=outputs.verdicts)
            err.print(kept, soft_wrap=True)
            raise


def _print(graded: Gradebook, outputs: Outputs) -> None:
    out = console()
    statuses = ", ".join(f"{text(f'grade.status.{s}')}: {n}" for s, n in graded.statuses().items())
    out.print(
        text("grade.facts", workshop=graded.title, count=len(graded.rows), statuses=statuses), soft_wrap=True
    )
    if graded.isolation:
        style = None if graded.isolation == "bubblewrap" else "yellow"
        out.print(text(f"grade.isolation.{graded.isolation}"), style=style, soft_wrap=True)
    if graded.mean() is not None:
        values = {"mean": points_text(graded.mean()), "median": points_text(graded.median())}
        out.print(text("grade.averages", **values), soft_wrap=True)
    mistakes = graded.mistakes()
    if mistakes:
        table = styled_table()
        table.add_column(text("grade.column.count"), justify="right")
        table.add_column(text("grade.column.function"))
        table.add_column(text("grade.column.mistake"), overflow="fold")
        for entry in mistakes[:MOST_MISTAKES]:
            ((function, words),) = entry.what
            table.add_row(str(len(entry.students)), function, words)
        out.print(table)
    for row in graded.rows:
        if row.total is None:
            said = text("grade.not_graded", student=row.result.student, reason=row.result.first_mistake())
            out.print(said, style="yellow", soft_wrap=True)
    for key, path in (
        ("grades", outputs.grades),
        ("class", outputs.class_page),
        ("feedback", outputs.feedback),
    ):
        out.print(text(f"grade.written.{key}", path=path), soft_wrap=True)


def _print_filled(filled: Filled, path: str | None) -> None:
    out = console()
    out.print(text("worksheet.written", path=path, count=filled.written), soft_wrap=True)
    if not filled.scaled:
        out.print(text("worksheet.unscaled"), style="yellow", soft_wrap=True)
    for what in ("kept", "absent", "without_submission"):
        students = getattr(filled, what)
        if students:
            said = text(f"worksheet.{what}", count=len(students), students="; ".join(students))
            out.print(said, style="yellow", soft_wrap=True)


command = command(
    "grade",
    lambda: [
        click.Argument(["folder"], metavar=text("cli.metavar.folder")),
        option("--workshop", "cli.grade.workshop", metavar=text("cli.metavar.name")),
        exercise_option("cli.grade.exercise"),
        rubric_option(),
        option("--output", "cli.grade.output", metavar=text("cli.metavar.folder")),
        option("--workers", "cli.grade.workers", type=INTEGER),
        click.Option(
            ["--into", "worksheet_file"], help=text("cli.grade.into"), metavar=text("cli.metavar.file")
        ),
        option("--column", "cli.grade.column", metavar=text("cli.metavar.name")),
        option("--overwrite", "cli.grade.overwrite", is_flag=True),
        option("--feedback-zip", "cli.grade.feedback_zip", metavar=text("cli.metavar.file")),
        click.Option(
            ["--nbgrader", "nbgrader_file"], help=text("cli.grade.nbgrader"), metavar=text("cli.metavar.file")
        ),
        unsafe_option(),
        json_option(),
    ],
    grade,
)
