"""Break it: a run with one mistake beside the right one, every quantity of both, and what the mistake is."""

import math
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from gradiente.checker.reference.layer_formulas import label, layer_formula
from gradiente.checker.rules.chains import Made
from gradiente.checker.verdict import Finding
from gradiente.errors import require
from gradiente.lab.chain import Parameters, Problem, Trained, gradient_of, trained
from gradiente.lab.challenge import EVERY, MOMENTS, Mistakes, level_of
from gradiente.lab.frame import frame
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.lab.view import SIDE, Plane

Array = np.ndarray


@dataclass(frozen=True)
class Break(Request):
    """Both runs.

    Arguments:
        data, activation: of what is trained, as of `config_of`
        level: how the mistake shows
        number: what the mistake is drawn by
        chosen: its place among all mistakes; None: it is drawn
    """

    data: str
    activation: str
    level: str
    number: int
    chosen: int | None

    def answer(self, run: LabRun | None) -> bytes:
        problem = Problem.of(self.data, self.activation)
        mistakes = Mistakes(problem)
        place = mistakes.drawn(self.level, self.number) if self.chosen is None else self.chosen
        made = _at(mistakes, place)
        broken = trained(problem, made, MOMENTS, EVERY)
        plane = Plane(problem.data.x, np.float64)
        right, wrong, cosines = _quantities(problem, made, broken)
        values = {
            "kind": "broken",
            "mistake": place,
            "every": EVERY,
            "quantities": [{"name": name, "label": label(name)} for name in right],
            "plane": plane.described(problem.data),
            "cosines": [_finite(each) for each in cosines],
            "runs": {name: _measures(one) for name, one in (("right", mistakes.right), ("broken", broken))},
        }
        arrays = _maps("right", problem, None, mistakes.right, plane)
        arrays |= _maps("broken", problem, made, broken, plane)
        arrays |= {f"right.{name}": each for name, each in right.items()}
        arrays |= {f"broken.{name}": each for name, each in wrong.items()}
        return frame(values, arrays)


@dataclass(frozen=True)
class Mistaken(Request):
    """All mistakes that can be made."""

    data: str
    activation: str

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        mistakes = Mistakes(Problem.of(self.data, self.activation))
        return {
            "kind": "mistakes",
            "titles": [_finding(made, self.activation).title() for made in mistakes.all],
        }


@dataclass(frozen=True)
class GuessWhere(Request):
    """Whether a quantity is the first wrong one, which is, and what it may be.

    Arguments:
        mistake: its place among all
        number: what the names are drawn by
        where: the name of the quantity
    """

    data: str
    activation: str
    mistake: int
    number: int
    where: str

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        mistakes = Mistakes(Problem.of(self.data, self.activation))
        made = _at(mistakes, self.mistake)
        titles = [_finding(made, self.activation, key).title() for key in mistakes.names(made, self.number)]
        right = self.where == made.quantity
        return {"kind": "where", "right": right, "where": label(made.quantity), "titles": titles}


@dataclass(frozen=True)
class Tell(Request):
    """What the mistake is, as the checker says it.

    Arguments:
        mistake, number: as of GuessWhere
        guessed: the place of the name that was chosen; None: none was
    """

    data: str
    activation: str
    mistake: int
    number: int
    guessed: int | None

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        problem = Problem.of(self.data, self.activation)
        mistakes = Mistakes(problem)
        made = _at(mistakes, self.mistake)
        names = mistakes.names(made, self.number)
        finding = _finding(made, self.activation)
        step, _ = problem.passed(problem.first, next(problem.rows()))
        return {
            "kind": "told",
            "right": None if self.guessed is None else names[self.guessed : self.guessed + 1] == [made.key],
            "title": finding.title(),
            "why": finding.why() or "",
            "formula": layer_formula(step, made.quantity, columns=True, out_in=True),
            "level": level_of(mistakes.right, trained(problem, made, MOMENTS, EVERY)),
        }


REQUESTS: dict[str, type[Request]] = {
    "break": Break,
    "mistakes": Mistaken,
    "guess-where": GuessWhere,
    "tell": Tell,
}


def _at(mistakes: Mistakes, place: int) -> Made:
    require(place < len(mistakes.all), "lab.mistake", got=place, most=len(mistakes.all) - 1)
    return mistakes.all[place]


def _finding(made: Made, activation: str, key: str | None = None) -> Finding:
    """The mistake in the checker's words, or another one as if it had been made there."""
    return Finding(key or made.key, quantity=label(made.quantity), values={"activation": activation})


def _measures(run: Trained) -> dict[str, Any]:
    return {"cost": [_finite(cost) for cost in run.costs], "accuracy": list(run.accuracies)}


def _quantities(
    problem: Problem, made: Made, broken: Trained
) -> tuple[dict[str, Array], dict[str, Array], list[float]]:
    """Every quantity of the next step at each moment, right and wrong, from the broken run's parameters; cosines.

    The cosines are those of the angle between both gradients of all parameters.
    """
    right, wrong, cosines = [], [], []
    rows = list(islice(problem.rows(), MOMENTS * EVERY))[::EVERY]
    for parameters, batch in zip(broken.moments, rows, strict=False):
        pairs = []
        for own, mistake in ((right, None), (wrong, made)):
            try:
                step, found = problem.passed(parameters, batch, mistake)
            except ValueError:  # the step in which it ends
                break
            values = {name: each for name, each in found.items() if name[0] in "ZAY"}
            values["J"] = np.array(problem.cost(step))
            own.append({**values, **found})
            pairs.append(gradient_of(found))
        if len(pairs) == 2:
            norms = np.linalg.norm(pairs[0]) * np.linalg.norm(pairs[1])
            cosines.append(float(pairs[0] @ pairs[1] / norms) if norms else math.nan)
    return _stacked(right), _stacked(wrong), cosines


def _stacked(moments: list[dict[str, Array]]) -> dict[str, Array]:
    """Each quantity over all moments."""
    return {name: np.stack([each[name] for each in moments]).astype(np.float32) for name in moments[0]}


def _maps(name: str, problem: Problem, made: Made | None, run: Trained, plane: Plane) -> dict[str, Array]:
    """What the run answers in every point of the plane, at each moment, as bytes.

    Of two classes the probability of the second; of more that of the most probable one, and which that is.
    """
    maps = np.stack([_answers(problem, made, parameters, plane) for parameters in run.moments])
    shares = np.clip(np.nan_to_num(maps[:, 0] if maps.shape[1] == 1 else maps.max(axis=1)), 0, 1)
    found = {f"map.{name}": _as_bytes(255 * shares)}
    return found if maps.shape[1] == 1 else {**found, f"winner.{name}": _as_bytes(maps.argmax(axis=1))}


def _as_bytes(maps: Array) -> Array:
    return np.rint(maps).astype(np.uint8).reshape(-1, SIDE, SIDE)


def _answers(problem: Problem, made: Made | None, parameters: Parameters, plane: Plane) -> Array:
    nothing = np.zeros((len(problem.y), len(plane.points)))
    try:
        return problem.forward(parameters, plane.points.T, nothing, made).layers[-1].A
    except ValueError:  # beyond the data its numbers are not finite
        return nothing


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
