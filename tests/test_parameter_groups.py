"""What a parameter has of its own in an update, and which parameters share it."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradiente import (
    SGD,
    AdamW,
    ArgumentError,
    BatchNorm1d,
    Linear,
    Network,
    PReLU,
    Residual,
    Tanh,
    course,
)
from gradiente.parameter_groups import ParameterGroups

WITH_PARAMETERS = (0, 2, 3, 5)


def network():
    block = Residual([Linear(4, 4, bias=False), BatchNorm1d(4), Tanh()], shortcut=[Linear(4, 4)])
    return Network([Linear(3, 4), Tanh(), block, BatchNorm1d(4), Tanh(), Linear(4, 2)], dtype="float64")


factors = st.dictionaries(st.sampled_from(WITH_PARAMETERS), st.sampled_from([0.0, 0.1, 1.0, 3.0]))
decayed = st.sampled_from(["all", "weights"])


@given(own=factors, decayed=decayed, frozen=st.sets(st.integers(0, 5)))
def test_every_parameter_that_learns_is_in_one_group_with_its_own_rate_and_decay(own, decayed, frozen):
    net, rule = network(), AdamW(lr=0.5, weight_decay=0.25)
    net.freeze(*frozen)
    rates, decays = np.zeros_like(net.theta), np.zeros_like(net.theta)
    for name, view in net.named(rates).items():
        layer = int(name[0])
        learns = layer not in frozen
        view[...] = learns * 0.5 * own.get(layer, 1)
        a_matrix = view.ndim == 2
        net.named(decays)[name][...] = learns * 0.25 * (decayed == "all" or a_matrix)
    found = np.zeros((3, net.theta.size))
    for group, pieces in ParameterGroups.of(net, own, decayed).slices(net, rule):
        assert all(one.stop < other.start for one, other in pairwise(pieces))
        for piece in pieces:
            found[:, piece] += [[1], [group.lr], [vars(group)["weight_decay"]]]
    learning = np.zeros(net.theta.size)
    for piece in net.trainable:
        learning[piece] = 1
    np.testing.assert_array_equal(found, [learning, rates, decays])


def test_without_groups_there_is_the_optimizer_itself_and_nothing_to_look_up():
    net, rule = network(), SGD()
    ((group, pieces),) = ParameterGroups().slices(net, rule)
    assert group is rule
    assert pieces is net.trainable


def test_layers_with_one_rate_are_one_group():
    net, rule = network(), SGD(lr=0.5)
    groups = ParameterGroups.of(net, {0: 0.1, 5: 0.1, 2: 1.0})
    assert [group.lr for group, _ in groups.slices(net, rule)] == [0.05, 0.5]


def test_a_slope_is_no_weight_and_a_rule_without_weight_decay_stays_as_it_is():
    net = Network([Linear(3, 2), PReLU()])
    groups = ParameterGroups.of(net, {}, "weights")
    rules = groups.rules(net, SGD(weight_decay=0.5))
    assert {name: vars(rule)["weight_decay"] for name, rule in rules.items()} == {
        "0.weight": 0.5,
        "0.bias": 0.0,
        "1.weight": 0.0,
    }
    assert set(groups.rules(net, course.Adam()).values()) == {course.Adam()}


def test_a_parameter_may_have_a_factor_of_its_own_which_goes_before_its_layers():
    net, rule = network(), AdamW(lr=0.5)
    groups = ParameterGroups.of(net, {"0.bias": 0.1, 5: 3.0, "5.weight": 0.2, "2.shortcut.0.bias": 0.0})
    rates = {name: own.lr for name, own in groups.rules(net, rule).items() if own.lr != 0.5}
    assert rates == pytest.approx(
        {"0.bias": 0.05, "2.shortcut.0.bias": 0.0, "5.weight": 0.1, "5.bias": 1.5}, rel=1e-15
    )


def test_layers_are_counted_from_either_end():
    assert ParameterGroups.of(network(), {-1: 2, 0: 0.5}) == ParameterGroups.of(network(), {0: 0.5, 5: 2.0})
    assert str(ParameterGroups.of(network(), {-1: 2}, "weights")) == (
        "lr_factors={5: 2.0}, weight_decay_on='weights'"
    )


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ({6: 0.1}, "no layer 6: this network has 6 layers, 0 to 5"),
        ({-7: 0.1}, "no layer -7"),
        ({0.0: 0.1}, "no layer 0.0"),
        ({"0": 0.1}, "no layer '0'"),
        ({"0.biases": 0.1}, "no layer '0.biases'"),
        ({0: -0.1}, r"lr_factors: 0 must be a number in \[0, inf\), got -0.1"),
        ({0: float("inf")}, "got inf"),
        ({0: float("nan")}, "got nan"),
        ({0: "0.1"}, "got '0.1'"),
        ({5: 0.1, -1: 0.2}, "two factors for layer 5"),
        ({1: 0.1}, r"layer 1, Tanh\(\), has no parameters"),
        ([0.1], r"factors by layer or parameter, such as \{0: 0.1, .* got \[0.1\]"),
    ],
)
def test_factors_that_cannot_be(own, words):
    with pytest.raises(ArgumentError, match=words):
        ParameterGroups.of(network(), own)


def test_weight_decay_on_something_else():
    with pytest.raises(ArgumentError, match=r"weight_decay_on.*'all', 'weights', got 'biases'"):
        ParameterGroups.of(network(), {}, "biases")
