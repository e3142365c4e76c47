"""Right networks in six forms, each with the usual mistakes planted one at a time: that one is named, and no other."""

import pytest

from gradiente.checker.verdict import hint_lines

from .networks import attributes, cache, functions, inline, lists, regularized

MODULES = {
    "attributes": attributes,
    "cache": cache,
    "functions": functions,
    "inline": inline,
    "lists": lists,
    "regularized": regularized,
}
PLANTED = [(form, *edit) for form, module in MODULES.items() for edit in module.EDITS if edit[2]]
HARMLESS = [(form, *edit[:2]) for form, module in MODULES.items() for edit in module.EDITS if not edit[2]]
pytestmark = pytest.mark.usefixtures("one_process")


@pytest.mark.parametrize("form", MODULES)
def test_a_right_network_is_right(form, check_source):
    verdict = check_source(MODULES[form].SOURCE)
    assert verdict.workshop == "network"
    assert verdict.passed, verdict.all_findings


@pytest.mark.parametrize(("form", "right", "other"), HARMLESS)
def test_a_harmless_change_is_right(form, right, other, check_source):
    source = MODULES[form].SOURCE
    assert right in source
    assert check_source(source.replace(right, other)).passed


@pytest.mark.parametrize(("form", "right", "wrong", "key"), PLANTED)
def test_the_planted_mistake_is_the_only_finding(form, right, wrong, key, check_source):
    source = MODULES[form].SOURCE
    assert right in source
    found = check_source(source.replace(right, wrong)).all_findings
    assert [finding.mistake for finding in found] == [key]


@pytest.mark.parametrize(
    ("form", "right", "wrong", "words"),
    [
        (
            "functions",
            "dW2 = dZ2 @ A1.T / m",
            "dW2 = dZ2 @ A1.T",
            ["∂J/∂W[2] = 1/m · ∂L/∂Z[2] A[1]ᵀ", "dZ2[0,0] · A1[0,0]", "1/m", "dW2[0,0]"],
        ),
        (
            "attributes",
            "* self.derivada_sigmoide(self.a1)",
            "* self.derivada_sigmoide(self.z1)",
            ["∂J/∂Z[1] = ∂J/∂A[1] ⊙ g′(Z[1])", "g′(self.z1[0,0])", "delta1[0,0]"],
        ),
        (
            "regularized",
            "np.sum(shifted, axis=1, keepdims=True)",
            "np.sum(shifted, axis=0, keepdims=True)",
            ["e^scores[0,0]", "probs[0,0]"],
        ),
        (
            "functions",
            "W1 = W1 - alpha",
            "W1 = W1 + alpha",
            ["W[1] := W[1] − α · ∂J/∂W[1]", "] − α · ∂J/∂W[1]["],
        ),
    ],
)
def test_the_second_hint_works_out_a_number_in_the_names_of_the_code(form, right, wrong, words, check_source):
    (found,) = check_source(MODULES[form].SOURCE.replace(right, wrong)).all_findings
    shown = "\n".join(hint_lines(found, 2))
    assert [word for word in words if word not in shown] == []
    assert found.worked is not None
    assert found.worked.got != pytest.approx(found.worked.expected)
