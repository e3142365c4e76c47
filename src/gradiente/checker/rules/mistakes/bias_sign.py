"""b is subtracted."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake("bias_sign", (WrongRule("Z", lambda q: q.W @ q.X - q.b),), plant=None)
