"""The derivative is taken at another layer's activation."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "derivative_of_output",
    (
        WrongRule("dZ", lambda q: q.dA * q.slope(q.next.A)),
        WrongRule("dZ", lambda q: q.dA * q.slope(q.X)),
    ),
    plant=("dZ1 = dA1 * A1 * (1 - A1)", "dZ1 = dA1 * A2 * (1 - A2)"),
)
