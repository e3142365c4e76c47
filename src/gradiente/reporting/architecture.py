"""The network layer by layer, each with its equation."""

from collections.abc import Sequence

from gradiente.formatting import NONE, count
from gradiente.html import Markup, formula, join, table, tag
from gradiente.layers.graph import Node
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.reporting.html import section
from gradiente.trace.naming import node_names


def architecture(network: Network, loss: Loss) -> Markup:
    """The summary of the network as a table, its loss as the last row but one.

    A composite layer comes before the layers in it, which are indented. Below a layer are the lecture's names of its
    parameters, with PyTorch's.
    """
    summary, nodes = network.summary(), network.nodes
    names = [each.parameters for each in node_names(nodes)]
    rows: list[list[object]] = []
    for i in containers_first(nodes):
        row, node = summary.rows[i], nodes[i]
        shape = NONE if row.output_shape is None else " × ".join(map(str, ("m", *row.output_shape)))
        mark = tag("small", text("report.frozen")) if row.frozen else ""
        number = join([count(row.parameters), mark])
        rows.append([*_layer(node, nodes, row.layer, names[i]), formula(node.layer.equation), shape, number])
    rows.append(["", tag("code", type(loss).__name__), formula(loss.equation_with()), "1", ""])
    mark = tag("small", f"{count(summary.frozen)} {text('report.frozen')}") if summary.frozen else ""
    total = join([tag("b", count(summary.total)), mark])
    rows.append(["", tag("b", text("summary.total")), "", "", total])
    columns = ("index", "layer", "equation", "output", "parameters")
    header = [text("report.equation") if c == "equation" else text(f"summary.{c}") for c in columns]
    return section(text("report.network"), table(header, rows, numeric=[3, 4]))


def containers_first(nodes: Sequence[Node]) -> list[int]:
    """The places of the nodes, a composite layer before what is in it: computed, it comes after.

    >>> from gradiente.layers import Linear, Residual, Tanh
    >>> from gradiente.layers.graph import graph_of
    >>> nodes = graph_of([Residual([Linear(2, 2), Tanh()]), Tanh()])
    >>> [nodes[i].path for i in containers_first(nodes)]
    ['0', '0.layers.0', '0.layers.1', '1']
    """
    order = list[int]()
    for i, node in enumerate(nodes):
        inside = [place for place, j in enumerate(order) if nodes[j].path.startswith(f"{node.path}.")]
        order.insert(inside[0] if inside else len(order), i)
    return order


def _layer(node: Node, nodes: Sequence[Node], words: str, parameters: dict[str, str]) -> list[object]:
    """The cells of a layer's place and of its words."""
    around = [other.path for other in nodes if node.path.startswith(f"{other.path}.")]
    place = node.path.removeprefix(max(around, key=len, default="") + ".")
    indented = {"class_": "inner", "style": f"--depth:{len(around)}"} if around else {}
    known = [tag("span", f"{name} = {node.path}.{key}") for key, name in parameters.items()]
    layer = [tag("code", words), tag("small", *known, class_="names") if known else ""]
    return [tag("span", place, title=node.path, **indented), tag("div", *layer, **indented)]
