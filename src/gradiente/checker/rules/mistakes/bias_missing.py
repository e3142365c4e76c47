"""b is not added."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "bias_missing", (WrongRule("Z", lambda q: q.W @ q.X),), plant=("Z2 = W2 @ A1 + b2", "Z2 = W2 @ A1")
)
