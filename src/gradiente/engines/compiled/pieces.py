"""A piece of a layer, and the formulas of one."""

from dataclasses import dataclass

from gradiente.engines.compiled.formulas import Formulas


@dataclass(frozen=True)
class Cut:
    """A piece of a layer: which features of which rows.

    Arguments:
        lo, count: the first feature and how many; numbers or sources
        rows: how many, from 0; a number or a source
        filled: how many of them are there, not only to fill the array
    """

    lo: str | int
    count: str | int
    rows: str | int
    filled: str | int


@dataclass(frozen=True)
class Chained:
    """Formulas of a piece of a stage, and the lines before their loops.

    Arguments:
        entries: the pointers to arrays of features × rows
        shared: those to what all rows share
    """

    entries: list[str]
    shared: list[str]
    formulas: Formulas
