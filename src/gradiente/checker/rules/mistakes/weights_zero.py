"""The gradient of the weights is zero."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "weights_zero",
    (WrongRule("dW", lambda q: np.zeros_like(q.W)),),
    plant=("dW1 = dZ1 @ X.T", "dW1 = np.zeros((4, 4))"),
)
