"""Softmax is applied twice."""

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake("softmax_twice", of_softmax(lambda q: q.activate(q.activate(q.Z))), plant=None)
