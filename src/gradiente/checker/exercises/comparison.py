"""What a role's function gave beside what is right: quantity by quantity, in the student's layout."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from gradiente.checker.exercises.exercise import LOOPS, Exercise, Role
from gradiente.checker.exercises.pattern import names_in
from gradiente.checker.exercises.probes import Answer, ask
from gradiente.checker.exercises.problem import LOSS, Problem
from gradiente.checker.judging.failures import fatal
from gradiente.checker.reference.layout import Layout, layouts
from gradiente.checker.running.calls import ABSENT
from gradiente.checker.running.sandbox import Sandbox

Array = np.ndarray
CLOSE, CLOSE_SINGLE = 1e-6, 1e-4  # of the largest number
# What a role may leave in attributes or in its arguments, by the first letters.
LEFT = {"forward": "ZA", "gradients": "d", "update": "Wb"}


@dataclass(frozen=True)
class Compared:
    """One role with one layout, and an answer for each problem."""

    exercise: Exercise
    role: Role
    layout: Layout
    problems: Sequence[Problem]
    answers: Sequence[Answer]

    @property
    def finished(self) -> bool:
        return all(answer.finished for answer in self.answers)

    @property
    def without_environment(self) -> bool:
        """Whether a call needed what is not here: a package that is not installed, a file."""
        failures = [answer.outcome.failure for answer in self.answers]
        return any(failure is not None and failure.type == ABSENT for failure in failures)

    @property
    def ended(self) -> bool:
        """Whether it would only cost time to call again."""
        failures = [answer.outcome.failure for answer in self.answers]
        return any(failure is not None and fatal(failure) for failure in failures)

    @property
    def names(self) -> list[str]:
        """The quantities that are compared, in the order in which they are computed."""
        pattern = self.role.pattern
        problem = self.problems[0]
        given = [one for name in (names_in(pattern) if pattern else ()) for one in problem.listed(name)]
        left = LEFT.get(self.role.kind, "")
        seen = [name for answer in self.answers for name in answer.found if left and name[0] in left]
        if self.role.kind == "update":
            given = [name for name in given if name[0] in left]
        known = [f"d{name}" if self.whole_step else name for name in dict.fromkeys([*given, *seen])]
        order = list(problem.values)
        known = [name for name in known if name in order or name == "J"]
        return sorted(known, key=lambda name: order.index(name) if name in order else -1)

    @property
    def whole_step(self) -> bool:
        """Whether an update gets no gradients, and so computes them itself."""
        if self.role.kind != "update":
            return False
        given = self._known_before
        return "X" in names_in(self.role.call_tree) or not any(name.startswith("d") for name in given)

    @property
    def rate_given(self) -> bool:
        """Whether the code gets the learning rate, and has none of its own."""
        return "lr" in self._known_before

    @cached_property
    def _known_before(self) -> list[str]:
        sources = [
            self.exercise.make or "0",
            *self.exercise.attributes.values(),
            *self.exercise.globals.values(),
        ]
        trees = [self.role.call_tree, *map(ast.parse, sources)]
        return [name for tree in trees for name in names_in(tree)]

    def rate(self, place: int) -> float:
        """α: as it was given; else what the last weights tell."""
        problem = self.problems[place]
        usual = problem.numbers["lr"]
        name = f"W{problem.depth}"
        after = as_numbers(self.answers[place].found.get(name))
        before = self.layout.to_student("W", problem.values[name])
        if self.rate_given or after is None or after.shape != before.shape:
            return usual
        gradient = self.layout.to_student("W", problem.values[f"d{name}"])
        fitted = float(((before - after) * gradient).sum() / (gradient**2).sum())
        return abs(fitted) or usual

    def expected(self, place: int, name: str) -> Array | float:
        """The right value of a quantity in a problem, instances as columns."""
        problem = self.problems[place]
        if name == "J":
            return problem.numbers["J" if self._with_penalty else LOSS]
        if self.role.kind == "update" and not self.whole_step:
            return problem.values[name] - self.rate(place) * problem.values[f"d{name}"]
        return problem.values[name]

    @property
    def _with_penalty(self) -> bool:
        """Whether the call knows the weights, without which it cannot add the penalty."""
        names = names_in(self.role.call_tree)
        return bool(self.exercise.make) or any(name[0] == "W" for name in names)

    def got(self, place: int, name: str) -> Any:
        """What came, as the student has it; None where nothing did. Of a whole step its gradients are taken."""
        found = self.answers[place].found
        if not self.whole_step:
            return found.get(name)
        before = self.layout.to_student(name[1:], self.problems[place].values[name[1:]])
        after = as_numbers(found.get(name[1:]))
        if after is None or after.shape != before.shape:
            return after
        return (before - after) / self.rate(place)

    def right(self, name: str) -> bool:
        return all(self._equal(place, name) for place in range(len(self.problems)))

    @property
    def wrong(self) -> list[str]:
        """The quantities that are not right."""
        return [name for name in self.names if not self.right(name)]

    def form(self, place: int, name: str) -> Array:
        """What is right, in the student's layout."""
        value = self.expected(place, name)
        return np.asarray(
            value if name == "J" else self.layout.to_student(name.removeprefix("d"), np.asarray(value))
        )

    def canonical(self, place: int, name: str) -> Array | None:
        """What came with instances as columns; None where it has not the size."""
        found, form = as_numbers(self.got(place, name)), self.form(place, name)
        if found is None or not _same_shape(found, form, name, self.exercise):
            return None
        if name == "J":
            return found.reshape(())
        value = self.layout.to_lecture(name.removeprefix("d"), found.reshape(form.shape))
        return np.asarray(value, dtype=float)

    def _equal(self, place: int, name: str) -> bool:
        found, form = as_numbers(self.got(place, name)), self.form(place, name)
        if found is None or not _same_shape(found, form, name, self.exercise):
            return False
        close = CLOSE_SINGLE if found.dtype in (np.float32, np.float16) else CLOSE
        scale = np.abs(form).max(initial=0.0)
        return bool(np.abs(found.reshape(form.shape) - form).max(initial=0.0) <= close * max(scale, 1e-8))


