"""Z goes on as it is."""

from gradiente.checker.rules.mistake import Mistake, of_units

MISTAKE = Mistake("activation_missing", of_units(lambda q: q.Z), plant=None)
