"""Recording of element-wise formulas: a formula is run once on symbols, and every operation is recorded.

A rule of an optimizer, and an activation, are made of NumPy's element-wise operations, so the record is all there is
to it. The compiled engine and PyTorch execute it, and the trace shows it, with its numbers in place.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from gradiente.errors import ArgumentError
from gradiente.optimizers import Optimizer

Index = tuple[int, ...]
CHOICE = "where"


class Symbol(NDArrayOperatorsMixin):
    """One number of a formula: a constant, a named operand, or the result of an operation on other symbols.

    Arguments:
        name: of an operand; "" for a constant or a result
        value: the number, or an array of the numbers that it takes in turn; None where it is not known
        function, operation, arguments: of a result: its function's name, the function itself, its operands
        payload: anything that belongs to an operand
        fixed: a hyperparameter: it may be asked for its value, as a condition does
        place: which entry of an array is met, where a formula has arrays of its own in it
    """

    def __init__(
        self,
        name: str = "",
        value: Any = None,
        *,
        function: str = "",
        operation: Callable[..., Any] | None = None,
        arguments: "tuple[Symbol, ...]" = (),
        payload: Any = None,
        fixed: bool = False,
        place: Index | None = None,
    ) -> None:
        self.name, self.value = name, value
        self.function, self.operation, self.arguments = function, operation, arguments
        self.payload, self.fixed, self.place = payload, fixed, place

    def __repr__(self) -> str:
        result = f"{self.function}{self.arguments}" if self.function else repr(self.value)
        return self.name or result

    @property
    def constant(self) -> bool:
        return not self.name and not self.function

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method != "__call__" or options:
            return NotImplemented
        return self._result(ufunc.__name__, ufunc, inputs)

    def __array_function__(self, function: Any, types: Any, inputs: Any, options: Any) -> Any:
        if function is np.where and len(inputs) == 3 and not options:
            return self._result(CHOICE, np.where, inputs)
        if function is np.clip and len(inputs) == 3 and not options:
            x, low, high = inputs
            return np.minimum(np.maximum(x, low), high)
        return NotImplemented

    def __bool__(self) -> bool:
        known = np.asarray(self._known())
        if known.size > 1 and known.any() != known.all():
            raise TypeError("a condition that holds for some of several values only")
        return bool(known.any())

    def __float__(self) -> float:
        return float(self._known())

    def __int__(self) -> int:
        return int(self._known())

    def __abs__(self) -> "Symbol":
        return np.absolute(self)  # pyright: ignore[reportReturnType, reportCallIssue, reportArgumentType]

    def _known(self) -> Any:
        if not self.fixed:
            raise TypeError("a formula that depends on the value of a number cannot be recorded")
        return self.value

    def _result(self, function: str, operation: Callable[..., Any], inputs: tuple[Any, ...]) -> "Symbol":
        places = [entry.place for entry in inputs if isinstance(entry, Symbol) and entry.place is not None]
        place = places[0] if places else None
        arguments = tuple(_operand(entry, place) for entry in inputs)
        values = [argument.value for argument in arguments]
        known = all(value is not None for value in values)
        return Symbol(
            value=operation(*values) if known else None,
            function=function,
            operation=operation,
            arguments=arguments,
            fixed=all(argument.fixed for argument in arguments),
            place=place,
        )


def _operand(entry: Any, place: Index | None) -> Symbol:
    """An operand as a symbol; of an array the entry that is met."""
    if isinstance(entry, Symbol):
        return entry
    if isinstance(entry, np.ndarray) and entry.ndim:
        if place is None:
            raise TypeError("a formula with an array of its own in it is not element-wise")
        met = tuple(0 if n == 1 else i for i, n in zip(place[-entry.ndim :], entry.shape, strict=True))
        entry = entry[met]
    value = entry.item() if isinstance(entry, np.generic | np.ndarray) else entry
    return Symbol(value=value, fixed=True)


def record(optimizer: Optimizer, slots: Iterable[str], t: int) -> dict[str, Symbol]:
    """The rule's step t: the new θ under "theta", and every slot under its name.

    Errors: ArgumentError for a rule that is not made of NumPy's element-wise operations

    >>> from gradiente.optimizers import SGD
    >>> record(SGD(lr=0.5), [], t=1)["theta"].arguments
    (theta, multiply(0.5, gradient))
    """
    return run_rule(optimizer, Symbol("theta"), Symbol("gradient"), {s: Symbol(s) for s in slots}, t)


def run_rule(
    optimizer: Optimizer, theta: Symbol, gradient: Symbol, slots: Mapping[str, Symbol], t: Any
) -> dict[str, Symbol]:
    """The rule on those symbols: the new θ under "theta", and every slot under its name.

    Errors: ArgumentError for a rule that is not made of NumPy's element-wise operations
    """
    try:
        with np.errstate(all="ignore"):
            new, new_slots = optimizer.rule(theta, gradient, dict(slots), t)  # pyright: ignore[reportArgumentType]
        results = {"theta": new, **{name: new_slots[name] for name in slots}}
        return {name: _operand(result, None) for name, result in results.items()}
    except (TypeError, AttributeError, KeyError) as error:
        raise ArgumentError(
            "symbolic.rule", name=type(optimizer).__name__, reason=str(error).splitlines()[0]
        ) from error


def operations(results: Iterable[Symbol]) -> Iterator[Symbol]:
    """Every operation that the results need, each once, after those that it needs itself."""
    done = set[int]()

    def visit(symbol: Symbol) -> Iterator[Symbol]:
        if symbol.function and id(symbol) not in done:
            for argument in symbol.arguments:
                yield from visit(argument)
            done.add(id(symbol))
            yield symbol

    for result in results:
        yield from visit(result)


def evaluate(
    results: Mapping[str, Symbol], operands: Mapping[str, Any], functions: Callable[[str], Callable[..., Any]]
) -> dict[str, Any]:
    """The results for those operands, computed by another library's functions.

    Arguments:
        operands: by their names
        functions: the function of a NumPy name, "multiply"

    >>> from gradiente.optimizers import SGD
    >>> recorded = record(SGD(lr=0.5), [], t=1)
    >>> evaluate(recorded, {"theta": 1.0, "gradient": 4.0}, lambda name: getattr(np, name))["theta"].item()
    -1.0
    """
    computed = dict[int, Any]()

    def value(symbol: Symbol) -> Any:
        if symbol.function:
            return computed[id(symbol)]
        return operands[symbol.name] if symbol.name else symbol.value

    for symbol in operations(results.values()):
        computed[id(symbol)] = functions(symbol.function)(*(value(entry) for entry in symbol.arguments))
    return {name: value(symbol) for name, symbol in results.items()}
