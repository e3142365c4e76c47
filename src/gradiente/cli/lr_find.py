"""`gradiente lr-find`: a learning rate for a network and its data, from a few steps whose rate grows."""

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from gradiente.cli.base import command, json_option, option, print_json
from gradiente.cli.curve import curve
from gradiente.cli.kinds import INTEGER, NUMBER
from gradiente.cli.remarks import remarks
from gradiente.cli.settings import custom_option, setting_option
from gradiente.cli.tables import console, print_summary
from gradiente.formatting import number, short
from gradiente.locale import text
from gradiente.reporting.lr_picture import lr_picture
from gradiente.storage import require_png, write_atomically
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for
from gradiente.training.lr_search import HIGHEST, LOWEST, STEPS, LRSearch
from gradiente.training.sections import SETTINGS

if TYPE_CHECKING:
    from rich.console import Console


def lr_find(
    config_file: str | None,
    lowest: float,
    highest: float,
    steps: int,
    output: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    if output is not None:
        require_png(output)
    given = {key: value for key, value in given.items() if value is not None}
    config = (Config() if config_file is None else Config.read(config_file)).changed(**given)
    out = console(as_json)
    with remarks(out):
        train, test = load_for(config)
        planned = plan(config.portable(), train)
        print_summary(out, planned.network, train, test)
        found = planned.trainer([]).lr_find(
            train,
            validation=planned.config.data.validation or None,
            batch_size=planned.config.descent.batch_size,
            lowest=lowest,
            highest=highest,
            steps=steps,
        )
    if output is not None:
        write_atomically(output, lr_picture(found))
    if as_json:
        print_json({**found.to_dict(), "optimizer": planned.config.descent.optimizer, "output": output})
        return
    _print(out, found)
    if output is not None:
        out.print(text("data_show.written", path=output), soft_wrap=True)


def _print(out: "Console", found: LRSearch) -> None:
    """The smoothed loss over the rates, and what follows from it."""
    course = np.minimum(found.smoothed, 1.2 * found.smoothed[0])
    low, high = (number(end) for end in (course.min(), course.max()))
    lines = curve(course)
    margin = max(len(low), len(high))
    labels = [high, *[""] * (len(lines) - 2), low]
    out.print(text("lr_find.curve"), style="italic")
    for label, line in zip(labels, lines, strict=True):
        out.print(f"{label:>{margin}} |{line}", soft_wrap=True)
    ends = [short(float(f"{rate:.2g}")) for rate in (found.rates[0], found.rates[-1])]
    out.print(f"{'':>{margin}}  {ends[0]}{ends[1]:>{60 - len(ends[0])}}", soft_wrap=True)
    words = {name: f"{getattr(found, name):.2g}" for name in ("lowest", "steepest")}
    if found.suggestion is None:
        out.print(text("lr_find.none"), style="yellow", soft_wrap=True)
        return
    out.print(text("lr_find.found", lr=f"{found.suggestion:.2g}", **words), soft_wrap=True)
    if not found.diverged and found.lowest == found.rates[-1]:
        out.print(text("lr_find.still_falling"), style="yellow", soft_wrap=True)


command = command(
    "lr-find",
    lambda: [
        *map(setting_option, SETTINGS),
        click.Option(
            ["--config", "config_file"], help=text("cli.train.config"), metavar=text("cli.metavar.file")
        ),
        option("--lowest", "cli.lr-find.lowest", type=NUMBER, default=LOWEST, show_default=True),
        option("--highest", "cli.lr-find.highest", type=NUMBER, default=HIGHEST, show_default=True),
        option("--steps", "cli.lr-find.steps", type=INTEGER, default=STEPS, show_default=True),
        option("--output", "cli.lr-find.output", metavar=text("cli.metavar.file")),
        custom_option(),
        json_option(),
    ],
    lr_find,
)
