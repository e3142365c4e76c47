"""What one small change would mend: the proof of a mistake in code that cannot run, or that nothing else explains.

A function is tried again with one product, transposition, sum or sign changed. Where that makes it right, the change
names the mistake and its line; the changed code itself is never shown.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

from gradiente.checker.reading.submission import Function

DOTS = ("dot", "matmul")
SUMS = ("sum", "mean", "max", "amax", "argmax")


@dataclass(frozen=True)
class Mutant:
    """A function with one change: which mistake that would have been, and where."""

    key: str
    line: int
    source: str
    function: str


def mutants(function: Function) -> Iterator[Mutant]:
    """The function with every single change, in the order of its lines."""
    places = [node for node in ast.walk(function.node) if isinstance(node, ast.BinOp | ast.Call)]
    found = [
        Mutant(key, node.lineno, ast.unparse(changed), function.name)
        for place, node in enumerate(places)
        for key, changed in _changes(function.node, place, node)
    ]
    yield from sorted(found, key=lambda mutant: mutant.line)


def probe(name: str, mutant: Mutant) -> str:
    """The source that calls a function, with a mutant in the place of itself or of another that it calls."""
    return (
        "def probe(*arguments):\n"
        "    space = module.__dict__\n"
        f"    kept = space[{mutant.function!r}]\n"
        "    try:\n"
        f"        exec({mutant.source!r}, space)\n"
        f"        return space[{name!r}](*arguments)\n"
        "    finally:\n"
        f"        space[{mutant.function!r}] = kept\n"
    )


def _changes(tree: ast.FunctionDef, place: int, node: ast.AST) -> Iterator[tuple[str, ast.FunctionDef]]:
    for key, kind in _kinds(node):
        changed = copy.deepcopy(tree)
        target = [n for n in ast.walk(changed) if isinstance(n, ast.BinOp | ast.Call)][place]
        _change(target, kind)
        yield key, ast.fix_missing_locations(changed)


def _kinds(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Which changes a node can have: the key of the mistake, and the change."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        yield from (
            ("transpose_missing", "left"),
            ("transpose_missing", "right"),
            ("transpose_missing", "both"),
        )
        yield from (("product_order", "swap"), ("matmul_for_elementwise", "times"))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield from (
            ("elementwise", "matmul"),
            ("elementwise", "matmul_left"),
            ("elementwise", "matmul_right"),
        )
    elif isinstance(node, ast.Call) and _called(node) in DOTS and len(node.args) == 2:
        yield from (
            ("transpose_missing", "left"),
            ("transpose_missing", "right"),
            ("transpose_missing", "both"),
        )
        yield from (("product_order", "swap"), ("matmul_for_elementwise", "multiply"))
    elif isinstance(node, ast.Call) and _called(node) in DOTS and isinstance(node.func, ast.Attribute):
        yield from (
            ("transpose_missing", "left"),
            ("transpose_missing", "right"),
            ("transpose_missing", "both"),
        )
    elif isinstance(node, ast.Call) and _called(node) == "multiply" and len(node.args) == 2:
        yield "elementwise", "dot"
    elif isinstance(node, ast.Call) and _called(node) == "outer" and len(node.args) == 2:
        yield "transpose_missing", "swap"
    elif isinstance(node, ast.Call) and _called(node) == "reshape" and len(node.args) == 2:
        yield "bias_broadcast", "swap"
    elif isinstance(node, ast.Call) and _called(node) in SUMS:
        whole = len(node.args) < 2 and not any(word.arg == "axis" for word in node.keywords)
        yield from (("bias_total" if whole else "bias_axis", "axis"), ("bias_broadcast", "keepdims"))


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _change(node: ast.AST, kind: str) -> None:
    if isinstance(node, ast.BinOp):
        if kind in ("left", "both", "matmul_left"):
            node.left = _turned(node.left)
        if kind in ("right", "both", "matmul_right"):
            node.right = _turned(node.right)
        if kind == "swap":
            node.left, node.right = node.right, node.left
        if kind.startswith("matmul"):
            node.op = ast.MatMult()
        if kind == "times":
            node.op = ast.Mult()
        return
    assert isinstance(node, ast.Call)
    if len(node.args) == 1 and _called(node) in DOTS and isinstance(node.func, ast.Attribute):
        if kind in ("left", "both"):
            node.func.value = _turned(node.func.value)
        if kind in ("right", "both"):
            node.args[0] = _turned(node.args[0])
        return
    if kind in ("left", "both"):
        node.args[0] = _turned(node.args[0])
    if kind in ("right", "both"):
        node.args[1] = _turned(node.args[1])
    if kind == "swap":
        node.args.reverse()
    if kind in ("multiply", "dot") and isinstance(node.func, ast.Attribute):
        node.func.attr = kind
    if kind == "axis":
        _other_axis(node)
    if kind == "keepdims":
        node.keywords = [word for word in node.keywords if word.arg != "keepdims"]
        node.keywords.append(ast.keyword("keepdims", ast.Constant(True)))


def _turned(node: ast.expr) -> ast.expr:
    """The transposed operand; of a transposed one what it was."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    if isinstance(node, ast.Call) and _called(node) == "transpose":
        return node.args[0] if node.args else node.func.value  # pyright: ignore[reportAttributeAccessIssue]
    return ast.Attribute(node, "T", ast.Load())


def _other_axis(node: ast.Call) -> None:
    """0 of 1, and 1 of 0."""
    words = [word for word in node.keywords if word.arg == "axis"]
    given = words[0].value if words else (node.args[-1] if len(node.args) > 1 else None)
    other = ast.Constant(0 if isinstance(given, ast.Constant) and given.value == 1 else 1)
    if words:
        words[0].value = other
    elif len(node.args) > 1:
        node.args[-1] = other
    else:
        node.keywords.append(ast.keyword("axis", other))
