"""A value taken apart as an expression shows it: `Z1, A1`, `{'W1': dW1}`, `[X, *A]`."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np


class Mismatch(ValueError):
    """A value has not the form of the pattern."""


def matched(pattern: ast.expr, value: Any) -> dict[str, Any]:
    """The value of every name in the pattern, W1.ravel() as W1; `_` and constants stand for anything.

    Errors: Mismatch

    >>> matched(ast.parse("J, {'W1': dW1}", mode="eval").body, (0.5, {"W1": 2.0, "b1": 3.0}))
    {'J': 0.5, 'dW1': 2.0}
    """
    found: dict[str, Any] = {}
    for name, entry in _matched(pattern, value):
        found.setdefault(name, entry)
    return found


def _matched(pattern: ast.expr, value: Any) -> Iterator[tuple[str, Any]]:
    match pattern:
        case ast.Name(id=name):
            if name != "_":
                yield name, value
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="ravel" | "item")):
            yield name, value
        case ast.Tuple(elts=entries) | ast.List(elts=entries):
            yield from _sequence(entries, value)
        case ast.Dict(keys=keys, values=entries):
            if not isinstance(value, Mapping):
                raise Mismatch
            for key, entry in zip(keys, entries, strict=True):
                name = key.value if isinstance(key, ast.Constant) else None
                if name not in value:
                    raise Mismatch
                yield from _matched(entry, value[name])


def _sequence(entries: Sequence[ast.expr], value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, np.ndarray) and value.ndim:
        value = tuple(value)
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise Mismatch
    starred = [place for place, entry in enumerate(entries) if isinstance(entry, ast.Starred)]
    if not starred:
        if len(value) != len(entries):
            raise Mismatch
        for entry, one in zip(entries, value, strict=True):
            yield from _matched(entry, one)
        return
    before, after = starred[0], len(entries) - starred[0] - 1
    if len(value) < before + after:
        raise Mismatch
    yield from _sequence(entries[:before], value[:before])
    rest = entries[before]
    assert isinstance(rest, ast.Starred)
    yield from _matched(rest.value, tuple(value[before : len(value) - after]))
    yield from _sequence(entries[before + 1 :], value[len(value) - after :])


def names_in(tree: ast.AST) -> list[str]:
    """The names in an expression, each once, in their order."""
    found = [
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    return list(dict.fromkeys(found))
