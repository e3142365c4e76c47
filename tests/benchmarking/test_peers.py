"""All peers do the same work: the same steps from the same weights, and what they learn from data of their own."""

from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
import torch

from gradiente.benchmarking import arrays
from gradiente.benchmarking.job import Job
from gradiente.benchmarking.peer import PEERS
from gradiente.benchmarking.peers import jax_layers, ours, pytorch
from gradiente.benchmarking.works import WORKS

TRAINING = {
    name: peer for name, peer in PEERS.items() if peer.program.endswith(("ours", "pytorch", "jax_scan"))
}
DENSE = {**TRAINING, **{name: PEERS[name] for name in ("keras-jax", "scikit-learn", "numpy")}}
STEPS = {**TRAINING, **{name: PEERS[name] for name in ("numpy", "micrograd")}}


@pytest.fixture(autouse=True)
def keras_on_jax(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")


def session(peer, job):
    """The peer in this process, with nothing compiled by torch.compile, which takes half a minute."""
    if peer.missing():
        pytest.skip(f"not installed: {', '.join(peer.missing())}")
    if peer.option == "compile":
        pytest.skip("its loop is that of torch-fused")
    module = import_module(peer.program)
    threads = torch.get_num_threads()
    try:
        return getattr(module, "Prediction" if peer.program.endswith("one_row") else "Training")(
            replace(job, option=peer.option)
        )
    finally:
        torch.set_num_threads(threads)


def losses(one):
    """The running loss of every epoch."""
    history = one.history
    return np.array([record[0] for record in history] if isinstance(history, list) else history["loss"])


@pytest.fixture(scope="module")
def xor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("xor")
    arrays.xor().write(folder)
    return replace(WORKS["xor-step"].job, folder=str(folder), epochs=60)


@pytest.fixture(scope="module")
def expected(xor):
    """The losses of PyTorch in float64."""
    x, y, _, _ = map(torch.from_numpy, arrays.read(xor))
    module = pytorch.module(xor).double()
    optimizer = torch.optim.SGD(module.parameters(), lr=xor.lr)
    found = []
    for _ in range(xor.epochs):
        loss = torch.nn.functional.mse_loss(module(x.double())[:, 0], y.double())
        found.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return found


@pytest.mark.parametrize("name", STEPS)
def test_all_take_the_same_steps_on_xor(name, xor, expected):
    one = session(STEPS[name], xor)
    one.run()
    np.testing.assert_allclose(losses(one), expected, rtol=2e-5)


@pytest.mark.parametrize("name", STEPS)
def test_all_learn_xor_in_the_steps_of_the_work(name, xor):
    one = session(STEPS[name], replace(xor, epochs=1500))
    one.run()
    assert one.accuracy() == 1.0


@pytest.fixture(scope="module")
def clusters(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clusters")
    arrays.clusters(3_000, 6, 3).write(folder)
    return Job(
        (("Linear", 6, 16), ("Tanh",), ("Linear", 16, 3)),
        folder=str(folder),
        lr=0.01,
        batch_size=64,
        epochs=4,
    )


@pytest.mark.parametrize("name", DENSE)
def test_all_learn_in_batches(name, clusters):
    """3,000 is no multiple of 64: the last batch is a smaller one. PyTorch's accuracy is that of all others."""
    reference = session(PEERS["torch-fused"], clusters)
    one = session(DENSE[name], clusters)
    for each in (reference, one):
        each.run()
        each.run()  # from where it is
    assert reference.accuracy() > 0.9
    assert one.accuracy() == pytest.approx(reference.accuracy(), abs=0.02)


@pytest.mark.parametrize("name", ["gradiente", "gradiente-numpy"])
def test_rounds_of_ours_are_the_epochs_of_one_training(name, clusters):
    """With another order of the batches in each, as in every other peer."""
    rounds, whole = (session(PEERS[name], replace(clusters, epochs=epochs)) for epochs in (1, 3))
    for _ in range(3):
        rounds.run()
    whole.run()
    assert losses(rounds).tolist() == losses(whole).tolist()
    assert rounds.trainer.network.theta.tobytes() == whole.trainer.network.theta.tobytes()


def test_normalization_and_dropout_are_trained_in_jax_too(clusters):
    layers = (("Linear", 6, 32), ("BatchNorm1d", 32), ("ReLU",), ("Dropout", 0.2), ("Linear", 32, 3))
    one = session(PEERS["jax"], replace(clusters, layers=layers))
    one.run()
    assert one.accuracy() > 0.9


@pytest.mark.parametrize("name", ["lenet", "mnist-cnn", "mlp-deep"])
def test_the_network_in_jax_computes_what_it_does_in_pytorch(name):
    jnp = pytest.importorskip("jax.numpy")
    job = WORKS[name].job
    torch.manual_seed(0)
    module = pytorch.module(job)
    x = torch.rand(5, 784)
    module(x)  # running statistics that are not those of the start
    module.eval()
    shape, parameters, statistics = None, [], []
    with torch.no_grad():
        y = x
        for place, layer in enumerate(module):
            own, running = {}, {}
            if isinstance(layer, torch.nn.Linear):
                weight = layer.weight
                if shape is not None:  # the flattened image has its channels last in JAX
                    weight = weight.reshape(-1, *shape).permute(0, 2, 3, 1).flatten(1)
                own, shape = {"weight": weight.T, "bias": layer.bias}, None
            elif isinstance(layer, torch.nn.Conv2d):
                own = {"weight": layer.weight.permute(2, 3, 1, 0), "bias": layer.bias}
            elif isinstance(layer, torch.nn.BatchNorm1d):
                own = {"weight": layer.weight, "bias": layer.bias}
                running = {"mean": layer.running_mean, "var": layer.running_var}
            elif isinstance(layer, torch.nn.Flatten):
                shape = module[:place](x).shape[1:]
            y = layer(y)
            for given, kept in ((own, parameters), (running, statistics)):
                kept.append({key: jnp.asarray(np.asarray(value)) for key, value in given.items()})
    drawn, _ = jax_layers.initial(job.layers, _key())
    assert [{k: v.shape for k, v in p.items()} for p in drawn] == [
        {k: v.shape for k, v in p.items()} for p in parameters
    ]
    output, _ = jax_layers.forward(job.layers, parameters, statistics, jnp.asarray(x.numpy()))
    np.testing.assert_allclose(output, y.numpy(), rtol=1e-4, atol=1e-5)


def _key():
    import jax  # pyright: ignore[reportMissingImports]

    return jax.random.key(0)


@pytest.mark.parametrize("name", ["gradiente-predict", "torch-predict", "onnxruntime"])
def test_one_row_is_predicted_alike(name, clusters):
    job = replace(clusters, predictions=7)
    reference = session(PEERS["gradiente-predict"], job)
    one = session(PEERS[name], job)
    one.run()
    row = one.test_x[:1]
    np.testing.assert_allclose(one.predict(row), reference.predict(row), rtol=1e-4, atol=1e-6)
    assert one.accuracy() == reference.accuracy() > 0.5


def test_the_limit_is_the_time_of_the_products_at_the_best_rate(clusters, monkeypatch):
    sgemm = import_module("gradiente.benchmarking.peers.sgemm")
    monkeypatch.setattr(sgemm, "SECONDS", 0.01)
    one = sgemm.Products(clusters)
    rate = one.operations / one.run()
    assert one.operations == 4 * 3_000 * 6 * 16  # a product is 2mnk operations; forward and ∂J/∂W
    assert 1e8 < rate < 1e14
    assert one.accuracy() is None


def test_ours_as_a_process_reads_the_files_of_mnist(mnist_folder):
    job = replace(WORKS["mlp-process"].job, mnist=str(mnist_folder), option="numpy")
    one = ours.Training(job)
    assert len(one.train) == 60_000
    assert len(one.test) == 10_000
