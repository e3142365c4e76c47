"""Every mistake of the rules, planted in a network of three layers, is found: that one, and no other."""

import pytest

from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.example import LOSSES, example
from gradiente.checker.verdict import Finding

pytestmark = pytest.mark.usefixtures("one_process")

PLANTED = [mistake for mistake in all_mistakes() if mistake.plant]


@pytest.mark.parametrize("mistake", PLANTED, ids=lambda mistake: mistake.key)
def test_a_planted_mistake_is_found(mistake, check_source):
    source = example(mistake.loss, mistake.plant)
    assert source != example(mistake.loss)
    verdict = check_source(source)
    (found,) = verdict.all_findings
    assert found.mistake == mistake.key


@pytest.mark.parametrize("loss", LOSSES)
def test_the_example_is_right(loss, check_source):
    assert check_source(example(loss)).passed


def test_the_words_name_the_layer_that_the_mistake_is_in(check_source):
    (found,) = check_source(example(plant=("dA2 = W3.T @ dZ3", "dA2 = dW3.T @ dZ3"))).all_findings
    assert found.mistake == "dw2_for_w2"
    assert found.title().startswith(
        "∂J/∂A[2]: the error goes back through ∂J/∂W[3], where W[3] itself belongs"
    )
    assert "∂J/∂A[2] = W[3]ᵀ" in (found.why() or "")


def test_a_shift_of_scores_is_no_shift_of_layers():
    found = Finding("softmax_unstable", "softmax", "A[2]", values={"shift": "1000"})
    assert found.title() == "A[2]: scores around 1000 make NaN of the probabilities."
