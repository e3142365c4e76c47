"""softmax: along which axis it sums to 1, and whether large scores are too much for it."""

from dataclasses import dataclass

import numpy as np

from gradiente.checker.judging.failures import failure_finding, returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.repair import mutants, probe
from gradiente.checker.judging.session import Session
from gradiente.checker.reference.formulas import softmax_formula
from gradiente.checker.rules.activations import softmax
from gradiente.checker.rules.chains import wrong_outputs
from gradiente.checker.running.calls import CallOutcome, Failure
from gradiente.checker.verdict import Finding, WorkedExample

Array = np.ndarray
NAME = "softmax"
Z = np.array([[0.3, -1.2, 0.8, 1.9, -0.4], [1.1, 0.2, -0.7, 0.6, 2.3], [-0.5, 1.4, 0.1, -1.6, 0.9]])
SQUARE = np.array([[0.3, -1.2, 0.8], [1.1, 0.2, -0.7], [-0.5, 1.4, 0.1]])
AXES = {"columns": 0, "rows": 1}


@dataclass(frozen=True)
class SoftmaxMatch:
    """What the function does: "columns" or "rows" where it is right along that axis, else the key of a mistake."""

    key: str
    outcome: CallOutcome
    z: Array
    line: int | None = None

    @property
    def axis(self) -> int | None:
        return AXES.get(self.key)


def match_of(session: Session) -> SoftmaxMatch:
    """Call it once with sizes that differ, and where that cannot be, with equal ones."""
    for z in (Z, SQUARE):
        outcome = session.call(NAME, {"z": z})
        if outcome.failure is not None:
            continue
        key = named(outcome.result, z)
        if key is not None:
            return SoftmaxMatch(key, outcome, z)
    outcome = session.call(NAME, {"z": Z})
    if outcome.failure is not None:
        for mutant in mutants(session.function(NAME)):
            changed = session.call(NAME, {"z": Z}, probe=probe(NAME, mutant))
            if changed.failure is None and named(changed.result, Z) in AXES:
                return SoftmaxMatch("softmax_broadcast", outcome, Z, mutant.line)
    return SoftmaxMatch("", outcome, Z)


def named(result: object, z: Array) -> str | None:
    """Which axis or which mistake gives that result."""
    if not isinstance(result, np.ndarray) or result.shape != z.shape:
        return None
    right = ((key, softmax(z, axis)) for key, axis in AXES.items())
    columns, rows = wrong_outputs("softmax", z), wrong_outputs("softmax", z.T)
    wrong = (*columns, *((made, a.T) for made, a in rows))
    named_so = ((made.key, a) for made, a in wrong if made.key.startswith("softmax_"))
    return next((key for key, a in (*right, *named_so) if _equal(result, a)), None)


def _equal(result: Array, a: Array) -> bool:
    return result.shape == a.shape and np.allclose(result, a, rtol=1e-4, atol=1e-7)


def judge(session: Session) -> Judgement:
    match = match_of(session)
    outcome = match.outcome
    if outcome.failure is not None and not match.key:
        return Judgement((failure_finding(session, NAME, outcome.failure),), error=True)
    if outcome.failure is None and not isinstance(outcome.result, np.ndarray):
        return Judgement((returned_finding(session, NAME, outcome.result, ["a"]),), error=True)
    findings = []
    if outcome.mutated:
        findings.append(Finding("argument_mutated", NAME, values={"names": session.bindings[NAME].names[0]}))
    wanted = None if session.facts.layout is None else (0 if session.facts.layout.columns else 1)
    if match.axis is None and not _by_vectors(session, match):
        findings.insert(0, _finding(session, match, match.key or "softmax_unknown", wanted or 0))
    elif (
        match.axis is not None
        and wanted is not None
        and match.axis != wanted
        and not session.facts.softmax_fits
    ):
        findings.insert(0, _finding(session, match, "softmax_axis", wanted))
    if match.key in (*AXES, "softmax_total"):
        findings += _large(session, match)
    variants = ((match.key, {}),) if match.key in AXES else ()
    return Judgement(tuple(findings), variants)


def _by_vectors(session: Session, match: SoftmaxMatch) -> bool:
    """Whether it is written for one vector at a time, and feedForward gives it vectors."""
    return match.key == "softmax_total" and session.facts.softmax_fits


def _large(session: Session, match: SoftmaxMatch) -> list[Finding]:
    """Scores of a thousand and of minus a thousand: of all instances, then of one of them alone."""
    shifts: list[tuple[str, float | Array]] = [("softmax_unstable", 1000.0), ("softmax_unstable", -1000.0)]
    if match.axis is not None:
        of_one = np.zeros(match.z.shape[1 - match.axis])
        of_one[0] = -1000.0
        shifts.append(("softmax_one_maximum", np.expand_dims(of_one, match.axis)))
    for key, shift in shifts:
        outcome = session.call(NAME, {"z": match.z + shift})
        if isinstance(outcome.result, np.ndarray) and not np.isfinite(outcome.result).all():
            values = {"where": "A[2]", "shift": f"{np.min(shift):g}" if np.ndim(shift) else f"{shift:g}"}
            return [Finding(key, NAME, "A[2]", session.function(NAME).line, values, softmax_formula())]
        if isinstance(outcome.failure, Failure):
            return [failure_finding(session, NAME, outcome.failure)]
    return []


def _finding(session: Session, match: SoftmaxMatch, key: str, axis: int) -> Finding:
    result, z = match.outcome.result, match.z
    line = match.line or session.function(NAME).line
    if not isinstance(result, np.ndarray) or result.shape != z.shape:
        shape = str(getattr(result, "shape", ""))
        return Finding(key, NAME, "A[2]", line, {"where": "A[2]", "shape": shape}, softmax_formula())
    expected = softmax(z, axis)
    parts = z[:, 0] if axis == 0 else z[0]
    terms = tuple((f"e^z{k}", f"e^{v:g}", f"{np.exp(v):.6g}") for k, v in enumerate(parts))
    closing = f"e^{z[0, 0]:g} / Σ = {expected[0, 0]:.6g}"
    worked = WorkedExample(
        "softmax(z)", (0, 0), terms, closing, float(expected[0, 0]), float(result[0, 0]), whole=expected
    )
    return Finding(
        key, NAME, "A[2]", line, {"where": "A[2]", "shape": str(result.shape)}, softmax_formula(), worked
    )
