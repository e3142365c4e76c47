"""The parent's side of the messages: bytes, and what of an answer is believed.

A message is eight bytes of length, that many bytes of JSON (`body`, and the kind and shape of every array), and the
arrays' own bytes one after the other. Nothing is packed, so that every size is known before it is read. An answer may
be forged by the student's code: what is not exactly as the child writes it raises some exception.
"""

import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from gradiente.checker.running.calls import (
    Call,
    CallOutcome,
    Event,
    Failure,
    OpaqueValue,
    RecordedCall,
    Tensor,
)
from gradiente.checker.running.cleaning import cleaned

LARGEST = 64 << 20  # bytes of all arrays of an answer
WORDS = 8 << 20  # bytes of its JSON
MOST_LINES = 1 << 21
KINDS = "biuf"
MESSAGE = 500  # characters of an exception
Arrays = Sequence[np.ndarray]


def packed(body: Mapping[str, Any], arrays: Arrays) -> bytes:
    """A request as bytes."""
    kinds = [[array.dtype.str, list(array.shape)] for array in arrays]
    words = json.dumps({"body": body, "arrays": kinds}).encode()
    return b"".join((struct.pack(">Q", len(words)), words, *(array.tobytes() for array in arrays)))


def unpacked(read: Callable[[int], bytearray]) -> tuple[dict[str, Any], list[np.ndarray]]:
    """The next answer, its text cleaned; `read` gives so many bytes.

    Errors: ValueError for one that is larger than allowed; anything for one that is forged
    """
    (length,) = struct.unpack(">Q", read(8))
    if length > WORDS:
        raise ValueError
    message = _cleaned(json.loads(read(length)))
    body, kinds = message["body"], [(np.dtype(kind), tuple(shape)) for kind, shape in message["arrays"]]
    sizes = [_size(kind, shape) for kind, shape in kinds]
    if not isinstance(body, dict) or sum(sizes) > LARGEST:
        raise ValueError
    arrays = [np.ndarray(shape, kind, read(size)) for (kind, shape), size in zip(kinds, sizes, strict=True)]
    return body, arrays


def _size(kind: np.dtype, shape: tuple[Any, ...]) -> int:
    if kind.kind not in KINDS or not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError
    return kind.itemsize * math.prod(shape)


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {cleaned(key): _cleaned(entry) for key, entry in value.items()}
    return list(map(_cleaned, value)) if isinstance(value, list) else value


def encode(value: Any, arrays: list[np.ndarray]) -> Any:
    """A value as JSON, its arrays apart."""
    if isinstance(value, np.ndarray | Tensor):
        array = value.values if isinstance(value, Tensor) else value
        arrays.append(np.asarray(array, order="C"))
        return {"torch" if isinstance(value, Tensor) else "a": len(arrays) - 1}
    if isinstance(value, np.generic):
        arrays.append(np.asarray(value))
        return {"n": len(arrays) - 1}
    if isinstance(value, tuple | list):
        return {"t": [encode(entry, arrays) for entry in value]}
    if isinstance(value, Mapping):
        return {"d": [[key, encode(entry, arrays)] for key, entry in value.items()]}
    return {"s": value} if isinstance(value, str) else value


def decode(value: Any, arrays: Arrays) -> Any:
    """The way back; what is no number is an `OpaqueValue`."""
    match value:
        case None | True | False:
            return value
        case {"a": int(place)}:
            return arrays[place]
        case {"s": str(words)}:
            return words
        case {"t": list(entries)}:
            return tuple(decode(entry, arrays) for entry in entries)
        case {"d": list(pairs)}:
            return {_text(key): decode(entry, arrays) for key, entry in pairs}
        case {"o": str(kind)}:
            return OpaqueValue(kind)
    raise ValueError


def outcome_of(call: Call, body: Mapping[str, Any], arrays: Arrays) -> CallOutcome:
    """The outcome of a call, from its answer."""
    if body.get("error"):
        failed = failure_of(body["error"])
        mutated = _places(call, body.get("mutated", ()))
        records = _records(call, body, arrays)
        return CallOutcome(None, failed, (), mutated, records, _cut(call, body), events_of(body, arrays))
    given = (*call.arguments, *call.keywords.values())
    after = decode(body["after"], arrays)
    if not isinstance(after, tuple) or len(after) != len(given):
        raise ValueError
    if any(isinstance(a, np.ndarray) > isinstance(b, np.ndarray) for a, b in zip(given, after, strict=True)):
        raise ValueError
    result, mutated = decode(body["result"], arrays), _places(call, body["mutated"])
    records, events = _records(call, body, arrays), events_of(body, arrays)
    return CallOutcome(result, None, after, mutated, records, _cut(call, body), events)


def failure_of(data: Mapping[str, Any]) -> Failure:
    """Why something failed, from an answer."""
    shapes = {_text(name): list(map(_whole, shape)) for name, shape in data.get("shapes", {}).items()}
    kind, message = _text(data["type"])[:MESSAGE], _text(data["message"])[:MESSAGE]
    function, direct = _text(data.get("function", "")), bool(data.get("direct", True))
    return Failure(kind, message, _line(data["line"]), function, shapes, direct)


def names_of(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What can be called by name in a loaded file: its line and its parameters, where they are known, or absent."""
    found: dict[str, dict[str, Any]] = {}
    for name, entry in body["names"].items():
        parameters = entry["parameters"]
        if parameters is not None:
            parameters = list(map(_text, parameters))
        if name.isidentifier():
            place = {"line": _line(entry["line"]), "parameters": parameters}
            found[name] = place | {"absent": entry.get("absent") is True}
    return found


def events_of(body: Mapping[str, Any], arrays: Arrays) -> tuple[Event, ...]:
    """What was observed, in its order."""
    values = [decode(value, arrays) for value in body.get("values", ())]
    if not all(isinstance(value, np.ndarray) for value in values):
        raise ValueError
    return tuple(
        Event(_text(function), _whole(line), _text(name), values[_whole(place)], _whole(owner))
        for function, line, name, place, owner in body.get("events", ())
    )


def _records(call: Call, body: Mapping[str, Any], arrays: Arrays) -> tuple[RecordedCall, ...]:
    found = []
    for entry in body.get("records", ()):
        arguments, keywords = decode(entry["args"], arrays), decode(entry["kwargs"], arrays)
        if entry["name"] not in call.record or type(arguments) is not tuple or type(keywords) is not dict:
            raise ValueError
        found.append(RecordedCall(entry["name"], arguments, keywords, decode(entry["result"], arrays)))
    return tuple(found)


def _cut(call: Call, body: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(name for name in call.record if name in body.get("cut", ()))


def _places(call: Call, value: Any) -> tuple[int, ...]:
    places = tuple(map(_whole, value))
    if any(place >= len(call.arguments) + len(call.keywords) for place in places):
        raise ValueError
    return places


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError
    return value


def _line(value: Any) -> int | None:
    if value is not None and _whole(value) > MOST_LINES:
        raise ValueError
    return value
