"""degradacionInversa, degradacionExponencial, degradacionEscalonada: α at epoch t, against gradiente's schedules."""

import math
from collections.abc import Callable, Mapping

from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.rule_exercise import Case, RuleExercise, WrongRule
from gradiente.checker.judging.session import Session
from gradiente.schedules import ExponentialLR, InverseTimeLR, StepLR

Rate = Callable[[Case], float]
EPOCHS = (0, 1, 2, 3, 5, 8)


def _cases(**given: tuple[float, float]) -> list[Case]:
    """Two learning rates at several epochs, with two settings of the rest."""
    return [
        {"alfa0": alfa0, "t": t, **{name: values[place] for name, values in given.items()}}
        for place, alfa0 in enumerate((0.8, 0.3))
        for t in EPOCHS
    ]


def _exercise(
    name: str, cases: list[Case], formula: str, right: Rate, wrong: tuple[tuple[str, Rate], ...]
) -> RuleExercise:
    rules = tuple(WrongRule(key, _one(rate)) for key, rate in (*wrong, *_of_any(right)))
    return RuleExercise(name, lambda _: cases, {"": _one(right)}, rules, ("α",), (), formula, by_call=True)


def _one(rate: Rate) -> Callable[[Case], tuple[float]]:
    return lambda q: (rate(q),)


def _of_any(right: Rate) -> tuple[tuple[str, Rate], ...]:
    """Mistakes that any of them may have."""
    return (
        ("decay_epoch", lambda q: right({**q, "t": q["t"] + 1})),
        ("decay_epoch_before", lambda q: right({**q, "t": q["t"] - 1})),
        ("decay_epoch_before", lambda q: right({**q, "t": max(q["t"] - 1, 0)})),
        ("decay_constant", lambda q: q["alfa0"]),
        ("decay_factor_alone", lambda q: right({**q, "alfa0": 1.0})),
        ("decay_inverted", lambda q: q["alfa0"] ** 2 / right(q)),
    )


EXERCISES = (
    _exercise(
        "degradacionInversa",
        _cases(k=(0.5, 0.2)),
        "α(t) = α₀ / (1 + k t)",
        lambda q: InverseTimeLR(decay_rate=q["k"]).lr(q["alfa0"], q["t"]),
        (
            ("decay_one_missing", lambda q: q["alfa0"] / (q["k"] * q["t"]) if q["t"] else math.inf),
            ("decay_subtracted", lambda q: q["alfa0"] * (1 - q["k"] * q["t"])),
            ("decay_power", lambda q: q["alfa0"] / (1 + q["k"]) ** q["t"]),
        ),
    ),
    _exercise(
        "degradacionExponencial",
        _cases(gamma=(0.9, 0.5)),
        "α(t) = α₀ γᵗ",
        lambda q: ExponentialLR(gamma=q["gamma"]).lr(q["alfa0"], q["t"]),
        (
            ("decay_product", lambda q: q["alfa0"] * q["gamma"] * q["t"]),
            ("decay_of_e", lambda q: q["alfa0"] * math.exp(-q["gamma"] * q["t"])),
            ("decay_power_of_all", lambda q: (q["alfa0"] * q["gamma"]) ** q["t"]),
            ("decay_once", lambda q: q["alfa0"] * q["gamma"]),
        ),
    ),
    _exercise(
        "degradacionEscalonada",
        _cases(gamma=(0.9, 0.5), s=(2, 3)),
        "α(t) = α₀ γ^⌊t / s⌋",
        lambda q: StepLR(step_size=q["s"], gamma=q["gamma"]).lr(q["alfa0"], q["t"]),
        (
            ("decay_without_floor", lambda q: q["alfa0"] * q["gamma"] ** (q["t"] / q["s"])),
            ("decay_rounded", lambda q: q["alfa0"] * q["gamma"] ** round(q["t"] / q["s"])),
            ("decay_rounded", lambda q: q["alfa0"] * q["gamma"] ** math.ceil(q["t"] / q["s"])),
            ("decay_remainder", lambda q: q["alfa0"] * q["gamma"] ** (q["t"] % q["s"])),
            ("decay_every_epoch", lambda q: q["alfa0"] * q["gamma"] ** q["t"]),
            ("decay_product", lambda q: q["alfa0"] * q["gamma"] * (q["t"] // q["s"])),
            ("decay_once", lambda q: q["alfa0"] * (q["gamma"] if q["t"] >= q["s"] else 1)),
        ),
    ),
)
JUDGES: Mapping[str, Callable[[Session], Judgement]] = {
    exercise.name: exercise.judge for exercise in EXERCISES
}
