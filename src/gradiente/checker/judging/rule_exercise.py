"""A function of numbers and arrays: called on several cases, its answers compared with right and wrong rules."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import failure_finding, fatal, returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.running.calls import Call, CallOutcome, Failure
from gradiente.checker.verdict import Finding, WorkedExample

Array = np.ndarray
Case = Mapping[str, Any]
Answer = Sequence[Any]
Rule = Callable[[Case], Answer]
CALLED = """
def probe(name, arguments):
    arguments = [list(entry) if isinstance(entry, tuple) else entry for entry in arguments]
    kept = [entry.copy() if isinstance(entry, np.ndarray) else entry for entry in arguments]
    result = getattr(module, name)(*arguments)
    changed = [
        place
        for place, entry in enumerate(arguments)
        if isinstance(entry, np.ndarray) and not np.array_equal(entry, kept[place], equal_nan=True)
    ]
    if isinstance(result, dict):
        result = tuple(result.values())
    return {"pieces": tuple(result) if isinstance(result, (tuple, list)) else (result,), "changed": changed}
"""


@dataclass(frozen=True)
class WrongRule:
    """One mistake: its key, and what a function that makes it gives."""

    mistake: str
    rule: Rule


@dataclass(frozen=True)
class RuleExercise:
    """One function whose formula is given, and the mistakes that can be made in it.

    Arguments:
        name: of the function
        cases: arguments, by the workshop's names
        right: what it should return, piece by piece; other right ways to write it, by the keys of their variants
        wrong: its mistakes, the likeliest first
        pieces: names of what is returned, in order; one alone where their number depends on the case
        returned: names of what one call returns, where that is something else
        formula: as plain text
        by_call: its arguments are short, and a wrong number is shown with them
        called: makes the call, or the calls, of one case: `{"pieces": …, "changed": places of changed arguments}`,
            or `{"returned": what one call gave}` where that has other pieces
    """

    name: str
    cases: Callable[[np.random.Generator], Sequence[Case]]
    right: Mapping[str, Rule]
    wrong: Sequence[WrongRule]
    pieces: Sequence[str]
    returned: Sequence[str] = ()
    formula: str = ""
    by_call: bool = False
    called: Callable[[Session, str, Case], CallOutcome] | None = None

    def judge(self, session: Session) -> Judgement:
        """Compare what the student's function gives in every case."""
        failure: Failure | None = None
        cases: list[Case] = []
        answers: list[list[Array]] = []
        changed: set[int] = set()
        for case in self.cases(np.random.default_rng([session.seed, 3])):
            outcome = (self.called or called)(session, self.name, case)
            if outcome.failure is not None:
                failure = failure or outcome.failure
                if fatal(outcome.failure):
                    break
                continue
            wanted = next(iter(self.right.values()))(case)
            found = arrays(outcome.result.get("pieces"), len(wanted))
            if found is None:
                names = self.returned or self.pieces
                return Judgement(
                    (returned_finding(session, self.name, _returned(outcome.result), names),), error=True
                )
            cases.append(case)
            answers.append(found)
            changed |= {int(place) for place in np.ravel(outcome.result["changed"])}
        variant, finding = self._compared(session, cases, answers) if cases else (None, None)
        if failure is not None and (finding is None or finding.mistake in UNNAMED):
            return failed(session, self.name, failure)
        findings = [] if finding is None else [finding]
        if changed:
            names = session.bindings[self.name].names
            values = {"names": ", ".join(names[place] for place in sorted(changed))}
            findings.append(Finding("argument_mutated", self.name, values=values))
        return Judgement(tuple(findings), ((variant, {}),) if variant and not findings else ())

    def _compared(
        self, session: Session, cases: Sequence[Case], answers: Sequence[Sequence[Array]]
    ) -> tuple[str | None, Finding | None]:
        """The variant that it is, or the finding."""
        for variant, rule in self.right.items():
            if gives(rule, cases, answers):
                return variant, None
        found = (wrong.mistake for wrong in self.wrong if gives(wrong.rule, cases, answers))
        key = next(found, "") or next(self._in_some_pieces(cases, answers), "")
        return None, self._finding(session, key, cases, answers)

    def _in_some_pieces(self, cases: Sequence[Case], answers: Sequence[Sequence[Array]]) -> Iterator[str]:
        """The mistakes that are made in some pieces, while the others are right."""
        if self.by_call or len(self.pieces) == 1:
            return
        right = next(iter(self.right.values()))
        for wrong in self.wrong:
            ways = [_piece(rule, i) for i in range(len(self.pieces)) for rule in (right, wrong.rule)]
            parts = [[[answer[i]] for answer in answers] for i in range(len(self.pieces))]
            if all(
                gives(ways[2 * i], cases, part) or gives(ways[2 * i + 1], cases, part)
                for i, part in enumerate(parts)
            ):
                yield wrong.mistake

    def _finding(
        self, session: Session, key: str, cases: Sequence[Case], answers: Sequence[Sequence[Array]]
    ) -> Finding:
        """A mistake, or an unknown one, with that number of the first wrong piece that is furthest off."""
        line = session.function(self.name).line
        first = next(iter(self.right.values()))
        for case, answer in zip(cases, answers, strict=True):
            for i, (got, piece) in enumerate(zip(answer, first(case), strict=True)):
                right = np.asarray(piece, float)
                if same(got, right):
                    continue
                several = len(self.pieces) > 1 or self.by_call
                quantity = self.pieces[i] if several else f"{self.pieces[0]}({i + 1})"
                if got.shape != right.shape and not got.size == right.size == 1:
                    values = {"got": str(got.shape), "wanted": str(right.shape)}
                    return Finding(key or "rule_shape", self.name, quantity, line, values, self.formula)
                got = got.reshape(right.shape)
                apart = np.where(_near(got, right), -1.0, np.nan_to_num(np.abs(got - right), nan=np.inf))
                place = tuple(int(k) for k in np.unravel_index(np.argmax(apart), apart.shape))
                number = float(got[place])
                shown = self._call(session, case, i) if self.by_call else quantity
                worked = WorkedExample(shown, place, (), "", float(right[place]), number, whole=right)
                return Finding(
                    key or "rule_wrong", self.name, quantity, line, formula=self.formula, worked=worked
                )
        raise AssertionError("a finding of right numbers")

    def _call(self, session: Session, case: Case, piece: int) -> str:
        """The call of a case in the student's own order, and which of several pieces is meant."""
        arguments = ", ".join(map(str, session.bindings[self.name].arguments(case)))
        return f"{self.name}({arguments})" + (f" → {self.pieces[piece]}" if len(self.pieces) > 1 else "")


