"""An element-wise product stands where a matrix product belongs."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "elementwise",
    (
        WrongRule("dW", lambda q: q.dZ * q.X),
        WrongRule("dW", lambda q: (q.dZ * q.X).sum(axis=1, keepdims=True)),
        WrongRule("dA", lambda q: q.W * q.dZ),
    ),
    plant=("dW1 = dZ1 @ X.T", "dW1 = np.sum(dZ1 * X, axis=1, keepdims=True)"),
)
