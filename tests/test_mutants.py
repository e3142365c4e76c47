"""Planted mistakes are found: all of them by whole networks at random, those in derivatives by the gradient check."""

from functools import cache
from itertools import islice

import numpy as np
import pytest

from gradiente import Identity, MSELoss, Network, gradcheck
from gradiente.examples import draw_input, draw_prediction, draw_target, layer_examples, loss_examples
from gradiente.layers import REGISTRY as LAYERS
from gradiente.losses import REGISTRY as LOSSES
from gradiente.notation import parse

from .mutants import DERIVATIVES, MUTANTS
from .random_networks import failures, random_network

NETWORKS, TRIES = 1000, 30  # those that a mutant may matter in, and how many of them are tried
EXAMPLES = 4  # small networks for a gradient check
drawn = cache(random_network)


@pytest.mark.parametrize("name", MUTANTS)
def test_whole_networks_at_random_find_it(name):
    mutant = MUTANTS[name]
    using = (case for case in map(drawn, range(NETWORKS)) if mutant.matters_in(case))
    for case in islice(using, TRIES):
        with mutant.planted(), np.errstate(all="ignore"):
            wrong = failures(case)
        if wrong:
            assert failures(case) == []  # without it
            return
    pytest.fail(f"no network that uses {mutant.concept.__name__} shows it")


def small_networks(mutant):
    """Networks of one layer, or of one loss, in which it matters: network, loss, x, y."""
    rng = np.random.default_rng(0)
    for name, kind in LAYERS.items():
        for notation, shape in [mutant.example] if mutant.example else layer_examples(name, kind):
            layer = parse(notation, LAYERS)
            if type(layer) is kind and mutant.matters(layer):
                network = Network([layer], dtype="float64", input_shape=shape[1:])
                network.theta += 0.3 * rng.normal(size=network.theta.shape)
                x = draw_input(layer, shape, rng)
                yield network, MSELoss(reduction="sum"), x, rng.normal(size=network.forward(x)[0].shape)
    for name, kind in LOSSES.items():
        for notation, shape, where, targets in loss_examples(name, kind):
            loss = parse(notation, LOSSES)
            if mutant.matters(loss) and where == "inside" and loss.reduction != "none":
                y = draw_target(kind, targets, shape, rng)
                yield Network([Identity()]), loss, draw_prediction(kind, shape, rng), y


@pytest.mark.parametrize("name", DERIVATIVES)
def test_the_gradient_check_finds_it(name):
    mutant, found = DERIVATIVES[name], []
    for problem in islice(small_networks(mutant), EXAMPLES):
        assert gradcheck(*problem, entries=30, training=True).passed
        with mutant.planted():
            found.append(not gradcheck(*problem, entries=30, training=True).passed)
    assert any(found)


def test_the_table_is_as_long_as_it_says():
    assert (len(DERIVATIVES), len(MUTANTS)) == (31, 59)


@pytest.mark.parametrize("name", MUTANTS)
def test_nothing_is_left_of_it(name):
    mutant = MUTANTS[name]
    before = vars(mutant.owner).get(mutant.attribute), getattr(mutant.owner, mutant.attribute)
    with mutant.planted():
        assert getattr(mutant.owner, mutant.attribute) is not before[1]
    assert (vars(mutant.owner).get(mutant.attribute), getattr(mutant.owner, mutant.attribute)) == before
