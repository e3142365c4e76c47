"""A file judged by an exercise: every role's function right, or its first mistake by its name."""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradiente.checker.exercises.comparison import Compared, compared
from gradiente.checker.exercises.cost import named_cost
from gradiente.checker.exercises.exercise import HELPERS, LOOPS, OBJECT, Exercise, Role
from gradiente.checker.exercises.forward import named_forward
from gradiente.checker.exercises.gradients import named_gradients
from gradiente.checker.exercises.lines import following, line_of
from gradiente.checker.exercises.loops import judged_loop
from gradiente.checker.exercises.named import Named
from gradiente.checker.exercises.probes import ask, quantities
from gradiente.checker.exercises.shown import with_problem
from gradiente.checker.exercises.signature import fitted
from gradiente.checker.exercises.swapped import named_swapped
from gradiente.checker.exercises.training import judged_training
from gradiente.checker.exercises.update import named_update
from gradiente.checker.exercises.worked import formula, worked
from gradiente.checker.judging.failures import described, failed, missing
from gradiente.checker.reading.loading import Notice
from gradiente.checker.reading.submission import Submission, says_nothing
from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.reference.layout import Layout
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Finding, FunctionVerdict


def judged(
    exercise: Exercise, sandbox: Sandbox, submission: Submission
) -> tuple[tuple[FunctionVerdict, ...], list[Notice]]:
    """Every function once, by the network that the student has chosen; and why some are not judged.

    Every function may have a scale of its own: a cost may be a sum beside gradients that are means.
    """
    best: tuple[tuple[FunctionVerdict, ...], list[Notice]] | None = None
    for network in exercise.networks or [exercise.network]:
        one = fitted(replace(exercise, network=network), submission)
        found, notices = Judge(one, sandbox, submission).verdicts()
        for scale in exercise.scales[1:] if _wrong(found) else ():
            others, _ = Judge(replace(one, scale=scale), sandbox, submission).verdicts()
            found = tuple(map(_milder, found, others))
        if best is None or _wrong(found) < _wrong(best[0]):
            best = found, notices
        if not _wrong(found):
            break
    assert best is not None
    return best


def _wrong(verdicts: Sequence[FunctionVerdict]) -> int:
    return sum(verdict.status != "right" for verdict in verdicts)


