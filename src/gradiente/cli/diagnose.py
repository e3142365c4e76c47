"""`gradiente diagnose`: what went wrong in a training run, why, and what to type."""

from dataclasses import replace

import click

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.mend import mend_run
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console
from gradiente.diagnosis import diagnose as diagnosed
from gradiente.locale import text
from gradiente.training.build import plan
from gradiente.training.diagnosed_run import subject_of_run
from gradiente.training.load_for import load_for
from gradiente.training.run import Run


def diagnose(run: str, data_dir: str | None, mend: bool, as_json: bool) -> int:
    opened = Run.open(run)
    config = opened.config() if data_dir is None else opened.config().changed(data_dir=data_dir)
    train, test = load_for(config)
    opened.require_same_data(train, test)
    subject = subject_of_run(opened, plan(config, train), train)
    found = diagnosed(replace(subject, test=test))
    if mend:
        return mend_run(opened, config, test, found, as_json=as_json)
    if as_json:
        print_json({"run": str(opened.folder), **found.to_dict()})
    else:
        console().print(str(found), soft_wrap=True)
    return 0


command = command(
    "diagnose",
    lambda: [
        click.Argument(["run"], metavar=text("cli.metavar.run")),
        setting_option("data_dir"),
        option("--mend", "cli.diagnose.mend", is_flag=True),
        custom_option(),
        json_option(),
    ],
    diagnose,
)
