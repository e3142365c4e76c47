"""One setting of a training run, declared once: its kind, default and range, its notation, its option."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache, reduce
from operator import or_
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from gradiente.errors import ArgumentError, did_you_mean, require_in
from gradiente.locale import text
from gradiente.notation import LARGEST, parse, write
from gradiente.plain import names_parameter

Names = str | list[str]  # one, or several
BatchSize = int | Literal["all"]
ClassWeights = dict[str, float] | Literal["balanced"]  # by the name of a class
ShareOrFile = float | str  # of a part of the data: how large it is, or where it is
LayerNumbers = dict[
    str, float
]  # by the index of a layer, as text, since TOML has no other keys, or by a parameter
# What a setting may hold, by the name of the message that says it.
KINDS: dict[Any, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "text",
    list[int]: "integers",
    list[str]: "texts",
    Names: "text_or_texts",
    BatchSize: "integer_or_all",
    ShareOrFile: "number_or_file",
    LayerNumbers: "layer_numbers",
    ClassWeights: "class_weights",
}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A field of one of a config's sections.

    Arguments:
        section, name: its table and its key in a TOML file
        kind: its type, a key of KINDS
        optional: whether it may be None, the default of the data set
        default: where nothing is given
        interval: where its numbers lie, as `require_in` takes it
        choices: the words it may be
        registry: of the notation that it is written in
        by_data, otherwise: what None becomes, by the names of data sets, and for all others
        options: of the command line; none: it is the command's argument
        metavar: the name of the message that stands for a value, or the value's form itself, "a|b"
        is_path: whether it names a file or a folder
        resumable: whether it may change when a run is resumed
        any_engine: the values that every engine takes; with any other, only the engine torch
    """

    section: str
    name: str
    kind: Any
    optional: bool
    default: Any
    interval: str | None = None
    choices: tuple[str, ...] = ()
    registry: Mapping[str, type] | None = None
    by_data: Mapping[tuple[str, ...], Any] = field(default_factory=dict)
    otherwise: Any = None
    options: tuple[str, ...]
    metavar: str | None = None
    is_path: bool = False
    resumable: bool = False
    any_engine: tuple[Any, ...] = ()

    def check(self, value: Any) -> None:
        """Raise an ArgumentError unless the setting may have this value."""
        if value is None and self.optional:
            return
        if not _fits(value, self.kind):
            raise ArgumentError("config.kind", key=self.name, expected=self.kind_in_words(), got=repr(value))
        entries: list[Any] = value if isinstance(value, list) else [value]
        entries = list(value.values()) if isinstance(value, dict) else entries
        for entry in entries:
            if self.interval is not None and not isinstance(entry, str):
                require_in(self.interval, self.section, **{self.name: entry})
            if self.choices and entry not in self.choices:
                where = {"owner": self.section, "name": self.name}
                hint = did_you_mean(entry, self.choices)
                raise ArgumentError("config.choice", **where, value=repr(entry), hint=hint)
            if self.registry is not None:
                parse(entry, self.registry)

    def default_for(self, data: str) -> Any:
        """What None becomes for the data set of that name."""
        return next((value for names, value in self.by_data.items() if data in names), self.otherwise)

    def make(self, value: Any) -> Any:
        """The object, or the list of objects, that the notation describes."""
        assert self.registry is not None
        registry = self.registry
        return (
            [parse(entry, registry) for entry in value] if isinstance(value, list) else parse(value, registry)
        )

    def write(self, value: Any) -> Any:
        """The notation of an object or of a list of objects."""
        assert self.registry is not None
        registry = self.registry
        return (
            [write(entry, registry) for entry in value] if isinstance(value, list) else write(value, registry)
        )

    def kind_in_words(self) -> str:
        """Its type, in the reader's language."""
        return text(f"config.kind.{KINDS[self.kind]}")

    @property
    def negatable(self) -> bool:
        """Whether it has a --no- option: a boolean that is not false by default."""
        return self.kind is bool and self.default is not False

    def value_in_words(self) -> str | None:
        """What stands for a value in a help text; None: what stands for its kind."""
        if self.choices:
            return "|".join(self.choices)
        if self.metavar is None or "|" in self.metavar:
            return self.metavar
        return text(f"cli.metavar.{self.metavar}")

    def meaning(self) -> str:
        """What it does, in the reader's language."""
        return text(f"cli.train.{self.name}")


def setting(default: Any = None, **facts: Any) -> Any:
    """A field of a section: its default, and the other attributes of its Setting."""
    return field(default=default, metadata=facts)


@cache
def settings_of(section: type) -> dict[str, Setting]:
    """The settings of a section's class, by name; DataConfig is the section `data`."""
    kinds = get_type_hints(section)
    result = {}
    for one in fields(section):
        options = get_args(kinds[one.name]) if NoneType in get_args(kinds[one.name]) else (kinds[one.name],)
        facts: dict[str, Any] = {"options": (f"--{one.name.replace('_', '-')}",), **one.metadata}
        result[one.name] = Setting(
            section=section.__name__.removesuffix("Config").lower(),
            name=one.name,
            kind=reduce(or_, [kind for kind in options if kind is not NoneType]),
            optional=NoneType in options,
            default=one.default,
            **facts,
        )
    return result


def check_settings(section: Any) -> None:
    """Raise an ArgumentError unless every setting of a section has a value it may have."""
    for name, one in settings_of(type(section)).items():
        one.check(getattr(section, name))


def _fits(value: Any, kind: Any) -> bool:
    if kind == Names:
        return _fits(value, str) or (_fits(value, list[str]) and len(value) > 0)
    if kind == BatchSize:
        return value == "all" or _fits(value, int)
    if kind == ClassWeights:
        named = isinstance(value, dict) and all(
            isinstance(k, str) and _fits(v, float) for k, v in value.items()
        )
        return value == "balanced" or (named and len(value) > 0)
    if kind == ShareOrFile:
        return isinstance(value, str) or _fits(value, float)
    if kind == LayerNumbers:
        return isinstance(value, dict) and all(_is_place(k) and _fits(v, float) for k, v in value.items())
    if get_origin(kind) is list:
        return isinstance(value, list) and all(_fits(entry, get_args(kind)[0]) for entry in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int and isinstance(value, int) and abs(value) > LARGEST:
        return False
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def _is_place(key: Any) -> bool:
    return isinstance(key, str) and (key.removeprefix("-").isdecimal() or names_parameter(key))
