"""Tensors: what comes of two shapes, and where they are small, NumPy's numbers too."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np

from gradiente.lab import shapes
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.lab.shapes import Shape, Verdict

MOST_AXES, MOST_SIZE = 6, 100_000
WRITTEN = 120  # numbers of a tensor that are sent
TYPED = re.compile(r"\s*[(\[]?\s*(-?\d+(\s*[,×x\s]\s*-?\d+)*)?\s*,?\s*[)\]]?\s*")

Operation = Literal["add", "product", "sum", "mean", "reshape", "transpose", "last", "first"]


@dataclass(frozen=True)
class Shapes(Request):
    """What an operation gives.

    Arguments:
        x: the shape of a tensor, as it is typed: "3, 1"
        y: the shape of the other one; of a sum or mean the axis, or nothing; of a reshape the shape that is
            wanted; of a transposition the order of the axes, or nothing; else nothing
    """

    operation: Operation
    x: str
    y: str

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        asked = {"kind": "shapes", "operation": self.operation, "x": self.x, "y": self.y}
        x, y = typed(self.x), typed(self.y)
        for name, read in (("x", x), ("y", y)):
            if read is None or (
                not _is_shape(read) and (name == "x" or self.operation in ("add", "product"))
            ):
                return {**asked, "shape": None, "why": "typed", "numbers": {"name": name}}
        assert x is not None
        assert y is not None
        verdict = verdict_of(self.operation, x, y)
        return {
            **asked,
            "xShape": x,
            "yShape": y,
            "shape": verdict.shape,
            "why": verdict.why,
            "numbers": verdict.numbers,
            "pairs": verdict.pairs,
            "order": verdict.order,
            **_numbers(self.operation, x, y, verdict),
        }


REQUESTS: dict[str, type[Request]] = {"shapes": Shapes}


def typed(text: str) -> Shape | None:
    """The whole numbers that were typed, "3, 1" or "(3, 1)" or "3 × 1"; None where it is something else.

    >>> typed("(3, 1)"), typed("4"), typed(""), typed("3, a")
    ((3, 1), (4,), (), None)
    """
    if len(text) > 100 or not TYPED.fullmatch(text):
        return None
    numbers = tuple(map(int, re.findall(r"-?\d+", text)))
    fits = len(numbers) <= MOST_AXES and all(abs(number) <= MOST_SIZE for number in numbers)
    return numbers if fits else None


def _is_shape(numbers: Shape) -> bool:
    return all(number >= 1 for number in numbers)


def verdict_of(operation: Operation, x: Shape, y: Shape) -> Verdict:
    """The rule of an operation, applied."""
    match operation:
        case "add":
            return shapes.broadcast(x, y)
        case "product":
            return shapes.product(x, y)
        case "sum" | "mean":
            return shapes.reduced(x, y[0] if y else None)
        case "reshape":
            return shapes.reshaped(x, y)
        case "transpose":
            return shapes.transposed(x, y)
        case "last":
            return shapes.channels_last(x)
        case "first":
            return shapes.channels_first(x)


NUMPY: dict[Operation, Callable[[Any, Any, Shape], Any]] = {
    "add": lambda x, y, _: x + y,
    "product": lambda x, y, _: x @ y,
    "sum": lambda x, _, axis: x.sum(axis=axis[0] if axis else None),
    "mean": lambda x, _, axis: x.mean(axis=axis[0] if axis else None),
    "reshape": lambda x, _, shape: x.reshape(shape),
    "transpose": lambda x, _, order: x.transpose(order or None),
    "last": lambda x, *_: np.moveaxis(x, -3, -1),
    "first": lambda x, *_: np.moveaxis(x, -1, -3),
}


def _numbers(operation: Operation, x: Shape, y: Shape, verdict: Verdict) -> dict[str, list[float]]:
    """The numbers of small tensors: 1, 2, 3 … in x, 10, 20, 30 … in y, and what NumPy makes of them."""
    second = y if operation in ("add", "product") else ()
    if verdict.shape is None or max(prod(x), prod(second), prod(verdict.shape)) > WRITTEN:
        return {}
    first = 1.0 + np.arange(prod(x)).reshape(x)
    other = 10.0 * (1 + np.arange(prod(second)).reshape(second))
    result = NUMPY[operation](first, other, y)
    tensors = {"x": first, "y": other, "result": result}
    if operation == "add":
        tensors |= {name: np.broadcast_to(tensors[name], verdict.shape) for name in ("x", "y")}
    return {f"{name}Values": np.ravel(each).tolist() for name, each in tensors.items()}
