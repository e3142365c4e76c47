"""A program's own training, on other data: the same source, in which its data are replaced.

Every line keeps its number. Where the program assigns its inputs and targets, by their names, it gets GIVEN_X and
GIVEN_Y instead; what stands under `if __name__ == "__main__":` runs too.
"""

import ast
import re
from collections.abc import Iterator

from gradiente.checker.reading.vocabulary import meanings

GIVEN_X, GIVEN_Y = "given_X", "given_Y"
READS = re.compile(r"\b(read_\w+|load\w*|loadtxt|genfromtxt|open|fetch\w*)\(")  # what reads data
MAINS = ("main", "run", "principal")
Edit = tuple[
    int, int, int, int, str
]  # from line and column to line and column, in bytes: the text that stands there


def on_given_data(source: str) -> str | None:
    """The source with its data replaced; None where it assigns no inputs or no targets."""
    statements = list(_main_statements(ast.parse(source).body))
    edits: list[Edit] = []
    replaced: set[str] = set()
    for node in statements:
        if isinstance(node, ast.If):
            edits.append((*_start(node.test), *_end(node.test), "True"))
        if isinstance(node, ast.Assign):
            names = [name for target in node.targets for name in _names(target)]
            data = {name: value for name in names if (value := _given(name))}
            if data:
                start = _start(node) if len(data) == len(names) else _end(node)
                text = "; ".join(f"{name} = {value}" for name, value in data.items())
                edits.append((*start, *_end(node), text if len(data) == len(names) else f"; {text}"))
                replaced |= set(data.values())
            elif READS.search(ast.unparse(node.value)):
                edits.append((*_start(node.value), *_end(node.value), "None"))
    return _edited(source, edits) if replaced == {GIVEN_X, GIVEN_Y} else None


def with_main(source: str) -> str:
    """The source, in which what stands under `if __name__ == "__main__":` runs too."""
    tests = [node.test for node in _main_statements(ast.parse(source).body) if isinstance(node, ast.If)]
    return _edited(source, [(*_start(test), *_end(test), "True") for test in tests])


def _main_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """What a program does by itself: at its top level, under the test of its name, in its function `main`."""
    for node in body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            yield node
            yield from _main_statements(node.body)
        elif isinstance(node, ast.With) or (isinstance(node, ast.FunctionDef) and _is_main(node)):
            yield from _main_statements(node.body)
        elif isinstance(node, ast.Assign):
            yield node


def _is_main(node: ast.FunctionDef) -> bool:
    return node.name in MAINS and not node.args.args


def _names(target: ast.expr) -> list[str]:
    """The names that an assignment gives; one for each place that is no name."""
    if isinstance(target, ast.Tuple | ast.List):
        return [name for entry in target.elts for name in _names(entry)]
    return [target.id] if isinstance(target, ast.Name) else [""]


def _given(name: str) -> str | None:
    """What a variable of that name gets; also where it is for tests."""
    found = next((one for one in meanings(name) if one in ("X", "Y", "skip")), None)
    if found == "skip":
        found = {"x": "X", "y": "Y", "t": "Y"}.get(name[0].lower() if "_" in name else "")
    return {"X": GIVEN_X, "Y": GIVEN_Y}.get(found or "")


def _start(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _end(node: ast.expr | ast.stmt) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or node.col_offset


def _edited(source: str, edits: list[Edit]) -> str:
    """The source with other text in these places, and as many lines."""
    lines = [line.encode() for line in source.splitlines(keepends=True)]
    for first, column, last, end, text in sorted(edits, reverse=True):
        rest = lines[last - 1][end:]
        lines[first - 1] = lines[first - 1][:column] + text.encode() + (rest if first == last else b"\n")
        for line in range(first + 1, last + 1):
            lines[line - 1] = rest if line == last else b"\n"
    return b"".join(lines).decode()
