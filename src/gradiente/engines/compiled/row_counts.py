"""Formulas for any number of rows, from recordings with a few numbers of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.engines.compiled.recording import ROWS, NotRecordable
from gradiente.symbolic import Symbol

COUNTS = (ROWS, 3, 5)  # how many rows the recordings have
ROW_COUNT = "row_count"  # the operand that is their number


def for_any_count(recordings: Sequence[Mapping[Any, Symbol]]) -> dict[Any, Symbol]:
    """The formulas that are recorded with COUNTS rows, where a number that differs is one a + b · rows.

    Arguments:
        recordings: the same formulas, by name

    Errors: NotRecordable where they differ in anything else
    """
    made = dict[tuple[int, ...], Symbol]()

    def alike(symbols: tuple[Symbol, ...]) -> Symbol:
        key = tuple(map(id, symbols))
        if key not in made:
            made[key] = one(symbols)
        return made[key]

    def one(symbols: tuple[Symbol, ...]) -> Symbol:
        first = symbols[0]
        if len({(each.name, each.function, len(each.arguments)) for each in symbols}) > 1:
            raise NotRecordable("a formula that is another one for more rows")
        if first.constant:
            return _of_count(symbols)
        arguments = tuple(map(alike, zip(*(each.arguments for each in symbols), strict=True)))
        if all(own is given for own, given in zip(arguments, first.arguments, strict=True)):
            return first
        return Symbol(function=first.function, operation=first.operation, arguments=arguments)

    if any(each.keys() != recordings[0].keys() for each in recordings):
        raise NotRecordable("other formulas for more rows")
    return {name: alike(tuple(each[name] for each in recordings)) for name in recordings[0]}


def _of_count(constants: Sequence[Symbol]) -> Symbol:
    """A number that is a + b · rows, from its values for COUNTS rows."""
    values = [each.value for each in constants]
    if all(value == values[0] for value in values):
        return constants[0]
    b = (values[1] - values[0]) / (COUNTS[1] - COUNTS[0])
    a = values[0] - b * COUNTS[0]
    if any(value != a + b * count for value, count in zip(values, COUNTS, strict=True)):
        raise NotRecordable("a number that depends on how many rows there are")
    times = Symbol(function="multiply", operation=np.multiply, arguments=(Symbol(value=b), Symbol(ROW_COUNT)))
    return Symbol(function="add", operation=np.add, arguments=(times, Symbol(value=a)))
