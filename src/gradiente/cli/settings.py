"""The command line's options for the settings of a config."""

from collections.abc import Mapping
from typing import Any

import click

from gradiente.cli.kinds import (
    BATCH_SIZE,
    CLASS_WEIGHTS,
    INTEGER,
    INTEGERS,
    LAYER_NUMBERS,
    NUMBER,
    SHARE_OR_FILE,
)
from gradiente.custom import load_custom
from gradiente.locale import text
from gradiente.notation import parse_list, write
from gradiente.training.sections import SETTINGS
from gradiente.training.setting import BatchSize, ClassWeights, LayerNumbers, Names, ShareOrFile


class Notations(click.ParamType):
    """Notations separated by commas."""

    name = "notations"

    def __init__(self, registry: Mapping[str, type]) -> None:
        self.registry = registry

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        return [write(entry, self.registry) for entry in parse_list(value, self.registry)]


TYPES = {
    str: click.STRING,
    int: INTEGER,
    float: NUMBER,
    list[int]: INTEGERS,
    BatchSize: BATCH_SIZE,
    ShareOrFile: SHARE_OR_FILE,
    LayerNumbers: LAYER_NUMBERS,
    ClassWeights: CLASS_WEIGHTS,
}


def setting_option(name: str, key: str | None = None, *, default: Any = None) -> click.Parameter:
    """The option of a setting, or its argument; the value is checked as that of a config.

    Arguments:
        key: of its help text; None: that of `gradiente train`
        default: of a command that has no config; None: not given
    """
    setting = SETTINGS[name]
    metavar = setting.value_in_words()

    def checked(_ctx: click.Context, _param: click.Parameter, value: Any) -> Any:
        value = list(value) or None if isinstance(value, tuple) else value
        value = value[0] if setting.kind == Names and value is not None and len(value) == 1 else value
        if value is not None:
            setting.check(value)
        return value

    facts: dict[str, Any] = {"default": default, "callback": checked}
    if not setting.options:
        return click.Argument([name], required=False, metavar=f"[{metavar}]", **facts)
    words = setting.meaning() if key is None else text(key)
    if setting.kind is bool:
        (on,) = setting.options
        switch = f"{on}/--no-{on[2:]}" if setting.negatable else on
        return click.Option([switch, name], is_flag=True, help=words, **facts)
    if setting.kind == Names:
        facts["multiple"] = True
    elif setting.kind != list[str]:
        facts["type"] = TYPES[setting.kind]
    elif setting.registry is not None:
        facts["type"] = Notations(setting.registry)
    else:
        facts["multiple"] = True
    return click.Option([*setting.options, name], metavar=metavar, help=words, **facts)


def custom_option() -> click.Option:
    """--custom FILE: custom layers, losses and optimizers, registered before any other option is read."""

    def load(_ctx: click.Context, _param: click.Parameter, files: tuple[str, ...]) -> None:
        load_custom(files)

    return click.Option(
        ["--custom"],
        multiple=True,
        is_eager=True,
        expose_value=False,
        callback=load,
        metavar=text("cli.metavar.file"),
        help=text("cli.custom"),
    )
