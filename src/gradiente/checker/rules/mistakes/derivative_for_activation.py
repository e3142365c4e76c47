"""g′ stands for g."""

from gradiente.checker.rules.mistake import Mistake, of_units

MISTAKE = Mistake(
    "derivative_for_activation",
    of_units(lambda q: q.slope(q.activate(q.Z)), lambda q: q.slope(q.Z)),
    plant=None,
)
