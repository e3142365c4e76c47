"""The network layer by layer, each with its equation."""

from gradiente.formatting import NONE, count
from gradiente.locale import text
from gradiente.losses import Loss
from gradiente.network import Network
from gradiente.reporting.html import Markup, formula, join, section, table, tag


def architecture(network: Network, loss: Loss) -> Markup:
    """The summary of the network as a table, its loss as the last row but one."""
    summary = network.summary()
    rows: list[list[object]] = []
    for row, node in zip(summary.rows, network.nodes, strict=True):
        shape = NONE if row.output_shape is None else " × ".join(map(str, ("m", *row.output_shape)))
        equation = formula(node.layer.equation)
        mark = tag("small", text("report.frozen")) if row.frozen else ""
        rows.append([row.index, tag("code", row.layer), equation, shape, join([count(row.parameters), mark])])
    rows.append(["", tag("code", type(loss).__name__), formula(loss.equation_with()), "1", ""])
    mark = tag("small", f"{count(summary.frozen)} {text('report.frozen')}") if summary.frozen else ""
    total = join([tag("b", count(summary.total)), mark])
    rows.append(["", tag("b", text("summary.total")), "", "", total])
    columns = ("index", "layer", "equation", "output", "parameters")
    names = [text("report.equation") if c == "equation" else text(f"summary.{c}") for c in columns]
    return section(text("report.network"), table(names, rows, numeric=[3, 4]))
