"""What a network is made of besides its layers: a seed, the shape of an instance, a state."""

import pytest

from gradiente import ArgumentError, FileError, Linear, Network, Tanh


@pytest.mark.parametrize("seed", [-1, 1.5, True, "7", None])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ArgumentError, match="the seed must be a whole number"):
        Network([Linear(2, 3)], seed=seed)


@pytest.mark.parametrize("shape", [(3.5,), (-1,), (True,), (None,), "ab", 5, ((1,),)])
def test_the_shape_of_an_instance_is_whole_numbers(shape):
    with pytest.raises(ArgumentError, match="input_shape"):
        Network([Tanh()], input_shape=shape)
    with pytest.raises(ArgumentError, match="input_shape"):
        Network([Tanh()]).summary(shape)


@pytest.mark.parametrize("state", [None, [1.0], Linear(3, 4)])
def test_a_state_is_a_dictionary(state):
    with pytest.raises(FileError, match="a state_dict is a dictionary"):
        Network([Linear(3, 4)]).load_state_dict(state)
