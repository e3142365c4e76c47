"""Every mistake of the rules, planted in a network of three layers, is found: that one, and no other."""

import pytest

from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.example import LOSSES, example

PLANTED = [mistake for mistake in all_mistakes() if mistake.plant]


@pytest.mark.parametrize("mistake", PLANTED, ids=lambda mistake: mistake.key)
def test_a_planted_mistake_is_found(mistake, check_source):
    source = example(mistake.loss, mistake.plant)
    assert source != example(mistake.loss)
    verdict = check_source(source)
    assert [finding.mistake for finding in verdict.all_findings] == [mistake.key]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_example_is_right(loss, check_source):
    assert check_source(example(loss)).passed