@dataclass(frozen=True)
class Judge:
    """A file and an exercise, with what finds lines."""

    exercise: Exercise
    sandbox: Sandbox
    submission: Submission

    def verdicts(self) -> tuple[tuple[FunctionVerdict, ...], list[Notice]]:
        """Every function once, in the order of the roles; and why some are not judged."""
        problems = [self.exercise.problem(seed) for seed in (1, 2)]
        absent = {role: found for role in self.exercise.roles if (found := self._absent(role)) is not None}
        present = replace(self.exercise, roles=[role for role in self.exercise.roles if role not in absent])
        answers = compared(self.sandbox, present, problems)
        findings: dict[Role, list[Finding] | None] = {
            role: None if one.without_environment else list(self._findings(one))
            for role, one in answers.items()
        }
        unjudged = [self.exercise.label(role) for role, found in findings.items() if found is None]
        notices: list[Notice] = [("needs_absent", {"functions": ", ".join(unjudged)})] if unjudged else []
        if any(found for role, found in findings.items() if role.kind == HELPERS):
            for role in [role for role, found in findings.items() if found and role.kind != HELPERS]:
                findings[role] = None  # what is built on a wrong helper
        if any(found for role, found in findings.items() if role.kind in ("forward", "gradients")):
            for role in [role for role, one in answers.items() if one.whole_step and findings[role]]:
                findings[role] = None  # what may come from the gradients
        parts = [found for role, found in findings.items() if role.kind != "cost"]
        whole = not absent and all(found == [] for found in parts)
        layout = next((one.layout for one in answers.values() if one.finished), None)
        for role in present.roles:
            if role.kind in LOOPS:
                findings[role] = self._loop(role, layout) if whole else None
                if whole and role.is_anywhere and findings[role] is None:
                    notices.append(("training_unseen", {}))
        layouts = {role: one for role, one in answers.items() if not one.wrong}
        merged: dict[str, list[FunctionVerdict]] = {}
        for role in self.exercise.roles:
            name = self.exercise.label(role)
            verdict = absent.get(role) or _verdict(name, findings[role], layouts.get(role))
            merged.setdefault(name, []).append(verdict)
        return tuple(map(_merged, merged.values())), notices

    def _loop(self, role: Role, layout: Layout | None) -> list[Finding] | None:
        if role.is_anywhere:
            return judged_training(self.exercise, self.submission, self.sandbox.limits)
        return judged_loop(self.sandbox, self.exercise, role, self.submission, layout)

    def _named(self, one: Compared) -> list[Finding]:
        """The mistakes of a role that came to its end."""
        judge = NAMED.get(one.role.kind, _named_helper)
        return (
            [self._finding(one, named) for named in (named_swapped(one) or judge(one))] if one.wrong else []
        )

    def _or_in_square_sizes(self, one: Compared, found: Sequence[Finding]) -> Sequence[Finding]:
        """The mistakes; of a product of the wrong shapes its name, which it has where all sizes and m are alike."""
        of_shapes = found and {finding.mistake for finding in found} <= {*OF_SHAPES}
        if not of_shapes:
            return found
        square = replace(self.exercise, network=self.exercise.network.square(), sizes="fixed")
        problems = [square.problem(seed, m=square.network.sizes[0]) for seed in (1, 2)]
        answers = [ask(self.sandbox, square, one.role, problem, one.layout) for problem in problems]
        alike = Compared(square, one.role, one.layout, problems, answers)
        named = self._named(alike) if alike.finished else []
        return found if {"unknown", *OF_SHAPES} & {finding.mistake for finding in named} else named or found

    def _absent(self, role: Role) -> FunctionVerdict | None:
        """The verdict on a function that is not there, or not written."""
        if role.is_anywhere:
            return None
        name, shown = role.function, self.exercise.label(role)
        owner, method = self._owner_and_method(role)
        function = self.submission.functions.get(name)
        if name.startswith(f"{OBJECT}."):
            node = _method(self.submission.source, owner, method)
            gone = owner not in self.submission.names or (node is None and not self._inherits(owner))
            blank = node is not None and all(map(says_nothing, node.body))
        else:
            gone = name not in self.sandbox.callables and owner not in self.submission.names
            blank = function is not None and function.blank
        if gone:
            others = [one for one in self.submission.functions if one not in self.exercise.functions]
            return FunctionVerdict(shown, "missing", (), (missing(shown, others),))
        if blank:
            return FunctionVerdict(shown, "blank", (), (Finding("blank", shown, line=self._begins(role)),))
        return None

    def _findings(self, one: Compared) -> Iterator[Finding]:
        name = self.exercise.label(one.role)
        first = next((answer for answer in one.answers if not answer.finished), None)
        if first is not None:
            if first.outcome.failure is not None:
                failure = failed(self.submission, name, first.outcome.failure)
                yield from self._or_in_square_sizes(one, [failure])
                return
            values = {"wanted": one.role.gives, "got": described(first.mismatch[0])}
            yield Finding("returned_otherwise", name, line=self._begins(one.role), values=values)
            return
        absent = [quantity for quantity in one.wrong if one.got(0, quantity) is None]
        if absent and len(absent) == len(one.names):
            values = {"wanted": one.role.gives or ", ".join(one.names), "got": "None"}
            yield Finding("returned_otherwise", name, line=self._begins(one.role), values=values)
            return
        yield from self._or_in_square_sizes(one, self._named(one))
        yield from self._mutated(one)

    def _mutated(self, one: Compared) -> Iterator[Finding]:
        """Arguments that the function changed, where it has nothing to change."""
        kind = one.role.kind
        names = [name for name in _changed(one) if name[0] != "d" or kind != "gradients"]
        if kind == "update":
            return
        if names:
            function = self.exercise.label(one.role)
            yield Finding("argument_mutated", function, values={"names": ", ".join(names)})

    def _finding(self, one: Compared, named: Named) -> Finding:
        """A mistake in words, with the number of what comes of it that the function gave."""
        quantity = named.quantity
        seen = quantity if quantity in one.wrong else next(iter(following(one, quantity)), None)
        example = worked(one, seen) if seen else None
        return Finding(
            named.key,
            self.exercise.label(one.role),
            label(quantity),
            line_of(self.sandbox, one, named) or self._begins(one.role),
            {"where": label(quantity), **named.values},
            formula(one, quantity),
            example and with_problem(self.sandbox, one, seen or "", example),
        )

    def _begins(self, role: Role) -> int | None:
        """The line at which a function begins."""
        if (function := self.submission.functions.get(role.function)) is not None:
            return function.line
        node = _method(self.submission.source, *self._owner_and_method(role))
        return node.lineno if node else None

    def _inherits(self, owner: str) -> bool:
        nodes = [node for node in ast.parse(self.submission.source).body if isinstance(node, ast.ClassDef)]
        return any(node.name == owner and node.bases for node in nodes)

    def _owner_and_method(self, role: Role) -> tuple[str, str]:
        owner, _, method = self.exercise.label(role).partition(".")
        return owner, method


