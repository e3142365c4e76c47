"""A mean that is divided by a fixed number of instances: a variable from outside of the function, or a number in it."""

import ast
import builtins
from collections.abc import Mapping
from typing import Any

import numpy as np

from gradiente.checker.judging.session import Session
from gradiente.checker.reading.submission import Function
from gradiente.checker.running.calls import Call

TOLERANCE = 1e-3
SEARCH = """
def probe():
    for name in {names!r}:
        value = module.__dict__.get(name)
        known = np.shape(value) if isinstance(value, np.ndarray) else (len(value),) if isinstance(value, list) else ()
        if {count} in known or (isinstance(value, (int, float, np.generic)) and value == {count}):
            return name
"""


def fixed_count(session: Session, name: str, factor: float) -> Mapping[str, Any] | None:
    """The number that a function divides by instead of by m, 1/factor, and where it has it from.

    `source` is the variable from outside that is that number or has so many instances, "" for a number in the text of
    the function. None where nothing in it is that number.
    """
    count = round(1 / factor)
    if count < 2 or not np.isclose(count * factor, 1, rtol=TOLERANCE):
        return None
    others = [f for other, f in session.submission.functions.items() if session.calls(name, other)]
    for function in (session.function(name), *others):
        names = _from_outside(function)
        source = session.sandbox.call(Call("", probe=SEARCH.format(names=names, count=count))).result
        if isinstance(source, str):
            return {"count": count, "source": source}
        numbers = (node.value for node in ast.walk(function.node) if isinstance(node, ast.Constant))
        if any(type(number) in (int, float) and number == count for number in numbers):
            return {"count": count, "source": ""}
    return None


def _from_outside(function: Function) -> list[str]:
    """The names that a function reads and does not define, in the order in which they stand."""
    names = [node for node in ast.walk(function.node) if isinstance(node, ast.Name)]
    arguments = {node.arg for node in ast.walk(function.node) if isinstance(node, ast.arg)}
    own = arguments | {node.id for node in names if not isinstance(node.ctx, ast.Load)} | set(dir(builtins))
    return [name for name in dict.fromkeys(node.id for node in names) if name not in own]
