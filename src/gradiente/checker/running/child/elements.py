"""Loops that write arrays element by element: what they build counts once they end.

A loop is such a one if it only assigns, and every element that it writes is written at an index of its own variable.
Whether what it assigns are single numbers is seen as it runs: a loop that handles whole arrays is observed like any
other code.
"""

import ast

PLAIN = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.For, ast.If, ast.Pass, ast.Continue, ast.Break)
PRODUCTS = ("dot", "matmul", "outer", "einsum", "inner", "vdot", "tensordot", "T", "transpose")


class Elements:
    """What a file's tree says about single elements: loops over them, functions of numbers, counting variables."""

    def __init__(self, tree):
        self.loops, self.scalar, self.counters = element_loops(tree), scalar_functions(tree), counters(tree)


class ElementLoop:
    """One loop, from line `first` to `last`.

    `assigned` are the names that a line assigns, without those of elements; `written` is the line of every array that
    is written element by element, by its text.
    """

    def __init__(self, node):
        self.first, self.last = node.lineno, node.end_lineno
        self.assigned, self.written = {}, {}

    def __contains__(self, line):
        return self.first <= line <= self.last


def element_loops(tree):
    """For every line the loops over elements around it, the outermost first."""
    found = {}
    for node in ast.walk(tree):
        loop = isinstance(node, ast.For) and _element_loop(node)
        if loop:
            for line in range(loop.first, loop.last + 1):
                found.setdefault(line, []).append(loop)
    return {line: sorted(loops, key=lambda loop: loop.first - loop.last) for line, loops in found.items()}


def scalar_functions(tree):
    """The first lines of the functions that only compute: with numbers alone they give one number."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not _has_product(node):
            stored = [inner for inner in ast.walk(node) if isinstance(getattr(inner, "ctx", None), ast.Store)]
            loops = any(isinstance(inner, ast.For | ast.While) for inner in ast.walk(node))
            if not loops and all(isinstance(inner, ast.Name) for inner in stored):
                found.add(min([node.lineno, *(entry.lineno for entry in node.decorator_list)]))
    return found


def counters(tree):
    """The variables that count: those of loops over `range`, the first of those over `enumerate`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Call):
            called, target = getattr(node.iter.func, "id", ""), node.target
            if called == "enumerate" and isinstance(target, ast.Tuple):
                target = target.elts[0]
            if called in ("range", "enumerate") and isinstance(target, ast.Name):
                found.add(target.id)
    return found


def _element_loop(node):
    """The loop as one over elements; None where it is none."""
    statements = [inner for inner in ast.walk(node) if isinstance(inner, ast.stmt) and inner is not node]
    appended = [_appended(inner) for inner in statements if isinstance(inner, ast.Expr)]
    simple = all(isinstance(inner, (*PLAIN, ast.Expr)) for inner in statements)
    if not simple or None in appended or _has_product(node):
        return None
    loop, own, made = ElementLoop(node), _names(node.target), set()
    elements = len(appended)
    statements.sort(key=lambda inner: (inner.lineno, inner.col_offset))
    for inner in statements:
        if isinstance(inner, ast.For):
            if _names(inner.iter) & own:
                own |= _names(inner.target)
        elif isinstance(inner, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = inner.targets if isinstance(inner, ast.Assign) else [inner.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    if _is_element(inner.value, own):
                        own.add(target.id)
                    else:
                        made.add(target.id)
                        loop.assigned.setdefault(inner.lineno, []).append(target.id)
                elif _is_element(target, own):
                    loop.written[ast.unparse(_array(target))] = inner.lineno
                    elements += 1
                elif not _names(_array(target)) & made or isinstance(target, ast.Tuple):
                    return None
    return loop if elements or _only_sums(node, own) else None


def _only_sums(node, own):
    """Whether a loop does nothing but add products of its elements."""
    return all(
        isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name) and _names(inner.value) & own
        for inner in node.body
    )


def _is_element(node, own):
    """Whether an expression is one place, chosen by a loop's variable, of something: `w[j]`, `neuron["output"]`."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        if isinstance(node, ast.Subscript) and _names(node.slice) & own:
            return True
        node = node.value
        if isinstance(node, ast.Name) and node.id in own:
            return True
    return False


def _array(target):
    """What an element belongs to."""
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def _appended(statement):
    """The list that a statement appends one value to; None where it does something else."""
    call = statement.value
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append":
        return ast.unparse(call.func.value)
    return None


def _has_product(node):
    return any(
        isinstance(getattr(inner, "op", None), ast.MatMult)
        or getattr(inner, "attr", getattr(inner, "id", None)) in PRODUCTS
        for inner in ast.walk(node)
    )


def _names(node):
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
