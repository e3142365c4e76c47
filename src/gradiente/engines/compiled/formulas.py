"""Recorded formulas as the source of loops over arrays of features × rows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gradiente.engines.compiled.expressions import BOOLEAN, NUMERIC
from gradiente.engines.compiled.recording import (
    AT_CLASS,
    FEATURE_SUM,
    IS_CLASS,
    ROW_MAX,
    ROW_SUM,
    NotRecordable,
)
from gradiente.symbolic import CHOICE, Symbol

REDUCTIONS = {
    ROW_SUM: ("T(0)", "{0} + {1}"),
    ROW_MAX: ("T(-np.inf)", "{0} if {0} >= {1} or {0} != {0} else {1}"),
}
Kind = Literal["entry", "feature", "row", "number"]


@dataclass(frozen=True)
class Operand:
    """Where the numbers of an operand are, or go.

    Arguments:
        pointer: its source
        kind: a number for each feature and row ("entry"), for each feature, for each row, or the source of one number
    """

    pointer: str
    kind: Kind = "entry"


@dataclass(frozen=True)
class Node:
    """An operation or an operand of the formulas, equal ones only once.

    Arguments:
        level: how many reductions it needs, one after the other
        wide: whether it has a number for each feature, too
    """

    function: str
    arguments: tuple[int, ...] = ()
    name: str = ""
    value: float | None = None
    level: int = 0
    wide: bool = True

    @property
    def computed(self) -> bool:
        """Whether it is worth keeping for another loop."""
        return self.function not in ("", AT_CLASS, IS_CLASS)

    @property
    def reduces(self) -> bool:
        return self.function in REDUCTIONS


def supported(symbols: Iterable[Symbol]) -> None:
    """Every function of the formulas has a source.

    Errors: NotRecordable
    """
    known = {*BOOLEAN, *NUMERIC, *REDUCTIONS, FEATURE_SUM, CHOICE, AT_CLASS, IS_CLASS, ""}
    for symbol in symbols:
        if symbol.function not in known:
            raise NotRecordable(symbol.function)
        supported(symbol.arguments)


class Formulas:
    """The source of loops that compute formulas from operands.

    A sum or maximum over the features of a row ends a loop; what needs it is in the next one.

    Arguments:
        operands: by the names that the formulas use
    """

    def __init__(self, operands: Mapping[str, Operand]) -> None:
        self.operands = operands
        self.nodes: list[Node] = []
        self.outputs: list[tuple[int, Operand]] = []
        self._numbers: dict[Any, int] = {}

    def compute(self, symbol: Symbol, into: Operand) -> None:
        """Also compute this formula, and store its numbers there."""
        self.outputs.append((self._node(symbol), into))

    def wide(self, symbol: Symbol) -> bool:
        """Whether a formula has a number for each feature, too."""
        return self.nodes[self._node(symbol)].wide

    @property
    def names(self) -> set[str]:
        """Of the operands that are used."""
        return {node.name for node in self.nodes if node.name}

    @property
    def sums_rows(self) -> bool:
        """Whether a sum over the rows of the batch is in it: then `FeatureLoops` writes the loops."""
        return any(node.function == FEATURE_SUM for node in self.nodes)

    def entry(self, place: str) -> list[str]:
        """The lines for one place of arrays that all have it: no rows, no features."""

        def operand(node: Node) -> str:
            where = self.operands[node.name]
            return where.pointer if where.kind == "number" else f"{where.pointer}[{place}]"

        body = Body(self, operand)
        for number, _ in self.outputs:
            body.value(number)
        return [*body.lines, *(f"{into.pointer}[{place}] = {body.value(n)}" for n, into in self.outputs)]

    def loops(
        self,
        features: int | str,
        stride: int,
        rows: int | str,
        scratch: Callable[[int], str],
        classes: str = "",
    ) -> list[str]:
        """The lines of the loops.

        Arguments:
            features: how many, a number or a source
            stride: the distance in memory of an entry and that of the next feature
            rows: how many, a number or a source
            scratch: memory for so many numbers, as the source of a pointer
            classes: the source of the pointer to the right class of each row
        """
        if self.outputs and rows == stride and self._of_entries():
            return nested(f"for i in range({features} * {stride}):", self.entry("i"))
        return _Loops(self, features, stride, rows, scratch, classes).lines()

    def _of_entries(self) -> bool:
        """Whether every number depends on its own entry only: then one loop goes through all memory."""
        kinds = {self.operands[node.name].kind for node in self.nodes if node.name}
        return kinds <= {"entry", "number"} and all(
            (node.computed and not node.reduces) or node.name or node.value is not None for node in self.nodes
        )

    def _node(self, symbol: Symbol) -> int:
        if symbol.function:
            arguments = tuple(self._node(each) for each in symbol.arguments)
            node = self._operation(symbol.function, arguments)
        elif symbol.name:
            node = Node("", name=symbol.name, wide=self.operands[symbol.name].kind in ("entry", "feature"))
        else:
            node = Node("", value=float(symbol.value), wide=False)
        if node not in self._numbers:
            self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return self._numbers[node]

    def _operation(self, function: str, arguments: tuple[int, ...]) -> Node:
        own = [self.nodes[each] for each in arguments]
        level = max((each.level for each in own), default=0)
        wide = any(each.wide for each in own) or function == IS_CLASS
        if function in REDUCTIONS:
            return Node(function, arguments, level=level + 1, wide=False)
        if function == AT_CLASS:
            return Node(function, arguments, level=level, wide=False)
        if function == "power" and own[1].value is not None:
            if own[1].value == 2:
                function, arguments = "square", arguments[:1]
            elif own[1].value == 0.5:
                function, arguments = "sqrt", arguments[:1]
        return Node(function, arguments, level=level, wide=wide)


class Body:
    """The assignments inside one loop.

    Arguments:
        names: what is assigned before it
    """

    def __init__(
        self, formulas: Formulas, operand: Callable[[Node], str], names: Mapping[int, str] | None = None
    ) -> None:
        self.formulas, self.operand = formulas, operand
        self.lines: list[str] = []
        self.names = dict(names or {})  # of what is assigned, by the node's number

    def known(self, number: int, source: str) -> None:
        """A number that is not computed here but read."""
        self.names[number] = f"v{number}"
        self.lines.append(f"v{number} = {source}")

    def value(self, number: int) -> str:
        """The source of a node's number, assigned before."""
        node = self.formulas.nodes[number]
        if number in self.names:
            return self.names[number]
        if node.value is not None:
            return literal(node.value)
        if node.name or node.function in (AT_CLASS, IS_CLASS):
            self.known(number, self.operand(node))
            return self.names[number]
        names = [self.value(each) for each in node.arguments]
        self.known(number, self._expression(node, names))
        return self.names[number]

    def _expression(self, node: Node, names: list[str]) -> str:
        kinds = [self.formulas.nodes[each].function in BOOLEAN for each in node.arguments]
        if node.function == CHOICE:
            return f"{as_number(names[1], kinds[1])} if {names[0]} else {as_number(names[2], kinds[2])}"
        if node.function in BOOLEAN:
            return BOOLEAN[node.function].format(*names)
        numbers = [as_number(name, boolean) for name, boolean in zip(names, kinds, strict=True)]
        return NUMERIC[node.function].format(*numbers)


