"""A file judged by an exercise: every role's function right, or its first mistake by its name."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gradiente.checker.exercises.comparison import Compared, compared
from gradiente.checker.exercises.exercise import HELPERS, OBJECT, Exercise, Role
from gradiente.checker.exercises.forward import wrong_forwards
from gradiente.checker.exercises.gradients import named_gradients
from gradiente.checker.exercises.loops import judged_loop
from gradiente.checker.exercises.probes import ask, quantities
from gradiente.checker.exercises.problem import LOSS
from gradiente.checker.exercises.worked import formula, label, worked
from gradiente.checker.judging.failures import described, failed
from gradiente.checker.observing.values import Values
from gradiente.checker.reading.submission import Submission, says_nothing
from gradiente.checker.running.sandbox import Sandbox
from gradiente.checker.verdict import Finding, FunctionVerdict

ALIKE = 1e-3  # two factors


@dataclass(frozen=True)
class Judge:
    """A file and an exercise, with what finds lines."""

    exercise: Exercise
    sandbox: Sandbox
    submission: Submission

    def verdicts(self) -> tuple[FunctionVerdict, ...]:
        """Every function once, in the order of the roles."""
        problems = [self.exercise.problem(seed) for seed in (1, 2)]
        absent = {role: found for role in self.exercise.roles if (found := self._absent(role)) is not None}
        present = replace(self.exercise, roles=[role for role in self.exercise.roles if role not in absent])
        answers = compared(self.sandbox, present, problems)
        findings = {role: list(self._findings(one)) for role, one in answers.items()}
        broken = any(findings.values()) or bool(absent)
        for role in present.roles:
            if role.kind in ("loop", "minibatch"):
                layout = next((one.layout for one in answers.values()), None)
                found = judged_loop(self.sandbox, self.exercise, role, self.submission, layout, broken=broken)
                if found is None:
                    absent[role] = FunctionVerdict(self.exercise.label(role), "unchecked")
                else:
                    findings[role] = found
        layouts = {role: one for role, one in answers.items() if not one.wrong}
        merged: dict[str, list[FunctionVerdict]] = {}
        for role in self.exercise.roles:
            name = self.exercise.label(role)
            verdict = absent.get(role) or _verdict(name, findings[role], layouts.get(role))
            merged.setdefault(name, []).append(verdict)
        return tuple(map(_merged, merged.values()))

    def _absent(self, role: Role) -> FunctionVerdict | None:
        """The verdict on a function that is not there, or not written."""
        name, label_ = role.function, self.exercise.label(role)
        owner, _, method = label_.partition(".")
        function = self.submission.functions.get(name)
        if name.startswith(f"{OBJECT}."):
            known = owner in self.submission.names
            node = _method(self.submission.source, owner, method)
            inherits = _bases(self.submission.source, owner)
            missing = not known or (node is None and not inherits)
            blank = node is not None and _blank(node)
        else:
            missing = name not in self.sandbox.callables and owner not in self.submission.names
            blank = function is not None and function.blank
        if missing:
            return FunctionVerdict(label_, "missing", (), (Finding("missing", label_),))
        if blank:
            line = function.line if function else None
            return FunctionVerdict(label_, "blank", (), (Finding("blank", label_, line=line),))
        return None

    def _findings(self, one: Compared) -> Iterator[Finding]:
        name = self.exercise.label(one.role)
        first = next((answer for answer in one.answers if not answer.finished), None)
        if first is not None:
            if first.outcome.failure is not None:
                yield failed(self.submission, name, first.outcome.failure)
                return
            values = {"wanted": one.role.gives, "got": described(first.mismatch[0])}
            yield Finding("returned_otherwise", name, line=self._line(one, ""), values=values)
            return
        absent = [quantity for quantity in one.wrong if one.got(0, quantity) is None]
        if absent and len(absent) == len(one.names):
            values = {"wanted": one.role.gives or ", ".join(one.names), "got": "None"}
            yield Finding("returned_otherwise", name, line=self._line(one, ""), values=values)
            return
        if one.wrong:
            judge = {
                "forward": self._forward,
                "gradients": self._gradients,
                "update": self._update,
                "cost": self._cost,
            }.get(one.role.kind, self._helper)
            yield from judge(one)
        yield from self._mutated(one)

    def _mutated(self, one: Compared) -> Iterator[Finding]:
        """Arguments that the function changed, where it has nothing to change."""
        if one.role.kind not in ("forward", "cost", HELPERS):
            return
        names = _changed(one)
        if names:
            function = self.exercise.label(one.role)
            yield Finding("argument_mutated", function, values={"names": ", ".join(names)})

    def _forward(self, one: Compared) -> Iterator[Finding]:
        numbers = [list(wrong_forwards(problem.step)) for problem in one.problems]
        for entries in zip(*numbers, strict=True):
            if all(_gives(one, place, values) for place, (_, _, values) in enumerate(entries)):
                key, at, _ = entries[0]
                yield self._finding(one, key, at, layers_on=int(at[1:]) - 2 if at[0] == "A" else 0)
                return
        yield self._finding(one, *_unnamed(one))

    def _gradients(self, one: Compared) -> Iterator[Finding]:
        for key, quantity, values in named_gradients(one):
            yield self._finding(one, key, quantity, **values)

    def _update(self, one: Compared) -> Iterator[Finding]:
        kinds: dict[str, list[str]] = {}
        for name in one.wrong:
            kinds.setdefault(_update_key(one, name), []).append(name)
        for key, names in kinds.items():
            if key == "bias_shape":
                yield self._shape(one, names[0])
                continue
            words = ", ".join(label(name) for name in names)
            yield self._finding(one, key, names[0], names=words)

    def _cost(self, one: Compared) -> Iterator[Finding]:
        ratios = []
        for place in range(len(one.problems)):
            value = one.canonical(place, "J")
            ratios.append(None if value is None else float(value) / float(one.expected(place, "J")))
        m = one.problems[0].step.m
        known = [c for c in ratios if c is not None]
        steady = len(known) == len(ratios) and np.allclose(known, known[0], rtol=ALIKE)
        c = known[0] if steady else 0.0
        keys = {
            "cost_sign": c < 0,
            "mean_missing": abs(abs(c) / m - 1) < ALIKE,
            "mean_twice": abs(abs(c) * m - 1) < ALIKE,
        }
        found = [key for key, holds in keys.items() if steady and holds]
        if not found and steady:
            yield self._finding(one, "factor", "J", factor=f"{c:.4g}")
            return
        if (
            not steady
            and self.exercise.l2
            and all(
                _near(one.canonical(place, "J"), problem.numbers[LOSS])
                for place, problem in enumerate(one.problems)
            )
        ):
            found = ["penalty_not_in_cost"]
        for key in found or ["cost_unknown"]:
            yield self._finding(one, key, "J")

    def _helper(self, one: Compared) -> Iterator[Finding]:
        yield self._finding(one, "helper_wrong", one.wrong[0])

    def _shape(self, one: Compared, name: str) -> Finding:
        found = np.shape(one.got(0, name))
        values = {"shape": str(found), "wanted": str(one.form(0, name).shape)}
        return self._finding(one, "bias_shape", name, **values)

    def _finding(self, one: Compared, key: str, quantity: str, **values: Any) -> Finding:
        """A finding at a quantity, with the number of what comes of it that the function gave."""
        seen = quantity if quantity in one.wrong else next(iter(_following(one, quantity)), None)
        return Finding(
            key,
            self.exercise.label(one.role),
            label(quantity),
            self._line(one, quantity),
            {"where": label(quantity), **values},
            formula(one, quantity) if quantity != "J" else "",
            worked(one, seen) if seen else None,
        )

    def _line(self, one: Compared, quantity: str) -> int | None:
        """Where the function computes a quantity: seen as it runs; else where the function begins."""
        problem = one.problems[0]
        answer = ask(self.sandbox, self.exercise, one.role, problem, one.layout, observe=True)
        events = [event for event in answer.outcome.events if event.name != "return"]
        wanted = [as_seen for name in (quantity, *_following(one, quantity)) for as_seen in _seen(one, name)]
        values = Values(events) if events else None
        for value in wanted:
            places = values.equal(value) if values is not None else []
            lines = [events[values.first[place]].line for place in places] if values is not None else []
            if lines:
                return min(lines)
        function = self.submission.functions.get(one.role.function)
        if function is not None:
            return function.line
        owner, _, method = self.exercise.label(one.role).partition(".")
        node = _method(self.submission.source, owner, method)
        return node.lineno if node else None


def _seen(one: Compared, name: str) -> Iterator[np.ndarray]:
    """A quantity as the function gave it."""
    value = one.canonical(0, name) if name in one.names else None
    if value is not None and value.ndim == 2 and value.any():
        yield value


def _following(one: Compared, quantity: str) -> list[str]:
    """The wrong quantities that are computed from one, the nearest first."""
    if not quantity.startswith("d"):
        return [name for name in one.wrong if name != quantity]
    layer = quantity[-1]
    near = [f"dW{layer}", f"db{layer}"]
    return [*(name for name in near if name in one.wrong), *(name for name in one.wrong if name not in near)]


def _unnamed(one: Compared) -> tuple[str, str]:
    return "unknown", one.wrong[0]


def _gives(one: Compared, place: int, values: Mapping[str, np.ndarray]) -> bool:
    """Whether all that came is what a mistake gives."""
    for name in one.names:
        found = one.canonical(place, name)
        if found is None or name not in values or not _near(found, values[name]):
            return False
    return True


def _near(found: Any, wanted: Any) -> bool:
    return found is not None and bool(np.allclose(found, wanted, rtol=1e-5, atol=1e-8))


def _update_key(one: Compared, name: str) -> str:
    """How a parameter moves instead."""
    problem, value = one.problems[0], one.canonical(0, name)
    before, gradient, rate = problem.values[name], problem.values[f"d{name}"], problem.numbers["lr"]
    if value is None:
        return "bias_shape"
    move = value - before
    if not np.abs(move).max() > 1e-12:
        return "not_updated"
    factors = {"uphill": rate, "lr_missing": -1.0, "lr_twice": -(rate**2), "update_assigned": None}
    for key, factor in factors.items():
        if factor is not None and _near(move, factor * gradient):
            return key
    if _near(value, -rate * gradient):
        return "update_assigned"
    others = [problem.values[f"d{other}"] for other in problem.values if other[0] in "Wb" and other != name]
    if any(other.shape == move.shape and _near(move, -rate * other) for other in others):
        return "update_swapped"
    return "update_wrong"


def _changed(one: Compared) -> list[str]:
    """The quantities that the function changes in what it was given."""
    names = quantities(one.exercise, one.role, one.problems[0])
    places = {place for answer in one.answers for place in answer.outcome.mutated}
    return sorted(names[place] for place in places if place < len(names))


def _verdict(name: str, findings: Sequence[Finding], one: Compared | None) -> FunctionVerdict:
    variants: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    if one is not None and one.exercise.layout == "free":
        variants = (("columns" if one.layout.columns else "rows", {}),)
    errors = ("exception", "timeout", "shapes", "ended", "returned_otherwise", "nothing_returned")
    status = "right" if not findings else "error" if findings[0].mistake in errors else "wrong"
    return FunctionVerdict(name, status, variants, tuple(findings))


def _merged(verdicts: Sequence[FunctionVerdict]) -> FunctionVerdict:
    """One verdict of a function that has several roles: the worst, with all findings."""
    order = ("missing", "blank", "error", "wrong", "unchecked", "right")
    worst = min(verdicts, key=lambda verdict: order.index(verdict.status))
    findings = tuple(dict.fromkeys((f.mistake, f.quantity, f.line) for v in verdicts for f in v.findings))
    by_key = {(f.mistake, f.quantity, f.line): f for v in reversed(verdicts) for f in v.findings}
    return replace(worst, findings=tuple(by_key[key] for key in findings))


def _method(source: str, owner: str, method: str) -> ast.FunctionDef | None:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and node.name == owner:
            return next((n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == method), None)
    return None


def _bases(source: str, owner: str) -> bool:
    return any(
        isinstance(node, ast.ClassDef) and node.name == owner and bool(node.bases)
        for node in ast.parse(source).body
    )


def _blank(node: ast.FunctionDef) -> bool:
    return all(map(says_nothing, node.body))
