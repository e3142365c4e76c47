"""Whether the loops take the gradients of backProp by the names under which they come."""

import ast
from collections.abc import Iterator, Sequence

from gradiente.checker.judging.session import Session
from gradiente.checker.reading.identify import quantity_named

GRADIENTS = ("dW1", "db1", "dW2", "db2")


def taken_otherwise(session: Session) -> list[str]:
    """Who is at fault where `dw1, db1, dw2, db2 = backProp(…)` has other names than the return statement.

    That is backProp, where it has an order of its own that no loop expects; else the loops.
    """
    returned = _quantities(session.function("backProp").returned() or ())
    if len(returned) != len(GRADIENTS) or None in returned:
        return []
    loops = [name for name in session.workshop.functions if name.startswith("entrenar") and session.has(name)]
    found = {
        loop: [_quantities(names) for names in _unpackings(session.function(loop).node)] for loop in loops
    }
    unpacking = {loop: names for loop, names in found.items() if names and None not in names[0]}
    wrong = [loop for loop, names in unpacking.items() if any(one != returned for one in names)]
    return ["backProp"] if wrong == list(unpacking) and wrong and returned != list(GRADIENTS) else wrong


def _quantities(names: Sequence[str]) -> list[str | None]:
    return [quantity_named(name, GRADIENTS) for name in names]


def _unpackings(tree: ast.FunctionDef) -> Iterator[list[str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target, called = node.targets[0], node.value.func
            if isinstance(called, ast.Name) and called.id == "backProp" and isinstance(target, ast.Tuple):
                yield [leaf.id if isinstance(leaf, ast.Name) else "" for leaf in target.elts]
