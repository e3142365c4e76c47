"""Formulas with sums over the rows of a batch, as the source of loops: a feature after the other."""

from gradiente.engines.compiled.expressions import BOOLEAN
from gradiente.engines.compiled.formulas import Body, Formulas, Node, as_number, nested
from gradiente.engines.compiled.recording import FEATURE_SUM

SUMMED = 256  # numbers that are added in the network's type, before their sums are in float64


class FeatureLoops:
    """A loop over features, and inside it loops over the rows: a sum ends one, what needs it is in the next.

    The numbers of one feature fit the innermost cache: what two loops need is computed in each.

    Arguments:
        features: how many, a number or a source
        stride: the distance in memory of an entry and that of the next feature
        rows: how many, a number or a source
    """

    def __init__(self, formulas: Formulas, features: int | str, stride: int, rows: int | str) -> None:
        self.formulas, self.features, self.stride, self.rows = formulas, features, stride, rows
        self.outside = Body(formulas, self._operand)  # of the loops over the rows

    def lines(self) -> list[str]:
        lines = list[str]()
        for level in range(1 + max(self.level(n) for n, _ in self.formulas.outputs)):
            loop = self._loop(level)
            lines += [*self.outside.lines, *loop]
            self.outside.lines = []
        stores = self.shared_stores()
        return nested(f"for j in range({self.features}):", [*lines, *self.outside.lines, *stores])

    def _loop(self, level: int) -> list[str]:
        """The loop of what needs so many sums, one after the other: entries, and terms of the next sums."""
        lines, sums = self.entry(level), self.sums_after(level)
        if not sums:
            return nested(f"for r in range({self.rows}):", lines) if lines else []
        some = nested(f"for r in range(start, min({self.rows}, start + {SUMMED})):", lines)
        some = [*(f"part_{n} = T(0)" for n in sums), *some, *(f"sum_{n} += float(part_{n})" for n in sums)]
        self.outside.names |= {n: f"v{n}" for n in sums}
        return [
            *(f"sum_{n} = 0.0" for n in sums),
            *nested(f"for start in range(0, {self.rows}, {SUMMED}):", some),
            *(f"v{n} = T(sum_{n})" for n in sums),
        ]

    def entry(self, level: int) -> list[str]:
        """The lines of that loop, for one entry."""
        nodes = self.formulas.nodes
        outputs = [(n, into) for n, into in self.formulas.outputs if into.kind == "entry"]
        outputs = [(n, into) for n, into in outputs if self.level(n) == level]
        sums = [(n, nodes[n].arguments[0]) for n in self.sums_after(level)]
        for each in (*(n for n, _ in outputs), *(term for _, term in sums)):
            self._before(each)
        body = Body(self.formulas, self._operand, self.outside.names)
        stores = [f"{into.pointer}[{self._place}] = {body.value(n)}" for n, into in outputs]
        for n, term in sums:
            stores.append(f"part_{n} += {as_number(body.value(term), nodes[term].function in BOOLEAN)}")
        return [*body.lines, *stores]

    def sums_after(self, level: int) -> list[int]:
        """The sums whose terms need so many sums, one after the other."""
        nodes = enumerate(self.formulas.nodes)
        return [n for n, node in nodes if node.function == FEATURE_SUM and self.level(n) == level + 1]

    def shared_stores(self) -> list[str]:
        """The lines that store what all rows share."""
        outputs = [(n, into) for n, into in self.formulas.outputs if into.kind == "feature"]
        return [f"{into.pointer}[j] = {self.outside.value(n)}" for n, into in outputs]

    def level(self, number: int) -> int:
        """How many sums it needs, one after the other."""
        node = self.formulas.nodes[number]
        return max(map(self.level, node.arguments), default=0) + (node.function == FEATURE_SUM)

    def _before(self, number: int) -> None:
        """Assign, before the loop, what a number in it needs that all rows share."""
        if not self._by_row(number):
            self.outside.value(number)
            return
        for each in self.formulas.nodes[number].arguments:
            self._before(each)

    def _by_row(self, number: int) -> bool:
        """Whether a number is another one for every row."""
        node = self.formulas.nodes[number]
        if node.name:
            return self.formulas.operands[node.name].kind == "entry"
        return node.function != FEATURE_SUM and any(map(self._by_row, node.arguments))

    @property
    def _place(self) -> str:
        return f"j * {self.stride} + r"

    def _operand(self, node: Node) -> str:
        operand = self.formulas.operands[node.name]
        index = {"entry": f"[{self._place}]", "feature": "[j]", "number": ""}[operand.kind]
        return f"{operand.pointer}{index}"
