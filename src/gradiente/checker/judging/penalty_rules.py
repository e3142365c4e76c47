"""regularizacionL1, regularizacionL2: J and the gradients with the penalty, against gradiente's penalties."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.rule_exercise import Array, Case, RuleExercise, WrongRule
from gradiente.checker.judging.session import Session
from gradiente.penalties import L1, L2, Penalty

PARAMETERS = ("w1", "b1", "w2", "b2")
PIECES = ("J", *(f"d{name}" for name in PARAMETERS))


@dataclass(frozen=True)
class Penalized:
    """J + λ Σ value(w) and ∂J/∂w + λ slope(w), in parts of which a mistake changes one.

    Arguments:
        value, slope: of the weights, for λ = 1
        in_value, in_slopes: the parameters that are penalized in J, and in the gradients
        sign: of the penalty
        strength: λ as it is used
    """

    value: Callable[[Array], float]
    slope: Callable[[Array], Array]
    in_value: tuple[str, ...] = ("w1", "w2")
    in_slopes: tuple[str, ...] = ("w1", "w2")
    sign: float = 1.0
    strength: Callable[[Case], float] = lambda q: q["lam"]

    def __call__(self, q: Case) -> tuple[float | Array, ...]:
        factor = self.sign * self.strength(q)
        J = q["J"] + factor * sum(self.value(q[name]) for name in self.in_value)
        slopes = (
            q[f"d{name}"] + (factor * self.slope(q[name]) if name in self.in_slopes else 0.0)
            for name in PARAMETERS
        )
        return J, *slopes


def _of(penalty: type[Penalty]) -> Penalized:
    one = penalty(1.0)
    return Penalized(one.value, one.gradient)


def _of_any(right: Penalized) -> Iterator[tuple[str, Penalized]]:
    """Mistakes that either may have."""
    yield "penalty_bias", replace(right, in_value=PARAMETERS, in_slopes=PARAMETERS)
    yield "penalty_bias", replace(right, in_value=PARAMETERS)
    yield "penalty_bias", replace(right, in_slopes=PARAMETERS)
    for layer in ("w1", "w2"):
        yield "penalty_one_layer", replace(right, in_value=(layer,), in_slopes=(layer,))
        yield "penalty_one_layer", replace(right, in_value=(layer,))
        yield "penalty_one_layer", replace(right, in_slopes=(layer,))
    yield "penalty_not_in_cost", replace(right, in_value=())
    yield "penalty_not_in_gradients", replace(right, in_slopes=())
    yield "penalty_subtracted", replace(right, sign=-1.0)
    yield "penalty_subtracted", replace(right, slope=lambda w: -right.slope(w))
    yield "penalty_subtracted", replace(right, value=lambda w: -right.value(w))
    yield "penalty_strength_missing", replace(right, strength=lambda q: 1.0)
    yield "penalty_missing", replace(right, in_value=(), in_slopes=())


L1_RIGHT, L2_RIGHT = _of(L1), _of(L2)


def _of_l1() -> Iterator[tuple[str, Penalized]]:
    yield "l1_sign", replace(L1_RIGHT, slope=np.ones_like)
    yield "l1_slope_is_weight", replace(L1_RIGHT, slope=lambda w: w)
    yield "l1_slope_is_value", replace(L1_RIGHT, slope=np.abs)
    yield "l1_absolute", replace(L1_RIGHT, value=lambda w: float(w.sum()))
    yield "l1_absolute", replace(L1_RIGHT, value=lambda w: float(w.sum()), slope=np.ones_like)
    yield "penalty_mean", replace(L1_RIGHT, value=lambda w: float(np.abs(w).mean()))
    yield "penalty_other", L2_RIGHT


def _of_l2() -> Iterator[tuple[str, Penalized]]:
    yield "l2_half", replace(L2_RIGHT, value=lambda w: float((w * w).sum()))
    yield "l2_slope_twice", replace(L2_RIGHT, slope=lambda w: 2 * w)
    yield "l2_without_half", replace(L2_RIGHT, value=lambda w: float((w * w).sum()), slope=lambda w: 2 * w)
    yield "l2_slope_half", replace(L2_RIGHT, slope=lambda w: w / 2)
    yield "l2_slope_squared", replace(L2_RIGHT, slope=lambda w: w * w)
    yield "l2_square", replace(L2_RIGHT, value=lambda w: float(w.sum()) / 2)
    yield "l2_root", replace(L2_RIGHT, value=lambda w: float(np.sqrt((w * w).sum())) / 2)
    yield "l2_root", replace(L2_RIGHT, value=lambda w: float(np.sqrt((w * w).sum())))
    yield "penalty_mean", replace(L2_RIGHT, value=lambda w: float((w * w).mean()) / 2)
    yield "penalty_other", L1_RIGHT


def _cases(draw: np.random.Generator) -> list[Case]:
    """Two networks, with biases that are not 0."""
    found: list[Case] = []
    for lam, (n, h, k) in ((0.3, (3, 4, 2)), (0.07, (2, 5, 1))):
        shapes = {"w1": (h, n), "b1": (h, 1), "w2": (k, h), "b2": (k, 1)}
        case = {"J": float(draw.uniform(0.5, 2.0)), "lam": lam}
        case |= {name: draw.normal(size=shape) for name, shape in shapes.items()}
        found.append(case | {f"d{name}": draw.normal(size=shape) for name, shape in shapes.items()})
    return found


def _exercise(
    name: str, formula: str, right: Penalized, own: Iterator[tuple[str, Penalized]]
) -> RuleExercise:
    wrong = tuple(WrongRule(key, rule) for key, rule in (*own, *_of_any(right)))
    return RuleExercise(name, _cases, {"": right}, wrong, PIECES, (), formula)


EXERCISES = (
    _exercise("regularizacionL1", "J + λ Σ |w|,  ∂J/∂w + λ sgn(w)", L1_RIGHT, _of_l1()),
    _exercise("regularizacionL2", "J + λ/2 Σ w²,  ∂J/∂w + λ w", L2_RIGHT, _of_l2()),
)
JUDGES: Mapping[str, Callable[[Session], Judgement]] = {
    exercise.name: exercise.judge for exercise in EXERCISES
}
