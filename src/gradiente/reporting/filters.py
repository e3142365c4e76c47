"""The filters of the first convolution as images."""

from gradiente.data import Dataset
from gradiente.formatting import count
from gradiente.html import Markup, tag
from gradiente.layers import Conv2d
from gradiente.locale import text
from gradiente.network import Network
from gradiente.reporting.html import section
from gradiente.reporting.png import data_uri
from gradiente.reporting.samples import is_image_data
from gradiente.reporting.weights import diverging, full_colour, scale, strongest
from gradiente.serialization import written

MOST_FILTERS = 32


def filters(network: Network, data: Dataset) -> Markup | None:
    """A picture for every filter and channel, 0 transparent; None where no convolution looks at the image itself."""
    index = first_convolution(network)
    if index is None or data.image_shape is None or not is_image_data(data):
        return None
    weight = network.node_parameters(index)["weight"]
    channels = weight.shape[1]
    if channels != (1, *data.image_shape)[-3]:
        return None
    shown = strongest(weight.reshape(len(weight), -1), MOST_FILTERS)
    limit = full_colour(weight[shown])
    tiles = []
    for number in shown:
        pictures = []
        for channel in range(channels):
            alt = text("report.filter", filter=number)
            if channels > 1:
                alt = text("report.filter_channel", filter=number, channel=channel)
            picture = data_uri(diverging(weight[number, channel], limit))
            pictures.append(tag("img", src=picture, alt=alt, title=alt))
        tiles.append(tag("div", *pictures))
    layer = written(network.nodes[index].layer)
    note = text("report.filters_explained", shown=count(len(shown)), filters=count(len(weight)), layer=layer)
    if channels > 1:
        note += " " + text("report.filters_channels", channels=channels)
    grid = tag("div", *tiles, class_="filters", style=f"--channels:{channels}")
    return section(text("report.filters"), tag("p", note, class_="note"), scale(limit), grid)


def first_convolution(network: Network) -> int | None:
    """The place of the first node that has weights, where that is a Conv2d: it sees the image itself.

    >>> from gradiente.layers import Linear, Unflatten
    >>> first_convolution(Network([Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3)]))
    1
    >>> first_convolution(Network([Linear(9, 64), Unflatten(1, (1, 8, 8)), Conv2d(1, 4, 3)])) is None
    True
    """
    for index, node in enumerate(network.nodes):
        if any(spec.is_weight for spec in node.parameters().values()):
            return index if isinstance(node.layer, Conv2d) else None
    return None
