"""Classes are compared, not probabilities."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_rounded",
    (
        WrongRule("output", lambda q: ((q.A > 0.5) - q.Y) / q.m),
        WrongRule("output", lambda q: ((q.A.max(axis=0, keepdims=True) == q.A) - q.Y) / q.m),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (np.round(A3) - Y) / m"),
)
