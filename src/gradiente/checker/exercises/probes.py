"""A role's call as the source of a function that runs beside the student's code, and what came back of it."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gradiente.checker.exercises.exercise import BUILTIN, FILE, OBJECT, Exercise, Role
from gradiente.checker.exercises.pattern import Mismatch, matched, names_in
from gradiente.checker.exercises.problem import Problem
from gradiente.checker.exercises.signature import taken
from gradiente.checker.reference.layout import Layout
from gradiente.checker.running.calls import Call, CallOutcome
from gradiente.checker.running.sandbox import Sandbox

LISTS = ("sizes", *(f"{d}{letter}" for d in ("", "d") for letter in "WbZA"))  # what a call gets as a list


@dataclass(frozen=True)
class Answer:
    """What a call gave.

    Arguments:
        outcome: of the call
        found: values by the names of their quantities: from what it returned, else from what it changed
        mismatch: what it returned, where that has not the form of the pattern
    """

    outcome: CallOutcome
    found: Mapping[str, Any] = field(default_factory=dict)
    mismatch: Any = None

    @property
    def finished(self) -> bool:
        return self.outcome.failure is None and self.mismatch is None


def ask(
    sandbox: Sandbox,
    exercise: Exercise,
    role: Role,
    problem: Problem,
    layout: Layout,
    *,
    observe: bool = False,
) -> Answer:
    """Call a role's function with the quantities of a problem."""
    names = quantities(exercise, role, problem)
    source = probe_source(exercise, role, names)
    given = tuple(problem.given(name, layout) for name in names)
    outcome = sandbox.call(Call("", given, probe=source, observe=observe))
    if outcome.failure is not None or outcome.result is None:  # all that is observed was seen before its end
        return Answer(outcome)
    result, attributes, arguments = outcome.result
    try:
        free = exercise.signature == "free"
        found = taken(role, result, free=free, shape=lambda name: np.shape(problem.given(name, layout)))
    except Mismatch:
        return Answer(outcome, mismatch=(result,))
    # What is changed in place: attributes of the object, and what was passed.
    expressions = [*exercise.attributes.values(), *map(ast.unparse, _arguments(role.call_tree))]
    for source, value in zip(expressions, (*attributes, *arguments), strict=True):
        try:
            later = matched(ast.parse(source, mode="eval").body, value)
        except Mismatch:
            continue
        found = {**later, **found}
    return Answer(outcome, _by_layer(found, problem))


def probe_source(exercise: Exercise, role: Role, names: Sequence[str]) -> str:
    """The function `probe`: it makes the object, sets what is set, calls, and gives back all that may have changed."""
    lines = [f"def probe({', '.join(names)}):"]
    lines += [f"    {name} = list({name})" for name in names if name in LISTS]
    known = {*names, *BUILTIN, OBJECT}
    for name, value in exercise.globals.items():
        lines.append(f"    module.{name} = {_in_module(value, known)}")
    if exercise.make:
        lines.append(f"    {OBJECT} = {_in_module(exercise.make, known)}")
        for name, value in exercise.attributes.items():
            if set_before(role, value):
                lines.append(f"    {OBJECT}.{name} = {_in_module(value, known)}")
    called = role.call_tree
    assert isinstance(called, ast.Call)
    arguments = _arguments(called)
    for place, argument in enumerate(arguments):
        lines.append(f"    _{place} = {_in_module(ast.unparse(argument), known)}")
    pieces = [f"_{place}" for place in range(len(called.args))]
    pieces += [f"{word.arg}=_{len(called.args) + place}" for place, word in enumerate(called.keywords)]
    lines.append(f"    _result = {_in_module(ast.unparse(called.func), known)}({', '.join(pieces)})")
    attributes = "".join(f"getattr({OBJECT}, {name!r}, None), " for name in exercise.attributes)
    after = "".join(f"_{place}, " for place in range(len(arguments)))
    lines.append(f"    return _result, ({attributes}), ({after})")
    return "\n".join(lines)


def _arguments(called: ast.expr) -> list[ast.expr]:
    assert isinstance(called, ast.Call)
    return [*called.args, *(word.value for word in called.keywords)]


def quantities(exercise: Exercise, role: Role, problem: Problem) -> list[str]:
    """What the call and what is set before it need; of an object's attributes those that are known before."""
    trees = [role.call_tree, *(ast.parse(value) for value in exercise.globals.values())]
    if exercise.make:
        trees.append(ast.parse(exercise.make))
        trees += [ast.parse(value) for value in exercise.attributes.values() if set_before(role, value)]
    names = [name for tree in trees for name in names_in(tree)]
    return [name for name in dict.fromkeys(names) if name in problem.names]


def set_before(role: Role, value: str) -> bool:
    """Whether an attribute is set before a call, or is what comes of it; an update with X computes it all itself."""
    later = {"update": "d" if "X" in names_in(role.call_tree) else "", "forward": "ZAd"}.get(role.kind, "d")
    return not any(name[0] in later for name in names_in(ast.parse(value)))


def _in_module(source: str, known: set[str]) -> str:
    """The expression, with the student's names as attributes of the module."""
    return ast.unparse(_Names(known).visit(ast.parse(source, mode="eval")))


class _Names(ast.NodeTransformer):
    def __init__(self, known: set[str]) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id == FILE:
            return ast.Name("module", ast.Load())
        if node.id in self.known:
            return node
        return ast.Attribute(ast.Name("module", ast.Load()), node.id, ast.Load())


def _by_layer(found: Mapping[str, Any], problem: Problem) -> dict[str, Any]:
    """The values of W as those of W1, W2 …, where a list has one for every layer."""
    values: dict[str, Any] = {}
    for name, value in found.items():
        listed = problem.listed(name)
        if listed == [name]:
            values[name] = value
        elif isinstance(value, Sequence) and len(value) == len(listed):
            values |= dict(zip(listed, value, strict=True))
    return values
