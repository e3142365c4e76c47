"""Functions that take or return z1 and z2 beside a1 and a2, or in the place of other parameters."""

import pytest

from .corpus.case import edited
from .test_loop_activations import FORMS, found, source

pytestmark = pytest.mark.usefixtures("one_process")

FORWARD = "    a1 = {g}({z1})\n    a2 = {out}({z2})\n    return a1, a2\n"
WITH_Z = "    z1 = {z1}\n    a1 = {g}(z1)\n    z2 = {z2}\n    return z1, a1, z2, softmax(z2)\n"
GIVEN = "X, y, w1, b1, w2, b2, a1, a2"
WORDS = {"g": "np.tanh", "out": "softmax"}


def returning_z(form, last=""):
    """A file whose feedForward returns four results, of which the loops take two."""
    words = {**FORMS[form], **WORDS}
    text = edited(source("mnist", form), (FORWARD.format(**words), WITH_Z.format(**words)))
    text = text.replace("a1, a2 = feedForward", "_, a1, _, a2 = feedForward")
    return edited(text, ("return z1, a1, z2, softmax(z2)", last)) if last else text


@pytest.mark.parametrize("form", FORMS)
def test_a1_and_a2_among_four_results(check_source, form):
    assert found(check_source, returning_z(form), "mnist") == []


@pytest.mark.parametrize("form", FORMS)
def test_a_mistake_among_four_results(check_source, form):
    wrong = "return z1, a1, z2, softmax(-z2)"
    verdict = check_source(returning_z(form, wrong), "mnist")
    judged = next(f for f in verdict.functions if f.name == "feedForward")
    assert [one.mistake for one in judged.findings] == ["softmax_sign"]


@pytest.mark.parametrize("form", FORMS)
def test_backprop_that_takes_z_in_the_place_of_b(check_source, form):
    text = edited(returning_z(form), (f"backProp({GIVEN}):", "backProp(z1, a1, z2, a2, w1, w2, X, y):"))
    text = text.replace(f"= backProp({GIVEN})", "= backProp(z1, a1, z2, a2, w1, w2, X, y)")
    text = text.replace("_, a1, _, a2 = feedForward", "z1, a1, z2, a2 = feedForward")
    first = "    for _ in range(epocas):\n        g1"
    text = edited(
        text,
        (
            first,
            first.replace(
                "        g1", "        z1, a1, z2, a2 = feedForward(X, w1, b1, w2, b2)\n        g1"
            ),
        ),
    )
    assert found(check_source, text, "mnist") == []
    reversed_sign = edited(text, ("d2 = (a2 - y)", "d2 = (y - a2)"))
    assert found(check_source, reversed_sign, "mnist", "backProp") == ["output_sign"]


@pytest.mark.parametrize("parameters", ["z1, a1, z2, a2, w1, w2, X, otra", "z1, a1, z2, a2, b1, b2, X, y"])
def test_other_parameters_that_cannot_be_given(check_source, parameters):
    text = edited(source("mnist", "rows"), (f"backProp({GIVEN}):", f"backProp({parameters}):"))
    verdict = check_source(text, "mnist")
    judged = next(f for f in verdict.functions if f.name == "backProp")
    assert [one.mistake for one in judged.findings] == ["signature"]
