"""A source as a syntax tree that is read in time and `ast.unparse` can write: not long, not deep, no long numbers."""

import ast

DEEPEST = 250  # levels of the tree: ast.unparse takes three of the 1000 levels of calls for each
LARGEST = 200_000  # nodes: some 20,000 lines
LONGEST = 14_000  # bits of a whole number: Python writes 4300 digits


class Excess(SyntaxError):
    """Valid Python that is too much to read: `kind` is "deep", "long" or "number"."""

    def __init__(self, kind: str, line: int) -> None:
        super().__init__(kind)
        self.kind, self.lineno, self.offset = kind, line, 1


def parsed(source: str) -> ast.Module:
    """The tree.

    Errors: SyntaxError; Excess where it is too long, is nested too deeply or has a number that is too long
    """
    try:
        tree = ast.parse(source)
    except (RecursionError, MemoryError) as error:
        lines = source.splitlines()
        longest = max(
            range(len(lines)), key=lambda place: len(lines[place])
        )  # where such an expression stands
        raise Excess("deep", longest + 1) from error
    level: list[ast.AST] = [tree]
    count = 0
    for _ in range(DEEPEST):
        count += len(level)
        if count > LARGEST:
            raise Excess("long", max(tree.body, key=_length).lineno)
        level = [inner for node in level for inner in _below(node)]
        for node in level:
            if (
                isinstance(node, ast.Constant)
                and type(node.value) is int
                and node.value.bit_length() > LONGEST
            ):
                raise Excess("number", node.lineno)
    if level:
        raise Excess(
            "deep", next((node.lineno for node in level if isinstance(node, ast.expr | ast.stmt)), 1)
        )
    return tree


def _length(node: ast.stmt) -> int:
    """Characters, with lines of the usual length between the first and the last."""
    return 80 * ((node.end_lineno or 0) - node.lineno) + (node.end_col_offset or 0)


def _below(node: ast.AST) -> list[ast.AST]:
    """What is in a node; the branches of an `elif` are those of its `if`."""
    found = []
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.If) and isinstance(node, ast.If) and node.orelse == [inner]:
            found += _chain(inner)
        else:
            found.append(inner)
    return found


def _chain(node: ast.If) -> list[ast.AST]:
    found: list[ast.AST] = []
    while True:
        found += [node.test, *node.body]
        if len(node.orelse) != 1 or not isinstance(node.orelse[0], ast.If):
            return [*found, *node.orelse]
        node = node.orelse[0]
