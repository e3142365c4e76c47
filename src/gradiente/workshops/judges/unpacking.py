"""Whether the loops take the gradients of backProp by the names under which they come."""

import ast
from collections.abc import Iterator, Sequence

from gradiente.workshops.judges.session import Session
from gradiente.workshops.reading.identify import quantity_named

GRADIENTS = ("dW1", "db1", "dW2", "db2")


def taken_otherwise(session: Session) -> bool:
    """Whether some `dw1, db1, dw2, db2 = backProp(…)` has other names in its places than the return statement."""
    returned = _quantities(session.function("backProp").returned() or ())
    if len(returned) != len(GRADIENTS) or None in returned:
        return False
    loops = [name for name in session.workshop.functions if name.startswith("entrenar") and session.has(name)]
    unpacked = [_quantities(names) for loop in loops for names in _unpackings(session.function(loop).node)]
    return any(None not in names and names != returned for names in unpacked if len(names) == len(returned))


def _quantities(names: Sequence[str]) -> list[str | None]:
    return [quantity_named(name, GRADIENTS) for name in names]


def _unpackings(tree: ast.FunctionDef) -> Iterator[list[str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            target, called = node.targets[0], node.value.func
            if isinstance(called, ast.Name) and called.id == "backProp" and isinstance(target, ast.Tuple):
                yield [leaf.id if isinstance(leaf, ast.Name) else "" for leaf in target.elts]
