"""The training and validation data, checked before the first step."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gradiente.data import Augmentation, Dataset, augment_rows, batches
from gradiente.errors import DataError, ShapeError, require
from gradiente.layers import Context
from gradiente.layers.base import written_shape
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.streams import Purpose, stream
from gradiente.training.targets import targets

Array = np.ndarray
DEFAULT_BATCH_SIZE = 128


@dataclass(frozen=True)
class Prepared:
    """A data set, which of its rows are learned from in batches of which size, and what validates.

    `y` and `y_held_out` are the targets as the loss takes them, `weights` and `weights_held_out` what each instance
    counts in it; None where all count alike.
    """

    train: Dataset
    y: Array
    indices: Array
    batch_size: int
    held_out: Dataset | None
    y_held_out: Array | None
    weights: Array | None = None
    weights_held_out: Array | None = None

    @property
    def steps_per_epoch(self) -> int:
        return -(-len(self.indices) // self.batch_size)

    def divisor(self, loss: Loss, rows: Array) -> float:
        """What a loss divides by, for a batch of these rows."""
        return loss.divisor(self.y[rows], None if self.weights is None else self.weights[rows])

    def monitor(self, asked: str | None) -> str:
        """The measure that decides which epoch is best.

        Errors: ArgumentError for one that is not taken
        """
        known = ["loss", "accuracy"] if self.train.classifies else ["loss"]
        validated = self.held_out is not None
        known += [f"val_{name}" for name in known] if validated else []
        monitor = asked or ("val_loss" if validated else "loss")
        require(monitor in known, "trainer.monitor", monitor=monitor, known=", ".join(known))
        return monitor


def prepare(
    network: Network,
    loss: Loss,
    train: Dataset,
    validation: float | Dataset | None,
    batch_size: int | Literal["all"] | None,
    *,
    augmentation: Augmentation | None,
    seed: int,
    processes: int,
) -> Prepared:
    """Split a data set and check it with one small batch.

    Instances of weight 0 are not learned from, so that no batch is a mean of nothing. Errors are raised before training
    starts, not at the end of an epoch.

    Errors: as of Trainer.fit
    """
    indices, held_out = np.arange(len(train)), validation
    if not isinstance(validation, Dataset | None):
        indices, rows = train.hold_out(validation, seed)
        held_out = train.subset(rows)
    weights = train.loss_weights
    if weights is not None:
        indices = indices[weights[indices] > 0]
        if not len(indices):
            raise DataError("data.no_weight", name=train.name)
    size = _batch_size(batch_size, len(indices))
    batches(indices, size)
    require(size >= processes, "trainer.processes", size=size, count=processes)
    _try_smallest_batch(network, train, augmentation, len(indices) % size or size)
    outputs = _outputs(network, train)
    for instances in {size, len(indices) % size or size}:
        loss.require_shape((instances, outputs))
    y = targets(train, loss, outputs)
    assert isinstance(held_out, Dataset | None)
    y_held_out = None if held_out is None else targets(held_out, loss, _outputs(network, held_out))
    held_out_weights = None if held_out is None else held_out.loss_weights
    return Prepared(train, y, indices, size, held_out, y_held_out, weights, held_out_weights)


def _try_smallest_batch(
    network: Network, train: Dataset, augmentation: Augmentation | None, instances: int
) -> None:
    generator = stream(Purpose.LAYERS, 0)
    x = train.x[: min(instances, 2)]
    if augmentation is not None:
        x = augment_rows(x, train.image_shape, augmentation, generator)
    network.forward(x, Context(training=True, generator=generator))


def _outputs(network: Network, data: Dataset) -> int:
    """How many outputs the network has, found with two instances: so a wrong shape is said before training."""
    shape = network.forward(data.x[:2])[0].shape  # a single one may have no variance
    if len(shape) != 2:
        raise ShapeError("trainer.output", shape=written_shape(("batch", *shape[1:])))
    return shape[1]


def _batch_size(asked: int | Literal["all"] | None, instances: int) -> int:
    if asked is None:
        return min(DEFAULT_BATCH_SIZE, instances)
    return instances if asked == "all" else asked