UNNAMED = ("rule_wrong", "rule_shape")


def called(session: Session, name: str, case: Case) -> CallOutcome:
    """One call, with the arguments of the case in the function's own order."""
    arguments = session.bindings[name].arguments(case)
    return session.run(Call(name, (name, arguments), seed=session.seed % 2**32, probe=CALLED))


def arrays(pieces: Any, count: int) -> list[Array] | None:
    """What was returned, as that many arrays; None where it is something else."""
    if isinstance(pieces, tuple) and len(pieces) == 1 < count and np.shape(pieces[0])[:1] == (count,):
        pieces = tuple(map(np.asarray, pieces[0]))
    if not isinstance(pieces, tuple) or len(pieces) != count:
        return None
    numbers = all(isinstance(piece, np.ndarray | int | float) for piece in pieces)
    return [np.asarray(piece, float) for piece in pieces] if numbers else None


def gives(rule: Rule, cases: Sequence[Case], answers: Sequence[Sequence[Array]]) -> bool:
    """Whether a rule gives these answers in all cases."""
    with np.errstate(all="ignore"):
        return all(
            same(got, np.asarray(piece, float))
            for case, answer in zip(cases, answers, strict=True)
            for got, piece in zip(answer, rule(case), strict=True)
        )


def same(got: Array, right: Array) -> bool:
    """Equal numbers in equal shapes; one number is one number, of whatever rank."""
    one = got.size == right.size == 1
    return (one or got.shape == right.shape) and bool(np.all(_near(got.reshape(right.shape), right)))


def _piece(rule: Rule, place: int) -> Rule:
    """One piece of what a rule gives."""
    return lambda case: (rule(case)[place],)


def failed(session: Session, name: str, failure: Failure) -> Judgement:
    """A call that ended badly, or that needs another function of the workshop that is still blank."""
    other = failure.type == "NotImplementedError" and failure.message != name
    if other and failure.message in session.workshop.functions:
        return Judgement((), unchecked=True)
    return Judgement((failure_finding(session, name, failure),), error=True)


def _near(got: Array, right: Array) -> Array:
    """Up to the rounding of float32."""
    return np.isclose(got, right, rtol=1e-5, atol=1e-6, equal_nan=True)


def _returned(result: Mapping[str, Any]) -> Any:
    """What the function returned, for a message: one value without its tuple."""
    pieces = result["returned"] if "returned" in result else result["pieces"]
    return pieces[0] if isinstance(pieces, tuple) and len(pieces) == 1 else pieces
