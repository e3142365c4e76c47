"""Batch normalization beyond the contract of all layers: its statistics over a training, bad input."""

import numpy as np
import pytest
import torch

from gradiente import (
    Adam,
    ArgumentError,
    BatchNorm1d,
    BatchNorm2d,
    Context,
    CrossEntropyLoss,
    Linear,
    MSELoss,
    Network,
    ReLU,
    ShapeError,
    Tanh,
    Torch,
    Trainer,
    gradcheck,
)
from gradiente.data import Dataset
from gradiente.engines import TorchEngine
from gradiente.objective import Objective


def test_the_batch_comes_out_with_mean_0_and_variance_1():
    x = np.random.default_rng(0).normal(5, 3, (50, 4, 6, 6))
    y, _ = BatchNorm2d(4, affine=False).forward({}, x, Context(training=True))
    np.testing.assert_allclose(y.mean(axis=(0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.var(axis=(0, 2, 3)), 1, rtol=1e-5)


@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0, None])
def test_the_statistics_follow_many_batches_as_pytorchs_do(momentum):
    layer = BatchNorm1d(3, momentum=momentum)
    net = Network([layer], dtype="float64")
    module = torch.nn.BatchNorm1d(3, momentum=momentum).double()
    generator = np.random.default_rng(0)
    for size in (5, 9, 2, 7):
        x = generator.normal(2, 3, (size, 3))
        _, caches = net.forward(x, Context(training=True))
        net.update_buffers(caches)
        module(torch.from_numpy(x))
    for name, value in module.named_buffers():
        np.testing.assert_allclose(net.buffers[f"0.{name}"], value.numpy(), rtol=1e-12)
    np.testing.assert_allclose(
        net.predict(x), module.eval()(torch.from_numpy(x)).detach().numpy(), rtol=1e-12
    )


