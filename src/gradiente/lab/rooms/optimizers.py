"""Optimizers: a surface, the paths of optimizers from one start, and their rules."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields
from types import NoneType
from typing import Any, Literal, get_args, get_type_hints

import numpy as np

from gradiente.errors import require, require_whole
from gradiente.html import formula
from gradiente.lab.descent import Path, descend
from gradiente.lab.frame import frame
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.lab.slice import Directions, Slice, least_squares, slice_of
from gradiente.lab.surfaces import Beale, Rosenbrock, Saddle, Surface, Valley
from gradiente.notation import parse
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.optimizers import Optimizer
from gradiente.schedules import REGISTRY as SCHEDULES
from gradiente.schedules import Schedule
from gradiente.trace.rule_formula import rule_formulas

SIDE = 121  # points of a grid of a surface in closed form, along each axis
MOST_STEPS, MOST_PATHS = 2_000, 10
LETTERS = {"v_max": r"v_{\max}", "g_mean": r"\bar{g}"}
Kind = Literal["valley", "rosenbrock", "beale", "saddle", "line", "slice"]


@dataclass(frozen=True)
class Ground:
    """Which surface.

    Arguments:
        kind: "line": the least squares of a line; "slice": of the session's run
        conditioning: of a valley, ≥ 1
        directions: of a slice
        seed: of a slice's random directions
    """

    kind: Kind
    conditioning: float
    directions: Directions
    seed: int

    def surface(self, run: LabRun | None) -> Surface:
        """The surface; of a run where it is.

        Errors: ArgumentError for a conditioning below 1, or a slice that there is not
        """
        match self.kind:
            case "valley":
                require(self.conditioning >= 1, "lab.conditioning", value=self.conditioning)
                return Valley(self.conditioning)
            case "slice":
                require(run is not None, "lab.no_run")
                assert run is not None
                which = (self.directions, self.seed)
                return run.kept("slice", which, lambda: slice_of(run, self.directions, self.seed))
            case "line":
                return least_squares()
        return {"rosenbrock": Rosenbrock, "beale": Beale, "saddle": Saddle}[self.kind]()


@dataclass(frozen=True)
class Concepts(Request):
    """Every optimizer and schedule of the registries, with their hyperparameters."""

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        return {
            "kind": "concepts",
            "optimizers": [_described(name, OPTIMIZERS[name]) for name in OPTIMIZERS],
            "schedules": [_described(name, SCHEDULES[name]) for name in SCHEDULES],
        }


@dataclass(frozen=True)
class Look(Request):
    """A surface, as a grid."""

    ground: Ground

    def answer(self, run: LabRun | None) -> bytes:
        surface = self.ground.surface(run)
        grid = surface.grid(surface.side if isinstance(surface, Slice) else SIDE)
        values = {
            "kind": "surface",
            "low": surface.low,
            "high": surface.high,
            "start": surface.start,
            "minima": surface.minima,
            "lowest": surface.lowest,
            "equation": formula(surface.equation),
            "cut": _cut(surface, run) if self.ground.kind == "slice" else None,
        }
        return frame(values, {"grid": grid})


@dataclass(frozen=True)
class Descend(Request):
    """The paths of optimizers.

    Arguments:
        start: two numbers
        optimizers: in the notation, Adam(lr=0.1)
        schedule: likewise; None: the learning rates stay
        batch_size: of every gradient; None: all instances
        seed: of the batches
        steps: at most 2000
    """

    ground: Ground
    start: list[float]
    optimizers: list[str]
    schedule: str | None
    batch_size: int | None
    seed: int
    steps: int

    def answer(self, run: LabRun | None) -> bytes:
        require_whole(1, "descend", **({} if self.batch_size is None else {"batch_size": self.batch_size}))
        within = 1 <= self.steps <= MOST_STEPS and len(self.optimizers) <= MOST_PATHS and len(self.start) == 2
        surface, start = self.ground.surface(run), np.array(self.start, np.float64)
        got = {"got_steps": self.steps, "got_paths": len(self.optimizers), "start": self.start}
        require(within and surface.is_near(start), "lab.descent", steps=MOST_STEPS, paths=MOST_PATHS, **got)
        schedule = None if self.schedule is None else parse(self.schedule, SCHEDULES)
        described, arrays = [], {}
        for place, notation in enumerate(self.optimizers):
            optimizer = parse(notation, OPTIMIZERS)
            path = descend(
                surface,
                optimizer,
                start,
                self.steps + 1,
                schedule=schedule,
                batch_size=self.batch_size,
                seed=self.seed,
            )
            letters = {name: formula(LETTERS.get(name, name)) for name in path.slots}
            described.append({"diverged": path.diverged, "slots": letters})
            arrays |= {f"{place}.{name}": array for name, array in _arrays(path).items()}
        values = {
            "kind": "paths",
            "paths": described,
            "steps": self.steps,
            "curvature": _finite(surface.curvature(start)),
        }
        return frame(values, arrays)


@dataclass(frozen=True)
class Rules(Request):
    """The rule of every optimizer at one step, with the terms that its options use.

    Arguments:
        t: which step, from 1
    """

    optimizers: list[str]
    t: int

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        require_whole(1, "rules", t=self.t)
        rules = [_rule(parse(notation, OPTIMIZERS), self.t) for notation in self.optimizers]
        return {"kind": "rules", "t": self.t, "optimizers": self.optimizers, "rules": rules}


REQUESTS: dict[str, type[Request]] = {
    "concepts": Concepts,
    "surface": Look,
    "descend": Descend,
    "rules": Rules,
}


def _rule(optimizer: Optimizer, t: int) -> list[str]:
    """A line for each slot and for θ, as MathML, in the lecture's letters: what is computed stands at the left."""
    letters = {name: LETTERS.get(name, name) for name in optimizer.initial_slots(np.zeros(1))}
    lines = rule_formulas(optimizer, letters, letters, r"\theta", "g", t)
    left = {**letters, "theta": r"\theta"}
    return [formula(rf"{letter} \coloneqq {lines[name]}") for name, letter in left.items()]


