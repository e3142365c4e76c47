"""Digits: what a network of images makes of a drawing, or of an instance of the test data."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.data import framed
from gradiente.errors import ArgumentError, require
from gradiente.lab.drawing import ink_of
from gradiente.lab.frame import frame
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.lab.spoke import spoke
from gradiente.layers import Context
from gradiente.training.targets import class_names, probabilities

Array = np.ndarray


@dataclass(frozen=True)
class ReadDrawing(Request):
    """What the network makes of a drawing, brought into the form of the data.

    Arguments:
        strokes: of the pen, as of `ink_of`
        chosen: the class whose pixels are shown; None: the most probable one
    """

    strokes: list[list[int]]
    chosen: int | None

    def answer(self, run: LabRun | None) -> bytes:
        run, shape = _of_images(run)
        x = framed(ink_of(self.strokes), shape)
        return _read(run, shape, x, self.chosen, drawn=bool(x.any()))


@dataclass(frozen=True)
class ReadInstance(Request):
    """What the network makes of an instance of the test data.

    Arguments:
        instance: its number, from 0
        chosen: as of ReadDrawing
    """

    instance: int
    chosen: int | None

    def answer(self, run: LabRun | None) -> bytes:
        run, shape = _of_images(run)
        require(self.instance < len(run.test), "lab.instance", got=self.instance, most=len(run.test) - 1)
        label = int(run.test.y[self.instance]) if run.test.task == "classification" else None
        return _read(run, shape, run.test.x[self.instance], self.chosen, label=label)


REQUESTS: dict[str, type[Request]] = {"read-drawing": ReadDrawing, "read-instance": ReadInstance}


def _of_images(run: LabRun | None) -> tuple[LabRun, tuple[int, ...]]:
    """The run, and the rows and columns of its images.

    Errors: ArgumentError where there is no run, or its data are no images of one channel
    """
    if run is None:
        raise ArgumentError("lab.no_run")
    shape = run.train.image_shape
    if shape is None or len(shape) != 2 or run.train.task != "classification":
        raise ArgumentError("lab.no_images", name=run.train.name)
    return run, shape


@np.errstate(all="ignore")
def _read(
    run: LabRun, shape: tuple[int, ...], x: Array, chosen: int | None, **more: bool | int | None
) -> bytes:
    network = run.network
    batch = network.as_batch(np.asarray(x)[None])
    outputs = [y for y, _ in network.walk(batch, Context())]
    p = probabilities(run.loss, outputs[-1])[0]
    names = class_names(run.train.classes, len(p))
    k = int(p.argmax()) if chosen is None else chosen
    require(k < len(names), "lab.class", got=k, most=len(names) - 1)
    found = spoke(network, batch[0], k)
    shown = [
        (node.layer, y[0]) for node, y in zip(network.nodes, outputs, strict=True) if not node.layer.copies
    ]
    values: dict[str, Any] = {
        "kind": "reading",
        "step": run.step,
        "classes": names,
        "probabilities": [_finite(each) for each in p],
        "scores": [_finite(each) for each in found.scores],
        "chosen": k,
        "total": _finite(found.total),
        "layers": [type(layer).__name__ for layer, _ in shown],
        "drawn": True,
        "label": None,
        **more,
    }
    arrays = {"input": batch[0].reshape(shape), "spoke": found.parts.reshape(shape)}
    arrays |= {f"layer.{i}": y for i, (_, y) in enumerate(shown)}
    return frame(values, {name: array.astype(np.float32) for name, array in arrays.items()})


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
