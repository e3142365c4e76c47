"""Random data for a network given on the command line."""

import numpy as np

from gradiente.errors import require
from gradiente.examples import draw_input, draw_target, target_kinds
from gradiente.losses import Loss
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
    instances = (count, *(network.input_shape or ()))
    takes = network.nodes[0].layer
    x = draw_input(takes, instances, generator) if network.takes_indices else generator.normal(size=instances)
    shape = network.forward(x)[0].shape
    require(not loss.is_multiclass or shape[1] > 1, "gradcheck.one_output", loss=type(loss).__name__)
    return x, draw_target(type(loss), target_kinds(type(loss))[0], shape, generator)
