"""The error goes back through ∂J/∂W."""

from gradiente.checker.rules.instances import through_running_gradient
from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "dw2_for_w2",
    (
        WrongRule("dA", lambda q: q.dW.T @ q.dZ),
        WrongRule("dA", lambda q: q.dW.T @ q.dZ * q.m),
        WrongRule("dA", lambda q: q.dW.T @ q.dZ / q.m),
        WrongRule("dA", lambda q: through_running_gradient(q)),
        WrongRule("dA", lambda q: through_running_gradient(q, before=True)),
        WrongRule("dA", lambda q: through_running_gradient(q) / q.m),
        WrongRule("dA", lambda q: through_running_gradient(q, before=True) / q.m),
    ),
    plant=("dA1 = W2.T @ dZ2", "dA1 = dW2.T @ dZ2"),
)
