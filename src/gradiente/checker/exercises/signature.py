"""A role as a student's function has it, where the exercise leaves the order of arguments and results free."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradiente.checker.exercises.exercise import Exercise, Role
from gradiente.checker.exercises.pattern import Mismatch, matched
from gradiente.checker.reading.binding import bind
from gradiente.checker.reading.identify import by_names, flat
from gradiente.checker.reading.submission import Function, Submission


def fitted(exercise: Exercise, submission: Submission) -> Exercise:
    """The exercise with its calls in the order of the student's own parameters, which their names tell."""
    if exercise.signature == "fixed":
        return exercise
    roles = [_fitted(role, submission.functions.get(role.function)) for role in exercise.roles]
    return replace(exercise, roles=roles)


def _fitted(role: Role, function: Function | None) -> Role:
    if role.is_anywhere:
        return role
    called = role.call_tree
    if function is None or not isinstance(called, ast.Call) or called.keywords:
        return role
    expressions = {ast.unparse(argument): argument for argument in called.args}
    binding = bind(function, list(expressions))
    if binding is None:
        return replace(role, returned=function.returned())
    arguments = [expressions.get(name) or ast.Name(name.upper(), ast.Load()) for name in binding.parameters]
    call = ast.unparse(ast.Call(called.func, arguments, []))
    return replace(role, call=call, returned=function.returned())


def taken(
    role: Role, result: Any, *, free: bool, shape: Callable[[str], tuple[int, ...]]
) -> Mapping[str, Any]:
    """The quantities in what a function returned: by the pattern; where their order is free, by names or shapes.

    Arguments:
        shape: of a quantity, where it is right

    Errors: Mismatch
    """
    pattern = role.pattern
    if pattern is None:
        return {}
    entries = pattern.elts if isinstance(pattern, ast.Tuple) else [pattern]
    wanted = [entry.id for entry in entries if isinstance(entry, ast.Name) and entry.id != "_"]
    if not free or len(entries) < 2:
        return matched(pattern, result)
    values = list(result.values()) if isinstance(result, Mapping) else flat(result)
    if not isinstance(values, Sequence) or len(values) < len(entries):
        raise Mismatch
    found = by_names(list(result) if isinstance(result, Mapping) else role.returned, wanted)
    if found is None and isinstance(result, Mapping):
        raise Mismatch
    if found is not None:
        return {name: values[at] for name, at in found.items()}
    straight = matched(pattern, tuple(values))
    if all(np.shape(straight[name]) == shape(name) for name in wanted):
        return straight
    fitting = {name: [value for value in values if np.shape(value) == shape(name)] for name in wanted}
    alone = all(len(found) == 1 for found in fitting.values())
    return {name: found[0] for name, found in fitting.items()} if alone else straight
