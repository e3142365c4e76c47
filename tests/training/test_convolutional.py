import numpy as np
import pytest

from gradiente.data import Dataset
from gradiente.engines.compiled.stages import stages_of
from gradiente.layers import BatchNorm2d, Conv2d, Linear
from gradiente.network import Network
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.convolutional import convolutional


@pytest.mark.parametrize(
    "shape",
    [
        (8, 8),
        (28, 28),
        (1, 28, 28),
        (3, 4, 4),
        (3, 2, 9),
        (3, 32, 32),
        (3, 64, 64),
        (3, 37, 64),
        (3, 224, 200),
    ],
)
def test_any_size(shape):
    network = Network(convolutional(shape, 5), seed=0)
    assert network.forward(np.zeros((2, np.prod(shape)), np.float32))[0].shape == (2, 5)


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (3, 32, 32), (3, 64, 64), (3, 37, 64)])
def test_pictures_of_the_usual_sizes_are_compiled(shape):
    pytest.importorskip("llvmlite")
    assert stages_of(Network(convolutional(shape, 5), seed=0), (int(np.prod(shape)),))


def pictures(shape=(3, 8, 8), *, picture_files=True):
    draw = np.random.default_rng(0)
    x, y = draw.random((20, np.prod(shape)), dtype=np.float32), np.arange(20) % 2
    return Dataset(x, y, "classification", "made", image_shape=shape, picture_files=picture_files)


def kinds(planned):
    return {type(layer) for layer in planned.network.layers}


@pytest.mark.parametrize("data", [pictures(), pictures((8, 8)), pictures(picture_files=False)])
def test_it_is_taken_for_pictures_in_files_and_in_colour(data):
    planned = plan(Config().changed(name="made", epochs=7), data)
    assert {Conv2d, BatchNorm2d} <= kinds(planned)
    assert planned.config.descent.schedule is not None
    assert planned.config.descent.schedule.startswith("CosineAnnealingLR(7")


def test_it_is_not_taken_for_grey_arrays_nor_where_layers_are_given():
    assert Conv2d not in kinds(plan(Config().changed(name="made"), pictures((8, 8), picture_files=False)))
    dense = plan(Config().changed(name="made", hidden=[5]), pictures())
    assert Conv2d not in kinds(dense)
    assert dense.config.descent.schedule is None
    given = plan(Config().changed(name="made", layers=["Linear(192, 2)"]), pictures())
    assert kinds(given) == {Linear}


def test_another_schedule_stays():
    planned = plan(Config().changed(name="made", schedule="StepLR(5)"), pictures())
    assert planned.config.descent.schedule is not None
    assert planned.config.descent.schedule.startswith("StepLR(5")


def test_few_pictures_are_seen_more_often():
    assert plan(Config().changed(name="made"), pictures()).config.descent.epochs == 100
    assert plan(Config().changed(name="made", epochs=3), pictures()).config.descent.epochs == 3
    x, y = np.zeros((20_000, 16)), np.arange(20_000) % 2
    many = Dataset(x, y, "classification", "many", image_shape=(4, 4), picture_files=True)
    assert plan(Config().changed(name="many"), many).config.descent.epochs == 20
