"""A student's file as text and syntax tree: encodings, notebooks, what is defined where."""

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from gradiente.checker.reading.ipython import other_language, without_ipython
from gradiente.checker.reading.tree import Excess, parsed
from gradiente.checker.running.cleaning import cleaned
from gradiente.checker.verdict import Finding
from gradiente.errors import FileError
from gradiente.files import open_file

LARGEST = 32 << 20  # bytes of a file; a notebook may have pictures in it
LARGEST_SOURCE = 1 << 20  # characters of its code
MOST_WORDS = 300  # characters of a line that is quoted
FALLBACK = "latin-1"
CELL = re.compile(r"^# ?%%", re.MULTILINE)
# What Python says of a syntax error, and the key of our own words for it.
SYNTAX = (
    (r"expected ':'", "colon"),
    (r"was never closed", "never_closed"),
    (r"unmatched|does not match opening", "unmatched"),
    (r"expected an indented block", "no_block"),
    (r"unexpected indent", "indent"),
    (r"unindent does not match|inconsistent use of tabs", "unindent"),
    (r"unterminated|EOL while|EOF while", "unterminated"),
    (r"cannot assign to|Maybe you meant '=='", "assign"),
    (r"forgot a comma", "comma"),
)


@dataclass(frozen=True)
class Function:
    """A function of the file: its tree, its parameters without those that have a default, where it stands."""

    name: str
    node: ast.FunctionDef
    parameters: tuple[str, ...]
    optional: tuple[str, ...]
    alias: bool = False  # another name for a function that stands elsewhere

    @property
    def line(self) -> int:
        return self.node.lineno

    def returned(self) -> tuple[str, ...] | None:
        """The names in its last `return a, b, c`; None where they are no plain names."""
        value = self._result()
        return tuple(map(_name_of, value.elts)) if isinstance(value, ast.Tuple | ast.List) else None

    def returned_value(self, place: int | str) -> ast.expr | None:
        """The expression at a place of its last `return`, or under a key of the dictionary there; None without one."""
        value = self._result()
        if isinstance(value, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in value.keys]
            return value.values[keys.index(place)] if place in keys else None
        if isinstance(value, ast.Tuple | ast.List) and isinstance(place, int) and place < len(value.elts):
            return value.elts[place]
        return None

    def computed(self, line: int | None, place: int | str | None) -> ast.expr | None:
        """The expression of the assignment at a line, or of what is returned at a place."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Assign | ast.AugAssign) and node.lineno == line:
                return node.value
        return None if place is None else self.returned_value(place)

    def _result(self) -> ast.expr | None:
        """What the last `return` gives."""
        found = [
            node.value for node in _own_statements(self.node) if isinstance(node, ast.Return) and node.value
        ]
        return found[-1] if found else None

    def signature(self) -> str:
        """As it stands in the file."""
        return f"{self.name}({ast.unparse(self.node.args)})"

    @property
    def blank(self) -> bool:
        """Whether nothing has been written in it yet: only a docstring, `pass`, `...` or NotImplementedError."""
        return all(map(says_nothing, self.node.body))


@dataclass(frozen=True)
class Submission:
    """A file that can be read as Python.

    Arguments:
        path: of the file
        source: Python; of a notebook its code cells one after the other
        cells: whether it is a notebook, as .ipynb or as text with `# %%`
        functions: those at the top level, the last of each name
        names: all that is defined at the top level
        classes: the text of every class
        notices, findings: what was met while reading
        starts: of an .ipynb, the line at which every code cell begins
    """

    path: Path
    source: str
    cells: bool
    functions: Mapping[str, Function]
    names: frozenset[str]
    classes: tuple[str, ...] = ()
    notices: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    findings: tuple[Finding, ...] = ()
    starts: tuple[int, ...] = ()

    def with_functions(self, callables: Mapping[str, Mapping[str, Any]]) -> Self:
        """The same, with the functions that only came about when the file ran: made by others, or partial."""
        tree = ast.parse(self.source)
        inner = {node.lineno: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        found = dict(self.functions)
        for name, entry in callables.items():
            if name in found or name.startswith("_"):
                continue
            node = inner.get(entry["line"] or 0)
            if node is not None:
                found[name] = replace(_function(node), name=name, alias=True)
            elif entry["parameters"] is not None:
                found[name] = replace(_alias(name, name, 1), parameters=tuple(entry["parameters"]))
        return replace(self, functions=found)

    def in_cell(self, line: int) -> tuple[int, int] | None:
        """The number of the code cell and the line in it; None where there are no cells to count."""
        cell = sum(start <= line for start in self.starts)
        return (cell, line - self.starts[cell - 1] + 1) if cell else None

    def statement(self, line: int) -> str:
        """The words of one line, without the comment at its end."""
        lines = self.source.splitlines()
        words = lines[line - 1] if 0 < line <= len(lines) else ""
        with suppress(tokenize.TokenError, IndentationError, SyntaxError):
            for token in tokenize.generate_tokens(io.StringIO(words.strip()).readline):
                if token.type == tokenize.COMMENT and token.start[1]:
                    words = words.strip()[: token.start[1]]
        return words.strip()[:MOST_WORDS]


def read(path: str | Path) -> Submission:
    """Read a .py or .ipynb file.

    A syntax error in a script is a finding, and nothing of it is known then; in a notebook only its cell is left out.

    Errors: FileError for a file that is missing, of another kind, too large, or no notebook
    """
    path = Path(path)
    if path.suffix.lower() not in (".py", ".ipynb"):
        raise FileError("submission.kind", path=path)
    with open_file(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FileError("submission.large", path=path, megabytes=LARGEST >> 20)
    source, notices = _decoded(data)
    if path.suffix.lower() == ".ipynb":
        return _notebook(path, source, notices)
    return _script(path, _plain(_fit(path, source)), notices)


def _decoded(data: bytes) -> tuple[str, tuple[tuple[str, Mapping[str, Any]], ...]]:
    """The text, and a notice where it is not UTF-8."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else None
    try:
        encoding = encoding or tokenize.detect_encoding(io.BytesIO(data).readline)[0]
        source = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError):
        encoding, source = FALLBACK, data.decode(FALLBACK)
    usual = encoding.lower() in ("utf-8", "utf-8-sig", "ascii")
    return source, () if usual else (("encoding", {"encoding": encoding}),)


