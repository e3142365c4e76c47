"""What a page draws of a run where it is: numbers, and arrays for the canvas."""

from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.lab.run import LabRun
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.training.targets import probabilities

Array = np.ndarray
SIDE = 48  # points of a map of the plane, along each axis
MARGIN = 0.15  # of the data's extent, around it
MOST_UNITS = 16  # of a layer that are drawn


class Plane:
    """The plane around two-dimensional data, as a grid of points.

    Arguments:
        x: the data, of shape (m, 2)
    """

    def __init__(self, x: Array, dtype: Any) -> None:
        low, high = x.min(axis=0), x.max(axis=0)
        margin = MARGIN * np.maximum(high - low, 1e-6)
        self.low, self.high = low - margin, high + margin
        axes = [np.linspace(a, b, SIDE) for a, b in zip(self.low, self.high, strict=True)]
        across, up = np.meshgrid(*axes)
        self.points = np.column_stack([across.ravel(), up.ravel()]).astype(dtype)

    def described(self, data: Dataset) -> dict[str, Any]:
        """Where it is, and the data on it: what a page draws over every map."""
        ends = {"low": self.low.tolist(), "high": self.high.tolist()}
        return {**ends, "x": data.x.ravel().tolist(), "y": data.y.tolist()}

    def maps(self, network: Network, loss: Loss) -> dict[str, Array]:
        """What the inputs and each layer answer in every point, units × side × side, of the first units only.

        And "decision", side × side: 2 p − 1 of two classes; of more, the probability of the most probable one, which
        "winner" names.
        """
        outputs = [y for y, _ in network.walk(self.points, Context())]
        maps = {"map.x": _as_maps(self.points)} | {f"map.{i}": _as_maps(y) for i, y in enumerate(outputs)}
        p = probabilities(loss, outputs[-1])
        if p.shape[1] <= 2:
            return {**maps, "decision": _as_maps(2 * p[:, -1:] - 1)[0]}
        winner = p.argmax(axis=1).astype(np.uint8).reshape(SIDE, SIDE)
        return {**maps, "decision": _as_maps(p.max(axis=1, keepdims=True))[0], "winner": winner}


def _as_maps(values: Array) -> Array:
    return values[:, :MOST_UNITS].T.reshape(-1, SIDE, SIDE).astype(np.float32)


def plane_of(run: LabRun) -> Plane | None:
    """The plane of a run whose data have two features."""
    x = run.train.x
    return Plane(x, run.network.dtype) if x.ndim == 2 and x.shape[1] == 2 else None


def described(run: LabRun, plane: Plane | None) -> dict[str, Any]:
    """What does not change while a run is played."""
    return {
        "config": run.config.to_dict(),
        "first": run.first,
        "layers": [type(node.layer).__name__ for node in run.network.nodes],
        "shapes": {name: list(each.shape) for name, each in run.network.parameters.items()},
        "classes": list(run.train.classes),
        "task": run.train.task,
        "stepsPerEpoch": run.steps_per_epoch,
        "plane": None if plane is None else plane.described(run.train),
    }


def losses(run: LabRun) -> tuple[Array, Array]:
    """J of every finished epoch, and of the steps of the one in progress."""
    snapshot = run.snapshot
    finished = np.array([record["loss"] for record in snapshot.history], np.float32)
    steps = np.empty(0) if snapshot.partial is None else snapshot.partial.values
    return finished, steps.astype(np.float32)


@np.errstate(all="ignore")
def seen(run: LabRun, plane: Plane | None) -> tuple[dict[str, Any], dict[str, Array]]:
    """The values and arrays of a frame."""
    network, snapshot = run.network, run.snapshot
    finished, partial = losses(run)
    arrays = {"losses": finished, "partial": partial}
    arrays |= {f"w.{name}": each.astype(np.float32) for name, each in network.parameters.items()}
    if plane is not None:
        arrays |= plane.maps(network, run.loss)
    last = snapshot.history.records[-1] if snapshot.epoch else {}
    values = {
        "step": run.step,
        "epoch": snapshot.epoch,
        "furthest": run.replay.furthest,
        "measures": {
            name: last[name] for name in ("loss", "accuracy", "val_loss", "val_accuracy") if name in last
        },
    }
    return values, arrays
