"""A table's encoder as nodes of ONNX: one input for every column, as it stands in the table, and x."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from gradiente.data import Encoder
from gradiente.data.tables.cells import MISSING
from gradiente.export.onnx_program import OnnxProgram
from gradiente.operations import Value

Array = np.ndarray

ML = "ai.onnx.ml"
ML_VERSION = 3
GAP = -2
FINE = 1e-4  # of a standard deviation: what a column loses at most in float32


@dataclass(frozen=True)
class EncodedInputs:
    """The graph's inputs, each a name with ONNX's type, and the row of numbers made of them.

    `incomplete` says of every row whether a number is missing that may not be; None: none may, or all may.
    """

    inputs: list[tuple[str, Any]]
    x: Value
    incomplete: Value | None


def encoded(to: OnnxProgram, encoder: Encoder) -> EncodedInputs:
    """The encoder's features, as `Encoder.transform` computes them."""
    from onnx import TensorProto

    numeric = [name for name in encoder.columns if name not in encoder.categories]
    inputs, blocks, order = [], {}, []
    for name in encoder.columns:
        fine = name in numeric and _needs_double(encoder, numeric.index(name))
        kind = TensorProto.DOUBLE if fine else TensorProto.FLOAT
        inputs.append((name, TensorProto.STRING if name in encoder.categories else kind))
    widths = {}
    missing: list[Value] = []
    if numeric:
        doubles = [_cast(to, Value(to, name, ("batch", 1)), TensorProto.DOUBLE) for name in numeric]
        values = to.concatenate(doubles, 1)
        gaps = to.node("IsNaN", [values], values.shape)
        if encoder.fill:
            values = to.node("Where", [gaps, to.typed(np.array([encoder.fill])), values], values.shape)
        else:
            missing.append(gaps)
        if encoder.mean:
            values = to.node("Sub", [values, to.typed(np.array([encoder.mean]))], values.shape)
            values = to.node("Div", [values, to.typed(np.array([encoder.scale]))], values.shape)
        if encoder.clip is not None:
            values = _clipped(to, values, encoder.clip)
        blocks["numbers"] = _as_network(to, values)
        widths["numbers"] = len(numeric)
    for name, kinds in encoder.categories.items():
        number = _category(to, Value(to, name, ("batch", 1)), kinds)
        if "" not in kinds and not encoder.fill:
            missing.append(to.node("Equal", [number, to.typed(np.array(GAP))], number.shape))
        each = to.typed(np.arange(len(kinds), dtype=np.int64)[None])
        is_kind = to.node("Equal", [number, each], ("batch", len(kinds)))
        blocks[name], widths[name] = _as_network(to, is_kind), len(kinds)
    if encoder.indicators:
        places = to.typed(np.array([numeric.index(name) for name in encoder.indicators]))
        absent = to.take(gaps, places, 1)  # pyright: ignore[reportPossiblyUnboundVariable]
        blocks["missing"], widths["missing"] = _as_network(to, absent), len(encoder.indicators)
    starts = dict(zip(widths, np.cumsum([0, *widths.values()]).tolist(), strict=False))
    for name in encoder.columns:
        first = starts["numbers"] + numeric.index(name) if name in numeric else starts[name]
        order += range(first, first + (1 if name in numeric else widths[name]))
    order += range(starts.get("missing", 0), starts.get("missing", 0) + widths.get("missing", 0))
    x = to.concatenate([*blocks.values()], 1) if len(blocks) > 1 else next(iter(blocks.values()))
    if order != sorted(order):
        x = to.take(x, to.typed(np.array(order)), 1)
    if encoder.constant_input:
        ones = to.node("Mul", [to.part(x, 1, 0, 1), to.constant(np.zeros(()))], ("batch", 1))
        x = to.concatenate([x, ones + 1.0], 1)
    return EncodedInputs(inputs, x, _any(to, missing) if missing else None)


def category_numbers(kinds: tuple[str, ...]) -> dict[str, int]:
    """The number of every text that stands for a category, 1.0 for 1 too; that of "", or GAP, for a missing value."""
    numbers = {kind: number for number, kind in enumerate(kinds)}
    whole = {f"{kind}.0": number for kind, number in numbers.items() if kind[-1:].isdigit()}
    gap = numbers.get("", GAP)
    gaps = dict.fromkeys(("".join(letters) for word in MISSING for letters in _spellings(word)), gap)
    return gaps | whole | numbers


def _spellings(word: str) -> "Iterator[tuple[str, ...]]":
    """A word in small and capital letters, in every mixture."""
    return product(*({letter.lower(), letter.upper()} for letter in word))


def _clipped(to: OnnxProgram, z: Value, limit: float) -> Value:
    """z / √(1 + (z/limit)²)."""
    part = to.node("Div", [z, to.typed(np.array(limit))], z.shape)
    square = to.node("Mul", [part, part], z.shape)
    root = to.node("Sqrt", [to.node("Add", [square, to.typed(np.array(1.0))], z.shape)], z.shape)
    return to.node("Div", [z, root], z.shape)


def _category(to: OnnxProgram, x: Value, kinds: tuple[str, ...]) -> Value:
    """The number of each category; −1 for one that training never saw, GAP for a value that is missing."""
    numbers = category_numbers(kinds)
    return to.node(
        "LabelEncoder",
        [x],
        x.shape,
        domain=ML,
        keys_strings=list(numbers),
        values_int64s=list(numbers.values()),
        default_int64=-1,
    )


def _needs_double(encoder: Encoder, column: int) -> bool:
    """Whether float32 does not tell a column's numbers apart: they are large, and differ by little."""
    if not encoder.mean:
        return False
    return bool(abs(encoder.mean[column]) * np.finfo(np.float32).eps > FINE * encoder.scale[column])


def _any(to: OnnxProgram, gaps: list[Value]) -> Value:
    """Of every row, whether one of its entries is true."""
    numbers = [_as_network(to, each) for each in gaps]
    together = to.concatenate(numbers, 1) if len(numbers) > 1 else numbers[0]
    return to.node("Greater", [to.largest(together, 1), to.constant(np.array(0.5))], ("batch", 1))


def _as_network(to: OnnxProgram, values: Value) -> Value:
    from onnx import helper

    return _cast(to, values, helper.np_dtype_to_tensor_dtype(to.dtype))


def _cast(to: OnnxProgram, values: Value, kind: Any) -> Value:
    return to.node("Cast", [values], values.shape, to=kind)
