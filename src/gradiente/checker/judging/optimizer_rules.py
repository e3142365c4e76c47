"""nesterov … adamCorregido: θ after several steps, against gradiente's own optimizers and the mistakes one can make."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from gradiente.checker.judging.judgement import Judgement
from gradiente.checker.judging.optimizer_update import (
    Update,
    average,
    corrected,
    gradient,
    unchanged,
    uncorrected,
)
from gradiente.checker.judging.rule_exercise import Array, Case, Rule, RuleExercise, WrongRule
from gradiente.checker.judging.session import Session
from gradiente.checker.running.calls import Call, CallOutcome
from gradiente.optimizers import Adam, Optimizer, course

STEPS = """
def probe(name, parameters, values, kind):
    theta, state, path, changed = values["theta"], values["state"], [], set()
    for t in range(1, int(values["steps"]) + 1):
        given = {**values, "theta": theta, kind: state, "t": t}
        given["gradiente"] = lambda x: values["c"] * (x - values["d"])
        given["g"] = values["gradients"][t - 1] if "gradients" in values else None
        kept = {key: given[key].copy() for key in ("theta", "g") if isinstance(given[key], np.ndarray)}
        result = getattr(module, name)(*(given[parameter] for parameter in parameters))
        changed |= {
            parameters.index(key)
            for key, value in kept.items()
            if not np.array_equal(value, given[key], equal_nan=True)
        }
        pieces = tuple(result.values()) if isinstance(result, dict) else result
        if not isinstance(pieces, (tuple, list)) or len(pieces) < 2 or not isinstance(pieces[0], np.ndarray):
            return {"returned": result}
        theta, state = pieces[0].copy(), pieces[1] if len(pieces) == 2 else tuple(pieces[1:])
        path.append(theta.copy())
    return {"pieces": tuple(path), "changed": sorted(changed)}
"""


def _cases(state: str, **given: tuple[float, float, float]) -> Callable[[np.random.Generator], list[Case]]:
    """Several steps from θ of three shapes; in the last case all gradients are positive, as are their sums."""

    def drawn(draw: np.random.Generator) -> list[Case]:
        found: list[Case] = []
        for place, shape in enumerate(((3,), (2, 3), (4, 1))):
            numbers = {name: values[place] for name, values in given.items()}
            steps = 4 + place % 2
            case = {"theta": draw.normal(size=shape), "steps": steps, "state": state, **numbers}
            if state == "M":
                case |= {"c": draw.uniform(0.5, 2.0, shape), "d": draw.normal(size=shape)}
            else:
                sizes = draw.uniform(0.3, 1.7, (steps, *shape))
                signs = 1 if place == 2 else draw.choice([-1, 1], (steps, *shape))
                case["gradients"] = list(sizes * signs)
            found.append(case)
        return found

    return drawn


def _called(session: Session, name: str, case: Case) -> CallOutcome:
    """All steps of a case, the state passed on as it was returned."""
    state = None if case["state"] == "estado" else np.zeros_like(case["theta"])
    values = {key: value for key, value in case.items() if key != "state"} | {"state": state}
    parameters = session.bindings[name].parameters
    call = Call(name, (name, parameters, values, case["state"]), seed=session.seed % 2**32, probe=STEPS)
    return session.run(call)


def _by(make: Callable[[Case], Optimizer]) -> Rule:
    """θ after every step of one of gradiente's optimizers."""

    def path(q: Case) -> list[Array]:
        optimizer, theta = make(q), q["theta"]
        slots, found = optimizer.initial_slots(theta), []
        for t in range(1, q["steps"] + 1):
            theta, slots = optimizer.rule(theta, gradient(q, theta, t), slots, t)
            found.append(theta)
        return found

    return path


