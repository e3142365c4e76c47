"""With the squared error the output's own derivative g′ is left out."""

from gradiente.checker.rules.mistake import Mistake, WrongRule, of_the_output

MISTAKE = Mistake(
    "output_slope_missing",
    (
        WrongRule("output", lambda q: (q.A - q.Y) / q.m, ("squared_error",)),
        WrongRule("dW", of_the_output(lambda q: (q.A - q.Y) @ q.X.T / q.m), ("squared_error",)),
        WrongRule(
            "db", of_the_output(lambda q: (q.A - q.Y).sum(axis=1, keepdims=True) / q.m), ("squared_error",)
        ),
    ),
    plant=("dZ3 = (A3 - Y) * A3 * (1 - A3) / m", "dZ3 = (A3 - Y) / m"),
    loss="squared_error",
)
