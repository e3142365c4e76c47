"""The checks of a data set, in a file, or read already."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gradiente.data.checks import of_columns, of_rows, of_target, of_words
from gradiente.data.checks.columns import ColumnFacts, facts_of
from gradiente.data.checks.finding import LEVELS, DataReport, Finding
from gradiente.data.checks.in_time import in_time
from gradiente.data.checks.leak import leak
from gradiente.data.checks.of_table import check_table, with_cells
from gradiente.data.checks.sheet import Sheet
from gradiente.data.dataset import Dataset
from gradiente.data.load import NAMES, load
from gradiente.data.own_table import Reading
from gradiente.data.splits.rule import SplitRule
from gradiente.data.tables.other_kinds import named_kinds
from gradiente.data.tables.table import SUFFIXES
from gradiente.errors import DataError, require
from gradiente.files import STANDARD_INPUT, read_file
from gradiente.temporary import TemporaryFolder

log = logging.getLogger("gradiente")
# What makes training impossible first, then what makes its results other than they seem.
CHECKS: tuple[Callable[[Sheet], Finding | list[Finding] | None], ...] = (
    of_target.constant_target,
    of_target.few_rows,
    leak,
    of_rows.across_split,
    in_time,
    of_rows.contradictory,
    of_words.alike_words,
    of_target.imbalance,
    of_columns.names,
    of_columns.unscaled,
    of_columns.unscaled_pixels,
    of_columns.outliers,
    of_rows.repeated_rows,
    of_columns.constant_columns,
    of_columns.row_numbers,
    of_columns.day_numbers,
    of_target.rare_classes,
)
OF_ONE_TARGET = (of_target.constant_target, leak)  # which are asked of each of several targets by itself
# A finding, and those before it that say it already.
SAID_BY = {
    "repeated_rows": {"across_split"},
    "repeated_pictures": {"across_split_pictures"},
    "rare_classes": {"imbalance", "few_rows"},
    "row_numbers": {"in_time"},
}


def check_data(
    data: Dataset | str | Path, test: Any = None, *, validation: float | None = None, **options: Any
) -> DataReport:
    """What is odd about a data set, before a network is trained on it.

    Arguments:
        data: as `gradiente.data.load` takes it: a name, the path of a file or a folder; or the training part
        test: of a training part, the test part; of a file, as `load` takes it
        validation: the fraction of the training part that is to validate; None: the usual one
        options: those of `load`, of a file

    Errors: ArgumentError for an unknown name or option; FileError and DataError for a file that cannot be read

    >>> check_data("iris").keys
    []

    >>> import numpy as np
    >>> x = np.random.default_rng(0).normal(size=(200, 3))
    >>> data = Dataset(np.c_[x, np.exp(x[:, 0])], 3 * x[:, 0] + 1, "regression", "own")
    >>> print(check_data(data).findings[0].key)
    leak
    """
    validates = validation != 0
    if isinstance(data, Dataset):
        require(not options, "check.options", options=", ".join(sorted(options)))
        sheet = Sheet.of_parts(data, data if test is None else test, validates=validates)
        return _report(data.name, _facts(sheet), check_sheet(sheet))
    if test is not None:
        options["test"] = test
    return _check_named(data, options, validates)


def check_parts(train: Dataset, test: Dataset, *, validates: bool = True) -> tuple[Finding, ...]:
    """The findings about the two parts of a data set, the gravest first."""
    return check_sheet(Sheet.of_parts(train, test, validates=validates))


@np.errstate(all="ignore")
def check_sheet(sheet: Sheet, before: Sequence[Finding] = ()) -> tuple[Finding, ...]:
    """The findings about a sheet, and those that were made before, the gravest first."""
    found = list(before)
    for check in CHECKS:
        for each in sheet.of_each_target if check in OF_ONE_TARGET else [sheet]:
            made = check(each)
            found += made if isinstance(made, list) else [] if made is None else [made]
    keys = {finding.key for finding in found}
    found = [finding for finding in found if not SAID_BY.get(finding.key, set()) & keys]
    return tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level)))


def _check_named(data: str | Path, options: dict[str, Any], validates: bool) -> DataReport:
    path, name = Path(data), str(data)
    if name == STANDARD_INPUT:  # which can be read once, and is read twice
        with TemporaryFolder("check") as folder:
            path = folder / "stdin"
            path.write_bytes(read_file(name))
            return _check_named(path, options, validates)
    raw = None
    if (
        name not in NAMES
        and path.suffix.lower() != ".npz"
        and (name.lower().endswith(SUFFIXES) or path.is_file())
    ):
        split = SplitRule.parse(options.get("split"))
        reading = replace(options.get("table") or Reading(), target=options.get("target"), split=split)
        with named_kinds(path):
            raw = check_table(path, reading, validates=validates)
        name = path.stem
    before = () if raw is None else raw.findings
    facts = () if raw is None else raw.facts
    if all(finding.level != "stops" for finding in before):
        try:
            sheet = Sheet.of_parts(*load(data, **options), validates=validates)
        except DataError as error:
            found = () if raw is None or raw.sheet is None else check_sheet(raw.sheet, before)
            if all(finding.level != "stops" for finding in found):
                found = (Finding("refused", {"reason": str(error)}, "stops"), *found)
            return _report(name, facts, found)
        sheet = sheet if raw is None or raw.sheet is None else with_cells(sheet, raw.sheet)
        return _report(name, facts or _facts(sheet), check_sheet(sheet, before))
    assert raw is not None
    for remark in raw.remarks:
        log.info(remark)
    return _report(name, facts, check_sheet(raw.sheet, before) if raw.sheet is not None else before)


def _facts(sheet: Sheet) -> tuple[ColumnFacts, ...]:
    """Of every column, the target last."""
    found = [facts_of(name, column) for name, column in sheet.columns.items()]
    found += [
        facts_of(each.target, each.target_column, is_target=True, classes=each.classifies)
        for each in sheet.of_each_target
    ]
    return tuple(found)


def _report(name: str, facts: Sequence[ColumnFacts], findings: Sequence[Finding]) -> DataReport:
    return DataReport(name, tuple(facts), tuple(findings))
