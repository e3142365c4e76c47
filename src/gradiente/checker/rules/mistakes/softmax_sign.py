"""The exponent has the wrong sign."""

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake("softmax_sign", of_softmax(lambda q: q.activate(-q.Z)), plant=None)