def _cut(surface: Surface, run: LabRun | None) -> dict[str, int]:
    """What a slice cuts through: a network where its run is, and how many of all instances J is of."""
    assert isinstance(surface, Slice)
    assert run is not None
    counts = {"parameters": surface.parameters, "instances": surface.instances, "all": len(run.train)}
    return {**counts, "step": run.step, "first": run.first}


def _arrays(path: Path) -> dict[str, np.ndarray]:
    slots = {f"slot.{name}": values for name, values in path.slots.items()}
    return {
        "points": path.points,
        "losses": path.losses,
        "gradients": path.gradients,
        "rates": path.rates,
        **slots,
    }


def _finite(number: float) -> float | None:
    return number if np.isfinite(number) else None


def _described(name: str, kind: type[Optimizer] | type[Schedule]) -> dict[str, Any]:
    """What a page needs to offer a class: its formula, its hyperparameters, and an example."""
    hints, symbols = get_type_hints(kind), getattr(kind, "symbols", {})
    return {
        "name": name,
        "equation": formula(kind.equation) if kind.equation else "",
        "example": kind.examples[0] if kind.examples else f"{name}()",
        "fields": [
            _field(each, hints[each.name], symbols) for each in fields(kind) if each.name != "maximize"
        ],
    }


def _field(field: Field[Any], kind: Any, symbols: Mapping[str, str]) -> dict[str, Any]:
    """A hyperparameter: what it is made of, so that the right control is shown."""
    choices = [one for each in (kind, *get_args(kind)) if _is_choice(each) for one in get_args(each)]
    default = None if field.default is MISSING else repr(field.default)
    symbol = formula(symbols[field.name]) if field.name in symbols else ""
    return {"name": field.name, "type": _type(kind), "choices": choices, "default": default, "symbol": symbol}


def _is_choice(kind: Any) -> bool:
    return getattr(kind, "__origin__", None) is Literal


def _type(kind: Any) -> str:
    parts: Sequence[Any] = [each for each in get_args(kind) if each is not NoneType]
    if kind is bool:
        return "flag"
    if kind in (int, float):
        return kind.__name__
    if _is_choice(kind):
        return "choice"
    return "pair" if parts == [float, float] and getattr(kind, "__origin__", None) is tuple else "text"
