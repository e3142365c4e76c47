"""The one-hot targets are off by one class."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "onehot_shift",
    (
        WrongRule("target", lambda q: np.roll(q.Y, 1, axis=0)),
        WrongRule("target", lambda q: np.roll(q.Y, -1, axis=0)),
        WrongRule("target", lambda q: np.vstack([0 * q.Y[:1], q.Y[:-1]])),
        WrongRule("target", lambda q: np.vstack([q.Y[1:], 0 * q.Y[:1]])),
    ),
    plant=("Y = np.eye(3)[:, labels]", "Y = np.eye(3)[:, labels - 1]"),
)