class _Loops:
    """Loops over rows, and over features and rows, in turn: those of level 0, then those that need its reductions …"""

    def __init__(
        self,
        formulas: Formulas,
        features: int | str,
        stride: int,
        rows: int | str,
        scratch: Callable[[int], str],
        classes: str,
    ) -> None:
        self.formulas, self.features, self.stride, self.rows = formulas, features, stride, rows
        self.classes, self.scratch = classes, scratch
        self.stored: dict[int, Operand] = {}  # where a number is kept that another loop needs
        self.used = self._needed()

    def lines(self) -> list[str]:
        nodes, lines = self.formulas.nodes, list[str]()
        for level in range(1 + max((nodes[n].level for n in self.used), default=0)):
            lines += self._row_loop(level)
            lines += self._wide_loop(level)
        return lines

    def _needed(self) -> list[int]:
        """Every node that an output needs, operands before what is computed from them."""
        needed = set[int]()

        def visit(number: int) -> None:
            if number not in needed:
                needed.add(number)
                for each in self.formulas.nodes[number].arguments:
                    visit(each)

        for number, _ in self.formulas.outputs:
            visit(number)
        return sorted(needed)  # a node has a larger number than its arguments

    def _loop_of(self, number: int) -> tuple[int, int]:
        """The loop where a number is complete: its level, and 1 where it is wide."""
        node = self.formulas.nodes[number]
        return node.level, int(node.wide)

    def _computed_in(self, number: int) -> tuple[int, int]:
        """The loop where it is computed: a reduction in the wide loop before."""
        node = self.formulas.nodes[number]
        return (node.level - 1, 1) if node.reduces else self._loop_of(number)

    def _leaves(self, loop: tuple[int, int]) -> list[int]:
        """The numbers that other loops, or the outside, need of a loop."""
        nodes = self.formulas.nodes
        needed = {
            each
            for number in self.used
            if nodes[number].computed and self._computed_in(number) != loop
            for each in nodes[number].arguments
        }
        return [n for n in self.used if nodes[n].computed and n in needed and self._computed_in(n) == loop]

    def _row_loop(self, level: int) -> list[str]:
        loop = (level, 0)
        body = Body(self.formulas, self._operand)
        outputs = [(n, into) for n, into in self.formulas.outputs if self._loop_of(n) == loop]
        kept = [n for n in self._leaves(loop) if not self.formulas.nodes[n].reduces]
        stores = self._body(body, loop, outputs, kept, "[r]")
        return nested(f"for r in range({self.rows}):", [*body.lines, *stores]) if stores else []

    def _wide_loop(self, level: int) -> list[str]:
        loop, nodes = (level, 1), self.formulas.nodes
        body = Body(self.formulas, self._operand)
        outputs = [(n, into) for n, into in self.formulas.outputs if self._loop_of(n) == loop]
        reductions = [n for n in self.used if nodes[n].reduces and self._computed_in(n) == loop]
        kept = [n for n in self._leaves(loop) if not nodes[n].reduces]
        stores = self._body(body, loop, outputs, kept, "[j * STRIDE + r]")
        before = []
        for number in reductions:
            start, step = REDUCTIONS[nodes[number].function]
            target = self.scratch(self.stride)
            self.stored[number] = Operand(target, "row")
            before += nested(f"for r in range({self.rows}):", [f"{target}[r] = {start}"])
            value = body.value(nodes[number].arguments[0])
            stores += [f"s{number} = {target}[r]", f"{target}[r] = {step.format(f's{number}', value)}"]
        if not stores:
            return []
        inner = nested(f"for r in range({self.rows}):", [*body.lines, *stores])
        inner = [line.replace("STRIDE", str(self.stride)) for line in inner]
        return [*before, *nested(f"for j in range({self.features}):", inner)]

    def _body(
        self,
        body: Body,
        loop: tuple[int, int],
        outputs: list[tuple[int, Operand]],
        kept: list[int],
        place: str,
    ) -> list[str]:
        """The assignments of a loop, and the stores of its results."""
        nodes = self.formulas.nodes
        wanted = [number for number, _ in outputs] + kept
        wanted += [
            nodes[n].arguments[0] for n in self.used if nodes[n].reduces and self._computed_in(n) == loop
        ]
        for number in self._before(wanted, loop):
            where = self.stored[number]
            index = "[r]" if where.kind == "row" else "[j * STRIDE + r]"
            body.known(number, f"{where.pointer}{index}")
        stores = []
        for number in kept:
            wide = bool(loop[1])
            size = self.stride * (self.features if isinstance(self.features, int) else 1)
            self.stored[number] = Operand(
                self.scratch(size if wide else self.stride), "entry" if wide else "row"
            )
            value = as_number(body.value(number), nodes[number].function in BOOLEAN)
            stores.append(f"{self.stored[number].pointer}{place} = {value}")
        for number, into in outputs:
            stores.append(f"{into.pointer}{place} = {body.value(number)}")
        return stores

    def _before(self, wanted: list[int], loop: tuple[int, int]) -> list[int]:
        """What those need that was computed in an earlier loop."""
        nodes, found, seen = self.formulas.nodes, list[int](), set[int]()

        def visit(number: int) -> None:
            if number in seen:
                return
            seen.add(number)
            if nodes[number].computed and self._computed_in(number) != loop:
                found.append(number)
            elif nodes[number].function != AT_CLASS:
                for each in nodes[number].arguments:
                    visit(each)

        for number in wanted:
            visit(number)
        return found

    def _operand(self, node: Node) -> str:
        if node.function == IS_CLASS:
            return f"{self.classes}[r] == j"
        if node.function == AT_CLASS:
            wide = self.formulas.operands[self.formulas.nodes[node.arguments[0]].name]
            return f"{wide.pointer}[{self.classes}[r] * {self.stride} + r]"
        operand = self.formulas.operands[node.name]
        if operand.kind == "number":
            return operand.pointer
        index = {"entry": f"j * {self.stride} + r", "feature": "j", "row": "r"}[operand.kind]
        return f"{operand.pointer}[{index}]"


def literal(value: float) -> str:
    """A number as a source, in the network's type."""
    return f"T({value!r})".replace("inf", "np.inf")


def as_number(source: str, boolean: bool) -> str:
    return f"T({source})" if boolean else source


def nested(head: str, lines: Iterable[str]) -> list[str]:
    return [head, *(f"    {line}" for line in lines)]
