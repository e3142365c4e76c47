from xml.etree import ElementTree

import pytest

from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.reporting.mathml import mathml

FORMULAS = {
    **{name: layer.equation for name, layer in LAYERS.items()},
    **{
        f"{name} ∂{of}": formula for name, layer in LAYERS.items() for of, formula in layer.derivative.items()
    },
    **{name: loss.equation for name, loss in LOSSES.items() if r"\text" not in loss.equation},
    **{f"{name} ∂": loss.derivative for name, loss in LOSSES.items()},
}


@pytest.mark.parametrize("formula", FORMULAS.values(), ids=FORMULAS.keys())
def test_every_formula_is_set_whole(formula):
    written = mathml(formula)
    assert written is not None
    tree = ElementTree.fromstring(written)
    assert "\\" not in "".join(tree.itertext())
    counts = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munder": 2, "munderover": 3, "mover": 2}
    for node in tree.iter():
        assert len(node) == counts.get(node.tag, len(node))


def test_cases_are_rows_behind_a_brace():
    written = mathml(LAYERS["LeakyReLU"].equation)
    assert written is not None
    tree = ElementTree.fromstring(written)
    rows = [["".join(cell.itertext()) for cell in row] for row in tree.iter("mtr")]
    assert rows == [["Z", "Z>0"], ["sZ", "Z≤0"]]


def test_both_scripts_are_in_their_places():
    assert mathml("x_1^2") == "<math><msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup></math>"
    assert mathml("x^2_1") == mathml("x_1^2")


@pytest.mark.parametrize(
    "unknown", [r"\int x", r"\frac{a}", r"{x", r"\text{word}", r"\begin{matrix} a \end{matrix}"]
)
def test_what_is_not_known_is_not_shown(unknown):
    assert mathml(unknown) is None


def test_nothing_of_it_can_be_markup():
    assert "<script" not in str(mathml("a < script > b & c"))
