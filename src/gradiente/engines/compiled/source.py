"""The source of a program, function by function, and the memory that it works in."""

from collections.abc import Iterable
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

    def call(self, name: str, *own: object) -> str:
        """The call of such a function."""
        return f"{name}({', '.join([*map(str, own), *self.arguments])})"

    def program(self, lines: Iterable[str]) -> str:
        """The whole source, with the function `program` of these lines."""
        kind = "float64" if self.float64 else "float32"
        names = [f"T = np.{kind}", *self.names]
        own = {name: f"{name}32" for name in ("exp", "expm1", "log", "log1p", "tanh", "erf")}
        names += [
            f"{name} = math.{name}" if self.float64 else f"{name} = {fast}" for name, fast in own.items()
        ]
        main = nested(f"def program({', '.join(self.arguments)}):", lines)
        return "\n".join([*names, *self.functions, *main]) + "\n"
