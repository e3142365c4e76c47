import pytest

from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.reporting.html import formula
from gradiente.schedules import REGISTRY as SCHEDULES

FORMULAS = {
    **{name: kind.equation for name, kind in {**LAYERS, **LOSSES, **OPTIMIZERS, **SCHEDULES}.items()},
    **{f"{name} ∂{of}": latex for name, kind in LAYERS.items() for of, latex in kind.derivative.items()},
    **{f"{name} ∂": kind.derivative for name, kind in LOSSES.items()},
}


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_becomes_mathml_with_nothing_left_over(name):
    markup = formula(FORMULAS[name])
    assert markup.startswith("<math")
    assert "\\" not in markup
    assert "merror" not in markup
