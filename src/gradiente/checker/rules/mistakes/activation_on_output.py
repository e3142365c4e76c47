"""Another activation comes before softmax."""

import numpy as np

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake(
    "activation_on_output",
    of_softmax(lambda q: q.activate(np.tanh(q.Z)), lambda q: q.activate(np.maximum(q.Z, 0))),
    plant=None,
)
