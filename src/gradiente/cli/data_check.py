"""`gradiente data check`: what is odd about a data set, before a network is trained on it."""

from typing import Any

import click

from gradiente.cli.base import command, json_option, print_json
from gradiente.cli.remarks import remarks
from gradiente.cli.settings import setting_option
from gradiente.cli.tables import console, styled_table
from gradiente.data.checks import DataReport, check_data
from gradiente.formatting import count
from gradiente.locale import text
from gradiente.training.config import Config
from gradiente.training.load_for import load_options
from gradiente.training.sections import DataConfig
from gradiente.training.setting import settings_of

READING = [name for name in settings_of(DataConfig) if name not in ("name", "augment", "folds", "fold")]
MOST_COLUMNS = 40  # that are printed
STYLES = {"stops": "red", "warning": "yellow", "remark": None}


def check(as_json: bool, **given: Any) -> int:
    """The exit status: 1 where something makes training impossible."""
    config = Config().changed(**{key: value for key, value in given.items() if value is not None})
    out = console(as_json)
    with remarks(out):
        report = check_data(config.data.name, validation=config.data.validation, **load_options(config))
    if as_json:
        print_json(report.to_dict())
    else:
        _print(report)
    return 0 if report.can_train else 1


def _print(report: DataReport) -> None:
    out = console()
    table = styled_table(title=report.name)
    for key in ("column", "kind"):
        table.add_column(text(f"check.{key}"))
    for key in ("missing", "different"):
        table.add_column(text(f"check.{key}_values"), justify="right")
    table.add_column(text("check.evidence"))
    for column in report.columns[:MOST_COLUMNS]:
        kind = (
            f"{column.kind_in_words} ({text('check.target')})" if column.is_target else column.kind_in_words
        )
        counts = count(column.missing) if column.missing else "", count(column.different)
        table.add_row(column.name, kind, *counts, column.evidence)
    if report.columns:
        out.print(table)
    if len(report.columns) > MOST_COLUMNS:
        out.print(text("check.more_columns", count=count(len(report.columns) - MOST_COLUMNS)))
    for finding in report:
        out.print(
            f"{text(f'check.level.{finding.level}')}: {finding}", style=STYLES[finding.level], soft_wrap=True
        )
    if not report:
        out.print(text("check.nothing"))


command = command(
    "data.check",
    lambda: [
        click.Argument(["name"], metavar=text("cli.metavar.data")),
        *map(setting_option, READING),
        setting_option("seed", "cli.data.check.seed"),
        json_option(),
    ],
    check,
)
