"""Freezing, running statistics and new heads: what stays, what learns, against PyTorch where it says the same."""

import numpy as np
import pytest
import torch

from gradiente import (
    SGD,
    Adam,
    AdamW,
    ArgumentError,
    BatchNorm1d,
    BatchNorm2d,
    Context,
    Conv2d,
    CrossEntropyLoss,
    Dropout,
    Flatten,
    Linear,
    MaxPool2d,
    MSELoss,
    Network,
    ReLU,
    ShapeError,
    Tanh,
    Trainer,
    Unflatten,
    gradcheck,
)
from gradiente.data import Dataset
from gradiente.engines import REGISTRY

every_engine = pytest.mark.parametrize("engine", REGISTRY)


def images(instances=30, classes=3):
    generator = np.random.default_rng(5)
    y = np.arange(instances) % classes
    x = generator.random((instances, 36)) + y[:, None] / 3
    return Dataset(x, y, "classification", "squares", image_shape=(6, 6))


def convolutional(classes=3, **options):
    layers = [
        Unflatten(1, (1, 6, 6)),
        Conv2d(1, 4, 3, padding="same", bias=False),  # BatchNorm has one
        BatchNorm2d(4),
        ReLU(),
        MaxPool2d(2),
        Flatten(),
        Linear(36, classes),
    ]
    return Network(layers, dtype="float64", seed=1, **options)


def torch_module(net):
    module = torch.nn.Sequential(*(layer.to_torch() for layer in net.layers)).to(torch.float64)
    module.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in net.state_dict().items()})
    return module


@every_engine
@pytest.mark.parametrize("frozen", [(), (1,), (1, 2), (2, 6)], ids=str)
def test_a_training_with_frozen_layers_is_pytorchs(engine, frozen):
    """PyTorch needs three things for it: requires_grad, parameters kept from the optimizer, and eval()."""
    net, data = convolutional(), images()
    module = torch_module(net).train()
    for index in frozen:
        module[index].eval()
        for parameter in module[index].parameters():
            parameter.requires_grad_(False)
    learning = [parameter for parameter in module.parameters() if parameter.requires_grad]
    rule = torch.optim.AdamW(learning, lr=0.01, weight_decay=0.1)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    for _ in range(20):
        rule.zero_grad()
        torch.nn.functional.cross_entropy(module(x), y).backward()
        rule.step()

    net.freeze(*frozen)
    trainer = Trainer(net, CrossEntropyLoss(), AdamW(lr=0.01, weight_decay=0.1), engine=engine)
    trainer.fit(data, epochs=20, batch_size="all")
    for name, value in module.state_dict().items():
        np.testing.assert_allclose(net.state_dict()[name], value.numpy(), rtol=1e-8, atol=1e-10, err_msg=name)
    prediction = module.eval()(x).detach().numpy()
    np.testing.assert_allclose(net.predict(data.x), prediction, rtol=1e-8, atol=1e-10)


@every_engine
def test_frozen_layers_keep_their_bits(engine):
    net = convolutional()
    data = images()
    Trainer(net, CrossEntropyLoss(), Adam(lr=0.01), engine=engine).fit(data, epochs=2, batch_size=8)
    before = net.state_dict()
    net.freeze(1, 2)
    trainer = Trainer(net, CrossEntropyLoss(), AdamW(lr=0.01, weight_decay=0.5), engine=engine)
    history = trainer.fit(data, epochs=3, batch_size=8)
    after = net.state_dict()
    kept = {name for name in before if before[name].tobytes() == after[name].tobytes()}
    assert kept == {name for name in before if name[0] in "12"}
    assert set(history.records[-1]["gradient_norms"]) == {"6.weight", "6.bias"}


@pytest.mark.parametrize("training", [False, True])
def test_a_gradient_check_leaves_frozen_layers_out(training):
    net = convolutional()
    net.freeze(1, 2)
    result = gradcheck(net, CrossEntropyLoss(), images(6).x, images(6).y, training=training)
    assert result.passed
    assert [quantity.name for quantity in result.quantities] == ["6.weight", "6.bias", "x"]


def test_gradients_of_frozen_layers_are_not_computed():
    asked = []

    class Watched(Linear):
        def parameter_gradients(self, parameters, cache, dy, out):
            asked.append(("parameters", self.out_features))
            super().parameter_gradients(parameters, cache, dy, out)

        def input_gradient(self, parameters, cache, dy):
            asked.append(("input", self.out_features))
            return super().input_gradient(parameters, cache, dy)

    net = Network([Watched(4, 5), Tanh(), Watched(5, 6), Tanh(), Watched(6, 2)])
    net.freeze(0, 2)
    y, caches = net.forward(np.ones((3, 4)))
    net.backward(caches, y)
    assert asked == [("parameters", 2)]
    asked.clear()
    net.unfreeze(0)
    net.backward(caches, y)
    assert asked == [("parameters", 2), ("input", 2), ("input", 6), ("parameters", 5)]


def test_freezing_forgets_the_gradient_that_was_there():
    net = Network([Linear(4, 5), Linear(5, 2)])
    y, caches = net.forward(np.ones((3, 4)))
    net.backward(caches, y)
    net.freeze(-2)
    assert not net.gradients["0.weight"].any()


