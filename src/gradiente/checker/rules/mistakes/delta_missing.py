"""What goes back through W is not ∂J/∂Z."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "delta_missing",
    (
        WrongRule("dA", lambda q: q.W.T @ np.ones_like(q.dZ) / q.m),
        WrongRule("dA", lambda q: q.W.T @ q.A / q.m),
    ),
    plant=("dA1 = W2.T @ dZ2", "dA1 = W2.T @ A2 / m"),
)
