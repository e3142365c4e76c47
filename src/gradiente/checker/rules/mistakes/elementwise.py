"""An element-wise product stands where a matrix product belongs."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "elementwise",
    (
        WrongRule("dW", lambda q: q.dZ * q.X),
        WrongRule("dW", lambda q: (q.dZ * q.X).sum(axis=1, keepdims=True)),
        WrongRule("dA", lambda q: q.W * q.dZ),
    ),
    plant=("dW2 = dZ2 @ A1.T", "dW2 = np.sum(dZ2 * A1, axis=1, keepdims=True)"),
)
