"""What a page draws of a run where it is: numbers, and arrays for the canvas."""

from typing import Any

import numpy as np

from gradiente.data import Dataset
from gradiente.lab.layer_measures import MOST_GRADIENTS, LayerMeasures
from gradiente.lab.limits import MOST_TESTED, SIDE
from gradiente.lab.run import LabRun
from gradiente.layers import Context
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.threads import single_threaded_products
from gradiente.trace.naming import lecture_names, node_names
from gradiente.training.history import History
from gradiente.training.targets import probabilities

Array = np.ndarray
MARGIN = 0.15  # of the data's extent, around it
MOST_POINTS = 2000  # of a curve
MOST_UNITS = 16  # of a layer that are drawn
MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy")


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
        "names": [names.output for names in node_names(run.network.nodes)],
        "parameters": lecture_names(run.network.nodes),
        "shapes": {name: list(each.shape) for name, each in run.network.parameters.items()},
        "classes": list(run.train.classes),
        "task": run.train.task,
        "image": list(run.train.image_shape or []),
        "tested": len(run.test),
        "stepsPerEpoch": run.steps_per_epoch,
        "plane": None if plane is None else plane.described(run.train),
    }


def curves(history: History) -> tuple[int, dict[str, Array]]:
    """The measures of the finished epochs, of every k-th one where they are many; and that k."""
    records = history.records
    every = -(-len(records) // MOST_POINTS) or 1
    named = [name for name in MEASURES if records and name in records[-1]]
    shown = records[every - 1 :: every]
    return every, {f"curve.{name}": np.array([each[name] for each in shown], np.float32) for name in named}


def confusion(run: LabRun) -> Array:
    """How many of the test instances of a class, one row each, are taken for which."""
    x, y = run.test.x[:MOST_TESTED], run.test.y[:MOST_TESTED]
    p = probabilities(run.loss, run.network.predict(x))
    guessed = p.argmax(axis=1) if p.shape[1] > 1 else (p[:, 0] > 0.5).astype(int)
    counts = np.zeros((len(run.train.classes),) * 2, np.int32)
    np.add.at(counts, (y, guessed), 1)
    return counts


def weight_pictures(run: LabRun) -> dict[str, Array]:
    """What the units of the first layer look at: their weights, as pictures as large as the images."""
    weight = next((each for each in run.network.parameters.values() if each.ndim > 1), None)
    shape = run.train.image_shape
    assert shape is not None
    if weight is None or weight.ndim != 2 or weight.shape[1] != np.prod(shape) or shape[-1] != shape[-2]:
        return {}
    pictures = (
        weight[:MOST_UNITS].reshape(-1, *shape).mean(axis=1) if len(shape) == 3 else weight[:MOST_UNITS]
    )
    return {"pictures": pictures.reshape(len(pictures), shape[-2], shape[-1])[:, ::-1].astype(np.float32)}


@np.errstate(all="ignore")
@single_threaded_products()  # the linear algebra's threads would spin on, in the way of the steps that come next
def seen(run: LabRun, plane: Plane | None) -> tuple[dict[str, Any], dict[str, Array]]:
    """The values and arrays of a frame."""
    network, snapshot = run.network, run.snapshot
    every, arrays = curves(snapshot.history)
    if network.theta.size <= MOST_GRADIENTS:
        arrays |= {f"w.{name}": each.astype(np.float32) for name, each in network.parameters.items()}
    if plane is not None:
        arrays |= plane.maps(network, run.loss)
    elif run.train.task == "classification":
        arrays["confusion"] = confusion(run)
    if run.train.image_shape is not None:
        arrays |= weight_pictures(run)
    measures = LayerMeasures(network, run.loss, run.train)
    arrays |= measures.arrays()
    last = snapshot.history.records[-1] if snapshot.epoch else {}
    values = {
        "step": run.step,
        "epoch": snapshot.epoch,
        "furthest": run.replay.furthest,
        "every": every,
        "measures": {name: last[name] for name in MEASURES if name in last},
        "remarks": [vars(remark) for remark in measures.remarks()],
    }
    return values, arrays
