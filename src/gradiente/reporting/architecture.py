"""The network layer by layer, each with its equation."""

from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.reporting.html import Markup, formula, section, table, tag
from gradiente.words import NONE, count


def architecture(network: Network, loss: Loss) -> Markup:
    """The summary of the network as a table, its loss as the last row but one."""
    rows: list[list[object]] = []
    for row, layer in zip(network.summary().rows, network.layers, strict=True):
        shape = NONE if row.output_shape is None else " × ".join(map(str, ("m", *row.output_shape)))
        equation = formula(layer.equation)
        rows.append([row.index, tag("code", row.layer), equation, shape, count(row.parameters)])
    rows.append(["", tag("code", type(loss).__name__), formula(loss.equation), "1", ""])
    total = tag("b", count(network.theta.size))
    rows.append(["", tag("b", text("summary.total")), "", "", total])
    columns = ("index", "layer", "equation", "output", "parameters")
    names = [text("report.equation") if c == "equation" else text(f"summary.{c}") for c in columns]
    return section(text("report.network"), table(names, rows, numeric=[3, 4]))
