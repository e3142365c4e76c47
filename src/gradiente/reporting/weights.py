"""The weights of the first layer as images."""

import numpy as np

from gradiente.data import Dataset
from gradiente.formatting import count, short
from gradiente.html import Markup, tag
from gradiente.layers import Linear
from gradiente.locale import text
from gradiente.network import Network
from gradiente.reporting.html import section
from gradiente.reporting.png import data_uri

Array = np.ndarray

MOST_NEURONS = 64
POSITIVE, NEGATIVE = (47, 111, 196), (217, 118, 40)


def weights(network: Network, data: Dataset) -> Markup | None:
    """A picture for each neuron, 0 transparent; None where the first weights are not those of grey pixels."""
    weight = pixel_weights(network, data)
    if weight is None or data.image_shape is None:
        return None
    shown = strongest(weight, MOST_NEURONS)
    limit = full_colour(weight[shown])
    tiles = []
    for neuron in shown:
        picture = data_uri(diverging(weight[neuron].reshape(data.image_shape), limit))
        alt = text("report.neuron", neuron=neuron)
        tiles.append(tag("img", src=picture, alt=alt, title=alt))
    note = text("report.weights_explained", shown=count(len(shown)), neurons=count(len(weight)))
    pictures = tag("div", *tiles, class_="neurons")
    return section(text("report.weights"), tag("p", note, class_="note"), scale(limit), pictures)


def pixel_weights(network: Network, data: Dataset) -> Array | None:
    """W of the first layer, where that is a Linear over the pixels, with nothing before it that changes them.

    Shapes: (neurons, pixels)
    """
    if data.image_shape is None or len(data.image_shape) != 2:
        return None
    for index, node in enumerate(network.nodes):
        layer = node.layer
        if isinstance(layer, Linear) and layer.in_features == np.prod(data.image_shape):
            return network.node_parameters(index)["weight"]
        if not layer.copies:
            return None
    return None


def strongest(weight: Array, most: int) -> Array:
    """The neurons with the largest norms ‖w‖, the largest first.

    >>> strongest(np.array([[1.0, 0.0], [3.0, 4.0], [0.0, 2.0]]), 2).tolist()
    [1, 2]
    """
    return np.argsort(-np.linalg.norm(weight, axis=1), kind="stable")[:most]


def full_colour(values: Array) -> float:
    """The distance from 0 that gets the full colour: the largest but for a few outliers."""
    return float(np.percentile(np.abs(values), 99.5)) or 1.0


def scale(limit: float) -> Markup:
    """What the colours of `diverging` stand for."""
    end = short(float(f"{limit:.2g}"))
    return tag("p", tag("span", f"−{end}"), tag("i", class_="ramp"), tag("span", f"+{end}"), class_="scale")


def diverging(values: Array, limit: float) -> Array:
    """Blue above 0, orange below, the more opaque the further away, full at ± limit: RGB and opacity.

    Shapes: (height, width) → (height, width, 4), uint8
    """
    colour = np.where(values[..., None] > 0, np.array(POSITIVE), np.array(NEGATIVE))
    opacity = np.rint(255 * np.clip(np.abs(values) / limit, 0, 1))
    return np.concatenate([colour, opacity[..., None]], axis=-1).astype(np.uint8)