def _same_shape(found: Array, form: Array, name: str, exercise: Exercise) -> bool:
    """Whether the shapes agree; a gradient of b may be flat where b − α · it keeps b's shape."""
    if found.shape == form.shape:
        return True
    if found.size != form.size or np.squeeze(found).shape != np.squeeze(form).shape:
        return False
    if name.removeprefix("d").startswith("b"):
        try:
            return np.broadcast_shapes(found.shape, form.shape) == form.shape
        except ValueError:
            return False
    return exercise.layout == "free" or form.size == 1


def as_numbers(value: Any) -> Array | None:
    """A value as an array of finite numbers, or of any; None for what is no number."""
    if isinstance(value, np.ndarray):
        return value if value.dtype.kind in "fiub" else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return np.asarray(float(value))
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        entries = [as_numbers(entry) for entry in value]
        known = [entry for entry in entries if entry is not None]
        if len(known) == len(entries) and len({entry.shape for entry in known}) == 1:
            return np.stack(known)
    return None


def compared(sandbox: Sandbox, exercise: Exercise, problems: Sequence[Problem]) -> dict[Role, Compared]:
    """Every role of plain calls, in the one layout in which most is right."""
    roles = [role for role in exercise.roles if role.kind not in LOOPS]
    ended: dict[Role, Compared] = {}
    best: dict[Role, Compared] = {}
    most = -1
    for layout in _layouts(exercise, problems[0]):
        found: dict[Role, Compared] = {}
        for role in roles:
            if role not in ended:
                answer = ask(sandbox, exercise, role, problems[0], layout)
                found[role] = Compared(exercise, role, layout, problems[:1], [answer])
        ended |= {role: one for role, one in found.items() if one.ended}
        score = sum(_score(one) for one in found.values())
        if score > most:
            best, most = found, score
        if all(one.finished and not one.wrong for role, one in found.items() if role not in ended):
            break
    best |= ended
    return {role: _again(sandbox, best[role], problems) for role in roles}


def _again(sandbox: Sandbox, one: Compared, problems: Sequence[Problem]) -> Compared:
    """The same with the other problems too, where the first came to an end."""
    if not one.finished:
        return one
    more = [ask(sandbox, one.exercise, one.role, problem, one.layout) for problem in problems[1:]]
    return Compared(one.exercise, one.role, one.layout, problems, [*one.answers, *more])


def _score(one: Compared) -> int:
    """Right quantities count most, then those that came at all."""
    if not one.finished:
        return 0
    return 1 + sum(10 if one.right(name) else one.canonical(0, name) is not None for name in one.names)


def _layouts(exercise: Exercise, problem: Problem) -> Iterator[Layout]:
    columns: Mapping[str, tuple[bool, ...]] = {"free": (True, False), "rows": (False,), "columns": (True,)}
    for layout in layouts():
        flat = layout.target == "flat"
        if layout.columns in columns[exercise.layout] and not (flat and problem.numbers["k"] > 1):
            yield layout
