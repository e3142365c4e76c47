"""`gradiente train`: from a data set's name to a trained, evaluated and saved network."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.train_config import RESUMABLE, config_of, not_on_resume
from gradiente.cli.train_folds import new_folds, train_folds
from gradiente.cli.train_one import train_one
from gradiente.locale import text
from gradiente.training.cross_validation import CrossValidation
from gradiente.training.sections import SETTINGS


def train(as_json: bool, **options: Any) -> int:
    """The exit status: 0, or that of the signal that ended the training."""
    with ExitStack() as ending:
        folds = _folds(ending, **options)
        if folds is not None:
            kept = {
                key: value for key, value in options.items() if key in RESUMABLE | {"report", "tensorboard"}
            }
            given = kept if options["resume"] is not None else options
            return train_folds(folds, given, as_json=as_json)
    status, result = train_one(as_json=as_json, **options)
    if as_json and result is not None:
        print_json(result)
    return status


def _folds(
    ending: ExitStack, resume: str | None, run_folder: str | None, config_file: str | None, **options: Any
) -> CrossValidation | None:
    """The cross-validation that is asked for, or resumed; None: a single training."""
    given = {key: value for key, value in options.items() if key in SETTINGS and value is not None}
    if resume is not None and CrossValidation.is_in(resume):
        fixed = [
            SETTINGS[key].options[0] if SETTINGS[key].options else value
            for key, value in given.items()
            if key not in RESUMABLE
        ]
        others = {"--config": config_file, "--run": run_folder}
        for name in (*fixed, *(name for name, value in others.items() if value is not None)):
            raise not_on_resume(name)
        return CrossValidation(Path(resume).absolute())
    if resume is not None:
        return None
    config = config_of(config_file, given)
    return (
        new_folds(config, run_folder, ending)
        if config.data.folds is not None and config.data.fold is None
        else None
    )


command = command(
    "train",
    lambda: [
        *map(setting_option, SETTINGS),
        click.Option(
            ["--config", "config_file"], help=text("cli.train.config"), metavar=text("cli.metavar.file")
        ),
        click.Option(
            ["--run", "--run-name", "run_folder"],
            help=text("cli.train.run"),
            metavar=text("cli.metavar.folder"),
        ),
        option("--resume", "cli.train.resume", metavar=text("cli.metavar.run")),
        option("--report/--no-report", "cli.train.report", default=True),
        option("--tensorboard", "cli.train.tensorboard", is_flag=True),
        custom_option(),
        json_option(),
    ],
    train,
)
