"""An optimizer's step at one number: its own rule, run on symbols instead of arrays.

No rule is written here a second time. A rule is made of NumPy's element-wise operations, so that it can be given
numbers that remember what was done to them; what comes out are the lines of the formula with their numbers in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gradiente.optimizers import Optimizer
from gradiente.trace.naming import gradient_of, slot_of
from gradiente.trace.terms import MINUS, Factor, Opening, Term, opening

ARITHMETIC = ("add", "subtract", "multiply", "divide", "negative")
FUNCTIONS = {"maximum": "max", "minimum": "min", "absolute": "abs"}


@dataclass(eq=False)
class Written(NDArrayOperatorsMixin):
    """A number that remembers how it was made: an operation and its arguments, or a factor."""

    value: float
    factor: Factor | None = None
    operation: str = ""
    arguments: "tuple[Written, ...]" = field(default=())

    def __bool__(self) -> bool:
        raise TypeError("a rule that chooses cannot be written as one formula")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> "Written":
        if method != "__call__" or options:
            return NotImplemented
        arguments = tuple(entry if isinstance(entry, Written) else _constant(entry) for entry in inputs)
        value = float(ufunc(*(argument.value for argument in arguments)))
        return Written(value, operation=ufunc.__name__, arguments=arguments)


@dataclass(frozen=True)
class Result:
    """What a rule gives for a slot or a parameter: its terms, and the quantities that they are made of."""

    opening: Opening
    sources: tuple[str, ...]


def results(
    optimizer: Optimizer,
    theta: Factor,
    gradient: Factor,
    before: Mapping[str, Factor],
    after: Mapping[str, Factor],
    t: int,
) -> dict[str, Result] | None:
    """Every slot by name, and the new parameter under ""; None for a rule that is more than arithmetic.

    Arguments:
        theta, gradient: the parameter and its gradient, at one place
        before, after: the slots there, before the step and after it
        t: which step
    """
    slots = {name: _leaf(factor) for name, factor in before.items()}
    try:
        with np.errstate(all="ignore"):
            new, new_slots = optimizer.rule(_leaf(theta), _leaf(gradient), slots, t)  # pyright: ignore[reportArgumentType]
    except (TypeError, AttributeError):
        return None
    made: dict[str, Any] = {**new_slots, "": new}
    if not all(isinstance(node, Written) for node in made.values()):
        return None
    named = {id(node): after[name] for name, node in new_slots.items()}
    return {
        name: _result(node, {key: f for key, f in named.items() if key != id(node)})
        for name, node in made.items()
    }


def sources(
    optimizer: Optimizer, parameter: str, after: Sequence[str], before: Iterable[str], t: int
) -> dict[str, tuple[str, ...]]:
    """The quantities that every slot, and the new parameter under "", are made of: all, where the rule cannot say."""

    def factor(name: str) -> Factor:
        return Factor(name, 1.0, name)

    found = results(
        optimizer,
        factor(parameter),
        factor(gradient_of(parameter)),
        {slot: Factor(slot, 1.0) for slot in before},
        {slot: factor(slot_of(slot, parameter)) for slot in after},
        t,
    )
    everything = (parameter, gradient_of(parameter))
    return {name: everything if found is None else found[name].sources for name in (*after, "")}


def _result(node: Written, named: Mapping[int, Factor]) -> Result:
    """What a node is made of, down to the nodes that have a name of their own."""
    return Result(opening(_terms(node, named)), tuple(dict.fromkeys(_sources(node, named))))


def _leaf(factor: Factor) -> Written:
    return Written(factor.value, factor)


def _constant(number: Any) -> Written:
    return _leaf(Factor(f"{float(number):.12g}", float(number)))


def _terms(node: Written, named: Mapping[int, Factor]) -> list[Term]:
    """The summands of a node."""
    if id(node) not in named and node.operation in ("add", "subtract"):
        left, right = (_terms(argument, named) for argument in node.arguments)
        if node.operation == "subtract":
            right = [_negated(entry) for entry in right]
        return left + right
    return [Term(tuple(_factors(node, named)))]


def _negated(entry: Term) -> Term:
    if entry.factors[0] is MINUS and len(entry.factors) > 1:
        return Term(entry.factors[1:])
    return Term((MINUS, *entry.factors))


def _factors(node: Written, named: Mapping[int, Factor]) -> list[Factor]:
    """The factors of a node that is one summand."""
    if id(node) in named:
        return [named[id(node)]]
    if node.factor is not None:
        return [node.factor]
    if node.operation in ("multiply", "divide"):
        left, right = node.arguments
        last = (
            _factors(right, named)
            if node.operation == "multiply"
            else [Factor(f"1/{_symbol(right, named)}", 1 / right.value if right.value else np.inf)]
        )
        return _minus_first([*_factors(left, named), *last])
    if node.operation == "negative":
        return _minus_first([MINUS, *_factors(node.arguments[0], named)])
    return [Factor(_symbol(node, named), node.value)]


def _minus_first(factors: list[Factor]) -> list[Factor]:
    """At most one −1, and that in front."""
    others = [factor for factor in factors if factor is not MINUS]
    return [MINUS, *others] if (len(factors) - len(others)) % 2 else others


def _symbol(node: Written, named: Mapping[int, Factor]) -> str:
    """A node inside a factor, in brackets where it is more than one number."""
    if node.operation == "sqrt" and id(node) not in named:
        return f"√({_sum(node.arguments[0], named)})"
    simple = id(node) in named or node.factor is not None or node.operation not in ARITHMETIC
    inner = _sum(node, named)
    return inner if simple else f"({inner})"


def _sum(node: Written, named: Mapping[int, Factor]) -> str:
    if id(node) in named or node.factor is not None or node.operation in ARITHMETIC:
        symbols = [entry.symbol for entry in _terms(node, named)]
        return "+".join(symbols).replace("+−", "−")
    if node.operation == "sqrt":
        return _symbol(node, named)
    arguments = ",".join(_sum(argument, named) for argument in node.arguments)
    return f"{FUNCTIONS.get(node.operation, node.operation)}({arguments})"


def _sources(node: Written, named: Mapping[int, Factor]) -> Iterator[str]:
    factor = named.get(id(node), node.factor)
    if factor is None:
        for argument in node.arguments:
            yield from _sources(argument, named)
    elif factor.source:
        yield factor.source
