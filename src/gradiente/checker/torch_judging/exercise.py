"""A function of tensors: called by a probe in the student's process, its numbers compared here with known rules."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

import numpy as np

from gradiente.checker.judging.failures import failure_finding, fatal, returned_finding
from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.session import Session
from gradiente.checker.running.calls import Call, CallOutcome, Failure, Tensor
from gradiente.checker.verdict import Finding, WorkedExample

Array = np.ndarray
Case = Mapping[str, Any]
# In the student's process: tensors as data, and parameters that are to have given values.
PRELUDE = '''
import torch

def data(value):
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy().copy()
    if isinstance(value, torch.device):
        return str(value)
    if isinstance(value, dict):
        return {key: data(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(data(entry) for entry in value)
    return value.copy() if isinstance(value, np.ndarray) else value

def placed(net, values):
    """Every value in the parameter of its shape; whether there is one for each."""
    left = list(values)
    for parameter in net.parameters():
        fitting = [i for i, value in enumerate(left) if value.shape == tuple(parameter.shape)]
        if not fitting:
            return False
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(left.pop(fitting[0])))
    return not left

def shapes(net):
    return [str(tuple(parameter.shape)) for parameter in net.parameters()]

def dense(values):
    w1, b1, w2, b2 = map(torch.from_numpy, values)
    layers = torch.nn.Linear(*w1.shape[::-1]), torch.nn.Tanh(), torch.nn.Linear(*w2.shape[::-1])
    net = torch.nn.Sequential(*layers).to(w1.dtype)
    placed(net, values)
    return net
'''
CALLED = """
def probe(name, arguments):
    torch.manual_seed(0)
    arguments = [list(entry) if isinstance(entry, tuple) else entry for entry in arguments]
    given = [(i, entry) for i, entry in enumerate(arguments) if isinstance(entry, torch.Tensor)]
    before = {i: entry.clone() for i, entry in given}
    result = getattr(module, name)(*arguments)
    return {
        "result": data(result),
        "changed": [i for i, entry in given if entry.shape != before[i].shape or not torch.equal(entry, before[i])],
        "recorded": [i for i, entry in given if entry.requires_grad],
    }
"""


@dataclass(frozen=True)
class KnownMistake:
    """A known mistake: what it gives for one of the returned pieces."""

    key: str
    rule: Callable[[Case], Any]
    piece: int = 0


@dataclass(frozen=True)
class Exercise:
    """One function of numbers and tensors.

    Arguments:
        name: of the function
        cases: random arguments, by the workshop's names
        right: what it should return for such arguments, piece by piece
        formula: in plain text
        mistakes: its known mistakes, the likeliest first
        pieces: names of what is returned, in order
        errors: mistakes that end with an exception: what PyTorch says there, and the key
    """

    name: str
    cases: Callable[[np.random.Generator], Sequence[Case]]
    right: Callable[[Case], Sequence[Any]]
    formula: str = ""
    mistakes: tuple[KnownMistake, ...] = ()
    pieces: tuple[str, ...] = ("tensor",)
    errors: Mapping[str, str] = field(default_factory=dict)

    def judge(self, session: Session) -> Judgement:
        """Compare what the student's function gives in every case."""
        failure: Failure | None = None
        answers: list[tuple[Case, Mapping[str, Any]]] = []
        for case in self.cases(generator(session)):
            outcome = call_probe(session, self.name, CALLED, case)
            if outcome.failure is None:
                answers.append((case, outcome.result))
                continue
            failure = failure or outcome.failure
            if fatal(outcome.failure):
                break
        judgement = Judgement(())
        if answers:
            judgement = self._compared(session, answers)
        named = judgement.findings and judgement.findings[0].mistake not in UNNAMED
        if failure is not None and not named:
            return failed(session, self.name, failure, self.errors)
        return judgement

    def _compared(self, session: Session, answers: Sequence[tuple[Case, Mapping[str, Any]]]) -> Judgement:
        found = [pieces(answer["result"], len(self.pieces)) for _, answer in answers]
        complete = [entry for entry in found if entry is not None]
        if len(complete) < len(found):
            result = next(a["result"] for (_, a), entry in zip(answers, found, strict=True) if entry is None)
            return Judgement((returned_finding(session, self.name, result, self.pieces),), error=True)
        cases = [case for case, _ in answers]
        findings = [*self._numbers(session, cases, complete), *self._side_findings(session, answers)]
        return Judgement(tuple(findings))

    def _numbers(
        self, session: Session, cases: Sequence[Case], found: Sequence[Sequence[Array]]
    ) -> Iterator[Finding]:
        right = [[np.asarray(piece) for piece in self.right(case)] for case in cases]
        wrong = [i for i in range(len(self.pieces)) if not _all_same(found, right, i)]
        if len(wrong) > 1 and (order := _order(found, right)) is not None:
            values = {"order": ", ".join(self.pieces[i] for i in order)}
            yield Finding("torch_order", self.name, line=session.function(self.name).line, values=values)
            return
        said: set[str] = set()
        for i in wrong:
            key, first = (
                self._known_mistake(cases, found, i),
                next(row for row in range(len(cases)) if not same(found[row][i], right[row][i])),
            )
            finding = self._finding(session, key, i, found[first][i], right[first][i])
            if finding.mistake not in said:
                said.add(finding.mistake)
                yield finding

    def _known_mistake(self, cases: Sequence[Case], found: Sequence[Sequence[Array]], piece: int) -> str:
        for mistake in self.mistakes:
            if mistake.piece == piece and all(
                same(row[piece], np.asarray(mistake.rule(case)))
                for case, row in zip(cases, found, strict=True)
            ):
                return mistake.key
        return ""

    def _finding(self, session: Session, key: str, piece: int, got: Array, right: Array) -> Finding:
        quantity = self.pieces[piece] if len(self.pieces) > 1 else ""
        return wrong_finding(session, self.name, got, right, key=key, quantity=quantity, formula=self.formula)

    def _side_findings(
        self, session: Session, answers: Sequence[tuple[Case, Mapping[str, Any]]]
    ) -> Iterator[Finding]:
        """What the function did to its arguments."""
        names = session.bindings[self.name].names
        for key, effect in (("argument_mutated", "changed"), ("torch_requires_grad", "recorded")):
            places = sorted({int(i) for _, answer in answers for i in np.ravel(answer[effect])})
            if places:
                yield Finding(key, self.name, values={"names": ", ".join(names[i] for i in places)})


