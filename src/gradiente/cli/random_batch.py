"""Random data for a network that is named on the command line."""

import numpy as np

from gradiente.errors import require
from gradiente.losses import BCELoss, BCEWithLogitsLoss, Loss, MSLELoss
from gradiente.network import Network

Array = np.ndarray


def random_batch(
    network: Network, loss: Loss, count: int, generator: "np.random.Generator"
) -> tuple[Array, Array]:
    """So many instances of the shape that the network takes, and targets of the kind that the loss compares with.

    Errors: ArgumentError where the network does not say what comes in, or has one class for a loss that chooses
    """
    require(network.input_shape is not None, "gradcheck.input")
    require(count >= 1, "batch_size.positive", value=count)
    x = generator.normal(size=(count, *(network.input_shape or ())))
    return x, _targets(loss, network.forward(x)[0].shape, generator)


def _targets(loss: Loss, shape: tuple[int, ...], generator: "np.random.Generator") -> Array:
    if loss.integer_targets:
        require(shape[1] > 1, "gradcheck.one_output", loss=type(loss).__name__)
        return generator.integers(shape[1], size=shape[0])
    if isinstance(loss, BCELoss | BCEWithLogitsLoss):
        return generator.integers(2, size=shape).astype(np.float64)
    normal = generator.normal(size=shape)
    return np.abs(normal) if isinstance(loss, MSLELoss) else normal
