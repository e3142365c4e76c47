"""The cells that a notebook has run, as a notebook in which every name is defined as it was last."""

import ast
import json
from collections.abc import Container, Iterator, Sequence

from gradiente.checker.reading.ipython import other_language, without_ipython

DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom
ASSIGNMENTS = ast.Assign | ast.AnnAssign
SCOPES = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


def as_notebook(cells: Sequence[str], names: Container[str], failed: Container[int] = ()) -> str:
    """The cells as an .ipynb, each at its place and with its lines, without what has been replaced since.

    Arguments:
        cells: in the order in which they ran; the last is kept in full
        names: those that are defined now
        failed: the places of cells that raised: of these only definitions are kept
    """
    sources = living(cells, names, failed)
    entries = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None}
        for source in sources
    ]
    return json.dumps({"cells": entries, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def living(cells: Sequence[str], names: Container[str], failed: Container[int] = ()) -> list[str]:
    """The same cells; in place of a statement whose names are gone, or bound anew before they are read, empty lines."""
    found = [*cells[-1:]]
    replaced: set[str] = set()  # bound later, and not read until then
    read: set[str] = set()
    for node in reversed(_statements(cells[-1]) if cells else []):
        _pass(node, read, replaced)
    for place in range(len(cells) - 2, -1, -1):
        kept: set[int] = set()
        for node in reversed(_statements(cells[place])):
            bound = set(_bound(node))
            lives = any(name in read or (name in names and name not in replaced) for name in bound)
            if (lives or "*" in bound) and (place not in failed or isinstance(node, DEFINITIONS)):
                kept.update(range(_first_line(node), (node.end_lineno or node.lineno) + 1))
                _pass(node, read, replaced)
        lines = cells[place].split("\n")
        found.append("\n".join(line if number in kept else "" for number, line in enumerate(lines, 1)))
    return found[::-1]


def _pass(node: ast.stmt, read: set[str], replaced: set[str]) -> None:
    """Go back over a statement: what it binds is replaced before it, what it reads is needed there."""
    if isinstance(node, DEFINITIONS | ASSIGNMENTS):
        bound = set(_bound(node))
        replaced |= bound
        read -= bound
    loaded = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        loaded.add(node.target.id)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        loaded.discard(node.name)
    read |= loaded


def _bound(node: ast.AST) -> Iterator[str]:
    """The names that a statement gives a value, or changes the value of."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield from (inner.id for inner in ast.walk(node.value) if isinstance(inner, ast.Name))
    if not isinstance(node, SCOPES):
        for inner in ast.iter_child_nodes(node):
            yield from _bound(inner)


def _statements(cell: str) -> list[ast.stmt]:
    """Of a cell; none where it is no Python."""
    if other_language(cell):
        return []
    try:
        return ast.parse(without_ipython(cell)[0]).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _first_line(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", [])
    return min((decorator.lineno for decorator in decorators), default=node.lineno)
