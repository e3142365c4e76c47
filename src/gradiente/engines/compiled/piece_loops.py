"""Formulas with sums over a batch that is cut by its rows: what needs a sum waits until all pieces have summed."""

from collections.abc import Callable

from gradiente.engines.compiled.feature_loops import SUMMED, FeatureLoops
from gradiente.engines.compiled.formulas import Body, Formulas, nested


class PieceLoops(FeatureLoops):
    """Loops over channels and their entries, in some rows of a piece: a part for every number of sums that is needed.

    In the source, `sums` are the piece's own sums, in float64, and `totals` those of all pieces.

    Arguments:
        channels, positions: how many, and of each
        rows: of the arrays
        count: the source of how many of them there are, not only to fill the arrays
        place: gives the place of so many sums
    """

    def __init__(
        self,
        formulas: Formulas,
        channels: int,
        positions: int,
        rows: int,
        count: str,
        place: Callable[[int], int],
    ) -> None:
        super().__init__(formulas, channels, positions * rows, count)
        self.channels, self.array_rows, self.place = channels, rows, place
        self.places = dict[int, int]()  # of the sums, by the node's number
        sums = max(map(self.level, range(len(formulas.nodes))), default=0)
        entries = [self.level(n) for n, into in formulas.outputs if into.kind == "entry"]
        self.parts = max([sums, *(1 + level for level in entries)])
        self.complete = sums < self.parts  # whether the last part begins with all sums

    def part(self, level: int) -> list[str]:
        """The loops of what needs so many sums, one after the other; the parts are asked for in turn."""
        self._begin()
        self.places |= {n: self.place(self.channels) for n in self.sums_after(level)}
        loop = self._loop(level)
        if not loop:
            return []
        full = f"if count == {self.array_rows} else"
        sizes = [f"block = {SUMMED} {full} {self.array_rows}", f"some = {SUMMED} {full} {self.rows}"]
        return [*sizes, *nested(f"for j in range({self.channels}):", [*self.outside.lines, *loop])]

    def shared(self) -> list[str]:
        """The loop of what all rows share, which needs all sums."""
        self._begin()
        stores = self.shared_stores()
        lines = [*self.outside.lines, *stores]
        return nested(f"for j in range({self.channels}):", lines) if stores else []

    def _begin(self) -> None:
        self.outside = Body(self.formulas, self._operand)
        for number, place in self.places.items():
            self.outside.known(number, f"totals[{place} + j]")

    def _loop(self, level: int) -> list[str]:
        """Over all entries of a channel side by side; of a few rows, over those of a position after the other."""
        lines, sums = self.entry(level), self.sums_after(level)
        if not lines:
            return []
        some = nested(f"for r in range(start, min({self.stride}, start + some)):", lines)
        some = [*(f"part_{n} = T(0)" for n in sums), *some, *(f"sum_{n} += float(part_{n})" for n in sums)]
        return [
            *(f"sum_{n} = 0.0" for n in sums),
            "start = 0",
            *nested(f"while start < {self.stride}:", [*some, "start += block"]),
            *(f"sums[{self.places[n]} + j] += sum_{n}" for n in sums),
        ]