def _nesterov(q: Case) -> list[Array]:
    """course.Nesterov, whose θ is the point ahead: without α β M it is where the step itself ends."""
    optimizer, ahead = course.Nesterov(lr=q["alfa"], beta=q["beta"]), q["theta"]
    slots, found = optimizer.initial_slots(ahead), []
    for t in range(1, q["steps"] + 1):
        ahead, slots = optimizer.rule(ahead, gradient(q, ahead, t), slots, t)
        found.append(ahead + q["alfa"] * q["beta"] * slots["m"])
    return found


def _epsilon_hat(q: Case) -> list[Array]:
    """Adam as the end of section 2 of the paper orders it, with ε added to the root of the uncorrected S."""
    theta, found = q["theta"], []
    M = S = np.zeros_like(theta)
    b1, b2 = q["beta1"], q["beta2"]
    for t, g in enumerate(q["gradients"], start=1):
        M, S = b1 * M + (1 - b1) * g, b2 * S + (1 - b2) * g * g
        theta = theta - q["alfa"] * np.sqrt(1 - b2**t) / (1 - b1**t) * M / (np.sqrt(S) + q["eps"])
        found.append(theta)
    return found


NESTEROV = Update(
    point=lambda theta, M, q: theta - q["alfa"] * q["beta"] * M,
    moment=average(),
    numerator=lambda M, g, q: M,
)
ADAGRAD = Update(square=lambda S, new, q: S + new, denominator=lambda S, eps: np.sqrt(S) + eps)
ADADELTA = replace(ADAGRAD, square=average())
RMSPROP = replace(ADADELTA, denominator=lambda S, eps: np.sqrt(S + eps))
ADAM = replace(RMSPROP, moment=average("beta1"), square=average("beta2"), numerator=lambda M, g, q: M)
ADAM_CORRECTED = replace(
    ADAM,
    correct_moment=corrected,
    correct_square=corrected,
    denominator=lambda S, eps: np.sqrt(S) + eps,
)


def _of_step(right: Update) -> Iterator[tuple[str, Update]]:
    """Mistakes of the step, whatever the optimizer."""
    yield "optimizer_uphill", replace(right, sign=-1.0)
    yield "optimizer_rate_missing", replace(right, alfa=False)
    yield "optimizer_stale", replace(right, stale=True)
    yield "optimizer_order", replace(right, swapped=True)


def _of_moment(right: Update, beta: str = "beta") -> Iterator[tuple[str, Update]]:
    """Mistakes of M."""
    yield "moment_plain", replace(right, moment=lambda M, g, q: q[beta] * M + g)
    yield "moment_undamped", replace(right, moment=lambda M, g, q: M + (1 - q[beta]) * g)
    yield "moment_swapped", replace(right, moment=lambda M, g, q: (1 - q[beta]) * M + q[beta] * g)
    yield "moment_unused", replace(right, numerator=lambda M, g, q: g)
    yield "moment_unused", replace(right, numerator=lambda M, g, q: g, correct_moment=uncorrected)
    yield "optimizer_forgets", replace(right, forgets="M")
    yield "optimizer_not_updated", replace(right, moment=unchanged)


def _of_square(right: Update) -> Iterator[tuple[str, Update]]:
    """Mistakes of S, of its root and of ε."""
    inside = bool(right.denominator(np.zeros(1), 4.0)[0] == 2.0)
    yield "square_missing", replace(right, squared=lambda g, M: g)
    yield "square_absolute", replace(right, squared=lambda g, M: np.abs(g))
    yield "numerator_squared", replace(right, numerator=lambda M, g, q: right.numerator(M, g, q) ** 2)
    yield "root_missing", replace(right, denominator=lambda S, eps: S + eps)
    yield "eps_missing", replace(right, denominator=lambda S, eps: np.sqrt(S))
    for times in (1.0, -1.0):
        yield "eps_precedence", replace(right, denominator=lambda S, eps: np.sqrt(S), eps_added=times)
    yield "eps_precedence", replace(right, denominator=lambda S, eps: 1 / (1 / np.sqrt(S) + eps))
    if inside:
        yield "eps_outside", replace(right, denominator=lambda S, eps: np.sqrt(S) + eps)
    else:
        yield "eps_inside", replace(right, denominator=lambda S, eps: np.sqrt(S + eps))
    yield "scale_missing", replace(right, denominator=lambda S, eps: np.ones_like(S))
    yield "scale_multiplied", replace(right, denominator=lambda S, eps: 1 / right.denominator(S, eps))
    yield "optimizer_forgets", replace(right, forgets="S")
    yield "optimizer_not_updated", replace(right, square=unchanged)


