"""A student's file, checked: read, loaded in a process of its own, every function judged in the order of the workshop."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from gradiente.errors import did_you_mean
from gradiente.workshops import backprop, cost, elementwise, forward, initial, loop, minibatch, softmax
from gradiente.workshops.binding import bind
from gradiente.workshops.problems import problem_finding
from gradiente.workshops.sandbox import Limits, Sandbox
from gradiente.workshops.session import Judgement, Session
from gradiente.workshops.submission import Submission, read
from gradiente.workshops.verdict import Finding, FunctionVerdict, Verdict
from gradiente.workshops.workshop import WORKSHOPS, Workshop, workshop_named

# Who judges which function; in this order, since the later ones build on what the earlier ones have shown.
JUDGES: dict[str, dict[str, Callable[[Session], Judgement]]] = {
    "xor": {"backProp": backprop.judge, "entrenarRed": loop.judge},
    "mnist": {
        **{name: elementwise.judge(name) for name in ("tanh", "tanhGrad", "relu", "reluGrad")},
        "initParams": initial.judge,
        "feedForward": forward.judge,
        "softmax": softmax.judge,
        "costoGlobal": cost.judge,
        "backProp": backprop.judge,
        "entrenarRed": loop.judge,
        "entrenarRedMiniBatch": minibatch.judge,
    },
}


def check(path: str | Path, workshop: str | None = None) -> Verdict:
    """What is right and what is wrong in a file.

    Arguments:
        path: of a .py or .ipynb
        workshop: its name; None: the one whose functions the file has most of

    Errors: FileError for a file that cannot be read; ArgumentError for an unknown workshop, or where none fits
    """
    submission = read(path)
    chosen = workshop_named(workshop) if workshop else recognized(submission)
    with Sandbox(submission.source, cells=submission.cells, limits=Limits()) as sandbox:
        problem = sandbox.load()
        seed = int.from_bytes(hashlib.sha256(submission.source.encode()).digest()[:4], "big")
        session = Session(submission, sandbox, chosen, seed)
        _bind(session)
        for name in JUDGES[chosen.name]:
            session.verdicts[name] = _function(session, name)
        _settle(session)
        functions = tuple(session.verdicts[name] for name in chosen.functions if name in session.verdicts)
        return Verdict(Path(path).name, chosen.name, functions, submission.findings, submission.notices, sandbox.isolation)


def _settle(session: Session) -> None:
    """What the loops tell of the functions before them, and what two functions share and is one mistake.

    −∂J/∂θ is no mistake where the training adds it; an order that the loops do not expect is one.
    """
    verdict = session.verdicts.get("backProp")
    if session.other_order and verdict and not verdict.findings:
        names = session.function("backProp").returned() or ()
        finding = Finding("names_swapped", "backProp", values={"order": ", ".join(names)})
        session.verdicts["backProp"] = replace(verdict, status="wrong", findings=(finding,))
    if session.adds_negative and verdict and [found.mistake for found in verdict.findings] == ["output_sign"]:
        variants = (*verdict.variants, ("negative_gradient", {}))
        session.verdicts["backProp"] = replace(verdict, status="right", variants=variants, findings=())
    _once(session)


def _once(session: Session) -> None:
    """A mistake that several functions get from the same helper stands at the first of them."""
    said: dict[str, str] = {}
    for name, verdict in session.verdicts.items():
        own = [f for f in verdict.findings if not (f.mistake in said and _shared(session, said[f.mistake], name))]
        if len(own) < len(verdict.findings):
            status = verdict.status if own else "unchecked"
            session.verdicts[name] = replace(verdict, status=status, findings=tuple(own))
        said |= {found.mistake: name for found in own if found.mistake not in said}


def _shared(session: Session, one: str, other: str) -> bool:
    """Whether two functions use the same third, or one the other."""
    helpers = [name for name in session.submission.functions if name not in session.workshop.functions]
    called = [{h for h in (*helpers, one, other) if h != f and session.calls(f, h)} for f in (one, other)]
    return bool(called[0] & called[1]) or one in called[1]


def recognized(submission: Submission) -> Workshop:
    return max(WORKSHOPS.values(), key=lambda w: len(set(w.functions) & set(submission.functions)) / len(w.functions))


def _bind(session: Session) -> None:
    """How every function is called."""
    for name, parameters in session.workshop.functions.items():
        function = session.submission.functions.get(name)
        binding = bind(function, parameters) if function and not function.blank else None
        if binding is not None:
            session.bindings[name] = binding


def _function(session: Session, name: str) -> FunctionVerdict:
    function = session.submission.functions.get(name)
    if function is None:
        return FunctionVerdict(name, "missing", (), (Finding("missing", name),))
    if function.blank:
        return FunctionVerdict(name, "blank", (), (Finding("blank", name),))
    if name not in session.bindings:
        return FunctionVerdict(name, "error", (), (Finding("signature", name),))
    return JUDGES[session.workshop.name][name](session).verdict(name)
