"""An optimizer's rule as the source of a loop over parameters, and the numbers that it reads at every step."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.engines.compiled.formulas import Formulas, Operand, nested, supported
from gradiente.engines.compiled.recording import NotRecordable
from gradiente.errors import ArgumentError
from gradiente.optimizers import Optimizer
from gradiente.symbolic import Symbol, run_rule

Array = np.ndarray


@dataclass(frozen=True)
class Rule:
    """A recorded rule.

    Arguments:
        lines: of the loop over `count` numbers of theta, gradient and slot_NAME, with the constants c[0], c[1] …
        constants: their values; an array has one for each step
    """

    lines: tuple[str, ...]
    constants: tuple[Any, ...]


def record_rule(optimizer: Optimizer, slots: list[str], steps: range) -> Rule:
    """The rule of those steps, counted from 1.

    Hyperparameters, and what follows from t, are constants: the lines are the same for other values.

    Errors: ArgumentError for a function that has no source, and as of `symbolic.run_rule`, also where the rule is not
        of the same form at every step
    """
    t: Any = steps.start
    if len(steps) > 1:  # as Python's numbers, so that a power of t has the same bits as alone
        t = Symbol("t", np.array(steps, object), fixed=True)
    operands = {name: Symbol(name) for name in slots}
    results = run_rule(optimizer, Symbol("theta"), Symbol("gradient"), operands, t)
    constants = list[Any]()
    where = {name: Operand(f"slot_{name}") for name in slots}
    where |= {"theta": Operand("theta"), "gradient": Operand("gradient")}

    def with_constants(symbol: Symbol, made: dict[int, Symbol]) -> Symbol:
        if symbol.name and symbol.name != "t":
            return symbol
        if symbol.value is not None:
            name = f"c{len(constants)}"
            where[name] = Operand(f"n{len(constants)}", "number")
            constants.append(symbol.value)
            return Symbol(name)
        if id(symbol) not in made:
            arguments = [with_constants(each, made) for each in symbol.arguments]
            if symbol.function == "power" and symbol.arguments[1].value is not None:
                constants.pop()
                arguments[1] = symbol.arguments[1]
            made[id(symbol)] = Symbol(function=symbol.function, arguments=tuple(arguments))
        return made[id(symbol)]

    made = dict[int, Symbol]()
    recorded = {name: with_constants(symbol, made) for name, symbol in results.items()}
    try:
        supported(recorded.values())
    except NotRecordable as error:
        raise ArgumentError("symbolic.compiled", name=str(error)) from error
    formulas = Formulas(where)
    for name, symbol in recorded.items():
        formulas.compute(symbol, where[name])
    lines = [f"n{number} = c[{number}]" for number in range(len(constants))]
    return Rule((*lines, *nested("for i in range(count):", formulas.entry("i"))), tuple(constants))
