"""Another array stands in the place of the layer's input."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "wrong_input",
    (
        WrongRule("Z", lambda q: q.W @ q.previous.Z + q.b),
        WrongRule("Z", lambda q: q.W @ q.previous.X + q.b),
        WrongRule("dW", lambda q: q.dZ @ q.previous.X.T),
        WrongRule("dW", lambda q: q.dZ @ q.previous.Z.T),
        WrongRule("dW", lambda q: q.dZ @ q.A.T),
        WrongRule("dW", lambda q: q.dZ @ q.Z.T),
        WrongRule("dW", lambda q: q.dZ @ q.previous.slope(q.X).T),
        WrongRule("dW", lambda q: q.dZ @ q.next.A.T),
    ),
    plant=("dW2 = dZ2 @ A1.T", "dW2 = dZ2 @ X.T"),
)
