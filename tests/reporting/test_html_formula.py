import numpy as np
import pytest

from gradiente.examples import draw_target, loss_examples
from gradiente.html import formula
from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.notation import parse
from gradiente.optimizers import REGISTRY as OPTIMIZERS
from gradiente.schedules import REGISTRY as SCHEDULES


def of_losses():
    """The formulas of every loss, with the terms that its options and its targets need."""
    for name, kind in LOSSES.items():
        for notation, shape, _, target in loss_examples(name, kind):
            loss, y = parse(notation, LOSSES), draw_target(kind, target, shape, np.random.default_rng(0))
            for of in (loss.equation_with, loss.derivative_with, loss.count_with):
                yield f"{notation} {target} {of.__name__}", of(y)


FORMULAS = {
    **{name: kind.equation for name, kind in {**LAYERS, **LOSSES, **OPTIMIZERS, **SCHEDULES}.items()},
    **{f"{name} ∂{of}": latex for name, kind in LAYERS.items() for of, latex in kind.derivative.items()},
    **dict(of_losses()),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_becomes_mathml_with_nothing_left_over(name):
    markup = formula(FORMULAS[name])
    assert markup.startswith("<math")
    assert "\\" not in markup
    assert "merror" not in markup
