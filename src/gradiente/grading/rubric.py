"""How many points a function is worth."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradiente.checker.verdict import FunctionVerdict
from gradiente.checker.workshop import WORKSHOPS, Workshop, workshop_named
from gradiente.errors import ArgumentError, did_you_mean, require
from gradiente.storage import read_toml

TOTAL = 100.0
KEYS = ("partial", "points")


@dataclass(frozen=True)
class Rubric:
    """Points for every function; without any, all functions of a workshop count the same, 100 points together.

    Arguments:
        points: by function; one that is not named is worth nothing
        partial: the share of its points for a function with exactly one mistake, and that one known by name, or for one
            that cannot be checked for a mistake in another; in [0, 1]
        known: the workshops by name; a teacher's own exercise is one

    >>> Rubric({"backProp": 3, "entrenarRed": 2}).maximum("xor")
    5.0
    """

    points: Mapping[str, float] | None = None
    partial: float = 0.0
    known: Mapping[str, Workshop] = field(default_factory=lambda: WORKSHOPS)

    @classmethod
    def read(
        cls, path: str | Path, workshop: str | None = None, known: Mapping[str, Workshop] = WORKSHOPS
    ) -> "Rubric":
        """The rubric of a TOML file: `partial = 0.5`, and under `[points]` a line for each function.

        Arguments:
            workshop: whose functions it may name; None allows those of all

        Errors: FileError where there is none or it is no TOML; ArgumentError for what is in it
        """
        values = read_toml(path)
        for key in values:
            if key not in KEYS:
                raise ArgumentError("rubric.key", path=path, key=key, hint=did_you_mean(key, KEYS))
        workshops = known if workshop is None else {workshop: workshop_named(workshop, known)}
        return cls._of(path, values, workshops, known)

    @classmethod
    def _of(
        cls,
        path: str | Path,
        values: Mapping[str, Any],
        workshops: Mapping[str, Workshop],
        known: Mapping[str, Workshop],
    ) -> "Rubric":
        """The rubric of these values, which may name the functions of `workshops`."""
        partial = values.get("partial", 0.0)
        within = _is_number(partial) and 0 <= partial <= 1
        require(within, "rubric.partial", path=path, value=repr(partial))
        points = values.get("points")
        if points is not None:
            _check(path, points, workshops)
        return cls(points, float(partial), known)

    @classmethod
    def of_exercise(cls, path: str | Path, known: Mapping[str, Workshop]) -> "Rubric":
        """The rubric that an exercise file has in it, under the same keys.

        Errors: as `read`
        """
        values = {key: value for key, value in read_toml(path).items() if key in KEYS}
        return cls._of(path, values, known, known)

    def of(self, workshop: str) -> dict[str, float]:
        """The points of every function of a workshop, in its order."""
        known = self.known[workshop]
        if self.points is not None:
            return {name: float(self.points.get(name, 0)) for name in known.functions}
        needed = [name for name in known.functions if name not in known.optional]
        return {name: TOTAL / len(needed) if name in needed else 0.0 for name in known.functions}

    def toml(self, between: str = "") -> str:
        """As a file that `read` reads.

        Arguments:
            between: of an exercise file its other keys and tables

        >>> print(Rubric({"backProp": 60}, 0.5).toml(), end="")
        partial = 0.5
        <BLANKLINE>
        [points]
        "backProp" = 60
        """
        lines = [f"partial = {self.partial}", *between.splitlines()]
        if self.points is not None:
            lines += [
                "",
                "[points]",
                *(f"{json.dumps(name)} = {value}" for name, value in self.points.items()),
            ]
        return "".join(f"{line}\n" for line in lines)

    def maximum(self, workshop: str) -> float:
        """All points of a workshop; "" is one that nobody knows, where a rubric's points all count."""
        if workshop:
            return sum(self.of(workshop).values())
        return TOTAL if self.points is None else float(sum(self.points.values()))

    def earned(self, workshop: str, function: FunctionVerdict) -> float:
        """The points of a checked function."""
        points = self.of(workshop).get(function.name, 0.0)
        if function.status == "right":
            return points
        named = [finding.mistake for finding in function.findings if finding.mistake != "unknown"]
        one_mistake = function.status == "wrong" and len(named) == len(function.findings) == 1
        return self.partial * points if one_mistake or function.status == "unchecked" else 0.0


def _check(path: str | Path, points: Any, workshops: Mapping[str, Workshop]) -> None:
    require(isinstance(points, dict) and bool(points), "rubric.points", path=path)
    functions = {name for known in workshops.values() for name in known.functions}
    for name, value in points.items():
        if name not in functions:
            hint = did_you_mean(name, functions)
            raise ArgumentError("rubric.function", path=path, name=name, hint=hint)
        valid = _is_number(value) and 0 <= value < math.inf
        require(valid, "rubric.value", path=path, name=name, value=repr(value))
    require(sum(points.values()) > 0, "rubric.points", path=path)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
