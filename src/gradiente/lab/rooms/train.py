"""Train: what a run answers at a point, and what its last step has done to a weight."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradiente.errors import require
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.training.targets import targets

Array = np.ndarray
NEAR = 0.025  # of the data's extent along each axis: an instance within it is meant


@dataclass(frozen=True)
class AtPoint(Request):
    """What a run answers at a point, and for the instance near it: a kind "at-point".

    Its `estimate` is null where the run has no plane, or was removed.

    Arguments:
        x: two finite numbers
        run: the number of the session's run
    """

    x: list[float]
    run: int

    @np.errstate(all="ignore")
    def answer(self, run: LabRun | None) -> dict[str, Any]:
        require(len(self.x) == 2 and all(map(math.isfinite, self.x)), "lab.point", value=self.x)
        values = {"kind": "at-point", "run": self.run, "x": self.x, "estimate": None, "near": None}
        if run is None or run.train.x.shape[1:] != (2,):
            return values
        estimate = run.loss.estimate(run.network.predict(np.array([self.x])))[0]
        near = _near(run, np.array(self.x))
        return {
            **values,
            "estimate": _plain(estimate),
            "near": None if near is None else _instance(run, near),
        }


@dataclass(frozen=True)
class LastChange(Request):
    """What the last step has added to a weight: a kind "last-change".

    Its `change` is null where the run begins, or has no such weight.

    Arguments:
        parameter: its name, "0.weight"
        index: the place of the number
    """

    parameter: str
    index: list[int]

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        values = {"kind": "last-change", "parameter": self.parameter, "index": self.index, "change": None}
        changes = None if run is None else run.last_change().get(self.parameter)
        if changes is None or len(self.index) != changes.ndim:
            return values
        if not all(0 <= i < n for i, n in zip(self.index, changes.shape, strict=True)):
            return values
        return {**values, "change": _finite(float(changes[tuple(self.index)]))}


REQUESTS: dict[str, type[Request]] = {"at-point": AtPoint, "last-change": LastChange}


def _near(run: LabRun, point: Array) -> int | None:
    """The instance nearest to a point, if it is near."""
    x = run.train.x
    extent = np.maximum(np.ptp(x, axis=0), 1e-6)
    distances = np.hypot(*((x - point) / extent).T)
    nearest = int(distances.argmin())
    return nearest if distances[nearest] <= NEAR else None


def _instance(run: LabRun, number: int) -> dict[str, Any]:
    """An instance of the training data: x, y, ŷ, L."""
    one = run.train.subset(np.array([number]))
    prediction = run.network.predict(one.x)
    loss = np.sum(run.loss.value(prediction, targets(one, run.loss, prediction.shape[1])))
    y = one.answer(0) if run.train.classifies else _plain(np.ravel(one.y))
    estimate = _plain(run.loss.estimate(prediction)[0])
    return {"x": one.x[0].tolist(), "y": y, "estimate": estimate, "loss": _finite(float(loss))}


def _plain(values: Array) -> list[float | None]:
    return [_finite(float(value)) for value in values]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
