"""Every score is squashed by itself."""

from gradiente.checker.rules.activations import activated
from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake("softmax_sigmoid", of_softmax(lambda q: activated("sigmoid", q.Z)), plant=None)
