"""`gradiente train --folds`: a network for each fold of a cross-validation, and the mean of their scores."""

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gradiente.cli.base import print_json
from gradiente.cli.tables import console, styled_table
from gradiente.cli.train_one import train_one
from gradiente.engines import launched
from gradiente.errors import ArgumentError, FileError, require
from gradiente.files import STANDARD_INPUT, system_reason
from gradiente.formatting import measure_name, measure_value
from gradiente.locale import text
from gradiente.training.config import Config
from gradiente.training.cross_validation import CrossValidation, mean_and_deviation
from gradiente.training.run import claimed_folder, default_folder, missing_parents, remove_unless_begun


def new_folds(config: Config, run_folder: str | None, ending: ExitStack) -> CrossValidation:
    """The folder of a new cross-validation, with its config.

    Arguments:
        ending: what removes the folder where no fold began

    Errors: ArgumentError where it exists, in several processes, or for data that can be read only once
    """
    require(launched().world_size == 1, "folds.processes")
    require(config.data.name != STANDARD_INPUT, "folds.standard_input")
    folder = Path(run_folder or default_folder(config.data.name)).absolute()
    if run_folder is not None and os.path.lexists(folder):
        raise ArgumentError("run.exists", folder=folder)
    parents = missing_parents(folder)
    if run_folder is None:
        folder = claimed_folder(config.data.name).absolute()
    else:
        try:
            folder.mkdir(parents=True)
        except OSError as error:
            raise FileError("storage.write", path=folder, reason=system_reason(error)) from error
    validation = CrossValidation(folder)
    made = validation.config_file, validation.folder, *parents
    ending.callback(remove_unless_begun, validation.fold(1), *made)
    config.portable().write(validation.config_file)
    return validation


def train_folds(validation: CrossValidation, given: Mapping[str, Any], *, as_json: bool) -> int:
    """Train the network of every fold that is not finished, and print the scores; the exit status.

    Arguments:
        validation: its folder
        given: options of the command; those of a resumed run may only be such as a run takes when it is resumed
    """
    number, out = validation.config().data.folds or 0, console(as_json)
    scores, results = validation.scores(), {}
    again = any(value is not None for key, value in given.items() if key not in ("report", "tensorboard"))
    for fold in range(1, number + 1):
        folder = validation.fold(fold)
        if fold in scores and not again:
            continue
        begun = {"resume": str(folder), "run_folder": None, "config_file": None}
        new = {
            "resume": None,
            "run_folder": str(folder),
            "config_file": str(validation.config_file),
            "fold": fold,
        }
        chosen = begun if (folder / "run.toml").is_file() else new
        status, result = train_one(**{**given, **chosen}, as_json=as_json, was_read=bool(results))
        if status or result is None:
            out.print(text("train.folds_left", folder=validation.folder), soft_wrap=True)
            return status
        scores[fold], results[fold] = result["test"], result
        validation.keep(dict(sorted(scores.items())))
    mean, deviation = mean_and_deviation(scores)
    if as_json:
        print_json(
            {
                "run": str(validation.folder),
                "folds": scores,
                "runs": list(results.values()),
                "mean": mean,
                "std": deviation,
            }
        )
        return 0
    table = styled_table(title=text("train.folds", folds=number), title_style="italic")
    table.add_column(text("train.folds.metric"))
    for fold in scores:
        table.add_column(str(fold), justify="right")
    table.add_column(text("train.folds.mean"), justify="right")
    for name in mean:
        each = [measure_value(name, metrics[name]) for metrics in scores.values()]
        spread = f"{measure_value(name, mean[name])} ± {measure_value(name, deviation[name])}"
        table.add_row(measure_name(name), *each, spread)
    out.print(table)
    out.print(f"{text('train.folds.folder')}: {validation.folder}", highlight=False, soft_wrap=True)
    return 0
