"""The generators of a training: one for each purpose, epoch and process, and none from anywhere else."""

import ast
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import gradiente
from gradiente.streams import Purpose, stream

SOURCE = Path(gradiente.__file__).parent
OF_A_TRAINING = [
    SOURCE / "network.py",
    *(SOURCE / "data" / "splits").glob("*.py"),
    SOURCE / "parity" / "setup.py",
    *(SOURCE / "engines").glob("*.py"),
    *(SOURCE / "training").glob("*.py"),
]
EVERY_EPOCH = [Purpose.ORDER, Purpose.LAYERS, Purpose.AUGMENTATION]


def test_no_two_of_an_epoch_draw_the_same():
    drawn = {
        key: tuple(stream(*key).integers(2**62, size=4))
        for key in product(EVERY_EPOCH, range(3), range(1, 4), range(3))
    }
    assert len(set(drawn.values())) == len(drawn)


@pytest.mark.parametrize("purpose", Purpose)
def test_the_same_key_begins_again(purpose):
    one, other = (stream(purpose, 5, 2) for _ in range(2))
    np.testing.assert_array_equal(one.random(9), other.random(9))


@pytest.mark.parametrize("path", OF_A_TRAINING, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_training_makes_no_generator_of_its_own(path):
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not called & {"default_rng", "RandomState", "seed", "set_rng_state"}
