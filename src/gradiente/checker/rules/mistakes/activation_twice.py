"""The activation is applied twice."""

from gradiente.checker.rules.mistake import Mistake, of_units

MISTAKE = Mistake("activation_twice", of_units(lambda q: q.activate(q.activate(q.Z))), plant=None)
