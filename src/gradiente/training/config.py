"""What a person may choose about a training, as one flat table: the command line's options, a TOML file's keys."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import GenericAlias, UnionType
from typing import Any, get_args, get_type_hints

import tomli_w

from gradiente.data import NAMES
from gradiente.engines import Torch
from gradiente.errors import ArgumentError, FileError, did_you_mean, require
from gradiente.storage import write_atomically


@dataclass(frozen=True, kw_only=True)
class Config:
    """One training. None leaves a choice to the data set.

    >>> Config.from_dict({"data": "moons", "epochs": 20}).epochs
    20
    """

    # what is learned
    data: str = "digits"
    target: str | None = None
    data_dir: str | None = None
    test: float = 0.2
    validation: float | None = None
    standardize: bool | None = None
    standardize_target: bool | None = None
    constant_input: bool = False
    samples: int | None = None
    noise: float | None = None
    # the network: its layers in full, or in short
    network: list[str] | None = None
    hidden: list[int] | None = None
    activation: str | None = None
    bias: bool = True
    initializer: str = "PyTorchDefault()"
    pretrained: str | None = None
    keep: int | None = None
    freeze: list[int] | None = None
    dtype: str = "float32"
    # the descent
    loss: str | None = None
    optimizer: str | None = None
    lr: float | None = None
    schedule: str | None = None
    schedule_every: str = "epoch"
    epochs: int | None = None
    batch_size: int | str | None = None
    clip_norm: float | None = None
    clip_value: float | None = None
    penalty: list[str] | None = None
    augment: list[str] | None = None
    patience: int | None = None
    monitor: str | None = None
    seed: int = 0
    metric: list[str] | None = None
    # who executes it, and where
    engine: str = "auto"
    device: str = "auto"
    precision: str = "float32"
    compile: bool = False
    cuda_graphs: bool = False
    shard: bool = False
    threads: int | None = None

    def __post_init__(self) -> None:
        require(
            self.batch_size is None or _is_batch_size(self.batch_size),
            "config.batch_size",
            value=self.batch_size,
        )
        require(self.seed >= 0, "load.seed", value=self.seed)
        require(self.threads is None or self.threads >= 1, "config.threads", value=self.threads)
        require(self.schedule_every in ("epoch", "step"), "scheduler.every", value=repr(self.schedule_every))
        require(self.keep is None or self.pretrained is not None, "config.keep")
        for name in ("hidden", "activation"):
            both = self.network is not None and getattr(self, name) is not None
            require(not both, "config.network", option=name)
        needs = self.needs_torch()
        allowed = self.engine in ("auto", "torch") or not needs
        require(allowed, "config.needs_torch", options=", ".join(needs), engine=self.engine)
        self.torch_settings()

    def needs_torch(self) -> list[str]:
        """The options given that only the engine `torch` knows."""
        only = {
            "device": self.device not in ("auto", "cpu"),
            "precision": self.precision != "float32",
            "compile": self.compile,
            "cuda_graphs": self.cuda_graphs,
            "shard": self.shard,
        }
        return [f"--{name.replace('_', '-')}" for name, given in only.items() if given]

    def torch_settings(self) -> Torch:
        """How the engine `torch` is to compute."""
        return Torch(**{field.name: getattr(self, field.name) for field in fields(Torch)})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Config":
        """A config from plain data, every key known and every value of its kind.

        Errors: ArgumentError that offers the nearest key, or names the kind that was expected
        """
        kinds = get_type_hints(cls)
        for key, value in values.items():
            if key not in kinds:
                raise ArgumentError("config.key", key=key, hint=did_you_mean(key, kinds))
            if not _fits(value, kinds[key]):
                raise ArgumentError("config.kind", key=key, expected=_kind_name(kinds[key]), got=repr(value))
        return cls(**values)

    @classmethod
    def read(cls, path: str | Path) -> "Config":
        """The config of a TOML file.

        Errors: FileError where there is none or it is no TOML; ArgumentError for what is in it
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise FileError("storage.missing", path=path) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            raise FileError("config.toml", path=path, reason=error) from error
        return cls.from_dict(values)

    def write(self, path: str | Path) -> None:
        """Write the config as TOML; what is left to the data set is left out."""
        write_atomically(path, tomli_w.dumps(self.to_dict()))

    def to_dict(self) -> dict[str, Any]:
        """Everything that is chosen, as plain data."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {key: value for key, value in values.items() if value is not None}

    def changed(self, **values: Any) -> "Config":
        """The same config with other values, checked in the same way.

        `hidden`, `activation` or `bias` describe another network: the layers written out before give way, and
        they to new layers.
        """
        if "network" in values:
            values = {"hidden": None, "activation": None, **values}
        elif {"hidden", "activation", "bias"} & values.keys():
            values["network"] = None
        Config.from_dict({key: value for key, value in values.items() if value is not None})
        return replace(self, **values)

    def portable(self) -> "Config":
        """The same config with absolute paths, so that it means the same from any folder."""
        data = self.data if self.data in NAMES else str(Path(self.data).absolute())
        places = {"data_dir": self.data_dir, "pretrained": self.pretrained}
        return replace(
            self, data=data, **{key: path and str(Path(path).absolute()) for key, path in places.items()}
        )


def _is_batch_size(value: int | str) -> bool:
    return value == "all" if isinstance(value, str) else True


def _fits(value: Any, kind: Any) -> bool:
    if isinstance(kind, UnionType):
        return any(_fits(value, option) for option in get_args(kind))
    if isinstance(kind, GenericAlias):
        return isinstance(value, list) and all(_fits(item, get_args(kind)[0]) for item in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _kind_name(kind: Any) -> str:
    names = [
        str(option) if isinstance(option, GenericAlias) else option.__name__ for option in get_args(kind)
    ]
    return " | ".join(name for name in names if name != "NoneType") or kind.__name__
