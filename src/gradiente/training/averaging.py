"""The average of the parameters of a training in progress."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace

import numpy as np

from gradiente.averages import Average
from gradiente.engines import Engine
from gradiente.layers import Context
from gradiente.layers.batch_norm import BatchNorm
from gradiente.network import Network
from gradiente.streams import Purpose, stream
from gradiente.training.prepared import Prepared
from gradiente.training.snapshot import Averaged

Array = np.ndarray


class Averaging:
    """θ̄ of a training in progress, beside the parameters that learn.

    Arguments:
        rule: how it is made
        engine, network: of the training
        data: what is learned from
        kept: what was averaged before the training was resumed
    """

    def __init__(
        self, rule: Average, engine: Engine, network: Network, data: Prepared, kept: Averaged | None
    ) -> None:
        self.rule, self.engine, self.network, self.data = rule, engine, network, data
        self.load(kept)

    def load(self, kept: Averaged | None) -> None:
        """Go back to what a snapshot has."""
        self.count = 0 if kept is None else kept.count
        self.theta = None if kept is None else kept.theta.copy()
        self._buffers: dict[str, Array] | None = None

    def kept(self) -> Averaged | None:
        """For a snapshot."""
        return None if self.theta is None else Averaged(self.count, self.theta.copy())

    def step_end(self, epoch: int) -> None:
        """After a step of an epoch, counted from 1."""
        if self.rule.each_step and self.rule.takes(epoch):
            self._add()

    def epoch_end(self, epoch: int) -> None:
        """After the last step of an epoch."""
        if not self.rule.each_step and self.rule.takes(epoch):
            self._add()

    def buffers(self) -> dict[str, Array]:
        """The running statistics that go with θ̄."""
        if self.theta is None or not self.rule.counts_again:
            return self.network.buffers
        if self._buffers is None:
            self._buffers = counted_again(self.network, self.theta, self.data)
        return self._buffers

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Context manager: the network, and the engine, have θ̄; nothing changes before the first average."""
        if self.theta is None:
            yield
            return
        self.engine.download()
        theta = self.network.theta.copy()
        before = {name: values.copy() for name, values in self.network.buffers.items()}
        self.network.restore(self.theta, self.buffers())
        self.engine.upload()
        try:
            yield
        finally:
            self.network.restore(theta, before)
            self.engine.upload()

    def finish(self) -> None:
        """Leave θ̄ in the network."""
        if self.theta is not None:
            self.network.restore(self.theta, self.buffers())

    def _add(self) -> None:
        """Average the parameters as they are now."""
        self.engine.download()
        theta = self.network.theta
        if self.theta is None:
            self.theta = theta.copy()
        else:
            self.theta += self.rule.share(self.count) * (theta - self.theta)
        self.count += 1
        self._buffers = None


def counted_again(network: Network, theta: Array, data: Prepared) -> dict[str, Array]:
    """The running statistics of other parameters: the mean over the batches of the training data, in their order.

    Those of batch normalization that learns; others stay.
    """
    buffers = {name: values.copy() for name, values in network.buffers.items()}
    counting = {
        place: (replace(node.layer, momentum=None), node.buffers())
        for place, node in enumerate(network.nodes)
        if isinstance(node.layer, BatchNorm) and node.buffers() and not network.is_frozen(place)
    }
    if not counting:
        return buffers
    copy = deepcopy(network)
    copy.theta[...] = theta
    context = Context(training=True, generator=stream(Purpose.LAYERS, 0))
    for first in range(0, len(data.indices), data.batch_size):
        rows = data.indices[first : first + data.batch_size]
        _, caches = copy.forward(data.train.x[rows], context)
        counting = {
            place: (layer, layer.new_buffers(own, caches[place])) for place, (layer, own) in counting.items()
        }
    for place, (_, own) in counting.items():
        path = network.nodes[place].path
        buffers |= {f"{path}.{name}": values for name, values in own.items()}
    return buffers
