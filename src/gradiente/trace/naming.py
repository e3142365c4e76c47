"""The names of the quantities, and their lookup."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradiente.errors import ArgumentError, did_you_mean
from gradiente.layers.graph import Node

INPUT, TARGET, WEIGHTS, ESTIMATE, LOSS, PENALTY, COST, NEW = "X", "y", "w", "ŷ", "L", "R", "J", "⁺"
GREEK = {"γ": r"\gamma", "β": r"\beta", "ŷ": r"\hat{y}", "v_max": r"v_{\max}", "g_mean": r"\bar{g}"}
SPELLED = {"gamma": "γ", "beta": "β", "y_hat": "ŷ", "yhat": "ŷ", "y^": "ŷ", "+": NEW, "∂j/∂": "d", "∂": "d"}


@dataclass(frozen=True)
class NodeNames:
    """The names of a node's output and of its parameters."""

    output: str
    parameters: dict[str, str]


def node_names(nodes: Sequence[Node]) -> list[NodeNames]:
    """A letter for what the layer is, [l] for the last layer with weights; [l.2] for the second of a letter there.

    >>> from gradiente.layers import Linear, ReLU
    >>> from gradiente.layers.graph import graph_of
    >>> [names.output for names in node_names(graph_of([Linear(2, 3), ReLU(), ReLU(), Linear(3, 1)]))]
    ['Z[1]', 'A[1]', 'A[1.2]', 'Z[2]']
    """
    used = {"A[0]": 1}  # X
    count, names = 0, []

    def name(letter: str) -> str:
        first = f"{letter}[{count}]"
        used[first] = used.get(first, 0) + 1
        return first if used[first] == 1 else f"{letter}[{count}.{used[first]}]"

    for node in nodes:
        layer = node.layer
        count += layer.letter == "Z"  # it has weights
        parameters = {key: name(_letter(layer.symbols.get(key, key))) for key in node.parameters()}
        names.append(NodeNames(name(layer.letter), parameters))
    return names


def lecture_names(nodes: Sequence[Node]) -> dict[str, str]:
    """The lecture's name of every parameter, by PyTorch's.

    >>> from gradiente.layers import Linear, ReLU
    >>> from gradiente.layers.graph import graph_of
    >>> lecture_names(graph_of([Linear(2, 3), ReLU(), Linear(3, 1, bias=False)]))
    {'0.weight': 'W[1]', '0.bias': 'b[1]', '2.weight': 'W[2]'}
    """
    each = zip(nodes, node_names(nodes), strict=True)
    return {f"{node.path}.{key}": name for node, names in each for key, name in names.parameters.items()}


def both_names(name: str, lecture: Mapping[str, str], entry: str = "") -> str:
    """The lecture's name of a parameter with PyTorch's in brackets; PyTorch's alone of what has no other.

    Arguments:
        entry: an index, written behind the first name

    >>> both_names("0.weight", {"0.weight": "W[1]"}, "[2, 0]"), both_names("1.running_mean", {})
    ('W[1][2, 0] (0.weight)', '1.running_mean')
    """
    return f"{lecture[name]}{entry} ({name})" if name in lecture else f"{name}{entry}"


def gradient_of(name: str) -> str:
    return f"d{name}"


def clipped_of(name: str) -> str:
    return f"g({name})"


def slot_of(slot: str, parameter: str) -> str:
    return f"{slot}({parameter})"


def letter_of(name: str) -> str:
    """The small letter that an entry of a quantity is written with: a of A[1], dz of dZ[1]; Greek letters stay.

    >>> letter_of("A[1]"), letter_of("dZ[2]"), letter_of("γ[1]")
    ('a', 'dz', 'γ')
    """
    letter = name.partition("[")[0]
    if letter.startswith("d") and len(letter) > 1:
        return f"d{letter_of(letter[1:])}"
    return letter.lower() if len(letter) == 1 else letter


def _letter(symbol: str) -> str:
    """A symbol of LaTeX as a name has it: γ for \\gamma."""
    return next((letter for letter, latex in GREEK.items() if latex == symbol), symbol)


class Names:
    """Finds a quantity by any spelling: "dW[2]", "dW2", "dw2", "∂J/∂W[2]"."""

    def __init__(self, names: Iterable[str], aliases: Mapping[str, str]) -> None:
        self.names = list(names)
        self._exact = {_plain(alias): name for alias, name in aliases.items()}
        self._exact |= {_plain(name): name for name in self.names}
        self._folded: dict[str, set[str]] = {}
        for plain, name in self._exact.items():
            self._folded.setdefault(plain.casefold(), set()).add(name)

    def find(self, name: str) -> str:
        """The full name. Upper and lower case are one where that leaves one quantity only.

        Errors: ArgumentError for another name
        """
        plain = _plain(str(name))
        folded = self._folded.get(plain.casefold(), set())
        if plain in self._exact:
            return self._exact[plain]
        if len(folded) != 1:
            raise ArgumentError("trace.unknown", name=name, hint=did_you_mean(str(name), self.names))
        return next(iter(folded))


def _plain(name: str) -> str:
    """A name without brackets and spaces, every letter in its one spelling."""
    name = unicodedata.normalize("NFC", name).strip()
    for spelled, letter in SPELLED.items():
        name = re.sub(re.escape(spelled), letter, name, flags=re.IGNORECASE)
    return re.sub(r"[\[\]()\s]", "", name)
