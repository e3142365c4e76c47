"""Values as bytes and back: JSON that says how arrays lie in them, and the arrays, in one .npz without pickles."""

import io
import json
import struct
from typing import Any

import numpy as np

LARGEST = 64 << 20  # bytes of one answer
# Kept here, where the student's code cannot put others in their place.
_array, _asarray, _savez, _load, _frombuffer = np.array, np.asarray, np.savez, np.load, np.frombuffer


def encode(value, arrays, depth=0):
    """A value as JSON with its arrays apart."""
    if value is None or isinstance(value, bool | str):
        return value if not isinstance(value, str) else {"s": value[:1000]}
    if hasattr(value, "detach") and hasattr(value, "cpu"):
        value = value.detach().cpu().numpy()
    if isinstance(value, int | float | np.generic):
        value = _asarray(value)
    if isinstance(value, np.matrix):
        value = _array(value, copy=True, subok=False)
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            try:
                value = value.astype(float)
            except (TypeError, ValueError):
                if value.ndim == 1 and depth < 4:
                    return {"t": [encode(entry, arrays, depth + 1) for entry in value[:200]]}
                return {"o": "ndarray of objects"}
        if value.dtype.kind not in "biuf":
            return {"o": f"ndarray of {value.dtype}"}
        arrays.append(_array(value, copy=True, subok=False))
        return {"a": len(arrays) - 1}
    if (
        depth < 4
        and not callable(value)
        and not isinstance(value, dict | list | tuple)
        and getattr(value, "__dict__", None)
    ):
        value = dict(vars(value))
    if depth < 4 and isinstance(value, dict):
        return {
            "d": [[str(key), encode(entry, arrays, depth + 1)] for key, entry in list(value.items())[:50]]
        }
    if depth < 4 and isinstance(value, list | tuple):
        if isinstance(value, list) and value and all(not isinstance(entry, np.ndarray) for entry in value):
            try:
                numbers = _array(value, dtype=float)
            except (TypeError, ValueError):
                numbers = None
            if numbers is not None:
                return encode(numbers, arrays, depth + 1)
        return {"t": [encode(entry, arrays, depth + 1) for entry in value[:200]]}
    return {"o": type(value).__name__}


def decode(value, arrays) -> Any:
    """The way back, for arguments."""
    if isinstance(value, dict):
        if "a" in value:
            return arrays[str(value["a"])].copy()
        if "n" in value:
            return arrays[str(value["n"])].item()
        if "s" in value:
            return value["s"]
        if "torch" in value:
            import torch

            return torch.tensor(arrays[str(value["torch"])])
        if "t" in value:
            return tuple(decode(entry, arrays) for entry in value["t"])
        if "d" in value:
            return {key: decode(entry, arrays) for key, entry in value["d"]}
    return value


def snapshot(value):
    """What is recorded of a value: arrays as they are now."""
    if isinstance(value, np.ndarray):
        return _array(value, copy=True, subok=False)
    if isinstance(value, list | tuple):
        return tuple(snapshot(entry) for entry in value) if len(value) < 50 else None
    if isinstance(value, dict):
        return {key: snapshot(entry) for key, entry in value.items()}
    return value


def receive(source):
    header = source.read(8)
    if len(header) < 8:
        return None
    (length,) = struct.unpack(">Q", header)
    with _load(io.BytesIO(source.read(length)), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return json.loads(arrays.pop("json").tobytes()), arrays


def encode_answer(answer):
    """An answer as bytes; one that is too large says only that."""
    arrays = []
    records = answer.pop("records", None)
    body = {key: value for key, value in answer.items() if key not in ("result", "after")}
    for key in ("result", "after"):
        if key in answer:
            body[key] = encode(answer[key], arrays)
    if records is not None:
        body["records"] = [
            {
                "name": entry["name"],
                "args": encode(entry["args"], arrays),
                "kwargs": encode(entry["kwargs"], arrays),
                "result": encode(entry["result"], arrays),
            }
            for entry in records
        ]
    if sum(entry.nbytes for entry in arrays) > LARGEST:
        body = {"error": {"type": "TooLarge", "message": "", "line": None}}
        arrays = []
    stored = io.BytesIO()
    words = np.frombuffer(json.dumps(body).encode(), dtype=np.uint8)
    _savez(stored, json=words, **{str(place): entry for place, entry in enumerate(arrays)})
    data = stored.getvalue()
    return struct.pack(">Q", len(data)) + data