def _fit(path: Path, source: str) -> str:
    """The source.

    Errors: FileError for one that is too large to be code
    """
    if len(source) > LARGEST_SOURCE:
        raise FileError("submission.large_source", path=path, megabytes=LARGEST_SOURCE >> 20)
    return source


def _plain(source: str) -> str:
    """The source without form feeds, which Python leaves out, and control characters."""
    return cleaned(source.replace("\f", ""))


def _script(path: Path, source: str, notices: tuple[tuple[str, Mapping[str, Any]], ...]) -> Submission:
    source, changed = without_ipython(source)
    if changed:
        notices = (*notices, ("ipython", {"lines": ", ".join(map(str, changed))}))
    try:
        tree = parsed(source)
    except (SyntaxError, ValueError) as error:
        return Submission(
            path, source, False, {}, frozenset(), notices=notices, findings=(syntax_finding(error, source),)
        )
    return Submission(path, source, bool(CELL.search(source)), *_defined(tree), notices)


def _notebook(path: Path, content: str, notices: tuple[tuple[str, Mapping[str, Any]], ...]) -> Submission:
    try:
        document = json.loads(content)
        cells = document["cells"] if "cells" in document else document["worksheets"][0]["cells"]
        sources = [
            _text(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell.get("cell_type") == "code"
        ]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise FileError("submission.notebook", path=path) from error
    _fit(path, "".join(sources))
    pieces, findings = [], []
    for number, source in enumerate(sources, 1):
        source = _plain(source)
        python = "\n" * source.count("\n") if other_language(source) else without_ipython(source)[0]
        try:
            parsed(python)
        except (SyntaxError, ValueError) as error:
            found = syntax_finding(error, python, cell=number)
            lost = re.findall(r"^def (\w+)", python, re.MULTILINE)
            findings.append(replace(found, values={**found.values, "functions": lost}))
            python = "\n" * python.count("\n")
        pieces.append(python)
    source = "\n".join(pieces)
    starts = tuple(1 + sum(piece.count("\n") + 1 for piece in pieces[:place]) for place in range(len(pieces)))
    return Submission(path, source, True, *_defined(ast.parse(source)), notices, tuple(findings), starts)


def _text(source: Any) -> str:
    return "".join(source) if isinstance(source, list) else str(source)


def _defined(tree: ast.Module) -> tuple[dict[str, Function], frozenset[str], tuple[str, ...]]:
    functions: dict[str, Function] = {}
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = _function(node)
            names.add(node.name)
        elif isinstance(node, ast.ClassDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            names |= set(found)
            named = _named(found[0], node.value) if len(found) == 1 else None
            if named is not None:
                functions[named.name] = named
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    classes = tuple(ast.unparse(node) for node in tree.body if isinstance(node, ast.ClassDef))
    return functions, frozenset(names), classes


def _function(node: ast.FunctionDef) -> Function:
    arguments = [*node.args.posonlyargs, *node.args.args]
    needed = len(arguments) - len(node.args.defaults)
    keyword = [
        argument.arg
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is None
    ]
    names = [argument.arg for argument in arguments]
    return Function(node.name, node, (*names[:needed], *keyword), tuple(names[needed:]))


def _named(name: str, value: ast.expr | None) -> Function | None:
    """A function that is another name for one, or a lambda: `tanh = np.tanh`."""
    if isinstance(value, ast.Lambda):
        source = f"def {name}({ast.unparse(value.args)}):\n    return {ast.unparse(value.body)}"
        node = ast.parse(source).body[0]
        assert isinstance(node, ast.FunctionDef)
        return _function(ast.increment_lineno(node, value.lineno - 1))
    if isinstance(value, ast.Attribute | ast.Name):
        return _alias(name, ast.unparse(value), value.lineno)
    return None


def _alias(name: str, of: str, line: int) -> Function:
    """A name for a function whose text is not here."""
    node = ast.parse(f"def {name}(*arguments):\n    return {of}(*arguments)").body[0]
    assert isinstance(node, ast.FunctionDef)
    return replace(_function(ast.increment_lineno(node, line - 1)), alias=True)


def _name_of(node: ast.expr) -> str:
    """What an expression is called: dw1, g["dw1"] and g.dw1 are."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value) if isinstance(node.slice.value, str) else ""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _own_statements(node: ast.AST) -> Iterator[ast.AST]:
    """What is in a function, without the functions in it."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield inner
            yield from _own_statements(inner)


def says_nothing(node: ast.stmt) -> bool:
    """Whether a statement stands for one that is still to be written."""
    if isinstance(node, ast.Pass):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Return):
        return node.value is None or (
            isinstance(node.value, ast.Constant) and node.value.value in (None, ...)
        )
    if isinstance(node, ast.Raise):
        return "NotImplementedError" in ast.unparse(node)
    return False


def syntax_finding(error: SyntaxError | ValueError, source: str, cell: int | None = None) -> Finding:
    """A syntax error: the line, its words with a caret below, and what Python missed, in the reader's words."""
    line = getattr(error, "lineno", None) or 1
    message = getattr(error, "msg", str(error))
    found = next((key for pattern, key in SYNTAX if re.search(pattern, message)), "other")
    key = error.kind if isinstance(error, Excess) else found
    lines = source.splitlines()
    words = lines[line - 1].rstrip()[:MOST_WORDS] if 0 < line <= len(lines) else ""
    column = min(max((getattr(error, "offset", None) or 1) - 1, 0), len(words))
    indent = len(words) - len(words.lstrip())
    caret = " " * max(column - indent, 0) + "^"
    values = {"line": line, "words": words.strip(), "caret": caret, "kind": key, "cell": cell or 0}
    return Finding("syntax_cell" if cell else "syntax", line=line, values=values)
