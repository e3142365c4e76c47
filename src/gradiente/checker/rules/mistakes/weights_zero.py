"""∂J/∂W is 0: the array that was made ready for it."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake("weights_zero", (WrongRule("dW", lambda q: np.zeros_like(q.W)),), plant=None)
