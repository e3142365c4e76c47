"""The names in a student's file: what it imports, what it uses and defines nowhere, what a statement gives."""

import ast
import builtins


def imported(node):
    """The modules that are imported, and the packages they are in."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Try) and inner.handlers:
            rest = (*inner.handlers, *inner.orelse, *inner.finalbody)
            yield from (name for part in rest for name in imported(part))
            continue
        modules = [alias.name for alias in inner.names] if isinstance(inner, ast.Import) else []
        if isinstance(inner, ast.ImportFrom) and inner.module and not inner.level:
            modules = [inner.module]
        for module in modules:
            pieces = module.split(".")
            yield from (".".join(pieces[: count + 1]) for count in range(len(pieces)))
        yield from imported(inner)


def undefined(tree):
    """The names that a file uses, and defines nowhere."""
    used, bound = set(), set(dir(builtins)) | {"display", "get_ipython"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return sorted(used - bound)


def given_by(node, tree):
    """The names that a statement would have given."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = {alias.asname or alias.name.split(".")[0] for alias in node.names}
        return names if "*" not in names else set(undefined(tree))
    if isinstance(node, ast.Name):
        return {node.id} if isinstance(node.ctx, ast.Store) else set()
    if isinstance(node, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return set()
    return {name for inner in ast.iter_child_nodes(node) for name in given_by(inner, tree)}


def named_at(line, tree):
    """The names in the statement at a line; of one that has others in it, those in the line itself."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= line <= node.end_lineno
    ]
    inner = [node for node in around if not hasattr(node, "body")]
    names = [node for root in inner or around for node in ast.walk(root) if isinstance(node, ast.Name)]
    return {node.id for node in names if inner or node.lineno == line}
