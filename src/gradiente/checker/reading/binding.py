"""How a student's function is called: by the lecture's names where it has them, else in the lecture's order."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradiente.checker.reading.submission import Function

# Other names of a parameter, without accents, underscores and capitals.
ALIASES = {
    **dict.fromkeys(
        ("epochs", "nepocas", "numepocas", "numeroepocas", "epoca", "nepochs", "iteraciones"), "epocas"
    ),
    **dict.fromkeys(("learningrate", "alpha", "alfa", "tasa", "tasaaprendizaje", "eta"), "lr"),
    **dict.fromkeys(
        ("batch", "tamanobatch", "tambatch", "tamanolote", "tamlote", "bs", "batchsize"), "batchsize"
    ),
    **dict.fromkeys(("yhat", "ypred", "yestimada", "yestimado", "yest"), "yest"),
}

# What goes with a1 and a2, and a function may take in the place of others.
COMPUTED = ("z1", "z2")


@dataclass(frozen=True)
class Binding:
    """The lecture's parameters in the order in which the function takes them, and the function's own names."""

    parameters: tuple[str, ...]
    names: tuple[str, ...]

    def arguments(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """What the function is called with."""
        return tuple(values[parameter] for parameter in self.parameters)

    def own(self, parameter: str) -> str:
        """The function's own name of a parameter."""
        return self.names[self.place(parameter)]

    def place(self, parameter: str) -> int:
        """Where an argument stands."""
        return self.parameters.index(parameter)

    def given(self, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a recorded call by the lecture's names; those that were left out are missing."""
        found = dict(zip(self.parameters, arguments, strict=False))
        own = dict(zip(self.names, self.parameters, strict=True))
        return found | {own[name]: value for name, value in keywords.items() if name in own}


def bind(function: Function, parameters: Sequence[str]) -> Binding | None:
    """The way to call it with those parameters; None where its signature is another."""
    wanted = {plain(name): name for name in parameters}
    mine = [plain(name) for name in function.parameters]
    if len(mine) == len(set(mine)) and set(mine) == set(wanted):
        return Binding(tuple(wanted[name] for name in mine), function.parameters)
    if len(mine) == len(parameters):
        chosen = _chosen(mine, parameters)
        return None if chosen is None else Binding(chosen, function.parameters)
    if function.node.args.vararg is not None:
        names = (*function.parameters, *parameters[len(mine) :])
        return Binding(tuple(parameters), names)
    if len(mine) < len(parameters) <= len(mine) + len(function.optional):
        names = (*function.parameters, *function.optional)[: len(parameters)]
        return Binding(tuple(parameters), names)
    return None


def _chosen(mine: Sequence[str], parameters: Sequence[str]) -> tuple[str, ...] | None:
    """As many parameters as the lecture's: by place; by name, where z is among them; None where it takes others."""
    if "a1" not in parameters:
        return tuple(parameters)
    known = {plain(name): name for name in (*parameters, *COMPUTED)}
    named = [known.get(name) for name in mine]
    if not set(COMPUTED) & set(named):
        return tuple(parameters)
    taken = tuple(name for name in named if name is not None)
    return taken if len(set(taken)) == len(mine) and {"X", "y", "w1", "w2"} <= set(taken) else None


def plain(name: str) -> str:
    """A parameter's name without accents, underscores and capitals, by its one spelling."""
    bare = unicodedata.normalize("NFD", name.casefold())
    bare = re.sub(r"[^a-z0-9]", "", bare)
    return ALIASES.get(bare, bare)
