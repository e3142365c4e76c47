"""What a quantity is called, and at which lines of a file it is computed, by the names of the variables."""

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gradiente.checker.reading.identify import quantity_named
from gradiente.checker.reading.submission import Function, Submission

# In the order in which they are computed.
ORDER = ("Y", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1")
# How δ of a layer is called: delta2, error_salida, d_hidden.
ERRORS = {"dZ2": ("2", "out", "output", "salida", "o"), "dZ1": ("1", "hidden", "oculta", "h")}


def line_of(function: Function, name: str, way: Mapping[str, Any] | None = None) -> int | None:
    """The last line at which something with such a name is computed, or else where it is returned.

    Arguments:
        way: the place of each quantity in what the function returns
    """
    lines = lines_of(function, name)
    if not lines and way and name in way and (value := function.returned_value(way[name])) is not None:
        return value.lineno
    return max(lines, default=None)


def lines_of(function: Function, name: str) -> list[int]:
    """The lines at which something with such a name is computed."""
    wanted = [entry for entry in (*ORDER, "Z1", "A1", "Z2", "A2") if entry != "Y"]
    found = []
    for node in ast.walk(function.node):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = [leaf for target in node.targets for leaf in _leaves(target)]
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            targets = [node.target]
        for target in targets:
            if isinstance(target, ast.Name) and _means(target.id, name, wanted):
                found.append(target.lineno)
    return found


def computed_at(submission: Submission, line: int) -> str | None:
    """The quantity that a line computes, by the name of the variable."""
    for function in submission.functions.values():
        for name in ORDER[1:]:
            if line in lines_of(function, name):
                return name
    return None


def _leaves(target: ast.expr) -> list[ast.expr]:
    return list(target.elts) if isinstance(target, ast.Tuple) else [target]


def _means(own: str, name: str, wanted: Sequence[str]) -> bool:
    """Whether a variable's name is one for that quantity; delta and error stand for ∂J/∂Z."""
    gradient = name.startswith("d")
    if gradient and not own.lower().startswith(("d", "g", "e")):
        return False
    error = re.fullmatch(r"(?:delta|d|err|error)_?(\w+)", own.lower())
    if name.startswith("dZ") and error and error[1] in ERRORS[name]:
        return True
    return quantity_named(own, [entry for entry in wanted if entry.startswith("d") == gradient]) == name
