"""∂J/∂b is 0: the array that was made ready for it."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake("bias_zero", (WrongRule("db", lambda q: np.zeros_like(q.b)),), plant=None)
