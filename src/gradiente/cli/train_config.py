"""The config of `gradiente train`: of a file, of the options, or of a run that is resumed."""

from dataclasses import fields
from typing import Any

from gradiente.data import NAMES
from gradiente.engines import Torch, launched
from gradiente.errors import ArgumentError
from gradiente.training.config import Config
from gradiente.training.kept_data import KeptData
from gradiente.training.run import Run
from gradiente.training.sections import SETTINGS
from gradiente.training.xor import XOR

# What may differ when a training is resumed: how long it goes on, where its data lie, who executes it.
RESUMABLE = {name for name, setting in SETTINGS.items() if setting.resumable}
# With one of these, a network of one's own is trained; without, xor is the workshop's network.
OF_A_NETWORK = {"constant_input", "hidden", "activation", "bias", "layers", "pretrained", "keep", "loss"}


def config_of(config_file: str | None, given: dict[str, Any]) -> Config:
    """The config of a new training: of a file, or none, overridden by the options that are given."""
    if config_file is not None:
        return Config.read(config_file).changed(**given)
    workshop = given.get("name") == "xor" and not OF_A_NETWORK & given.keys()
    return (XOR if workshop else Config()).changed(**given)


def resumed_config(run: Run, given: dict[str, Any], *, restarted: bool = False) -> Config:
    """The config of a run that is resumed, overridden by the options that are given.

    Arguments:
        restarted: by the command that began it, whose other options are the same

    Errors: ArgumentError for an option that may not differ
    """
    if restarted:
        given = {key: value for key, value in given.items() if key in RESUMABLE}
    saved = run.config()
    fixed = sorted(given.keys() - RESUMABLE)
    if (name := given.get("name", saved.data.name)) != saved.data.name:
        moved = not {name, saved.data.name} & set(NAMES) and KeptData.read(run.folder) is not None
        fixed += [] if moved else ["name"]
    if fixed:
        option = SETTINGS[fixed[0]].options
        raise not_on_resume(option[0] if option else given[fixed[0]])
    changes = {"shard": saved.execution.shard and launched().world_size > 1}
    if "engine" in given:  # how another engine was told to compute says nothing of this one
        changes = {field.name: field.default for field in fields(Torch)}
    return saved.changed(**{**changes, **given})


def not_on_resume(option: str) -> ArgumentError:
    """The error for an option that may not be given when a training is resumed."""
    resumable = [SETTINGS[name] for name in SETTINGS if name in RESUMABLE]
    allowed = ", ".join(setting.options[0] for setting in resumable if setting.options)
    return ArgumentError("train.resume", option=option, allowed=allowed)


def fixed_settings(config: Config) -> dict[str, Any]:
    """The settings of a config that may not change when a run is resumed."""
    return {key: value for key, value in config.values().items() if key not in RESUMABLE}
