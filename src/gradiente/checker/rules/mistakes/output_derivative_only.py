"""The chain rule stops between A and Z."""

from gradiente.checker.rules.mistake import Mistake, WrongRule, of_the_output

MISTAKE = Mistake(
    "output_derivative_only",
    (
        WrongRule("output", lambda q: (q.A - q.Y) / (q.A * (1 - q.A)) / q.m),
        WrongRule("output", lambda q: -q.Y / q.A / q.m),
        WrongRule("output", lambda q: -q.Y * (1 - q.A) / q.m),
        WrongRule("dA", of_the_output(lambda q: q.W.T @ (q.dZ / (q.A * (1 - q.A))))),
    ),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = -Y * (1 - A3) / m"),
)
