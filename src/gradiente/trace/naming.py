"""What the quantities are called, and which of them a reader means."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradiente.errors import ArgumentError, did_you_mean
from gradiente.layers import Layer
from gradiente.trace.kinds import kind_of

INPUT, TARGET, ESTIMATE, COST, NEW = "X", "y", "ŷ", "J", "⁺"
GREEK = {"γ": r"\gamma", "β": r"\beta", "ŷ": r"\hat{y}", "v_max": r"v_{\max}", "g_mean": r"\bar{g}"}
SPELLED = {"gamma": "γ", "beta": "β", "y_hat": "ŷ", "yhat": "ŷ", "y^": "ŷ", "+": NEW, "∂j/∂": "d", "∂": "d"}


@dataclass(frozen=True)
class LayerNames:
    """The names of a layer's output and of its parameters."""

    output: str
    parameters: dict[str, str]


def layer_names(layers: Sequence[Layer]) -> list[LayerNames]:
    """A letter for what the layer is, [l] for the last layer with weights; [l.2] for the second of a letter there.

    >>> from gradiente.layers import Linear, ReLU
    >>> [names.output for names in layer_names([Linear(2, 3), ReLU(), ReLU(), Linear(3, 1)])]
    ['Z[1]', 'A[1]', 'A[1.2]', 'Z[2]']
    """
    used = {"A[0]": 1}  # X
    count, names = 0, []

    def name(letter: str) -> str:
        first = f"{letter}[{count}]"
        used[first] = used.get(first, 0) + 1
        return first if used[first] == 1 else f"{letter}[{count}.{used[first]}]"

    for layer in layers:
        kind = kind_of(layer)
        count += kind.counts
        parameters = {key: name(kind.letters.get(key, key)) for key in layer.parameters()}
        names.append(LayerNames(name(kind.letter), parameters))
    return names


def gradient_of(name: str) -> str:
    return f"d{name}"


def slot_of(slot: str, parameter: str) -> str:
    return f"{slot}({parameter})"


def letter_of(name: str) -> str:
    """The small letter that an entry of a quantity is written with: a of A[1]; Greek and long names as they are."""
    letter = name.partition("[")[0]
    return letter.lower() if len(letter) == 1 else letter


def latex_of(name: str) -> str:
    """The LaTeX of a quantity's name, save that of a gradient.

    >>> latex_of("W[1]"), latex_of("m(W[1])"), latex_of("b[2]⁺")
    ('W^{[1]}', 'm(W^{[1]})', 'b^{[2]+}')
    """
    if name.endswith(")"):
        slot, _, parameter = name[:-1].partition("(")
        return f"{GREEK.get(slot, slot)}({latex_of(parameter)})"
    letter, bracket, rest = name.partition("[")
    symbol = GREEK.get(letter, letter if len(letter) == 1 else rf"\mathrm{{{letter}}}")
    place = rest.removesuffix(NEW).removesuffix("]")
    plus = "+" if name.endswith(NEW) else ""
    return f"{symbol}^{{[{place}]{plus}}}" if bracket else symbol


class Names:
    """Finds the quantity that is meant: "dW[2]", "dW2", "dw2", "∂J/∂W[2]"."""

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
