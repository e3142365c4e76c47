"""Plain data from a file, compared with the types that it is read as: anybody may have edited the file."""

import math
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character: no text that can be written


def conforms(value: Any, kind: Any) -> bool:
    """Whether a value of JSON is of a type; a tuple is written as a list, and a number is finite.

    >>> conforms({"a": [1, 2.5]}, dict[str, tuple[float, ...]]), conforms([1, "2"], list[int])
    (True, False)
    """
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return True
    if kind is None or kind is NoneType:
        return value is None
    if origin in (UnionType, Union):
        return any(conforms(value, one) for one in inner)
    if origin is Literal:
        return isinstance(value, str | int) and value in inner
    if origin in (list, tuple):
        return isinstance(value, list | tuple) and all(conforms(entry, inner[0]) for entry in value)
    if origin is dict:
        key, entry = inner
        return isinstance(value, dict) and all(
            conforms(k, key) and conforms(v, entry) for k, v in value.items()
        )
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if kind is str:
        return isinstance(value, str) and not _SURROGATE.search(value)
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def require_fields(kind: type, values: Any) -> None:
    """Raise a ValueError unless a mapping has the fields of a dataclass, each of its type."""
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    names = {one.name for one in fields(kind)}
    if not isinstance(values, Mapping) or values.keys() != names:
        raise ValueError(f"{kind.__name__}: expected the fields {sorted(names)}")
    for name in names:
        if not conforms(values[name], hints[name]):
            raise ValueError(f"{kind.__name__}: {name} is no {hints[name]}")


def names_parameter(place: str) -> bool:
    """Whether a place in a network is the name of a parameter, rather than the index of a layer.

    >>> [names_parameter(place) for place in ("0.bias", "2.layers.0.weight", "-1", "0.5")]
    [True, True, False, False]
    """
    return re.fullmatch(r"\d+(\.\w+)*\.[a-z]\w*", place) is not None
