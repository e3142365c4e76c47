"""A number as a formula of m, n and k."""

import ast
import operator
from collections.abc import Mapping

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def evaluated(formula: str, known: Mapping[str, float]) -> float | None:
    """A formula of sums, products, quotients and powers of numbers and names; None for anything else.

    >>> evaluated("m * k / 2", {"m": 6, "k": 3})
    9.0
    """
    return _value(ast.parse(formula.strip(), mode="eval").body, known)


def _value(node: ast.expr, known: Mapping[str, float]) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return float(value)
        case ast.Name(id=name):
            return known.get(name)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            a, b = _value(left, known), _value(right, known)
            try:
                return None if a is None or b is None else OPERATORS[type(op)](a, b)
            except ArithmeticError:
                return None
    return None