def _of_window(right: Update, beta: str = "beta") -> Iterator[tuple[str, Update]]:
    """Mistakes of S as an average."""
    yield "window_plain", replace(right, square=lambda S, new, q: q[beta] * S + new)
    yield "window_swapped", replace(right, square=lambda S, new, q: (1 - q[beta]) * S + q[beta] * new)
    yield "window_undamped", replace(right, square=lambda S, new, q: S + (1 - q[beta]) * new)
    yield "window_none", replace(right, square=lambda S, new, q: new)
    yield "window_missing", replace(right, square=lambda S, new, q: S + new)


def _of_nesterov() -> Iterator[tuple[str, Update]]:
    yield "nesterov_at_theta", replace(NESTEROV, point=lambda theta, M, q: theta)
    yield "nesterov_without_beta", replace(NESTEROV, point=lambda theta, M, q: theta - q["alfa"] * M)
    yield "nesterov_without_rate", replace(NESTEROV, point=lambda theta, M, q: theta - q["beta"] * M)
    yield (
        "nesterov_backwards",
        replace(NESTEROV, point=lambda theta, M, q: theta + q["alfa"] * q["beta"] * M),
    )
    yield "nesterov_from_ahead", replace(NESTEROV, from_point=True)
    yield from _of_moment(NESTEROV)


def _of_adam(right: Update) -> Iterator[tuple[str, Update]]:
    """Mistakes of the two averages of Adam."""
    swapped = replace(right, moment=average("beta2"), square=average("beta1"))
    yield "betas_swapped", swapped
    yield "betas_swapped", replace(swapped, betas=("beta2", "beta1"))
    yield "betas_one", replace(right, square=average("beta1"))
    yield "betas_one", replace(right, moment=average("beta2"))
    yield "adam_start", replace(right, starts_whole=True)
    yield "square_of_moment", replace(right, squared=lambda g, M: M * M)
    yield "optimizer_forgets", replace(right, forgets="MS")
    yield from _of_moment(right, "beta1")
    yield from _of_window(right, "beta2")
    yield from _of_square(right)


def _of_correction() -> Iterator[tuple[str, Update]]:
    """Mistakes of the bias correction."""
    right = ADAM_CORRECTED
    ways: dict[str, Callable[[Array, float, int], Array]] = {
        "correction_missing": uncorrected,
        "correction_multiplied": lambda value, beta, t: value * (1 - beta**t),
        "correction_without_power": lambda value, beta, t: value / (1 - beta),
        "correction_product": lambda value, beta, t: value / (1 - beta * t),
        "correction_epoch": lambda value, beta, t: value / (1 - beta ** (t + 1)),
        "correction_power": lambda value, beta, t: value / beta**t,
    }
    for key, way in ways.items():
        yield key, replace(right, correct_moment=way, correct_square=way)
        if way is not uncorrected:
            yield key, replace(right, correct_moment=way)
            yield key, replace(right, correct_square=way)
    yield "correction_of_one", replace(right, correct_moment=uncorrected)
    yield "correction_of_one", replace(right, correct_square=uncorrected)
    for betas in (("beta2", "beta1"), ("beta1", "beta1"), ("beta2", "beta2")):
        yield "correction_beta", replace(right, betas=betas)
    yield "correction_kept", replace(right, keeps_corrected=True)


def _wrong(right: Update, *others: Iterator[tuple[str, Update]]) -> tuple[WrongRule, ...]:
    found = [pair for source in (*others, _of_step(right)) for pair in source]
    return tuple(WrongRule(key, update.path) for key, update in found)


