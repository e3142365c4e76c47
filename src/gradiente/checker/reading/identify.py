"""Which of the values that a function returns is which quantity: by names, by shapes, by the lecture's order."""

import re
from collections.abc import Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np

from gradiente.checker.reading.binding import plain

Array = np.ndarray
# Words in a name that stand for the layer, where no number does.
LAYERS = {"1": ("1", "oculta", "hidden", "ih", "in"), "2": ("2", "salida", "output", "out", "ho")}


def quantity_named(name: str, wanted: Sequence[str]) -> str | None:
    """The quantity of `wanted` that a name means: `grad_W2` is dW2, `sesgo_salida` db2.

    >>> quantity_named("grad_W2", ["dW2", "db2"]), quantity_named("delta", ["dW2", "db2"])
    ('dW2', None)
    """
    bare = plain(name)
    layer = next((number for number, words in LAYERS.items() if any(word in bare for word in words)), None)
    rest = re.sub(r"^(grad(iente)?|d|g|nuevo|new|delta)+", "", bare)
    if rest.startswith(("w", "peso")):
        kind = "W"
    elif rest.startswith(("b", "sesgo")):
        kind = "b"
    elif rest.startswith(("a", "z")):
        kind = rest[0].upper()
    else:
        return None
    found = [entry for entry in wanted if entry.lstrip("d") == f"{kind}{layer}"]
    return found[0] if len(found) == 1 else None


def by_names(names: Sequence[str] | None, wanted: Sequence[str]) -> dict[str, int] | None:
    """Where every wanted quantity stands among the returned names; None unless all of them are found."""
    if names is None:
        return None
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        quantity = quantity_named(name, wanted)
        if quantity is not None:
            found.setdefault(quantity, place)
    return found if len(found) == len(wanted) else None


def orders(
    result: Any, names: Sequence[str] | None, wanted: Sequence[str]
) -> list[tuple[str, dict[str, Any]]]:
    """The ways to take what was returned: ("names" | "order" | "shapes", quantity → place), the likeliest first.

    A dictionary has its keys as names. Without enough values there is no way.
    """
    if isinstance(result, Mapping):
        keys = list(result)
        found = by_names(keys, wanted)
        ways = [("names", {quantity: keys[place] for quantity, place in found.items()})] if found else []
        if len(keys) == len(wanted):
            ways += [
                ("shapes", {q: keys[p] for q, p in zip(wanted, o, strict=True)})
                for o in permutations(range(len(wanted)))
            ]
        return ways
    result = flat(result)
    if not isinstance(result, tuple) or len(result) < len(wanted):
        return []
    straight = {quantity: place for place, quantity in enumerate(wanted)}
    named = by_names(names if names is not None and len(names) == len(result) else None, wanted)
    first = ("names", named) if named and named != straight else ("order", straight)
    ways: list[tuple[str, dict[str, Any]]] = [first]
    if len(result) == len(wanted):
        ways += [
            ("shapes", dict(zip(wanted, order, strict=True))) for order in permutations(range(len(wanted)))
        ]
    return ways


def flat(result: Any) -> Any:
    """A tuple of tuples as one tuple; anything else as it is."""
    if not isinstance(result, tuple):
        return result
    return tuple(leaf for entry in result for leaf in (flat(entry) if isinstance(entry, tuple) else (entry,)))


def arrays_of(result: Any) -> list[Array]:
    """The arrays in a dictionary or a tuple; none in anything else."""
    values = result.values() if isinstance(result, Mapping) else result if isinstance(result, tuple) else ()
    return [value for value in values if isinstance(value, np.ndarray)]


def values_of(result: Any, way: Mapping[str, Any]) -> dict[str, Array | None]:
    """The quantities, taken in that way; what is no array of numbers, or not there, is None."""
    found = {}
    result = flat(result)
    there = dict(enumerate(result)) if isinstance(result, tuple) else result
    for quantity, place in way.items():
        value = there.get(place) if isinstance(there, Mapping) else None
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = np.asarray(float(value))
        found[quantity] = value if isinstance(value, np.ndarray) else None
    return found
