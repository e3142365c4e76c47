"""A function of a student's file, and the arguments with which it is called: what its parameters' names stand for."""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gradiente.checker.reading.vocabulary import kind_of, meanings

EPOCHS, LEARNING_RATE, BATCH, HIDDEN = 4, 0.25, 3, 5
VALUES = {
    "X": "X",
    "Y": "Y",
    "pairs": "[(x.reshape(-1, 1), y.reshape(-1, 1)) for x, y in zip(np.asarray(X), np.asarray(Y))]",
    "rows": "[[*x.ravel().tolist(), int(y.ravel().argmax() if y.size > 1 else y.ravel()[0])]"
    " for x, y in zip(np.asarray(X), np.asarray(Y))]",
    "lr": str(LEARNING_RATE),
    "epochs": str(EPOCHS),
    "batch": str(BATCH),
    "sizes": "[n, h, k]",
    "n": "n",
    "h": "h",
    "k": "k",
    "m": "len(Y)",
    "reg": "0.1",
    "flag": "False",
    "seed": "0",
}
OWN_TARGET = re.compile(r"y(_?(true|train|batch))?|labels?|targets?|t|d|etiquetas?", re.IGNORECASE)
Kinds = Mapping[str, str]  # train, backward, update, forward or cost, by the names of functions
NONE: Kinds = MappingProxyType({})


@dataclass(frozen=True)
class Callable_:
    """A function or a method: its parameters without self, those that have a default apart; what it does, if known."""

    name: str
    node: ast.FunctionDef
    needed: tuple[str, ...]
    optional: tuple[str, ...]
    kind: str | None

    def returned(self) -> list[ast.expr]:
        """What its last return statement gives."""
        values = [node.value for node in ast.walk(self.node) if isinstance(node, ast.Return) and node.value]
        if not values:
            return []
        return list(values[-1].elts) if isinstance(values[-1], ast.Tuple) else [values[-1]]


def callable_of(node: ast.FunctionDef, kinds: Kinds = NONE, *, method: bool = False) -> Callable_:
    """The function, with what it does: as it is known, else as its name says and no other is known to do."""
    arguments = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    count = len(arguments) - len(node.args.defaults)
    static = any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in node.decorator_list)
    first = 1 if method and not static else 0
    keywords = [
        argument.arg
        for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        if default is None
    ]
    return Callable_(
        node.name,
        node,
        (*arguments[first:count], *keywords),
        tuple(arguments[max(first, count) :]),
        kinds.get(node.name, None if kind_of(node.name) in kinds.values() else kind_of(node.name)),
    )


def bound(
    function: Callable_,
    known: Mapping[str, str],
    site: ast.Call | None = None,
    values: Mapping[str, str] = VALUES,
) -> str | None:
    """The arguments of a call by their names; None where one without a default cannot be said.

    Arguments:
        known: expressions for names that stand for themselves: what other functions returned, global variables
        site: the file's own call, whose arguments stand for those that no name explains
        values: what stands for every meaning
    """
    given, used, paired = [], set(), _iterated_as_pairs(function)
    sizes = function.name == "__init__" and any("h" in meanings(name) for name in function.needed)
    for name in function.needed:
        known_meanings = sorted(meanings(name), key=lambda one: sizes and one not in ("n", "h", "k"))
        meaning = next((one for one in known_meanings if one in values and one not in used), None)
        if name in paired:
            value = values["pairs"]
            used.add("X")
        elif name in known and not (meaning == "X" or OWN_TARGET.fullmatch(name)):
            value = known[name]
        elif meaning:
            value = values[meaning]
            used.add(meaning)
        elif (value := _at_site(function, name, site)) is None:
            return None
        given.append(f"{name}={value}")
    for name in function.optional:
        meaning = next(iter(meanings(name)), None)
        if (
            meaning in ("epochs", "flag", "Y", "X", "reg", "lr", "batch", "sizes", "h", "n", "k")
            and meaning not in used
        ):
            if meaning in ("n", "h", "k", "sizes") and function.name != "__init__":
                continue
            given.append(f"{name}={values[meaning]}")
            used.add(meaning)
    return ", ".join(given)


def _iterated_as_pairs(function: Callable_) -> set[str]:
    """The parameters that a loop takes pairs of inputs and targets from: `for x, y in batch`."""
    return {
        node.iter.id
        for node in ast.walk(function.node)
        if isinstance(node, ast.For | ast.comprehension)
        and isinstance(node.iter, ast.Name)
        and isinstance(node.target, ast.Tuple)
        and [meanings(getattr(entry, "id", ""))[:1] for entry in node.target.elts] == [["X"], ["Y"]]
    }


def _at_site(function: Callable_, name: str, site: ast.Call | None) -> str | None:
    """What the file's own call gives for a parameter: a constant, or a global variable."""
    if site is None:
        return None
    place = [*function.needed, *function.optional].index(name)
    given = {word.arg: word.value for word in site.keywords}.get(name)
    if given is None and place < len(site.args):
        given = site.args[place]
    if isinstance(given, ast.Name):
        return f"module.{given.id}"
    try:
        return None if given is None else repr(ast.literal_eval(given))
    except ValueError:
        return None
