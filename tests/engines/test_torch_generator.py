"""What a torch training draws comes from a generator of its own: PyTorch's global one is another's."""

from threading import Thread

import numpy as np
import pytest
import torch

from gradiente import (
    Adam,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Dropout2d,
    Flatten,
    Linear,
    Network,
    ReLU,
    Torch,
    Trainer,
    Unflatten,
    from_torch,
    trace,
)
from gradiente.data import Dataset, GaussianNoise, load
from gradiente.metrics import undefined_metrics
from gradiente.parity import TrainingSetup, compare_concepts, follow
from gradiente.pytorch import save_state_dict
from gradiente.pytorch.dropout import Masks
from gradiente.training.build import plan
from gradiente.training.config import Config


def trained(seed, **settings):
    """The parameters that a training with both kinds of dropout, and with augmentation, ends with."""
    x = np.random.default_rng(0).normal(size=(40, 36)).astype(np.float32)
    data = Dataset(x, np.arange(40) % 3, "classification", "drawn", image_shape=(6, 6))
    layers = [Unflatten(1, (1, 6, 6)), Conv2d(1, 4, 3), BatchNorm2d(4), ReLU(), Dropout2d(0.3), Flatten()]
    network = Network([*layers, Linear(64, 30), Dropout(0.5), Linear(30, 3)], seed=seed)
    trainer = Trainer(
        network,
        CrossEntropyLoss(),
        Adam(lr=0.01),
        augmentation=GaussianNoise(sigma=0.1, clip=False),
        engine=Torch(device="cpu", **settings),
        seed=seed,
    )
    trainer.fit(data, validation=0.2, epochs=6, batch_size=8)
    return network.theta


def test_a_training_leaves_pytorchs_global_generator_as_it_was():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one = trained(1)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(6)
    np.testing.assert_array_equal(trained(1), one)


def test_two_trainings_in_two_threads_end_with_the_bits_of_each_alone():
    alone = {seed: trained(seed) for seed in (1, 2)}
    assert not np.array_equal(alone[1], alone[2])
    before, together = torch.get_rng_state(), {}
    threads = [Thread(target=lambda seed=seed: together.update({seed: trained(seed)})) for seed in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert torch.equal(torch.get_rng_state(), before)
    for seed, theta in alone.items():
        np.testing.assert_array_equal(together[seed], theta)


def trained_network():
    network = Network([Linear(4, 6), BatchNorm1d(6), ReLU(), Dropout(0.3), Linear(6, 3)], seed=0)
    data = Dataset(
        np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % 3, "classification", "drawn"
    )
    trainer = Trainer(network, CrossEntropyLoss(), Adam(), engine="torch")
    trainer.fit(data, validation=0.2, epochs=1, batch_size=8)
    return network, data, trainer


NETWORK, DATA, TRAINER = trained_network()


def evaluated():
    with undefined_metrics():
        return TRAINER.evaluate(DATA)


EVERYWHERE = {
    "to_torch": NETWORK.to_torch,
    "from_torch": lambda: from_torch(NETWORK.to_torch()),
    "evaluate": evaluated,
    "predict": lambda: TRAINER.predict(DATA.x),
    "partial_fit": lambda: TRAINER.partial_fit(DATA),
    "resumed": lambda: TRAINER.fit(DATA, validation=0.2, epochs=2, batch_size=8, resume=TRAINER.last),
    "trace": lambda: trace(NETWORK, CrossEntropyLoss(), DATA.x[:4], DATA.y[:4]).entry("dW[1]", 0, 0).torch,
    "state_dict": lambda: save_state_dict(NETWORK, "net.pt"),
    "concepts": compare_concepts,
    "trajectory": lambda: follow(TrainingSetup.of(plan(Config().changed(name="xor"), XOR), XOR), 2),
}
XOR = load("xor")[0]


@pytest.mark.parametrize("name", EVERYWHERE)
def test_whatever_uses_pytorch_leaves_its_global_generator_as_it_was(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = torch.get_rng_state()
    assert EVERYWHERE[name]() is not False
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    "kind", [torch.nn.Dropout, torch.nn.Dropout1d, torch.nn.Dropout2d, torch.nn.Dropout3d]
)
@pytest.mark.parametrize("p", [0.0, 0.3])
def test_the_masks_are_those_of_pytorch_for_the_same_seed(kind, p):
    shape = (4, 5, *[3] * (2 if kind is torch.nn.Dropout else int(kind.__name__[-2])))
    x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
    torch.manual_seed(8)
    expected = kind(p)(x)
    module = torch.nn.Sequential(kind(p))
    Masks(module, torch.Generator().manual_seed(8))
    assert torch.equal(module(x), expected)
    module.eval()
    assert torch.equal(module(x), x)


def test_masks_that_are_held_are_redrawn_as_they_would_be_drawn():
    """As the recording of a CUDA graph needs them: in one place, with the numbers of every step."""
    drawing, holding = (torch.nn.Sequential(torch.nn.Dropout(0.5), torch.nn.Dropout(0.2)) for _ in range(2))
    Masks(drawing, torch.Generator().manual_seed(3))
    masks = Masks(holding, torch.Generator().manual_seed(3))
    x = torch.ones(20, 10)
    masks.hold(True)
    first = holding(x)
    assert torch.equal(first, drawing(x))
    assert torch.equal(holding(x), first)
    masks.redraw()
    assert torch.equal(holding(x), drawing(x))
    masks.hold(False)
    assert torch.equal(holding(x), drawing(x))
    masks.hold(True)
    assert torch.equal(holding(x[:7]), drawing(x[:7]))  # of another shape
