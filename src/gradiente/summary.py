"""The layers of a network as a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradiente.errors import ShapeError
from gradiente.formatting import count
from gradiente.layers import Layer
from gradiente.locale import text

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


def output_shapes(layers: Sequence[Layer], shape: Shape) -> list[Shape]:
    """The shape of one instance after every layer.

    Errors: ShapeError where a layer cannot follow another
    """
    shapes = []
    for index, layer in enumerate(layers):
        try:
            shape = layer.output_shape(shape)
        except ShapeError as error:
            raise ShapeError("network.chain", index=index, reason=error) from error
        shapes.append(shape)
    return shapes
