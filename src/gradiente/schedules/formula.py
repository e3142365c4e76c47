"""A function of t written as text: read as data, never executed as Python."""

import ast
import math
import operator
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

from gradiente.errors import ArgumentError

Function = Callable[[float], float]

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "sin": math.sin,
    "cos": math.cos,
    "abs": abs,
    "floor": math.floor,
}
EXTREMES: dict[str, Callable[..., Any]] = {"min": min, "max": max}
OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: math.pow,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@cache
def formula(source: str) -> Function:
    """The function that a formula of t describes, computed in floating point; a comparison is 1 or 0.

    Errors: ArgumentError for what is no formula, with the part that cannot be read; the function itself raises
        ArithmeticError or ValueError where it has no value

    >>> formula("0.5 ** (t // 10)")(25)
    0.25
    """
    try:
        tree = ast.parse(source.strip(), mode="eval").body
        return _function(tree, source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError("formula.syntax", source=source) from None


def _function(node: ast.expr, source: str) -> Function:
    """The function of one part of the formula."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _constant(float(value))
        case ast.Name(id="t"):
            return float
        case ast.Name(id="pi"):
            return _constant(math.pi)
        case ast.UnaryOp(op=operation, operand=operand) if type(operation) in OPERATORS:
            return _call(OPERATORS[type(operation)], [operand], source)
        case ast.BinOp(op=operation, left=left, right=right) if type(operation) in OPERATORS:
            return _call(OPERATORS[type(operation)], [left, right], source)
        case ast.Compare(ops=operations) if all(type(each) in OPERATORS for each in operations):
            functions = [_function(part, source) for part in (node.left, *node.comparators)]
            return _comparison([OPERATORS[type(each)] for each in operations], functions)
        case ast.Call(func=ast.Name(id=name), args=[operand], keywords=[]) if name in FUNCTIONS:
            return _call(FUNCTIONS[name], [operand], source)
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as operands, keywords=[]) if name in EXTREMES:
            return _call(EXTREMES[name], operands, source)
        case ast.IfExp():
            test, first, second = (_function(part, source) for part in (node.test, node.body, node.orelse))
            return lambda t: first(t) if test(t) else second(t)
    raise ArgumentError("formula.part", part=ast.unparse(node), source=source)


def _constant(value: float) -> Function:
    return lambda t: value


def _comparison(operations: list[Callable[..., Any]], functions: list[Function]) -> Function:
    """1 where every comparison of a chain holds, 5 < t < 9; else 0."""

    def holds(t: float) -> float:
        pairs = pairwise([function(t) for function in functions])
        return float(all(operation(*pair) for operation, pair in zip(operations, pairs, strict=True)))

    return holds


def _call(operation: Callable[..., Any], operands: list[ast.expr], source: str) -> Function:
    functions = [_function(operand, source) for operand in operands]
    return lambda t: float(operation(*(function(t) for function in functions)))