UNNAMED = ("torch_wrong", "torch_shape", "nothing_returned", "returned_otherwise")


def generator(session: Session) -> np.random.Generator:
    """What a function's cases are drawn from: the same for the same file."""
    return np.random.default_rng([session.seed, 2])


def call_probe(
    session: Session, name: str, source: str, case: Case, *more: Any, numpy: bool = False
) -> CallOutcome:
    """A probe, run with a function's name, its arguments in the function's own order, and what else it needs.

    Arguments:
        numpy: arrays arrive as arrays, not as tensors
    """
    arguments = session.bindings[name].arguments(case)
    given = arguments if numpy else tuple(map(tensors, arguments))
    return session.run(Call(name, (name, given, *more), seed=session.seed % 2**32, probe=PRELUDE + source))


def tensors(value: Any) -> Any:
    """Arrays, also those in lists, as tensors."""
    if isinstance(value, np.ndarray):
        return Tensor(value)
    return [tensors(entry) for entry in value] if isinstance(value, list | tuple) else value


def pieces(result: Any, count: int) -> list[Array] | None:
    """What was returned, as that many arrays; None where it is something else."""
    if isinstance(result, Mapping):
        result = tuple(result.values())
    if count == 1:
        piece = as_array(result)
        if isinstance(result, tuple) and len(result) == 1:
            piece = as_array(result[0])
        return None if piece is None else [piece]
    if isinstance(result, np.ndarray) and len(np.atleast_1d(result)) == count:
        result = tuple(result)
    if not isinstance(result, tuple) or len(result) != count:
        return None
    found = [piece for entry in result if (piece := as_array(entry)) is not None]
    return found if len(found) == count else None


def as_array(value: Any) -> Array | None:
    """A number, an array, or a sequence of such of one shape, as one array."""
    if isinstance(value, tuple) and value:
        entries = [as_array(entry) for entry in value]
        if any(entry is None or entry.shape != getattr(entries[0], "shape", None) for entry in entries):
            return None
        return np.stack([entry for entry in entries if entry is not None])
    if isinstance(value, np.ndarray | int | float) and not isinstance(value, bool):
        return np.asarray(value, dtype=float)
    return None


def same(found: Array, right: Array) -> bool:
    """Equal up to the rounding of float32; one number is one number, of whatever rank."""
    one = found.size == right.size == 1
    return (one or found.shape == right.shape) and np.allclose(
        found.reshape(right.shape), right, rtol=1e-4, atol=1e-5
    )


def wrong_finding(
    session: Session,
    name: str,
    got: Array,
    right: Array,
    *,
    key: str = "",
    quantity: str = "",
    formula: str = "",
) -> Finding:
    """A tensor that is not what it should be, by a known mistake or none, with its first wrong number."""
    worked = None
    if got.shape == right.shape or got.size == right.size == 1:
        near = np.isclose(got.reshape(right.shape), right, rtol=1e-4, atol=1e-5)
        place = tuple(int(i) for i in np.argwhere(~near)[0])
        value = float(got.reshape(right.shape)[place])
        worked = WorkedExample(quantity or name, place, (), "", float(right[place]), value)
    elif not key:
        key = "torch_axes" if sorted(got.shape) == sorted(right.shape) else "torch_shape"
    values = {"got": str(got.shape), "wanted": str(right.shape)}
    return Finding(
        key or "torch_wrong",
        name,
        quantity,
        session.function(name).line,
        values,
        formula=formula,
        worked=worked,
    )


def failed(
    session: Session, name: str, failure: Failure, errors: Mapping[str, str] | None = None
) -> Judgement:
    """A call that ended badly: by a mistake that PyTorch itself notices, or because something is still blank."""
    if failure.type == "NotImplementedError" and failure.message != name and failure.message.isidentifier():
        if failure.message in session.workshop.functions:
            return Judgement((), unchecked=True)
        finding = Finding("torch_blank", name, line=failure.line, values={"blank": failure.message})
        return Judgement((finding,), error=True)
    for words, key in (errors or {}).items():
        if re.search(words, failure.message):
            return Judgement((Finding(key, name, line=failure.line),))
    return Judgement((failure_finding(session, name, failure),), error=True)


def _all_same(found: Sequence[Sequence[Array]], right: Sequence[Sequence[Array]], piece: int) -> bool:
    return all(same(row[piece], wanted[piece]) for row, wanted in zip(found, right, strict=True))


def _order(found: Sequence[Sequence[Array]], right: Sequence[Sequence[Array]]) -> tuple[int, ...] | None:
    """The order in which the right pieces were returned, where it is only that."""
    count = len(right[0])
    for order in permutations(range(count)):
        if all(
            same(row[i], wanted[order[i]])
            for row, wanted in zip(found, right, strict=True)
            for i in range(count)
        ):
            return order
    return None
