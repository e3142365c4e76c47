"""dropout: which entries it sets to 0, by what it multiplies the others, and what it does outside of training."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.rule_exercise import Array, failed
from gradiente.checker.judging.session import Session
from gradiente.checker.running.calls import Call
from gradiente.checker.verdict import Finding, WorkedExample

NAME = "dropout"
FORMULA = "A := D ⊙ A / (1 − p),  P(D = 0) = p"
REPEATS = 4
NEAR = 0.025  # seven standard deviations of the share of zeros in all repeats
PROBE = """
def probe(name, parameters, a, p, repeats):
    results, changed = [], False
    for training in [True] * int(repeats) + [False]:
        given = {"a": a.copy(), "p": float(p), "entrenando": training}
        result = getattr(module, name)(*(given[parameter] for parameter in parameters))
        changed = changed or not np.array_equal(given["a"], a)
        pieces = tuple(result.values()) if isinstance(result, dict) else result
        first = pieces[0] if isinstance(pieces, (tuple, list)) and len(pieces) else pieces
        if not isinstance(first, np.ndarray):
            return {"returned": result}
        results.append(first)
    return {"results": tuple(results), "changed": changed}
"""


@dataclass(frozen=True)
class Facts:
    """What dropout did to A with a p: in several calls while training, and in one when not."""

    a: Array
    p: float
    trained: Sequence[Array]
    evaluated: Array

    @property
    def share(self) -> float:
        """The share of zeros while training."""
        return float(np.mean([result == 0 for result in self.trained]))

    @property
    def factor(self) -> float | None:
        """What the other entries are multiplied by while training; None where that is not one number."""
        return _factor(self.a, self.trained)

    @property
    def dropped_in_evaluation(self) -> bool:
        return bool(np.any(self.evaluated == 0))

    @property
    def factor_in_evaluation(self) -> float | None:
        return _factor(self.a, [self.evaluated])

    @property
    def same_mask(self) -> bool:
        """Whether every call drops the same entries."""
        return all(np.array_equal(result == 0, self.trained[0] == 0) for result in self.trained)

    @property
    def whole_lines(self) -> bool:
        """Whether rows or columns are dropped as a whole."""
        zeros = [result == 0 for result in self.trained]
        return any(all(np.all(zero.all(axis) == zero.any(axis)) for zero in zeros) for axis in (0, 1))


def _factor(a: Array, results: Sequence[Array]) -> float | None:
    ratios = np.concatenate([(result / a)[result != 0] for result in results])
    return float(ratios[0]) if ratios.size and np.allclose(ratios, ratios[0], rtol=1e-6) else None


def mistake(facts: Facts) -> str | None:
    """The mistake; None where there is none, "" where no known one does this."""
    p, share, factor = facts.p, facts.share, facts.factor
    if share == 0:
        return "dropout_flag" if facts.dropped_in_evaluation else "dropout_none"
    if facts.whole_lines:
        return "dropout_whole"
    if facts.same_mask:
        return "dropout_same_mask"
    if abs(share - (1 - p)) < NEAR and factor is not None:
        return "dropout_p_swapped"
    if abs(share - p) >= NEAR:
        return "dropout_share"
    if facts.dropped_in_evaluation:
        return "dropout_evaluation"
    if factor is None or facts.factor_in_evaluation is None:
        return ""
    factors = {"": 1 / (1 - p), "dropout_scale_missing": 1.0, "dropout_scale_multiplied": 1 - p}
    factors |= {"dropout_scale_p": 1 / p, "dropout_scale_times_p": p}
    found = next((key for key, value in factors.items() if np.isclose(factor, value)), None)
    as_it_is = np.isclose(facts.factor_in_evaluation, 1.0)
    if found == "" and as_it_is:
        return None
    if found == "":
        return "dropout_evaluation_scaled"
    return "" if found is None or not as_it_is else found


def of_the_paper(facts: Facts) -> bool:
    """Whether it leaves the factor to the evaluation, A (1 − p), as the paper does."""
    training = facts.factor is not None and np.isclose(facts.factor, 1.0)
    evaluation = facts.factor_in_evaluation
    return bool(training) and evaluation is not None and bool(np.isclose(evaluation, 1 - facts.p))


def judge(session: Session) -> Judgement:
    draw, found, changed = np.random.default_rng([session.seed, 4]), [], False
    for p in (0.3, 0.2):
        a = draw.choice([-1, 1], (60, 80)) * draw.uniform(0.5, 1.5, (60, 80))
        arguments = (NAME, session.bindings[NAME].parameters, a, p, REPEATS)
        outcome = session.run(Call(NAME, arguments, seed=session.seed % 2**32, probe=PROBE))
        if outcome.failure is not None:
            return failed(session, NAME, outcome.failure)
        answer: Mapping[str, Any] = outcome.result
        if "returned" in answer:
            return Judgement((returned_finding(session, NAME, answer["returned"], ("a",)),), error=True)
        results, line = answer["results"], session.function(NAME).line
        shape = next((result.shape for result in results if result.shape != a.shape), None)
        if shape is not None:
            values = {"got": str(shape), "wanted": str(a.shape)}
            return Judgement((Finding("rule_shape", NAME, "A", line, values, FORMULA),))
        found.append(Facts(a, p, results[:-1], results[-1]))
        changed = changed or answer["changed"]
    findings = []
    paper = all(_mask_is_right(facts) and of_the_paper(facts) for facts in found)
    wrong = None if paper else next(((f, key) for f in found if (key := mistake(f)) is not None), None)
    if wrong is not None:
        findings.append(_finding(session, *wrong))
    if changed:
        own = session.bindings[NAME].own("a")
        findings.append(Finding("argument_mutated", NAME, values={"names": own}))
    return Judgement(tuple(findings), (("dropout_of_paper", {}),) if paper and not findings else ())


def _mask_is_right(facts: Facts) -> bool:
    right = abs(facts.share - facts.p) < NEAR and not facts.dropped_in_evaluation
    return right and not facts.same_mask and not facts.whole_lines


def _finding(session: Session, facts: Facts, key: str) -> Finding:
    """The mistake, with the first number that it changes: of training, where that is wrong, else of evaluation."""
    line = session.function(NAME).line
    values = {"p": f"{facts.p:g}", "share": f"{100 * facts.share:.0f}", "wanted": f"{100 * facts.p:.0f}"}
    result, right = facts.trained[0], facts.a / (1 - facts.p)
    places = np.argwhere((result != 0) & ~np.isclose(result, right))
    if not len(places):
        result, right = facts.evaluated, facts.a
        places = np.argwhere(~np.isclose(result, right))
    worked = None
    if len(places):
        place = tuple(int(i) for i in places[0])
        worked = WorkedExample("A", place, (), "", float(right[place]), float(result[place]), whole=right)
    return Finding(key or "rule_wrong", NAME, "", line, values, FORMULA, worked)


JUDGES: Mapping[str, Callable[[Session], Judgement]] = {NAME: judge}
