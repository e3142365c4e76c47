"""Mistakes planted in a solution, one at a time: what an exercise would say of them."""

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from gradiente.checker.observing.recorded import functions_of

OPPOSITE: dict[type[ast.operator], str] = {ast.Sub: "+", ast.Add: "-"}
COMPARED: dict[type[ast.cmpop], str] = {ast.Gt: "<", ast.Lt: ">", ast.GtE: "<", ast.LtE: ">"}


@dataclass(frozen=True)
class Planted:
    """A solution with one mistake: the function and the line it is in, the words before and after."""

    source: str
    function: str
    line: int
    before: str
    after: str


def planted(source: str, functions: Collection[str] | None) -> Iterator[Planted]:
    """Every mistake of the usual kinds in these functions: a sign, a factor, a mean, a transpose, an axis.

    Arguments:
        functions: names; of a method `Class.method`; None for the whole file

    >>> [one.after for one in planted("def f(a, y):\\n    return (a - y) / len(y)", ["f"])]
    ['(a - y)', 'a + y']
    """
    tree = ast.parse(source)
    known = list(functions_of(tree))
    inside = {inner for _, node in known for inner in ast.walk(node)}
    outside = [("", node) for node in tree.body if functions is None and node not in inside]
    for name, node in [
        *((name, node) for name, node in known if functions is None or name in functions),
        *outside,
    ]:
        for inner in ast.walk(node):
            for after in () if inner in inside and not name else _edits(source, inner):
                if (found := _replaced(source, name, inner, after)) is not None:
                    yield found


def _edits(source: str, node: ast.AST) -> Iterator[str]:
    """What may stand in the place of a node by mistake."""

    def words(inner: ast.AST) -> str:
        return ast.get_source_segment(source, inner) or ""

    match node:
        case ast.BinOp(left=left, op=ast.Sub() | ast.Add() as op, right=right):
            yield f"{words(left)} {OPPOSITE[type(op)]} {words(right)}"
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield from (_bracketed(source, left), _bracketed(source, right))
        case ast.BinOp(left=left, op=ast.Div()):
            yield _bracketed(source, left)
        case ast.Attribute(value=value, attr="T"):
            yield words(value)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARED:
            yield f"{words(left)} {COMPARED[type(op)]} {words(right)}"
        case ast.keyword(arg="axis", value=ast.Constant(value=0 | 1 as axis)):
            yield f"axis={1 - axis}"
        case ast.keyword(arg="keepdims", value=ast.Constant(value=True)):
            yield "keepdims=False"
        case ast.AugAssign(target=target, op=ast.Sub() | ast.Add() as op, value=value):
            yield f"{words(target)} {OPPOSITE[type(op)]}= {words(value)}"
        case ast.AugAssign(op=ast.Div() | ast.Mult()):
            yield "pass"


def _bracketed(source: str, node: ast.expr) -> str:
    """A node's words, in brackets where they would come apart."""
    words = ast.get_source_segment(source, node) or ""
    return f"({words})" if isinstance(node, ast.BinOp) else words


def _replaced(source: str, function: str, node: ast.AST, after: str) -> Planted | None:
    """The source with a node's words replaced; None where that is no Python."""
    before = ast.get_source_segment(source, node)
    line, column = getattr(node, "lineno", None), getattr(node, "col_offset", None)
    if before is None or line is None or column is None:
        return None
    lines = source.splitlines(keepends=True)
    start = sum(len(one.encode()) for one in lines[: line - 1]) + column
    data = source.encode()
    changed = (data[:start] + after.encode() + data[start + len(before.encode()) :]).decode()
    try:
        ast.parse(changed)
    except SyntaxError:
        return None
    return Planted(changed, function, line, before, after)
