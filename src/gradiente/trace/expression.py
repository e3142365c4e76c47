"""A recorded formula with its numbers in place: as terms and factors, and as LaTeX."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradiente.symbolic import CHOICE, Symbol
from gradiente.terms import MINUS, Closing, Factor, Opening, Term, opening, term

SUMS, PRODUCTS = ("add", "subtract"), ("multiply", "divide")
ARITHMETIC = (*SUMS, *PRODUCTS, "negative")
FUNCTIONS = {"maximum": "max", "minimum": "min", "absolute": "abs"}
COMPARISONS = {"greater": ">", "greater_equal": "≥", "less": "<", "less_equal": "≤", "equal": "="}
Named = Mapping[int, Factor]


def expand(symbol: Symbol, named: Named | None = None) -> Opening:
    """The terms of a recorded number; operands are Factors in their payload.

    Arguments:
        named: results that have a name of their own, by id, and are not expanded further
    """
    return opening(_terms(symbol, named or {}))


def expand_function(symbol: Symbol, operand: Factor) -> Opening:
    """The terms of g(z): a sum of products where it is one, else z with all of g as the closing operation."""
    terms = _terms(symbol, {})
    if all(_plain(factor, operand) for entry in terms for factor in entry.factors):
        return opening(terms)
    return opening([term(operand)], Closing(_sum(symbol, {}), float(symbol.value)))


def sources(symbol: Symbol, named: Named) -> Iterator[str]:
    """The quantities that a recorded number is computed from."""
    factor = named.get(id(symbol), symbol.payload)
    if factor is None:
        for argument in symbol.arguments:
            yield from sources(argument, named)
    elif factor.source:
        yield factor.source


def _plain(factor: Factor, operand: Factor) -> bool:
    return factor == operand or factor is MINUS or factor.source is None


def _terms(node: Symbol, named: Named) -> list[Term]:
    """The summands of a node."""
    node = _chosen(node, named)
    if id(node) not in named and node.function in SUMS:
        left, right = (_terms(argument, named) for argument in node.arguments)
        if node.function == "subtract":
            right = [_negated(entry) for entry in right]
        return left + right
    return [Term(tuple(_factors(node, named)))]


def _chosen(node: Symbol, named: Named) -> Symbol:
    """The branch that a choice takes; any other node is itself."""
    while node.function == CHOICE and id(node) not in named:
        condition, first, second = node.arguments
        node = first if condition.value else second
    return node


def _negated(entry: Term) -> Term:
    if entry.factors[0] is MINUS and len(entry.factors) > 1:
        return Term(entry.factors[1:])
    return Term((MINUS, *entry.factors))


def _factors(node: Symbol, named: Named) -> list[Factor]:
    """The factors of a node that is one summand."""
    node = _chosen(node, named)
    if id(node) in named:
        return [named[id(node)]]
    if node.payload is not None:
        return [node.payload]
    if node.constant:
        return _constant(float(node.value))
    if node.function in PRODUCTS:
        left, right = node.arguments
        if node.function == "multiply":
            last = _factors(right, named)
        else:
            value = float(right.value)
            last = [_composite(right, f"1/{_symbol(right, named)}", 1 / value if value else np.inf, named)]
        return _minus_first([*_factors(left, named), *last])
    if node.function == "negative":
        return _minus_first([MINUS, *_factors(node.arguments[0], named)])
    return [_composite(node, _symbol(node, named), float(node.value), named)]


def _constant(value: float) -> list[Factor]:
    if value == -1:
        return [MINUS]
    size = Factor(f"{abs(value):.12g}", abs(value))
    return [MINUS, size] if value < 0 else [size]


def _composite(node: Symbol, symbol: str, value: float, named: Named) -> Factor:
    """A factor computed from others; its source if that is one number only."""
    found = list(dict.fromkeys(_operands(node, named)))
    if len(found) != 1:
        return Factor(symbol, value)
    return Factor(symbol, value, found[0].source, found[0].index)


def _operands(node: Symbol, named: Named) -> Iterator[Factor]:
    factor = named.get(id(node), node.payload)
    if factor is not None:
        yield factor
    else:
        for argument in node.arguments:
            yield from _operands(argument, named)


def _minus_first(factors: list[Factor]) -> list[Factor]:
    """At most one −1, and that in front; no factor 1 beside others."""
    others = [factor for factor in factors if factor is not MINUS]
    counted = [factor for factor in others if factor.symbol != "1"] or others[:1] or [Factor("1", 1.0)]
    return [MINUS, *counted] if (len(factors) - len(others)) % 2 else counted


def _symbol(node: Symbol, named: Named) -> str:
    """A node inside a factor, in brackets where it is more than one number."""
    node = _chosen(node, named)
    simple = id(node) in named or not node.function or node.function not in ARITHMETIC
    inner = _sum(node, named)
    return inner if simple else f"({inner})"


def _sum(node: Symbol, named: Named) -> str:
    if id(node) in named or not node.function or node.function in (*ARITHMETIC, CHOICE):
        return "+".join(entry.symbol for entry in _terms(node, named)).replace("+−", "−")
    arguments = [_sum(argument, named) for argument in node.arguments]
    if node.function == "sqrt":
        return f"√({arguments[0]})"
    if node.function in COMPARISONS:
        return f"[{arguments[0]}{COMPARISONS[node.function]}{arguments[1]}]"
    if node.function == "power":
        return f"{_symbol(node.arguments[0], named)}^{_symbol(node.arguments[1], named)}"
    return f"{FUNCTIONS.get(node.function, node.function)}({','.join(arguments)})"
