"""What layers gather and draw on the way is taken up again too: running statistics, dropout, augmentation."""

import numpy as np

from gradiente import (
    L1,
    Adam,
    BatchNorm2d,
    Checkpoint,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    EarlyStopping,
    Flatten,
    Linear,
    Network,
    ReLU,
    Trainer,
    Unflatten,
)
from gradiente.data import Compose, Dataset, GaussianNoise, RandomAffine
from gradiente.training.checkpoint import BEST, LAST


def data():
    generator = np.random.default_rng(3)
    y = np.arange(90) % 3
    x = generator.normal(size=(90, 64)) + y[:, None] * generator.random(64)
    return Dataset(x.astype(np.float32), y, "classification", "squares", image_shape=(8, 8))


def trainer(folder, *callbacks):
    layers = [
        Unflatten(1, (1, 8, 8)),
        Conv2d(1, 4, 3, bias=False),
        BatchNorm2d(4),
        ReLU(),
        Dropout(0.3),
        Flatten(),
        Linear(144, 3),
    ]
    folder.mkdir(exist_ok=True)
    return Trainer(
        Network(layers, seed=1),
        CrossEntropyLoss(),
        Adam(lr=0.01),
        penalties=[L1(1e-4)],
        augmentation=Compose(
            [RandomAffine(degrees=10, translate=(0.1, 0.1)), GaussianNoise(sigma=0.1, clip=False)]
        ),
        callbacks=[*callbacks, Checkpoint(folder, seconds=0)],
        seed=4,
    )


def bits(network):
    return {name: value.tobytes() for name, value in network.state_dict().items()}


def test_a_training_in_two_parts_ends_with_the_bits_of_a_whole_one(tmp_path):
    whole = trainer(tmp_path / "whole")
    whole.fit(data(), validation=0.2, epochs=5, batch_size=16)
    trainer(tmp_path / "parts").fit(data(), validation=0.2, epochs=2, batch_size=16)
    second = trainer(tmp_path / "parts")
    second.fit(data(), validation=0.2, epochs=5, batch_size=16, resume=tmp_path / "parts" / LAST)
    assert bits(second.network) == bits(whole.network)
    assert int(second.network.buffers["2.num_batches_tracked"]) == 5 * 5


def test_the_best_epoch_comes_back_with_its_running_statistics(tmp_path):
    stopping = trainer(tmp_path / "stopping", EarlyStopping(patience=4))
    history = stopping.fit(data(), validation=0.2, epochs=50, batch_size=16)
    assert history.best("val_loss")["epoch"] < len(history)
    best = history.best("val_loss")["epoch"]
    alone = trainer(tmp_path / "alone")
    alone.fit(data(), validation=0.2, epochs=best, batch_size=16)
    assert bits(stopping.network) == bits(alone.network)
    assert bits(Network.load(tmp_path / "stopping" / BEST)) == bits(alone.network)
