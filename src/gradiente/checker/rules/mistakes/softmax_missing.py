"""The scores Z go on as they are."""

from gradiente.checker.rules.mistake import Mistake, of_softmax

MISTAKE = Mistake("softmax_missing", of_softmax(lambda q: q.Z), plant=None)
