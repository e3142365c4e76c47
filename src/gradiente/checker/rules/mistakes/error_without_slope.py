"""The error of the output goes back without its own activation's derivative."""

from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "error_without_slope",
    (WrongRule("dA", lambda q: q.W.T @ (q.A - q.Y) / q.m, ("squared_error",)),),
    plant=("dA2 = W3.T @ dZ3", "dA2 = W3.T @ (A3 - Y) / m"),
    loss="squared_error",
)
