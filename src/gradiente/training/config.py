"""The config of a training run: four sections, as Python arguments, plain data, or a TOML file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import tomli_w

from gradiente.data import NAMES
from gradiente.errors import ArgumentError, did_you_mean
from gradiente.files import STANDARD_INPUT
from gradiente.storage import read_toml, write_atomically
from gradiente.training.sections import (
    SECTIONS,
    SETTINGS,
    DataConfig,
    DescentConfig,
    ExecutionConfig,
    NetworkConfig,
)
from gradiente.training.setting import settings_of


@dataclass(frozen=True, kw_only=True)
class Config:
    """The config of a training run. None is the default of the data set.

    >>> Config.from_dict({"data": {"name": "moons"}, "descent": {"epochs": 20}}).descent.epochs
    20
    """

    data: DataConfig = field(default_factory=DataConfig)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    descent: DescentConfig = field(default_factory=DescentConfig)
    execution: ExecutionConfig = field(default_factory=ExecutionConfig)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Config":
        """A config from plain data, section by section.

        Errors: ArgumentError for an unknown key, with the nearest one; for a key outside its section, with its
            section; for a value of another kind or out of range
        """
        for section, entries in values.items():
            if section not in SECTIONS:
                raise _unknown(section, SECTIONS if isinstance(entries, Mapping) else SETTINGS)
            known = settings_of(SECTIONS[section])
            if not isinstance(entries, Mapping):
                raise ArgumentError(
                    "config.table", section=section, known=", ".join(known), got=repr(entries)
                )
            for key in entries:
                if key not in known:
                    raise _unknown(key, SETTINGS)
        return cls(**{section: SECTIONS[section](**entries) for section, entries in values.items()})

    @classmethod
    def read(cls, path: str | Path) -> "Config":
        """The config of a TOML file.

        Errors: FileError where there is none or it is no TOML; ArgumentError for what is in it
        """
        return cls.from_dict(read_toml(path))

    def write(self, path: str | Path) -> None:
        """Write the config as TOML, without unset values."""
        write_atomically(path, tomli_w.dumps(self.to_dict()))

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Everything that is chosen, as plain data, section by section."""
        chosen: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
        for name, value in self.values().items():
            if value is not None:
                chosen[SETTINGS[name].section][name] = value
        return chosen

    def values(self) -> dict[str, Any]:
        """Every setting of every section, by its name."""
        sections = [getattr(self, one.name) for one in fields(self)]
        return {name: value for section in sections for name, value in vars(section).items()}

    def make(self, name: str) -> Any:
        """The object, or the list of objects, that a setting's notation describes; None where it is None.

        >>> Config().changed(layers=["linear(4, 3)", "tanh"]).make("layers")
        [Linear(in_features=4, out_features=3, bias=True), Tanh()]
        """
        value = self.values()[name]
        return None if value is None else SETTINGS[name].make(value)

    def changed(self, **values: Any) -> "Config":
        """The same config with other values, by the names of the settings, checked in the same way.

        `hidden`, `activation` or `bias` describe another network: the layers written out before give way, and
        they to new layers.

        >>> Config().changed(name="moons", epochs=20).data.name
        'moons'
        """
        if "layers" in values:
            values = {"hidden": None, "activation": None, **values}
        elif {"hidden", "activation", "bias"} & values.keys():
            values["layers"] = None
        sections: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            if name not in SETTINGS:
                raise _unknown(name, SETTINGS)
            sections.setdefault(SETTINGS[name].section, {})[name] = value
        return replace(self, **{key: replace(getattr(self, key), **new) for key, new in sections.items()})

    def portable(self) -> "Config":
        """The same config with absolute paths, so that it means the same from any folder."""
        values = {name: value for name, value in self.values().items() if SETTINGS[name].is_path and value}
        paths = {
            name: path for name, path in values.items() if isinstance(path, str) and path != STANDARD_INPUT
        }
        if self.data.name in NAMES:
            paths.pop("name", None)
        return self.changed(**{name: str(Path(path).absolute()) for name, path in paths.items()})


def _unknown(key: str, known: Mapping[str, Any]) -> ArgumentError:
    """The error for an unknown key: the section it belongs to, or the nearest known key."""
    if key in SETTINGS:
        return ArgumentError("config.section", key=key, section=SETTINGS[key].section)
    return ArgumentError("config.key", key=key, hint=did_you_mean(key, known))
