"""The error goes back through weights that the same step has updated."""

from gradiente.checker.rules.instances import through_running_gradient
from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "w2_updated",
    (WrongRule("dA", lambda q: q.W_after.T @ q.dZ),),
    plant=("dA1 = W2.T @ dZ2", "W2 = W2 - 0.05 * dW2\n    dA1 = W2.T @ dZ2"),
)


def updated_by(rate: float) -> tuple[WrongRule, ...]:
    """The same with a known learning rate: by the mean of the gradient, by its sum, instance by instance."""
    return (
        WrongRule("dA", lambda q: (q.W - rate * (q.dZ @ q.X.T)).T @ q.dZ),
        WrongRule("dA", lambda q: (q.W - rate * q.m * (q.dZ @ q.X.T)).T @ q.dZ),
        WrongRule("dA", lambda q: q.W.T @ q.dZ - rate * through_running_gradient(q)),
    )
