"""The error goes back without passing through W."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "w2_missing",
    (
        WrongRule("dA", lambda q: np.ones_like(q.W).T @ q.dZ),
        WrongRule("dA", lambda q: np.ones_like(q.X)),
        WrongRule("dA", lambda q: np.broadcast_to(q.dZ, q.X.shape)),
    ),
    plant=("dA1 = W2.T @ dZ2", "dA1 = np.ones((4, 4)) @ dZ2"),
)
