"""The source of a program, function by function, and the memory that it works in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gradiente.engines.compiled.formulas import nested

ALIGNED = 16  # numbers: where an array begins in the work memory


@dataclass
class Memory:
    """The arrays in one piece of memory, whose pointer is w in the source."""

    size: int = 0

    def array(self, count: int) -> int:
        """The place of a new array of so many numbers."""
        place = self.size
        self.size += -(-count // ALIGNED) * ALIGNED
        return place


@dataclass
class Source:
    """Functions in Python, each with all arguments of the program.

    Arguments:
        arguments: the program's own, by name, with their types: "float32*", "int64"
        names: lines that give names to what the functions use
    """

    arguments: dict[str, str]
    float64: bool
    names: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The network's type."""
        return "float64" if self.float64 else "float32"

    def function(self, name: str, own: Iterable[str], lines: Iterable[str]) -> None:
        """Add a function that is called by other functions.

        Arguments:
            own: the names of its arguments before the program's
        """
        head = f"def {name}({', '.join([*own, *self.arguments])}):"
        self.functions.append("\n".join(["@inner", *nested(head, [*lines, "return"])]))

    def helper(self, name: str, arguments: str, lines: Iterable[str]) -> None:
        """Add a function that has arguments of its own only, unless it is there."""
        text = "\n".join(["@inner", *nested(f"def {name}({arguments}):", lines)])
        if text not in self.functions:
            self.functions.append(text)

    def define(self, line: str) -> None:
        """Add a line that gives names to what functions use, unless it is there."""
        if line not in self.names:
            self.names.append(line)

    def name(self, start: str, value: str) -> str:
        """A name for what an expression gives; the same one for the same expression."""
        known = {line.partition(" = ")[2]: line.partition(" = ")[0] for line in self.names}
        if value not in known:
            self.names.append(f"{start}_{len(self.names)} = {value}")
        return known.get(value, f"{start}_{len(self.names) - 1}")

    def call(self, name: str, *own: object) -> str:
        """The call of such a function."""
        return f"{name}({', '.join([*map(str, own), *self.arguments])})"

    def program(self, lines: Iterable[str]) -> str:
        """The whole source, with the function `program` of these lines."""
        names = [f"T = np.{self.number}", *self.names]
        own = {name: f"{name}32" for name in ("exp", "expm1", "log", "log1p", "tanh", "sin", "cos", "erf")}
        names += [
            f"{name} = math.{name}" if self.float64 else f"{name} = {fast}" for name, fast in own.items()
        ]
        if not self.float64:
            lines = ["state_before = flush_denormals()", *lines, "restore(state_before)"]
        main = nested(f"def program({', '.join(self.arguments)}):", lines)
        return "\n".join([*names, *self.functions, *main]) + "\n"


def place_in(shape: Sequence[int], *index: str) -> str:
    """The source of an entry's place in an array of channels × that shape."""
    place = index[0]
    for size, entry in zip(shape, index[1:], strict=True):
        place = f"({place}) * {size} + {entry}"
    return place


def within(heads: Iterable[str], lines: Iterable[str]) -> list[str]:
    """Lines within several heads, the outermost one first."""
    lines = list(lines)
    for head in reversed(list(heads)):
        lines = nested(head, lines)
    return lines
