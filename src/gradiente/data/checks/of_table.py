"""A table read for its checks: what would stop a training is found and said, and the rest is read all the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gradiente.data.checks.columns import ColumnFacts, facts_of
from gradiente.data.checks.finding import Finding, Level
from gradiente.data.checks.sheet import Sheet
from gradiente.data.own_table import SOME_CATEGORIES, Reading, targets_of
from gradiente.data.splits.rule import AT_RANDOM
from gradiente.data.tables import cells
from gradiente.data.tables.other_kinds import header_again
from gradiente.data.tables.several_targets import target_names
from gradiente.data.tables.table import Table, read_table
from gradiente.data.tables.target import Target
from gradiente.errors import ArgumentError, DataError

Array = np.ndarray
SHOWN = 3  # cells that are no numbers
MOSTLY = 0.5  # of the cells


@dataclass(frozen=True, eq=False)
class TableCheck:
    """What was found in the cells of a table.

    Arguments:
        facts: of every column that is read, in the order of the file
        findings: of single columns
        remarks: of how it was read, in the reader's language
        sheet: what the other checks read; None where there is no target that they could read
    """

    facts: tuple[ColumnFacts, ...]
    findings: tuple[Finding, ...]
    remarks: tuple[str, ...]
    sheet: Sheet | None


def check_table(path: Path, reading: Reading, *, validates: bool) -> TableCheck:
    """Check the cells of a table in a file.

    Errors: as of `read_table`; ArgumentError for a column that is not there
    """
    table = read_table(path, reading.form)
    for name in (*(reading.features or ()), *reading.left_out):
        table.require(name)
    table = table.without(reading.left_out)
    names, target, found = _targets(table, reading)
    features = table.names if reading.features is None else reading.features
    facts, columns, times = dict[str, ColumnFacts](), dict[str, Array](), dict[str, Array]()
    for each in features:
        if each in names:
            continue
        if table.is_dates(each) and not table.is_numeric(each):
            facts[each] = facts_of(each, table.words(each), dates=True)
            found.append(_dates(table, each, times))
            continue
        column, finding = _column(table, each)
        found += [] if finding is None else [finding]
        facts[each] = facts_of(each, table.words(each) if column is None else column)
        if column is not None and facts[each].values:
            columns[each] = column
    for each in list(columns):
        found += _of_gaps(facts[each], reading)
        finding = _of_words(table, each, columns[each])
        if finding is not None:
            found.append(finding)
        if finding is not None and finding.level == "stops":
            del columns[each]
    sheet = None
    if target is not None:
        gaps = target.missing
        for place, name in enumerate(names):
            facts[name] = _target_facts(table, name, target, place)
            if target.missing_in[name].any() and reading.missing == "error":
                found.append(_missing(name, target.missing_in[name], "missing_target"))
        sheet = Sheet(
            columns={each: column[~gaps] for each, column in columns.items()},
            y=target.y[~gaps],
            classes=target.classes,
            target=", ".join(names),
            targets=names if len(names) > 1 else (),
            labels=target.labels,
            in_order=True,
            at_random=reading.split == AT_RANDOM,
            scaled=True,
            validates=validates,
            times={each: column[~gaps] for each, column in times.items()},
            whole=all(each in columns or not facts[each].values for each in facts if each not in names),
        )
    remarks = (*table.remarks, *(target.remarks if target is not None else ()))
    order = [facts[each] for each in table.names if each in facts]
    return TableCheck(
        tuple(order), tuple(found), remarks, sheet if sheet is not None and len(sheet) else None
    )


def _targets(table: Table, reading: Reading) -> tuple[tuple[str, ...], Target | None, list[Finding]]:
    """The names of the targets, the targets where they can be read, and else what is wrong with them."""
    names = target_names(table, reading.target)
    try:
        return names, targets_of(table, names, reading), []
    except DataError as error:
        name = ", ".join(names)
        values = {"column": name, "reason": str(header_again(error) or error)}
        return names, None, [Finding("unreadable_target", values, "stops", name)]


def _target_facts(table: Table, name: str, target: Target, place: int) -> ColumnFacts:
    if target.task == "regression":
        return facts_of(name, target.y.reshape(len(target.y), -1)[:, place], is_target=True)
    if target.task == "multilabel":
        return facts_of(name, table.words(name), is_target=True, classes=True)
    words = np.where(target.missing, "", np.array(target.classes)[target.y] if target.classes else "")
    return facts_of(name, words, is_target=True, classes=True)


def _column(table: Table, name: str) -> tuple[Array | None, Finding | None]:
    """A column, or what makes it unreadable."""
    try:
        return table.column(name), None
    except (ArgumentError, DataError) as error:
        if error.key == "csv.not_number":
            return None, _mostly_numbers(table, name, "stops")
        return None, Finding("unreadable", {"column": name, "reason": str(error)}, "stops", name)


def _mostly_numbers(table: Table, name: str, level: Level) -> Finding:
    """A column most of whose cells are numbers, and some others."""
    plain = cells.plain(table.frame[name])
    present = ~cells.missing(plain, number=True)
    wrong = cells.numbers(plain, table.decimal or ".").is_null() & present
    others = table.frame[name].filter(wrong)
    first = ", ".join(map(repr, others.unique(maintain_order=True)[:SHOWN].to_list()))
    values = {"column": name, "numbers": int((present & ~wrong).sum()), "cells": int(present.sum())}
    values |= {"others": first, "line": table.cell(name, int(wrong.arg_max() or 0))["line"]}
    return Finding("mostly_numbers", values, level, name)


def _dates(table: Table, name: str, times: dict[str, Array]) -> Finding:
    """A column of dates, which are no numbers that a network learns from; their times are kept."""
    values = {"column": name, "cell": next(cell for cell in table.frame[name] if cell)}
    try:
        times[name] = table.times(name)
    except (
        ArgumentError,
        DataError,
    ) as error:  # whether the day or the month comes first, a cell that is no date
        return Finding("unreadable", {"column": name, "reason": str(error)}, "stops", name)
    return Finding("dates", values, "stops", name)


def _of_gaps(facts: ColumnFacts, reading: Reading) -> list[Finding]:
    """What is missing in a column; text has a category of its own for that."""
    rows = facts.values + facts.missing
    if not facts.missing:
        return []
    values = {"column": facts.name, "count": facts.missing, "rows": rows, "count_share": facts.missing / rows}
    if 2 * facts.missing > rows:
        return [
            Finding(
                "mostly_missing", values, "stops" if reading.missing == "error" else "warning", facts.name
            )
        ]
    return [Finding("missing", values, "stops", facts.name)] if reading.missing == "error" else []


def _missing(name: str, gaps: Array, key: str) -> Finding:
    count = int(gaps.sum())
    values = {"column": name, "count": count, "rows": len(gaps), "count_share": count / len(gaps)}
    return Finding(key, values, "stops", name)


def _of_words(table: Table, name: str, column: Array) -> Finding | None:
    """Words that are different in most rows, that are many, or that are numbers in most."""
    if column.dtype.kind != "U":
        return None
    kinds = len(np.unique(column))
    values: Mapping = {"column": name, "different": kinds, "rows": len(column)}
    if kinds > SOME_CATEGORIES and 2 * kinds > len(column):
        example = next(cell for cell in column.tolist() if cell)
        return Finding("names", {**values, "cell": example}, "stops", name)
    plain = cells.plain(table.frame[name])
    present = plain.filter(~cells.missing(plain, number=True))
    numbers = len(present) - cells.numbers(present, table.decimal or ".").null_count()
    if MOSTLY * len(present) < numbers < len(present) and not cells.is_code(present):
        return _mostly_numbers(table, name, "remark")
    return Finding("many_categories", values, "remark", name) if kinds > SOME_CATEGORIES else None


def with_cells(sheet: Sheet, cells_of: Sheet) -> Sheet:
    """A sheet with the columns of another one of the same rows: as they were written, with what is missing."""
    if not sheet.in_order or len(cells_of) != len(sheet) or not sheet.columns:
        return sheet
    return replace(sheet, columns=cells_of.columns, times=cells_of.times)
