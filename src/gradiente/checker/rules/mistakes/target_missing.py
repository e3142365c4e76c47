"""The prediction is not compared with the target."""

from gradiente.checker.rules.mistake import Mistake, WrongRule, of_the_output

MISTAKE = Mistake(
    "target_missing",
    (
        WrongRule("output", lambda q: q.A / q.m),
        WrongRule("output", lambda q: -q.Y / q.m),
        WrongRule("output", lambda q: q.A * (1 - q.A) / q.m),
        WrongRule("dW", of_the_output(lambda q: q.A @ q.X.T / q.m)),
        WrongRule("db", of_the_output(lambda q: q.A.sum(axis=1, keepdims=True) / q.m)),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = A3 / m"),
)
