"""One step of any of the lecture's optimizers in its parts, so that a mistake is the change of one part."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from gradiente.checker.judging.rule_exercise import Array, Case

Average = Callable[[Array, Array, Case], Array]  # the old average, what is averaged, the hyperparameters
Correction = Callable[[Array, float, int], Array]  # an average, its β, t


def unchanged(old: Array, new: Array, q: Case) -> Array:
    return old


def average(beta: str = "beta") -> Average:
    """β old + (1 − β) new."""
    return lambda old, new, q: q[beta] * old + (1 - q[beta]) * new


def uncorrected(value: Array, beta: float, t: int) -> Array:
    return value


def corrected(value: Array, beta: float, t: int) -> Array:
    return value / (1 - beta**t)


@dataclass(frozen=True)
class Update:
    """θ := θ − α numerator / denominator, with M and S, the averages of the gradients and of their squares.

    Arguments:
        point: where the gradient is taken, of θ and M
        moment, square: M and S, of what they were and of g or g²
        squared: what S is made of, of g and the new M
        correct_moment, correct_square: M and S as the step uses them; `betas` are those of the two corrections
        numerator: of M, g and the hyperparameters
        denominator: of S and ε
        eps_added: how many times ε is added to θ
        from_point: the step starts where the gradient was taken
        sign, alfa: of the step; without `alfa` the learning rate is left out
        stale: the step uses M and S as they were
        forgets: which of "M" and "S" start at 0 in every step
        starts_whole: M and S start with the first g and g²
        keeps_corrected: M and S are kept as the step used them
        swapped: the state is returned first, θ second
    """

    point: Callable[[Array, Array, Case], Array] = lambda theta, M, q: theta
    moment: Average = unchanged
    square: Average = unchanged
    squared: Callable[[Array, Array], Array] = lambda g, M: g * g
    correct_moment: Correction = uncorrected
    correct_square: Correction = uncorrected
    betas: tuple[str, str] = ("beta1", "beta2")
    numerator: Callable[[Array, Array, Case], Array] = lambda M, g, q: g
    denominator: Callable[[Array, float], Array] = lambda S, eps: np.ones_like(S)
    eps_added: float = 0.0
    from_point: bool = False
    sign: float = 1.0
    alfa: bool = True
    stale: bool = False
    forgets: str = ""
    starts_whole: bool = False
    keeps_corrected: bool = False
    swapped: bool = False

    def path(self, q: Case) -> list[Array]:
        """θ after every step."""
        theta, found = q["theta"], []
        M = S = np.zeros_like(theta)
        for t in range(1, q["steps"] + 1):
            point = self.point(theta, M, q)
            g = gradient(q, point, t)
            if self.starts_whole and t == 1:
                M, S = g, g * g
            new_M = self.moment(M, g, q)
            new_S = self.square(S, self.squared(g, new_M), q)
            m = self.correct_moment(M if self.stale else new_M, q.get(self.betas[0], 0.0), t)
            s = self.correct_square(S if self.stale else new_S, q.get(self.betas[1], 0.0), t)
            rate = self.sign * (q["alfa"] if self.alfa else 1.0)
            start = point if self.from_point else theta
            eps = q.get("eps", 0.0)
            theta = start - rate * self.numerator(m, g, q) / self.denominator(s, eps) + self.eps_added * eps
            M, S = (m, s) if self.keeps_corrected else (new_M, new_S)
            M = np.zeros_like(M) if "M" in self.forgets else M
            S = np.zeros_like(S) if "S" in self.forgets else S
            if self.swapped and q["state"] == "M":
                theta, M = M, theta
            elif self.swapped:
                theta, S = S, theta
            found.append(theta)
        return found


def gradient(q: Case, point: Array, t: int) -> Array:
    """That of step t: given, or of J = ½ Σ c (θ − d)² at a point."""
    return q["gradients"][t - 1] if "gradients" in q else q["c"] * (point - q["d"])
