"""Feature maps: the output of each layer of a convolutional network for a few test images."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gradiente.data import Dataset
from gradiente.html import Markup, tag
from gradiente.layers import Context, Conv2d, ConvTranspose2d
from gradiente.layers.graph import Node
from gradiente.locale import text
from gradiente.network import Network
from gradiente.reporting.filters import first_convolution
from gradiente.reporting.html import section
from gradiente.reporting.png import data_uri
from gradiente.reporting.samples import is_image_data, pictures
from gradiente.reporting.weights import diverging, full_colour
from gradiente.serialization import written_node

Array = np.ndarray

MOST_INSTANCES = 3
MOST_MAPS = 8
MOST_PIXELS = 128  # a side: more would not be seen


@dataclass(frozen=True)
class Stage:
    """A node with its output.

    Shapes: maps (instances, channels, height, width)
    """

    node: Node
    maps: Array


def feature_maps(network: Network, data: Dataset) -> Markup | None:
    """For each of a few instances the input, then a row of maps a layer; None for networks without Conv2d."""
    if first_convolution(network) is None or data.image_shape is None or not is_image_data(data):
        return None
    rows = instances(data)
    found = blocks(stages(network, data.x[rows]))
    inputs, ink = pictures(data, rows)
    figures = []
    for place, row in enumerate(rows):
        alt = text("report.map_instance", row=row)
        image = tag("img", src=data_uri(inputs[place]), alt=alt, class_="ink" if ink else None)
        name = tag("b", data.answer(row)) if data.classifies else ""
        lines = [_line(text("report.map_input"), (1, *data.image_shape)[-3:], [image])]
        for block in found:
            channels = _strongest(block[-1])
            lines += [_maps(stage, channels, place, first=stage is block[0]) for stage in block]
        table = tag("div", tag("table", *lines, class_="maps"), class_="scroll")
        figures.append(tag("figure", tag("figcaption", name, " ", tag("small", alt)), table))
    note = tag("p", text("report.maps_explained", most=MOST_MAPS), class_="note")
    return section(text("report.maps"), note, tag("div", *figures, class_="journeys"))


def instances(data: Dataset) -> Array:
    """The first rows of a few classes; without classes the first rows.

    >>> data = Dataset(np.eye(4), np.array([2, 2, 0, 1]), "classification", "four")
    >>> instances(data).tolist()
    [2, 3, 0]
    """
    if data.task == "classification":
        return np.unique(data.y, return_index=True)[1][:MOST_INSTANCES]
    return np.arange(min(len(data), MOST_INSTANCES))


def stages(network: Network, x: Array) -> list[Stage]:
    """Every layer that changes what it gets and gives images, with its output for a batch."""
    outputs = network.walk(network.as_batch(x), Context())
    return [
        Stage(node, y)
        for node, (y, _) in zip(network.nodes, outputs, strict=True)
        if y.ndim == 4 and not node.layer.copies
    ]


def blocks(stages: Sequence[Stage]) -> list[list[Stage]]:
    """Every convolution with the layers behind it, which keep its channels."""
    result: list[list[Stage]] = []
    for stage in stages:
        other = not result or stage.maps.shape[1] != result[-1][-1].maps.shape[1]
        if other or isinstance(stage.node.layer, Conv2d | ConvTranspose2d):
            result.append([])
        result[-1].append(stage)
    return result


def _strongest(stage: Stage) -> Array:
    """The channels with the largest mean absolute values, the largest first."""
    return np.argsort(-np.abs(stage.maps).mean(axis=(0, 2, 3)), kind="stable")[:MOST_MAPS]


def _maps(stage: Stage, channels: Array, place: int, *, first: bool) -> Markup:
    limit, name = full_colour(stage.maps[:, channels]), type(stage.node.layer).__name__
    images = []
    for channel in channels:
        values = stage.maps[place, channel]
        every = math.ceil(max(values.shape) / MOST_PIXELS)
        alt = text("report.map", layer=f"{stage.node.path} {name}", channel=channel)
        picture = data_uri(diverging(values[::every, ::every], limit))
        images.append(tag("img", src=picture, alt=alt, title=alt))
    layer = tag("code", f"{stage.node.path} {written_node(stage.node)}")
    return _line(layer, stage.maps.shape[1:], images, class_="block" if first else None)


def _line(
    name: object, shape: tuple[int, ...], images: Sequence[Markup], *, class_: str | None = None
) -> Markup:
    head = tag("th", name, tag("small", " × ".join(map(str, shape))), scope="row")
    return tag("tr", head, *(tag("td", image) for image in images), class_=class_)