def test_without_statistics_the_whole_batch_is_predicted_at_once():
    net = Network([Linear(3, 4), BatchNorm1d(4, track_running_stats=False), Tanh()], dtype="float64")
    assert net.whole_batch
    assert not Network([BatchNorm1d(3)]).whole_batch
    assert list(net.buffers) == []
    x = np.random.default_rng(0).normal(2, 3, (2100, 3))
    expected = net.to_torch().eval()(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(net.predict(x), expected, rtol=1e-12, atol=1e-13)
    np.testing.assert_array_equal(net.predict(x, batch_size=7), net.predict(x))
    engine = TorchEngine(Objective(net, MSELoss()), Adam(), Torch(device="cpu"))
    np.testing.assert_allclose(engine.predict(x), expected, rtol=1e-12, atol=1e-13)
    with pytest.raises(ShapeError, match="predict several instances"):
        net.predict(x[:1])
    with pytest.raises(ShapeError, match="predict several instances"):
        engine.predict(x[:1])


def test_without_statistics_a_frozen_layer_has_those_of_the_batch():
    net = Network([Linear(3, 4), BatchNorm1d(4, track_running_stats=False)], dtype="float64")
    net.freeze(1)
    x, y = np.random.default_rng(0).normal(2, 3, (5, 3)), np.zeros((5, 4))
    assert gradcheck(net, MSELoss(), x, y, training=True).passed
    module = net.to_torch()
    module[1].eval()
    prediction, caches = net.forward(x, Context(training=True))
    net.backward(caches, MSELoss().gradient(prediction, y))
    torch.nn.MSELoss()(module(torch.from_numpy(x)), torch.from_numpy(y)).backward()
    expected = dict(module.named_parameters())["0.weight"].grad
    assert expected is not None
    np.testing.assert_allclose(net.gradients["0.weight"], expected.numpy(), atol=1e-12)


def test_a_network_without_statistics_is_trained_on_rows():
    x = np.random.default_rng(0).normal(size=(600, 2))
    data = Dataset(x, (x.sum(axis=1) > 0).astype(int), "classification", "halves")
    for engine in ("numpy", "torch"):
        layers = [Linear(2, 8), BatchNorm1d(8, track_running_stats=False), ReLU(), Linear(8, 2)]
        trainer = Trainer(Network(layers), CrossEntropyLoss(), Adam(lr=0.05), engine=engine)
        history = trainer.fit(data, epochs=20, validation=0.5)
        assert history["val_accuracy"][-1] > 0.9


def test_the_arguments_stand_where_pytorchs_stand():
    given = (3, 0.1, None, True, False)
    layer, module = BatchNorm2d(*given), torch.nn.BatchNorm2d(*given)
    for name in ("num_features", "eps", "momentum", "affine", "track_running_stats"):
        assert getattr(layer, name) == getattr(module, name)
    with pytest.raises(ArgumentError, match="bias"):
        BatchNorm2d(*given, False)  # pyright: ignore[reportCallIssue]
    assert list(BatchNorm2d(3, bias=False).parameters()) == ["weight"]
    assert BatchNorm2d(3, affine=False, bias=False) == BatchNorm2d(3, affine=False)


@pytest.mark.parametrize("options", [{}, {"momentum": None}, {"track_running_stats": False}], ids=str)
@pytest.mark.parametrize("training", [False, True])
def test_no_instances(options, training):
    layer = BatchNorm2d(3, **options)
    module = torch.nn.BatchNorm2d(3, **options).double().train(training)
    x, buffers = np.empty((0, 3, 2, 2)), layer.buffers()
    parameters = {name: np.ones(3) for name in layer.parameters()}
    y, cache = layer.forward(parameters, x, Context(training=training, buffers=buffers))
    assert y.shape == module(torch.from_numpy(x)).shape
    dx, gradients = layer.backward(parameters, cache, x)
    assert dx.shape == x.shape
    assert not any(gradient.any() for gradient in gradients.values())
    followed = layer.new_buffers(buffers, cache)
    for name, value in module.named_buffers():
        np.testing.assert_array_equal(followed[name], value.numpy())


def test_the_formulas_have_the_terms_of_the_options():
    whole = BatchNorm1d(3)
    assert whole.equation_with() == whole.equation
    assert BatchNorm1d(3, bias=False).equation_with().endswith(r"Y = \gamma \odot \hat{X}")
    assert BatchNorm1d(3, affine=False).equation_with().startswith(r"Y = \frac{X - \mu}")
    assert r"\gamma" not in BatchNorm1d(3, affine=False).derivative_with("x")
    assert "overline" not in whole.derivative_with("x", training=False)
    untracked = BatchNorm1d(3, track_running_stats=False)
    assert untracked.derivative_with("x", training=False) == whole.derivative_with("x")


def test_a_single_value_has_no_variance():
    with pytest.raises(ShapeError, match=r"shape \(1, 3\).*batch_size"):
        BatchNorm1d(3).forward({}, np.ones((1, 3)), Context(training=True))
    with pytest.raises(ShapeError, match="batch_size"):
        BatchNorm2d(3).forward({}, np.ones((1, 3, 1, 1)), Context(training=True))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"eps": 0}, "eps"), ({"momentum": 1.1}, "momentum"), ({"momentum": -0.1}, "momentum")],
)
def test_bad_hyperparameters(options, message):
    with pytest.raises(ArgumentError, match=message):
        BatchNorm1d(3, **options)


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (BatchNorm2d(3), (5,), r"\(batch, 5\).*Use BatchNorm1d"),
        (BatchNorm2d(3), (3, 3), r"Use BatchNorm1d"),
        (BatchNorm1d(3), (3, 6, 6), r"\(batch, 3, 6, 6\).*Use BatchNorm2d"),
        (BatchNorm2d(3), (4, 2, 2), r"normalizes 3 channels.*num_features=4"),
        (BatchNorm1d(3), (4,), r"num_features=4"),
    ],
)
def test_other_shapes(layer, shape, message):
    with pytest.raises(ShapeError, match=message):
        Network([layer], input_shape=shape)


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="running statistics"):
        BatchNorm1d(3).forward({}, np.ones((2, 3)), Context())
    with pytest.raises(ArgumentError, match="affine is True or False"):
        BatchNorm1d(3, affine="no")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ArgumentError, match="num_features"):
        BatchNorm2d(0)