BETAS = {"beta1": (0.9, 0.8, 0.7), "beta2": (0.99, 0.95, 0.6)}
ALFA, BETA, EPS = (0.1, 0.2, 0.05), (0.9, 0.8, 0.6), (0.05, 0.02, 0.1)
S_OF_WINDOW = "S := β S + (1 − β) (∂J/∂θ)²"
OF_ADAM = "M := β₁ M + (1 − β₁) ∂J/∂θ,  S := β₂ S + (1 − β₂) (∂J/∂θ)²"
EXERCISES = tuple(
    RuleExercise(name, cases, right, wrong, ("θ",), ("theta", state), formula, called=_called)
    for name, state, cases, right, wrong, formula in (
        (
            "nesterov",
            "M",
            _cases("M", alfa=ALFA, beta=BETA),
            {
                "": _nesterov,
                "nesterov_ahead": _by(lambda q: course.Nesterov(lr=q["alfa"], beta=q["beta"])),
            },
            _wrong(NESTEROV, _of_nesterov()),
            "M := β M + (1 − β) ∂J/∂θ(θ − α β M),  θ := θ − α M",
        ),
        (
            "adagrad",
            "S",
            _cases("S", alfa=ALFA, eps=EPS),
            {"": _by(lambda q: course.Adagrad(lr=q["alfa"], eps=q["eps"]))},
            _wrong(ADAGRAD, _of_square(ADAGRAD)),
            "S := S + (∂J/∂θ)²,  θ := θ − α · ∂J/∂θ / (√S + ε)",
        ),
        (
            "adadelta",
            "S",
            _cases("S", alfa=ALFA, beta=BETA, eps=EPS),
            {"": _by(lambda q: course.Adadelta(lr=q["alfa"], beta=q["beta"], eps=q["eps"]))},
            _wrong(ADADELTA, _of_square(ADADELTA), _of_window(ADADELTA)),
            f"{S_OF_WINDOW},  θ := θ − α · ∂J/∂θ / (√S + ε)",
        ),
        (
            "rmsprop",
            "S",
            _cases("S", alfa=ALFA, beta=BETA, eps=EPS),
            {"": _by(lambda q: course.RMSprop(lr=q["alfa"], beta=q["beta"], eps=q["eps"]))},
            _wrong(RMSPROP, _of_square(RMSPROP), _of_window(RMSPROP)),
            f"{S_OF_WINDOW},  θ := θ − α · ∂J/∂θ / √(S + ε)",
        ),
        (
            "adam",
            "estado",
            _cases("estado", alfa=ALFA, eps=EPS, **BETAS),
            {"": _by(lambda q: course.Adam(lr=q["alfa"], betas=(q["beta1"], q["beta2"]), eps=q["eps"]))},
            _wrong(
                ADAM,
                iter(
                    (
                        ("adam_corrected", replace(ADAM_CORRECTED, denominator=ADAM.denominator)),
                        ("adam_corrected", ADAM_CORRECTED),
                    )
                ),
                _of_adam(ADAM),
            ),
            f"{OF_ADAM},  θ := θ − α · M / √(S + ε)",
        ),
        (
            "adamCorregido",
            "estado",
            _cases("estado", alfa=ALFA, eps=EPS, **BETAS),
            {
                "": _by(lambda q: Adam(lr=q["alfa"], betas=(q["beta1"], q["beta2"]), eps=q["eps"])),
                "adam_epsilon_hat": _epsilon_hat,
            },
            _wrong(ADAM_CORRECTED, _of_correction(), _of_adam(ADAM_CORRECTED)),
            f"{OF_ADAM},  θ := θ − α · M/(1 − β₁ᵗ) / (√(S/(1 − β₂ᵗ)) + ε)",
        ),
    )
)
JUDGES: Mapping[str, Callable[[Session], Judgement]] = {
    exercise.name: exercise.judge for exercise in EXERCISES
}
