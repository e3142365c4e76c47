"""g′ is applied twice."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_twice",
    (
        WrongRule("dZ", lambda q: q.backward(q.backward(q.dA))),
        WrongRule("output", lambda q: q.backward(q.backward(q.A - q.Y)) / q.m),
        WrongRule("output", lambda q: (q.A - q.Y) * q.slope(q.A) ** 2 / q.m),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * (A1 * (1 - A1)) ** 2"),
)
