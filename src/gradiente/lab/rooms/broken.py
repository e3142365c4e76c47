"""Break it: a run with one mistake beside the right one, every quantity of both, and what the mistake is."""

import math
import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from gradiente.checker.reference.layer_formulas import label, layer_formula
from gradiente.checker.rules.activations import ACTIVATIONS
from gradiente.checker.rules.chains import Made
from gradiente.checker.rules.dataflow import Step
from gradiente.checker.verdict import Finding
from gradiente.html import formula
from gradiente.lab.chain import Parameters, Problem, Trained, gradient_of
from gradiente.lab.challenge import EVERY, MOMENTS, code_of, level_of, mistakes_in
from gradiente.lab.frame import frame
from gradiente.lab.rooms.request import Request
from gradiente.lab.run import LabRun
from gradiente.lab.typeset import latex_of, typeset
from gradiente.lab.view import SIDE, Plane
from gradiente.layers import Softmax

Array = np.ndarray


@dataclass(frozen=True)
class Break(Request):
    """Both runs.

    Arguments:
        data, activation: of what is trained, as of `config_of`
        level: how the mistake shows
        number: what the mistake is drawn by
        chosen: its code; None: it is drawn
    """

    data: str
    activation: str
    level: str
    number: int
    chosen: str | None

    def answer(self, run: LabRun | None) -> bytes:
        mistakes = mistakes_in(self.data, self.activation)
        problem = mistakes.problem
        if self.chosen is None:
            made = mistakes.drawn(self.level, self.number)
        else:
            made = mistakes.coded(self.chosen, self.number)
        broken = mistakes.broken(made)
        plane = Plane(problem.data.x, np.float64)
        right, wrong, cosines = _quantities(problem, made, broken)
        values = {
            "kind": "broken",
            "mistake": code_of(made, self.number),
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
    """All mistakes that can be made.

    Arguments:
        number: what their codes are made with
    """

    data: str
    activation: str
    number: int

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        mistakes = mistakes_in(self.data, self.activation)
        titles = [_finding(made, self.activation).title() for made in mistakes.all]
        codes = [code_of(made, self.number) for made in mistakes.all]
        return {"kind": "mistakes", "titles": titles, "codes": codes}


@dataclass(frozen=True)
class GuessWhere(Request):
    """Whether a quantity is the first wrong one, which is, and what it may be.

    Arguments:
        mistake: its code
        number: what the names are drawn by, and the code is made with
        where: the name of the quantity
    """

    data: str
    activation: str
    mistake: str
    number: int
    where: str

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        mistakes = mistakes_in(self.data, self.activation)
        made = mistakes.coded(self.mistake, self.number)
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
    mistake: str
    number: int
    guessed: int | None

    def answer(self, run: LabRun | None) -> dict[str, Any]:
        mistakes = mistakes_in(self.data, self.activation)
        problem = mistakes.problem
        made = mistakes.coded(self.mistake, self.number)
        names = mistakes.names(made, self.number)
        finding = _finding(made, self.activation)
        step, _ = problem.passed(problem.first, next(problem.rows()))
        return {
            "kind": "told",
            "right": None if self.guessed is None else names[self.guessed : self.guessed + 1] == [made.key],
            "title": finding.title(),
            "said": typeset(finding.title()),
            "why": typeset(finding.why() or ""),
            "formula": _formula(step, made.quantity),
            "level": level_of(mistakes.right, mistakes.broken(made)),
        }


REQUESTS: dict[str, type[Request]] = {
    "break": Break,
    "mistakes": Mistaken,
    "guess-where": GuessWhere,
    "tell": Tell,
}


def _formula(step: Step, quantity: str) -> str:
    """What is right, as MathML; "" for the target, which has no formula."""
    kind, number = quantity[:-1], int(quantity[-1]) if quantity != "Y" else 0
    if kind == "A":
        given = ACTIVATIONS[step.layers[number - 1].activation]
        equation = given.column_equation if isinstance(given, Softmax) else given.equation
        return formula(re.sub(r"(?<![A-Za-z\\])([AZ])(?![A-Za-z])", rf"\1^{{[{number}]}}", equation))
    plain = layer_formula(step, quantity, columns=True, out_in=True)
    return formula(latex_of(plain)) if plain else ""


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
    with np.errstate(over="ignore"):  # of a run that explodes
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
