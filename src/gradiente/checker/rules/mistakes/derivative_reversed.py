"""The slope of ReLU is 1 where it should be 0: the comparison is the wrong way round."""

from gradiente.checker.rules.mistake import Mistake, WrongRule, only

MISTAKE = Mistake(
    "derivative_reversed",
    (WrongRule("dZ", only(lambda q: q.layer.activation == "relu", lambda q: q.dA * (q.Z < 0))),),
    plant=None,
)
