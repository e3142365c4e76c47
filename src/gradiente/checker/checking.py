"""A student's file, checked: read, loaded in a process of its own, every function judged."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gradiente.checker.exercises.exercise import SIZES, Exercise, Role
from gradiente.checker.exercises.judging import judged
from gradiente.checker.exercises.planting import Planted, planted
from gradiente.checker.exercises.proposal import confirmed, proposed, with_training
from gradiente.checker.judging import network
from gradiente.checker.judging.failures import failed
from gradiente.checker.judging.network_shown import with_problems
from gradiente.checker.notebook_cells import in_cells
from gradiente.checker.observing.recognition import recognize, rival
from gradiente.checker.reading.loading import has_exercises, load_submission
from gradiente.checker.reading.plans import Kinds, may_train, unsaid
from gradiente.checker.reading.replay import with_main
from gradiente.checker.reading.submission import Submission, read
from gradiente.checker.running.cleaning import cleaned
from gradiente.checker.running.sandbox import Limits, Sandbox
from gradiente.checker.verdict import FunctionVerdict, Verdict
from gradiente.checker.workshop import workshop_named
from gradiente.checker.workshop_check import workshop_verdict
from gradiente.errors import ArgumentError, did_you_mean

# What a function of a network does, in the words of exercises, and in those of plans.
KINDS = {"forward": "forward", "cost": "cost", "gradients": "backward", "update": "update", "loop": "train"}
# Errors that are the code's own; a file or a package that is missing has another type.
MISTAKEN = (
    "ValueError",
    "TypeError",
    "IndexError",
    "KeyError",
    "AttributeError",
    "NameError",
    "UnboundLocalError",
)
OWN = "network"  # what stands for a workshop where the file has a network of its own


def check(
    path: str | Path,
    workshop: str | None = None,
    limits: Limits | None = None,
    roles: Mapping[str, str] | None = None,
) -> Verdict:
    """What is right and what is wrong in a file.

    Arguments:
        path: of a .py or .ipynb
        workshop: its name; None: the one whose functions the file has, or a network of the file's own
        limits: of the process in which its code runs; None: the workshop's
        roles: of a network of the file's own, the names of its functions by what they do: forward, cost, gradients,
            update, loop

    Errors: FileError for a file that cannot be read; ArgumentError for an unknown workshop, role or function, where
        two functions fit a role, or where no workshop fits and no training step of a network can be found
    """
    chosen = workshop_named(workshop) if workshop else None
    submission = read(path)
    kinds = _kinds(submission, roles or {})
    if chosen is None and (verdict := _own_network(submission, limits, kinds)) is not None:
        return verdict
    return workshop_verdict(submission, chosen, limits)


def check_workshop(path: str | Path, workshop: str | None = None, limits: Limits | None = None) -> Verdict:
    """The same for a file that is to be one of the workshops: what a class hands in.

    Errors: FileError for a file that cannot be read; ArgumentError for an unknown workshop, or where none fits
    """
    chosen = workshop_named(workshop) if workshop else None
    return workshop_verdict(read(path), chosen, limits)


def check_exercise(path: str | Path, exercise: Exercise, limits: Limits | None = None) -> Verdict:
    """What is right and what is wrong in a file, by a teacher's own exercise.

    Errors: FileError for a file that cannot be read
    """
    return _by_exercise(read(path), exercise, limits)


def _by_exercise(submission: Submission, exercise: Exercise, limits: Limits | None) -> Verdict:
    name = cleaned(submission.path.name)
    if not submission.cells and submission.findings:
        unchecked = tuple(FunctionVerdict(function, "unchecked") for function in exercise.functions)
        return Verdict(name, exercise.name, unchecked, submission.findings, submission.notices)
    with Sandbox(submission.source, cells=submission.cells, limits=limits) as sandbox:
        findings, notices = load_submission(sandbox, submission)
        submission = submission.with_functions(sandbox.callables)
        functions, unjudged = judged(exercise, sandbox, submission)
        return Verdict(
            name,
            exercise.name,
            tuple(in_cells(verdict, submission) for verdict in functions),
            (*submission.findings, *findings),
            (*submission.notices, *notices, *unjudged),
            sandbox.isolation,
        )


def propose_exercise(path: str | Path) -> tuple[Exercise, list[Role]]:
    """The exercise that a solution makes, and the roles that were seen in it and cannot be checked.

    Errors: FileError for a file that cannot be read; ArgumentError where no training step is found in it, or it has a
        mistake
    """
    submission = read(path)
    if submission.findings:
        raise ArgumentError("exercise.solution", path=submission.path)
    with Sandbox(submission.source, cells=submission.cells) as sandbox:
        found = recognize(sandbox, submission.source) if sandbox.load(observe=True) is None else None
        if found is None:
            raise ArgumentError("submission.no_steps", path=submission.path)
        exercise = proposed(found, submission.source, submission.path)
    best: tuple[Exercise, list[Role]] | None = None
    for sizes in SIZES:
        verdict = _by_exercise(submission, replace(exercise, sizes=sizes), None)
        right = {function.name: function.status == "right" for function in verdict.functions}
        kept, left = confirmed(replace(exercise, sizes=sizes), right)
        if best is None or len(kept.roles) > len(best[0].roles):
            best = kept, left
    assert best is not None
    whole = with_training(best[0])
    if _by_exercise(submission, whole, None).passed:
        best = whole, best[1]
    if not best[0].roles:
        raise ArgumentError("exercise.nothing_recognized", path=submission.path)
    return best


def try_exercise(path: str | Path, exercise: Exercise) -> Iterator[tuple[Planted, Verdict]]:
    """What is said of a solution with every usual mistake in turn.

    Errors: FileError for a file that cannot be read; ArgumentError for a solution that is not right
    """
    submission = read(path)
    _require_right(submission, exercise)
    for one in planted(submission.source, exercise.judged_in):
        changed = replace(submission, source=one.source)
        yield one, _by_exercise(changed, exercise, None)


def require_right(path: str | Path, exercise: Exercise) -> None:
    """Check that a solution is right by an exercise.

    Errors: FileError for a file that cannot be read; ArgumentError for a solution that is not right
    """
    _require_right(read(path), exercise)


def _require_right(submission: Submission, exercise: Exercise) -> None:
    verdict = _by_exercise(submission, exercise, None)
    if not verdict.passed:
        names = ", ".join(one.name for one in verdict.functions if one.status != "right")
        raise ArgumentError("exercise.wrong_solution", path=submission.path, functions=names or "—")


def checked_by(exercise: Exercise, path: Path, _workshop: str | None) -> Verdict:
    """`check_exercise` in the form in which a class is checked."""
    return check_exercise(path, exercise)


def _kinds(submission: Submission, roles: Mapping[str, str]) -> Kinds:
    """The kinds of the functions that are named."""
    for role, function in roles.items():
        if role not in KINDS:
            raise ArgumentError("check.role", role=role, hint=did_you_mean(role, KINDS))
        names = {
            node.name for node in ast.walk(ast.parse(submission.source)) if isinstance(node, ast.FunctionDef)
        }
        if function.rpartition(".")[2] not in names:
            hint = did_you_mean(function, names)
            raise ArgumentError(
                "check.role_function", path=submission.path, role=role, name=function, hint=hint
            )
    return {function.rpartition(".")[2]: KINDS[role] for role, function in roles.items()}


def _own_network(submission: Submission, limits: Limits | None, kinds: Kinds) -> Verdict | None:
    """The verdict on a network in functions or classes of the file's own; None for a workshop's, or for none.

    Errors: ArgumentError for a network whose training steps cannot be found
    """
    if submission.findings:
        return None
    if not kinds and (has_exercises(submission) or not may_train(submission.source)):
        return None
    with Sandbox(submission.source, cells=submission.cells, limits=limits) as sandbox:
        if sandbox.load(observe=True) is not None:
            return None
        found = recognize(sandbox, submission.source, kinds)
        two = rival(sandbox, submission.source, found) if found and not kinds else None
        if two is not None:
            kind, first, second = two
            role = next(role for role, known in KINDS.items() if known == kind)
            raise ArgumentError("check.two_fit", path=submission.path, role=role, first=first, second=second)
        functions = network.judged(found, submission.source, submission.path) if found else ()
        if not found or not functions:
            stopped = _stopped(submission, limits)
            if stopped is not None:
                return stopped
            missing = unsaid(ast.parse(submission.source)) if not found else None
            if missing is not None:
                raise ArgumentError(
                    "submission.unsaid", path=submission.path, function=missing[0], argument=missing[1]
                )
            raise ArgumentError("submission.no_steps", path=submission.path)
        taken = {"network": network.structure(found), **network.roles(found, submission.path)}
        functions = with_problems(sandbox, found, submission.source, functions)
        functions = tuple(in_cells(verdict, submission) for verdict in functions)
        notices = (*submission.notices, ("own_network", taken))
        return Verdict(cleaned(submission.path.name), OWN, functions, (), notices, sandbox.isolation)


def _stopped(submission: Submission, limits: Limits | None) -> Verdict | None:
    """The verdict on a program that an error of its own ends, on its own data, before it can train."""
    with Sandbox(with_main(submission.source), cells=submission.cells, limits=limits) as sandbox:
        if sandbox.load() is not None or not sandbox.failures:
            return None
        failure = sandbox.failures[0]
        if failure.type not in MISTAKEN:
            return None
        name = submission.path.name if failure.direct else failure.function
        judged = FunctionVerdict(cleaned(name), "error", (), (failed(submission, cleaned(name), failure),))
        functions = (in_cells(judged, submission),)
        return Verdict(
            cleaned(submission.path.name), OWN, functions, (), submission.notices, sandbox.isolation
        )
