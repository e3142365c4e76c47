"""A network as a view: its units and weights where all of them are of linear layers, and its layers as a table."""

import numpy as np

from gradiente.html import Markup, table, tag
from gradiente.layers import Linear
from gradiente.locale import text
from gradiente.network import Network
from gradiente.trace.naming import lecture_names
from gradiente.views.view import View, packed

MOST_UNITS = 10  # of a layer that are drawn, as in network.js


def view_of_network(network: Network) -> View:
    """Weights and biases in their colours, and the summary."""
    html = _table(network)
    return View("network", {**_picture(network), "table": str(html)}, html, str(network.summary()))


def _picture(network: Network) -> dict[str, list[object]]:
    """A column for the inputs and one for each layer with weights; nothing of what is no chain of linear layers."""
    weighted = [(i, node) for i, node in enumerate(network.nodes) if node.layer.letter == "Z"]
    plain = weighted and not any(node.is_sum for node in network.nodes)
    if not plain or not all(isinstance(node.layer, Linear) for _, node in weighted):
        return {"columns": [], "weights": [], "names": []}
    names, weights, columns = lecture_names(network.nodes), list[object](), list[object]()
    for i, _ in weighted:
        parameters = network.node_parameters(i)
        weight = parameters["weight"]
        if not columns:
            columns.append({"name": "x", "units": weight.shape[1]})
        bias = parameters.get("bias", np.zeros(len(weight)))[:MOST_UNITS]
        name = "ŷ" if len(columns) == len(weighted) else str(len(columns))
        columns.append({"name": name, "units": len(weight), "biases": packed(bias.astype(np.float32))})
        weights.append(packed(weight[:MOST_UNITS, :MOST_UNITS].astype(np.float32)))
    named = [names[f"{node.path}.weight"] for _, node in weighted]
    return {"columns": columns, "weights": weights, "names": list(named)}


def _table(network: Network) -> Markup:
    summary = network.summary()
    rows = [
        [index, tag("code", layer), *cells] for index, layer, *cells in (row.cells() for row in summary.rows)
    ]
    total = ["", tag("b", text("summary.total")), "", tag("b", summary.footer())]
    return table(summary.header(), [*rows, total], numeric=[3])
