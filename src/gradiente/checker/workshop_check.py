"""A file judged by a workshop: every function by its judge, each after those that it needs."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter
from typing import Any

from gradiente.checker.judges import JUDGES, before
from gradiente.checker.judging.cross_checks import cross_checked
from gradiente.checker.judging.failures import missing
from gradiente.checker.judging.session import Session
from gradiente.checker.judging.shown import shown
from gradiente.checker.notebook_cells import in_cell, in_cells
from gradiente.checker.reading.binding import Binding, bind
from gradiente.checker.reading.loading import load_submission, recognize_workshop
from gradiente.checker.reading.sizes import with_small_sizes, written_sizes
from gradiente.checker.reading.submission import Submission
from gradiente.checker.running.cleaning import cleaned
from gradiente.checker.running.sandbox import Limits, Sandbox
from gradiente.checker.verdict import Finding, FunctionVerdict, Verdict
from gradiente.checker.workshop import Workshop
from gradiente.errors import require_installed

Notice = tuple[str, Mapping[str, Any]]
# PyTorch is loaded slowly, and takes address space that it never uses.
LIMITS: dict[str, Limits] = dict.fromkeys(
    ("pytorch-intro", "mnist-pytorch"), Limits(memory=16 << 30, call=20.0, load=60.0, total=90.0)
)


def workshop_verdict(submission: Submission, chosen: Workshop | None, limits: Limits | None) -> Verdict:
    """What is right and what is wrong in a file by the workshop that was chosen, or whose functions it has.

    Errors: ArgumentError where no workshop fits
    """
    chosen = chosen or recognize_workshop(submission)
    name = cleaned(submission.path.name)
    if not submission.cells and submission.findings:
        unchecked = tuple(FunctionVerdict(name, "unchecked") for name in chosen.functions)
        return Verdict(name, chosen.name, unchecked, submission.findings, submission.notices)
    if chosen.name in LIMITS:
        require_installed("torch", extra="torch")
    limits = limits or LIMITS.get(chosen.name, Limits())
    with Sandbox(submission.source, cells=submission.cells, limits=limits) as sandbox:
        findings, notices = load_submission(sandbox, submission)
        submission = submission.with_functions(sandbox.callables)
        session = Session(submission, sandbox, chosen, _seed(submission), _bindings(submission, chosen))
        remarks: list[Notice] = []
        needs = {function: judge.needs for function, judge in JUDGES[chosen.name].items()}
        for function in TopologicalSorter(needs).static_order():
            session, found = _with_verdict(session, function)
            remarks += found
            if function == "initParams" and written_sizes(submission.source):
                sandbox.source = with_small_sizes(submission.source)
                sandbox.load()
                session = replace(session, facts=replace(session.facts, fixed_sizes=True))
        verdicts = cross_checked(session)
        unchecked = [function for function in chosen.functions if verdicts[function].status == "unchecked"]
        unjudged = [function for function in unchecked if session.needs_absent(function)]
        if unjudged:
            notices.append(("needs_absent", {"functions": ", ".join(unjudged)}))
        own = [in_cell(found, submission) for found in session.facts.own_functions.values()]
        verdict = Verdict(
            name,
            chosen.name,
            tuple(verdicts[function] for function in chosen.functions),
            (*submission.findings, *findings, *own),
            (*submission.notices, *notices, *remarks),
            sandbox.isolation,
        )
        return replace(verdict, problem=shown(session, verdict.all_findings))


def _with_verdict(session: Session, name: str) -> tuple[Session, Sequence[Notice]]:
    """What is known once a function has been judged, and remarks on it; its judge sees only the verdicts it needs."""
    facts, known = session.facts, before(JUDGES[session.workshop.name], name)
    seen = {one: verdict for one, verdict in facts.verdicts.items() if one in known}
    judged, remarks = _unjudgeable(session, name), ()
    if judged is None:
        found = JUDGES[session.workshop.name][name].judged(
            replace(session, facts=replace(facts, verdicts=seen))
        )
        judged, remarks, facts = found.verdict(name), found.remarks, found.facts or facts
        if judged.findings and session.needs_absent(name):
            judged = FunctionVerdict(name, "unchecked")  # what is not there may be the cause
    verdicts = {**session.facts.verdicts, name: in_cells(judged, session.submission)}
    return replace(session, facts=replace(facts, verdicts=verdicts)), remarks


def _seed(submission: Submission) -> int:
    """Random problems of the file's own, the same every time."""
    return int.from_bytes(hashlib.sha256(submission.source.encode()).digest()[:4], "big")


def _bindings(submission: Submission, workshop: Workshop) -> dict[str, Binding]:
    """How every function that is written is called."""
    found: dict[str, Binding] = {}
    for name, parameters in workshop.functions.items():
        function = submission.functions.get(name)
        binding = bind(function, parameters) if function and not function.blank else None
        if binding is not None:
            found[name] = binding
    return found


def _unjudgeable(session: Session, name: str) -> FunctionVerdict | None:
    """The verdict on a function that cannot be called."""
    function = session.submission.functions.get(name)
    if function is None and any(name in f.values.get("functions", ()) for f in session.submission.findings):
        return FunctionVerdict(name, "unchecked")  # its cell is no Python, which is said already
    if function is None and session.needs_absent(name):
        return FunctionVerdict(name, "unchecked")
    if function is None:
        others = [one for one in session.submission.functions if one not in session.workshop.functions]
        return FunctionVerdict(name, "missing", (), (missing(name, others),))
    if function.blank:
        return FunctionVerdict(name, "blank", (), (Finding("blank", name, line=function.line),))
    if session.has(name):
        return None
    expected = f"{name}({', '.join(session.workshop.functions[name])})"
    values = {"expected": expected, "got": function.signature()}
    return FunctionVerdict(
        name, "error", (), (Finding("signature", name, line=function.line, values=values),)
    )
