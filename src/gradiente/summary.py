"""The layers of a network as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import ShapeError
from gradiente.formatting import count
from gradiente.layers import Layer
from gradiente.layers.graph import Node, graph_of, shapes_of
from gradiente.locale import text
from gradiente.serialization import written_node

Shape = tuple[int, ...]


@dataclass(frozen=True)
class SummaryRow:
    """One layer: its place, itself, the shape of one output instance where known, its parameters' count."""

    index: str
    layer: str
    output_shape: tuple[int, ...] | None
    parameters: int
    frozen: bool

    def cells(self) -> list[str]:
        """The cells of the row, in the order of the header."""
        shape = "?" if self.output_shape is None else f"({', '.join(['m', *map(str, self.output_shape)])})"
        number = count(self.parameters)
        return [
            self.index,
            self.layer,
            shape,
            text("summary.frozen", count=number) if self.frozen else number,
        ]


@dataclass(frozen=True)
class Summary:
    """The layers of a network, with the total of its parameters; printed, it is a table."""

    rows: list[SummaryRow]

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(row.parameters for row in self.rows)

    @property
    def frozen(self) -> int:
        """The parameters of frozen layers."""
        return sum(row.parameters for row in self.rows if row.frozen)

    def header(self) -> list[str]:
        """The names of the columns."""
        return [text(f"summary.{column}") for column in ("index", "layer", "output", "parameters")]

    def footer(self) -> str:
        """The total, and how much of it is frozen."""
        if not self.frozen:
            return count(self.total)
        return text("summary.total_frozen", total=count(self.total), frozen=count(self.frozen))

    def __str__(self) -> str:
        table = [self.header(), *(row.cells() for row in self.rows)]
        widths = [max(len(line[column]) for line in table) for column in range(4)]
        lines = []
        for *words, parameters in table:
            left = [word.ljust(width) for word, width in zip(words, widths, strict=False)]
            lines.append("  ".join([*left, parameters.rjust(widths[3])]))
        rule = "─" * len(lines[0])
        total = f"{text('summary.total')}: {self.footer()}"
        return "\n".join([lines[0], rule, *lines[1:], rule, total.rjust(len(rule))])


def summarize(
    nodes: Sequence[Node], shapes: Sequence[Shape] | None, counts: Sequence[int], frozen: Sequence[bool]
) -> Summary:
    """The summary of a network's nodes: their output shapes where known, parameters, and which are frozen."""
    each = zip(nodes, shapes or [None] * len(nodes), counts, frozen, strict=True)
    rows = [SummaryRow(n.path, written_node(n), shape, count, still) for n, shape, count, still in each]
    return Summary(rows)


def output_shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """The shape of one instance after every layer, those inside composite layers too.

    Errors: ShapeError where a layer cannot follow another
    """
    shapes = list[Shape]()
    nodes = graph_of(layers)
    try:
        for _, output in shapes_of(nodes, shape):
            shapes.append(output)
    except ShapeError as error:
        raise ShapeError("network.chain", index=nodes[len(shapes)].path, reason=error) from error
    return shapes
