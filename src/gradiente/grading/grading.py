"""All submissions of a class, checked in parallel; verdicts of an earlier run are reused."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath

from gradiente.checker.running.isolation import isolation
from gradiente.checker.verdict import Verdict, hint_lines
from gradiente.errors import FileError, GradienteError, require
from gradiente.grading.entries import Obstacle, shown, suffix
from gradiente.grading.feedback import HINT
from gradiente.grading.processes import run
from gradiente.grading.store import Store
from gradiente.grading.student_result import StudentResult
from gradiente.grading.submissions import StudentSubmission
from gradiente.temporary import TemporaryFolder
from gradiente.threads import cores

Checker = Callable[[Path, str | None], Verdict]


def grade(
    students: list[StudentSubmission],
    verdicts: Path,
    checker: Checker,
    *,
    workshop: str | None = None,
    exercise: str = "",
    workers: int | None = None,
    finished: Callable[[StudentResult], None] = lambda result: None,
) -> list[StudentResult]:
    """Check every submission, in processes of their own.

    A verdict is kept as soon as it is there; a later call with the same folder checks only what is new or changed.

    Arguments:
        verdicts: the folder where they are kept
        checker: a function of a module, called in another process
        workshop: which one it is; None recognizes it
        exercise: the text of the exercise that the checker has; "" where it has none
        workers: processes at the same time; None is one for each core
        finished: called for every student, as soon as there is a result

    Errors: ArgumentError for less than one worker; FileError where a verdict cannot be kept; KeyboardInterrupt at
    Ctrl-C, with what is done kept
    """
    workers = cores() if workers is None else workers
    require(workers >= 1, "grade.workers", value=workers)
    store = Store(verdicts)
    results: dict[str, StudentResult] = {}
    same: dict[str, list[StudentSubmission]] = {}
    jobs: dict[str, tuple[Checker, bytes, str, str | None]] = {}

    def add(one: StudentSubmission, verdict: Verdict | None = None, obstacle: Obstacle | None = None) -> None:
        name = PurePosixPath(one.file).name
        verdict = verdict and replace(verdict, file=name)
        results[one.student] = StudentResult(one.student, one.file, verdict, obstacle)
        finished(results[one.student])

    for one in students:
        if one.content is None:
            add(one, obstacle=one.obstacle)
            continue
        key = store.key(one.content, suffix(one.file), f"{workshop or ''}{exercise}", isolation())
        kept = None if key in same else store.get(key)
        if kept is not None:
            add(one, kept)
            continue
        same.setdefault(key, []).append(one)
        jobs[key] = (checker, one.content, PurePosixPath(one.file).name, workshop)
    with closing(run(_checked, jobs, workers)) as outcomes:
        for key, outcome in outcomes:
            verdict = store.put(key, outcome) if isinstance(outcome, str) else None
            obstacle = Obstacle("error", "died") if outcome is None else outcome
            for one in same[key]:
                add(one, verdict, None if isinstance(obstacle, str) else obstacle)
    return [results[one.student] for one in students]


def _checked(checker: Checker, content: bytes, name: str, workshop: str | None) -> str | Obstacle:
    """In a worker: the verdict as JSON, or why there is none; nothing that a checker raises goes further."""
    with TemporaryFolder("grade") as folder:
        path = folder / f"submission{suffix(name)}"
        try:
            path.write_bytes(content)
            verdict = json.dumps(checker(path, workshop).to_dict(), ensure_ascii=False, indent=1)
            _say(Verdict.from_dict(json.loads(verdict.encode())))  # text that no file can hold fails here
            return verdict
        except GradienteError as error:
            status = "unreadable" if isinstance(error, FileError) else "refused"
            return Obstacle(status, "said", {"words": _one_line(str(error), path, name)})
        except BaseException as error:  # SystemExit too: it would end the class
            words = _one_line(f"{type(error).__name__}: {error}", path, name)
            return Obstacle("error", "internal", {"error": words})


def _one_line(words: str, path: Path, name: str) -> str:
    """An error's words, printable, with the submission's own name."""
    return shown(" ".join(words.replace(str(path), name).split()))


def _say(verdict: Verdict) -> None:
    """Put all of it in words once, here where an error costs one student's verdict, and not the pages of all."""
    for finding in verdict.all_findings:
        finding.title()
        hint_lines(finding, HINT)
    for function in verdict.functions:
        function.variant_words()
    verdict.notice_words()
