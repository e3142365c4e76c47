"""Mistakes that give the same numbers: the text of backProp says which of them it is."""

import ast
import re

from gradiente.checker.judging.gradient_match import GradientMatch
from gradiente.checker.judging.quantities import line_of
from gradiente.checker.judging.session import Session
from gradiente.checker.reading.submission import Function
from gradiente.checker.rules.chains import Made

NAME = "backProp"
CUT = ("target_missing", "weights_zero", "bias_zero", "output_rounded", "bias_total", "w2_missing")
PRODUCTS = ("dot", "matmul", "einsum", "outer", "inner", "tensordot")


def told_apart(session: Session, match: GradientMatch, made: Made) -> str:
    """The key of a mistake, or of another one that gives the same numbers, where the text shows that one."""
    function = session.function(NAME)
    text = "\n".join(
        line for line in ast.unparse(function.node).splitlines() if not re.match(r"\s*y\w* =", line)
    )
    if made.key in CUT and re.search(r"\bint(32|64|8)?\b|//", text):
        return "integer_truncation"  # what is cut to whole numbers is often 0
    if made.key == "derivative_missing" and match.run.cases[0].activation == "relu":
        return "derivative_at_zero" if _compares(session) else made.key
    if made.key == "derivative_missing" and re.search(r"> ?=? ?0", text):
        return "derivative_other"  # that of ReLU is 1 for all activations of a sigmoid
    if made.key in ("elementwise", "transpose_missing") and made.quantity.startswith("dW"):
        return _product(function, match, made)
    line = line_of(function, made.quantity, match.way)
    one = match.run.cases[0].sizes.k == 1 and made.quantity == "db2"
    if one and made.key in ("bias_axis", "bias_not_summed"):
        summed = line is not None and "sum" in session.submission.statement(line)
        return "bias_axis" if summed else "bias_not_summed"
    return made.key


def _compares(session: Session) -> bool:
    """Whether backProp, or a function that it calls, asks a ≥ 0 or a < 0, which a ReLU's a answers alike everywhere."""
    others = [f for name, f in session.submission.functions.items() if session.calls(NAME, name)]
    return any(
        isinstance(node, ast.Compare) and _takes_zero_for_positive(node)
        for function in (session.function(NAME), *others)
        for node in ast.walk(function.node)
    )


def _takes_zero_for_positive(node: ast.Compare) -> bool:
    """x ≥ 0 or x < 0, from either side."""
    left, right = (_is_zero(side) for side in (node.left, node.comparators[0]))
    operation = node.ops[0]
    return (right and isinstance(operation, ast.GtE | ast.Lt)) or (
        left and isinstance(operation, ast.LtE | ast.Gt)
    )


def _is_zero(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) in (int, float) and node.value == 0


def _product(function: Function, match: GradientMatch, made: Made) -> str:
    """With one output a transposed ∂J/∂Z Aᵀ has the numbers of Σ ∂J/∂Z ⊙ A: which product stands there?"""
    value = function.computed(line_of(function, made.quantity, match.way), match.way.get(made.quantity))
    if value is None:
        return made.key
    nodes = list(ast.walk(value))
    names = {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in nodes}
    if any(isinstance(node, ast.MatMult) for node in nodes) or names & set(PRODUCTS):
        return "transpose_missing"
    return "elementwise" if any(isinstance(node, ast.Mult) for node in nodes) else made.key
