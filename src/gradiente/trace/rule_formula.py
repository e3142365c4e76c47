"""An optimizer's rule as LaTeX, with only the terms that its options use."""

from collections.abc import Mapping
from dataclasses import fields
from itertools import groupby
from typing import Any

from gradiente.errors import ArgumentError
from gradiente.optimizers import Optimizer
from gradiente.symbolic import Symbol, run_rule

LATEX_FUNCTIONS = {"maximum": r"\max", "minimum": r"\min", "exp": r"\exp", "log": r"\log", "tanh": r"\tanh"}
SUM, PRODUCT, ATOM = 0, 1, 2


def rule_formulas(
    optimizer: Optimizer,
    slots: Mapping[str, str],
    after: Mapping[str, str],
    theta: str,
    gradient: str,
    t: int,
    *,
    lr_factor: float = 1.0,
) -> dict[str, str]:
    r"""The right sides of the new slots, and of the new parameter under "theta".

    The rule is run on symbols for θ, ∇J, the slots and the hyperparameters: no formula is written a second time.

    Arguments:
        slots, after: the LaTeX of every slot before and after the step
        theta, gradient: the LaTeX of the parameter and of its gradient
        t: which step
        lr_factor: the factor of the layer in its learning rate, which is written c α

    >>> from gradiente.optimizers import SGD
    >>> rule_formulas(SGD(lr=0.1), {}, {}, r"\theta", "g", 1)
    {'theta': '\\theta - \\alpha g'}
    >>> rule_formulas(SGD(lr=0.05), {}, {}, r"\theta", "g", 1, lr_factor=0.5)
    {'theta': '\\theta - 0.5 \\alpha g'}
    """
    given = {name: Symbol(latex) for name, latex in slots.items()}
    try:
        results = run_rule(
            _symbolic(optimizer, lr_factor),
            Symbol(theta),
            Symbol(gradient),
            given,
            Symbol("t", t, fixed=True),
        )
    except ArgumentError:
        return dict.fromkeys(("theta", *slots), optimizer.equation)
    named = {id(symbol): after[name] for name, symbol in results.items() if name in after}
    return {
        name: _latex(symbol, {key: latex for key, latex in named.items() if key != id(symbol)})[0]
        for name, symbol in results.items()
    }


def _symbolic(optimizer: Optimizer, lr_factor: float) -> Optimizer:
    """The optimizer with symbols for its hyperparameters; those that are 0, or no numbers, stay as they are."""
    copy = object.__new__(type(optimizer))
    for field in fields(optimizer):
        latex = optimizer.symbols.get(field.name, rf"\mathrm{{{field.name}}}".replace("_", r"\_"))
        value: Any = getattr(optimizer, field.name)
        if isinstance(value, tuple):
            value = tuple(_hyperparameter(f"{latex}_{i}", v) for i, v in enumerate(value, start=1))
        symbol = _hyperparameter(latex, value)
        if field.name == "lr" and lr_factor != 1 and value != 0:
            symbol = Symbol(value=lr_factor, fixed=True) * Symbol(latex, value / lr_factor, fixed=True)
        object.__setattr__(copy, field.name, symbol)
    return copy


def _hyperparameter(latex: str, value: Any) -> Any:
    plain = isinstance(value, bool) or not isinstance(value, int | float) or value == 0
    return value if plain else Symbol(latex, value, fixed=True)


def _latex(node: Symbol, named: Mapping[int, str]) -> tuple[str, int]:
    """A node, and how tightly it is bound: as a sum, a product or an atom."""
    if id(node) in named:
        return named[id(node)], ATOM
    if not node.function:
        return (node.name, ATOM) if node.name else (f"{float(node.value):.6g}", ATOM)
    if node.function in ("add", "subtract"):
        return _total(node, named)
    if node.function in ("multiply", "divide", "negative"):
        return _product(node, named)
    inner = [_latex(argument, named)[0] for argument in node.arguments]
    if node.function == "sqrt":
        return rf"\sqrt{{{inner[0]}}}", ATOM
    if node.function in ("power", "square"):
        exponent = "2" if node.function == "square" else inner[1]
        return rf"{_bound(node.arguments[0], named, ATOM)}^{{{exponent}}}", ATOM
    if node.function == "absolute":
        return rf"\left| {inner[0]} \right|", ATOM
    name = LATEX_FUNCTIONS.get(node.function, rf"\operatorname{{{node.function}}}".replace("_", r"\_"))
    return rf"{name}\left( {', '.join(inner)} \right)", ATOM


def _total(node: Symbol, named: Mapping[int, str]) -> tuple[str, int]:
    left, right = node.arguments
    minus = node.function == "subtract"
    if _is(right, 0, named):
        return _latex(left, named)
    if _is(left, 0, named) and not minus:
        return _latex(right, named)
    return (
        f"{_latex(left, named)[0]} {'-' if minus else '+'} {_bound(right, named, PRODUCT if minus else SUM)}",
        SUM,
    )


def _product(node: Symbol, named: Mapping[int, str]) -> tuple[str, int]:
    if node.function == "negative":
        return f"-{_bound(node.arguments[0], named, PRODUCT)}", PRODUCT
    if node.function == "divide":
        left, right = node.arguments
        if _is(right, 1, named):
            return _latex(left, named)
        return rf"\frac{{{_latex(left, named)[0]}}}{{{_latex(right, named)[0]}}}", ATOM
    factors = [factor for factor in _factors(node, named) if not _is(factor, 1, named)]
    if len(factors) < 2:
        return _latex(factors[0], named) if factors else ("1", ATOM)
    written = []
    for _, equal in groupby(factors, id):
        same = list(equal)
        one = _bound(same[0], named, PRODUCT if len(same) == 1 else ATOM)
        squared = rf"\left( {one} \right)" if "frac" in one or "^" in one else one
        written.append(one if len(same) == 1 else rf"{squared}^{{{len(same)}}}")
    return " ".join(written), PRODUCT


def _factors(node: Symbol, named: Mapping[int, str]) -> list[Symbol]:
    """The factors of nested products, in their order."""
    if node.function != "multiply" or id(node) in named:
        return [node]
    return [factor for argument in node.arguments for factor in _factors(argument, named)]


def _bound(node: Symbol, named: Mapping[int, str], least: int) -> str:
    latex, bound = _latex(node, named)
    return latex if bound >= least else rf"\left( {latex} \right)"


def _is(node: Symbol, number: float, named: Mapping[int, str]) -> bool:
    """Whether a node is a number that no symbol stands for: 1 − τ with τ = 0 is 1."""
    if id(node) in named or node.name:
        return False
    if not node.function:
        return node.value == number
    if number == 0 and node.function == "multiply":
        return any(_is(argument, 0, named) for argument in node.arguments)
    literal = all(_literal(argument) for argument in node.arguments)
    return literal and node.value == number


def _literal(node: Symbol) -> bool:
    return not node.name and all(_literal(argument) for argument in node.arguments)
