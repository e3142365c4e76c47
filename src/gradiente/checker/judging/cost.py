"""costoGlobal: the categorical cross-entropy, as a mean or a sum; what else a number may be that is not it."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import failure_finding, returned_finding
from gradiente.checker.judging.fixed_count import fixed_count
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.runs import Run, furthest, runs
from gradiente.checker.judging.session import Session
from gradiente.checker.reference.formulas import plain
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Array, Reference
from gradiente.checker.verdict import Finding, WorkedExample
from gradiente.losses import CrossEntropyLoss

NAME = "costoGlobal"
TOLERANCE = 3e-3  # a guard of log 0 moves the cost a little
LEAST_LOG = 4.0  # of any guard of log 0
Rule = Callable[[Reference], float]


def _entropy(q: Reference) -> float:
    return float(-np.sum(q.Y * np.log(q.A2)) / q.m)


def _binary(q: Reference) -> float:
    return float(-np.sum(q.Y * np.log(q.A2) + (1 - q.Y) * np.log(1 - q.A2)) / q.m)


def _shifted(y: Array, by: int, wrap: bool) -> Array:
    """One-hot rows moved by one class; without `wrap` the last one leaves no class behind."""
    moved = np.roll(y, by, axis=0)
    if not wrap:
        moved[0 if by > 0 else -1] = 0
    return moved


# What else the number may be, up to the sign, the base of the logarithm and the division.
OTHERS: list[tuple[str, Rule]] = [
    ("cost_other_loss", lambda q: float(np.sum((q.A2 - q.Y) ** 2)) / q.m),
    ("cost_other_loss", _binary),
    ("cost_other_loss", lambda q: float(np.sum(np.abs(q.A2 - q.Y))) / q.m),
    ("cost_other_loss", lambda q: float(-np.sum((1 - q.Y) * np.log(1 - q.A2))) / q.m),
    *(
        (
            "onehot_shift",
            lambda q, by=by, wrap=wrap: float(-np.sum(_shifted(q.Y, by, wrap) * np.log(q.A2)) / q.m),
        )
        for by in (1, -1)
        for wrap in (True, False)
    ),
    ("cost_target_missing", lambda q: float(-np.sum(np.log(q.A2))) / q.m),
    ("cost_target_missing", lambda q: float(-np.sum(q.A2 * np.log(q.A2))) / q.m),
    ("cost_log_missing", lambda q: float(np.sum(q.Y * q.A2)) / q.m),
]
BASES = {1.0: (), 1 / math.log(2): ("cost_base",), 1 / math.log(10): ("cost_base",)}


def _divisions(q: Reference) -> dict[str, float]:
    """How a mean may be divided: as it is, not at all, once more, by all numbers, by half."""
    return {"mean": 1.0, "sum": q.m, "twice": 1 / q.m, "all": 1 / q.sizes.k, "half": 0.5, "half_sum": q.m / 2}


def judge(session: Session) -> Judgement:
    tried = list(runs(session, NAME, session.sizes(), arguments=_arguments))
    finished = [run for run in tried if run.finished]
    if not finished:
        return Judgement((failure_finding(session, NAME, furthest(tried)),), error=True)
    explained = [(run, found) for run in finished if (found := explain(run)) is not None]
    if not explained:
        divided = next((one for run in finished if (one := _divided(session, run)) is not None), None)
        return divided or _unexplained(session, finished[0])
    run, (keys, division) = min(explained, key=lambda pair: len(pair[1][0]))
    findings = [_finding(session, run, key) for key in keys]
    findings += _side_findings(session, run)
    variants: list[tuple[str, Mapping[str, Any]]] = []
    if not keys:
        variants = [
            ("sum" if division == "sum" else "mean", {}),
            ("labels" if run.layout.target == "flat" else "onehot", {}),
        ]
    return Judgement(tuple(findings), tuple(variants))


def _arguments(case: Reference, layout: Layout) -> Mapping[str, Any]:
    return {
        "y_est": layout.to_student("A2", _mild(case).A2),
        "y": layout.to_student("Y", case.Y, case.labels),
    }


def _mild(case: Reference) -> Reference:
    """Probabilities far from 0, where a guard of the logarithm changes nothing that counts."""
    powers = np.exp(0.4 * np.tanh(case.Z2))
    return case.replaced(A2=powers / powers.sum(axis=0, keepdims=True))


def explain(run: Run) -> tuple[tuple[str, ...], str] | None:
    """The mistakes that give these numbers, and how they are divided; None where none does."""
    numbers = [_number(outcome.result) for outcome in run.outcomes]
    if any(number is None for number in numbers):
        return None
    cases = [_mild(case) for case in run.cases]
    found: list[tuple[tuple[str, ...], str]] = []
    for key, rule in (("", _entropy), *OTHERS):
        for base, base_keys in BASES.items():
            for division in _divisions(cases[0]):
                for sign in (1, -1):
                    wanted = [sign * base * _divisions(case)[division] * rule(case) for case in cases]
                    if np.allclose(np.array(numbers, float), wanted, rtol=TOLERANCE, atol=0):
                        keys = (key,) if key else _keys(sign, base_keys, division)
                        found.append((keys, division))
    return min(found, key=lambda pair: len(pair[0]), default=None)


def _divided(session: Session, run: Run) -> Judgement | None:
    """The sum, divided by a number that is in the file, and not m; None where it is not that."""
    numbers = [_number(outcome.result) for outcome in run.outcomes]
    shares = [
        number / (case.m * _entropy(_mild(case)))
        for number, case in zip(numbers, run.cases, strict=True)
        if number is not None
    ]
    if len(shares) < len(numbers) or shares[0] <= 0 or not np.allclose(shares, shares[0], rtol=TOLERANCE):
        return None
    found = fixed_count(session, NAME, shares[0])
    if found is None:
        classes = math.isclose(shares[0], 1 / run.cases[0].sizes.k, rel_tol=TOLERANCE)
        finding = _finding(session, run, "mean_wrong_size")
        return Judgement((finding, *_side_findings(session, run))) if classes else None
    finding = _finding(session, run, "mean_fixed" if found["source"] else "mean_literal")
    finding = replace(finding, values={**finding.values, **found})
    return Judgement((finding, *_side_findings(session, run)))


def _keys(sign: int, base_keys: Sequence[str], division: str) -> tuple[str, ...]:
    twice = {
        "twice": ("cost_twice",),
        "all": ("cost_twice",),
        "half": ("cost_half",),
        "half_sum": ("cost_half",),
    }
    return (*(("cost_sign",) if sign < 0 else ()), *base_keys, *twice.get(division, ()))


def _number(result: Any) -> float | None:
    if isinstance(result, np.ndarray) and result.size == 1:
        return float(result.ravel()[0])
    return float(result) if isinstance(result, int | float) else None


def _unexplained(session: Session, run: Run) -> Judgement:
    result = run.outcomes[0].result
    if not isinstance(result, np.ndarray) or result.dtype.kind not in "fiub":
        return Judgement((returned_finding(session, NAME, result, ["J"]),), error=True)
    if result.size > 1:
        values = {"shape": str(result.shape)}
        return Judgement(
            (Finding("cost_vector", NAME, "J", session.function(NAME).line, values, _formula()),)
        )
    key = "cost_exchanged" if _exchanged(run) else "cost_unknown"
    return Judgement((_finding(session, run, key), *_side_findings(session, run)))


def _exchanged(run: Run) -> bool:
    """Whether it is −Σ ŷ log(y + ε): then log ε stands wherever y is 0, whatever ε is."""
    cases = [_mild(case) for case in run.cases]
    wrong = [float(np.sum(case.A2 * (1 - case.Y))) for case in cases]
    numbers = [_number(outcome.result) or 0.0 for outcome in run.outcomes]
    for shares in ([1.0] * len(cases), [case.m for case in cases]):
        found = [n * share / total for n, share, total in zip(numbers, shares, wrong, strict=True)]
        if abs(found[0]) > LEAST_LOG and np.allclose(found, found[0], rtol=TOLERANCE, atol=0):
            return True
    return False


def _formula() -> str:
    return f"J = 1/m · Σᵢ L,  {plain(CrossEntropyLoss.equation).partition(',')[0]}"


def _finding(session: Session, run: Run, key: str) -> Finding:
    case = _mild(run.cases[0])
    right = -np.sum(case.Y * np.log(case.A2), axis=0)
    rows = [int(np.argmax(case.Y[:, i])) for i in range(case.m)]
    terms = tuple(
        (f"−log ŷ[{k},{i}]", f"−log {case.A2[k, i]:.4g}", f"{right[i]:.6g}") for i, k in enumerate(rows)
    )
    got = _number(run.outcomes[0].result)
    worked = WorkedExample(
        "J", (), terms, f"Σ/m = {right.mean():.6g}", float(right.mean()), got, whole=right.mean()
    )
    return Finding(key, NAME, "J", session.function(NAME).line, {"where": "J"}, _formula(), worked)


def _side_findings(session: Session, run: Run) -> Iterator[Finding]:
    """Changed arguments; the cost of a probability that is 0."""
    changed = sorted(
        {session.bindings[NAME].names[place] for outcome in run.outcomes for place in outcome.mutated}
    )
    if changed:
        yield Finding("argument_mutated", NAME, values={"names": ", ".join(changed)})
    case = run.cases[0]
    surely = np.eye(case.sizes.k)[:, np.argmax(case.Y, axis=0)]
    wrongly = np.roll(surely, 1, axis=0)
    for estimate in (surely, wrongly):
        layout = run.layout
        given = {"y_est": layout.to_student("A2", estimate), "y": layout.to_student("Y", case.Y, case.labels)}
        outcome = session.call(NAME, given)
        number = None if outcome.failure else _number(outcome.result)
        if number is not None and not math.isfinite(number):
            value = "NaN" if math.isnan(number) else "∞"
            yield Finding("cost_log0", NAME, "J", session.function(NAME).line, {"value": value}, _formula())
            return
