"""The output error is Y − A."""

from gradiente.checker.rules.dataflow import RIGHT
from gradiente.checker.rules.mistake import Mistake, WrongRule

MISTAKE = Mistake(
    "output_sign",
    (WrongRule("output", lambda q: -RIGHT["output"](q)),),
    plant=("dZ3 = (A3 - Y) / m", "dZ3 = (Y - A3) / m"),
)