def test_a_forward_pass_changes_nothing_and_an_update_follows():
    net, data = convolutional(), images()
    before = net.state_dict()
    _, caches = net.forward(data.x, Context(training=True))
    assert all(np.array_equal(before[name], value) for name, value in net.state_dict().items())
    net.update_buffers(caches)
    assert net.buffers["2.num_batches_tracked"] == 1
    module = torch_module(convolutional()).train()
    module(torch.from_numpy(data.x))
    expected = module.state_dict()["2.running_var"].numpy()
    np.testing.assert_allclose(net.buffers["2.running_var"], expected, rtol=1e-12)


def test_the_summary_says_what_is_frozen():
    net = convolutional()
    assert net.summary().frozen == 0
    assert "frozen" not in str(net.summary())
    net.freeze(1, 2)
    summary = net.summary()
    assert [row.index for row in summary.rows if row.frozen] == ["1", "2"]
    assert (summary.total, summary.frozen) == (36 + 8 + 111, 44)
    assert "36 (frozen)" in str(summary)
    assert "155, 44 of them frozen" in str(summary)


def test_frozen_layers_and_statistics_are_saved_with_the_network(tmp_path):
    net, data = convolutional(), images()
    Trainer(net, CrossEntropyLoss(), Adam(lr=0.01)).fit(data, epochs=2, batch_size=8)
    net.freeze(1)
    net.save(tmp_path / "net.safetensors")
    again = Network.load(tmp_path / "net.safetensors")
    assert again.frozen == {1}
    assert {name: value.tobytes() for name, value in again.state_dict().items()} == {
        name: value.tobytes() for name, value in net.state_dict().items()
    }
    assert again.buffers["2.num_batches_tracked"] == 2 * 4
    assert again.astype("float32").frozen == {1}
    np.testing.assert_allclose(
        again.astype("float32").predict(data.x), net.predict(data.x), rtol=1e-4, atol=1e-5
    )


def test_a_new_head_on_trained_layers():
    base, data = convolutional(), images()
    Trainer(base, CrossEntropyLoss(), Adam(lr=0.01)).fit(data, epochs=2, batch_size=8)
    base.freeze(1, 6)
    net = base.with_head([Dropout(0.5), Linear(36, 5)], seed=9)
    assert [type(layer).__name__ for layer in net.layers[-3:]] == ["Flatten", "Dropout", "Linear"]
    assert net.frozen == {1}
    for name, value in base.state_dict().items():
        if not name.startswith("6"):
            np.testing.assert_array_equal(net.state_dict()[name], value)
    assert net.parameters["7.weight"].shape == (5, 36)
    net.theta[...] = 0
    assert base.theta.any()

    features = base.with_head([], keep=6)
    scores = features.predict(data.x) @ base.parameters["6.weight"].T + base.parameters["6.bias"]
    np.testing.assert_allclose(scores, base.predict(data.x), rtol=1e-12)


def test_the_same_seed_draws_the_same_head():
    base = convolutional()
    first, second, other = (base.with_head([Linear(36, 5)], seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(first.theta, second.theta)
    assert not np.array_equal(first.theta, other.theta)


def test_bad_input_says_what_to_change():
    net = convolutional()
    for place in (7, -8, "conv", True, 1.0):
        with pytest.raises(ArgumentError, match="7 layers, 0 to 6"):
            net.freeze(place)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ShapeError, match=r"Linear\(100, 5\).*36"):
        net.with_head([Linear(100, 5)])
    with pytest.raises(ArgumentError, match="keep from 0 to 7"):
        net.with_head([Linear(36, 5)], keep=8)
    net.freeze(1, 2, 6)
    with pytest.raises(ArgumentError, match="frozen"):
        Trainer(net, CrossEntropyLoss(), SGD(lr=0.1)).fit(images())


def test_a_last_batch_of_one_is_refused_before_the_training_begins():
    net = Network([Linear(36, 4), BatchNorm1d(4), Linear(4, 3)])
    before = net.state_dict()
    trainer = Trainer(net, CrossEntropyLoss(), Adam(lr=0.01))
    with pytest.raises(ShapeError, match="batch_size"):
        trainer.fit(images(31), epochs=1, batch_size=10)
    assert all(np.array_equal(before[name], value) for name, value in net.state_dict().items())
    trainer.fit(images(31), epochs=1, batch_size=16)


def test_a_regression_with_batch_norm_is_measured_by_its_running_statistics():
    generator = np.random.default_rng(0)
    data = Dataset(generator.normal(3, 2, (64, 4)), generator.normal(size=(64, 1)), "regression", "some")
    net = Network([BatchNorm1d(4), Linear(4, 1)], dtype="float64")
    trainer = Trainer(net, MSELoss(), SGD(lr=0.01))
    trainer.fit(data, epochs=200, batch_size=16)
    np.testing.assert_allclose(net.buffers["0.running_mean"], data.x.mean(axis=0), atol=0.5)
    one_by_one = np.concatenate([net.predict(row[None]) for row in data.x])
    np.testing.assert_allclose(one_by_one, net.predict(data.x), rtol=1e-12)
