import numpy as np

from gradiente.data import Dataset
from gradiente.layers import Dropout, Flatten, Linear, Tanh, Unflatten
from gradiente.network import Network
from gradiente.reporting.weights import NEGATIVE, POSITIVE, diverging, pixel_weights, strongest, weights


def pictures(shape=(4, 4)):
    x = np.random.default_rng(0).random((2, int(np.prod(shape))))
    return Dataset(x, np.array([0, 1]), "classification", "p", image_shape=shape)


def test_colours_are_symmetric_about_zero():
    values = np.array([[-2.0, -1.0, 0.0, 1.0, 2.0]])
    picture = diverging(values, 2.0)
    assert picture.shape == (1, 5, 4)
    assert picture[0, :, 3].tolist() == [255, 128, 0, 128, 255]
    assert tuple(picture[0, 0, :3]) == NEGATIVE
    assert tuple(picture[0, 4, :3]) == POSITIVE


def test_the_strongest_neurons_come_first():
    weight = np.random.default_rng(0).standard_normal((100, 16))
    norms = [float(np.sqrt((row**2).sum())) for row in weight]
    assert strongest(weight, 64).tolist() == sorted(range(100), key=lambda j: -norms[j])[:64]


def test_weights_are_those_of_the_first_linear_layer_over_the_pixels():
    direct = Network([Linear(16, 3), Tanh()])
    assert pixel_weights(direct, pictures()) is direct.parameters["0.weight"]
    flattened = Network([Flatten(), Linear(16, 3)], input_shape=(4, 4))
    assert pixel_weights(flattened, pictures()) is flattened.parameters["1.weight"]
    dropped = Network([Unflatten(1, (1, 4, 4)), Flatten(), Dropout(), Linear(16, 3)])
    assert pixel_weights(dropped, pictures()) is dropped.parameters["3.weight"]


def test_other_first_layers_have_no_pictures():
    assert weights(Network([Tanh(), Linear(16, 3)]), pictures()) is None
    assert weights(Network([Flatten()]), pictures()) is None
    assert (
        weights(Network([Linear(16, 3)]), Dataset(np.eye(2), np.array([0, 1]), "classification", "t")) is None
    )
    assert weights(Network([Linear(12, 3)]), pictures((3, 2, 2))) is None
    assert weights(Network([Tanh(), Linear(16, 16), Linear(16, 3)]), pictures()) is None


def test_there_is_a_picture_for_each_of_64_neurons():
    section = weights(Network([Linear(16, 100)]), pictures())
    assert section is not None
    assert section.count("<img") == 64
    zeros = Network([Linear(16, 2)])
    zeros.theta[...] = 0
    assert weights(zeros, pictures()) is not None
