"""The logarithm of the probabilities comes out."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake("softmax_log", of_softmax(lambda q: np.log(q.activate(q.Z))), plant=None)