def _named_helper(one: Compared) -> list[Named]:
    """The mistake of an activation; of another helper only that it is wrong."""
    known = [named for named in named_forward(one) if named.key != "unknown"]
    return known or [Named("helper_wrong", one.wrong[0])]


OF_SHAPES = ("shapes", "bias_shape")
UNKNOWN = ("unknown", "factor", "cost_unknown", "helper_wrong")
WORST_FIRST = ("missing", "blank", "error", "wrong", "unchecked", "right")
NAMED: dict[str, Callable[[Compared], list[Named]]] = {
    "forward": named_forward,
    "gradients": named_gradients,
    "update": named_update,
    "cost": named_cost,
}


def _changed(one: Compared) -> list[str]:
    """The quantities that the function changes in what it was given."""
    names = quantities(one.exercise, one.role, one.problems[0])
    places = {place for answer in one.answers for place in answer.outcome.mutated}
    return sorted(names[place] for place in places if place < len(names))


def _verdict(name: str, findings: Sequence[Finding] | None, one: Compared | None) -> FunctionVerdict:
    """The verdict on one role; without findings it cannot be judged."""
    if findings is None:
        return FunctionVerdict(name, "unchecked")
    variants: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    if one is not None and one.exercise.layout == "free":
        variants = (("columns" if one.layout.columns else "rows", {}),)
    errors = ("exception", "timeout", "shapes", "ended", "returned_otherwise", "nothing_returned")
    status = "right" if not findings else "error" if findings[0].mistake in errors else "wrong"
    return FunctionVerdict(name, status, variants, tuple(findings))


def _milder(one: FunctionVerdict, other: FunctionVerdict) -> FunctionVerdict:
    """Of two verdicts the right one, or that which names fewer mistakes, all of them known."""
    if "right" in (one.status, other.status) or "unchecked" in (one.status, other.status):
        return other if other.status == "right" or one.status == "unchecked" else one
    return min(one, other, key=lambda verdict: (_unknown(verdict), len(verdict.findings)))


def _unknown(verdict: FunctionVerdict) -> bool:
    return any(finding.mistake in UNKNOWN for finding in verdict.findings)


def _merged(verdicts: Sequence[FunctionVerdict]) -> FunctionVerdict:
    """One verdict of a function that has several roles: the worst, with all findings."""
    worst = min(verdicts, key=lambda verdict: WORST_FIRST.index(verdict.status))
    findings = tuple(dict.fromkeys((f.mistake, f.quantity, f.line) for v in verdicts for f in v.findings))
    by_key = {(f.mistake, f.quantity, f.line): f for v in reversed(verdicts) for f in v.findings}
    return replace(worst, findings=tuple(by_key[key] for key in findings))


def _method(source: str, owner: str, method: str) -> ast.FunctionDef | None:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            return next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == method), None)
    return None
