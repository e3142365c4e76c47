"""The engine torch: what the contract tests of engines do not see."""

import sys

import numpy as np
import pytest
import torch

from gradiente import (
    L1,
    L2,
    SGD,
    Adam,
    AdamW,
    ArgumentError,
    BatchNorm1d,
    BCELoss,
    Callback,
    Checkpoint,
    Context,
    CrossEntropyLoss,
    DivergenceError,
    Dropout,
    EarlyStopping,
    Linear,
    Lion,
    MSELoss,
    NAdam,
    Network,
    ReLU,
    ShapeError,
    Sigmoid,
    Tanh,
    Torch,
    Trainer,
)
from gradiente.data import Dataset
from gradiente.data.augmentation import GaussianNoise
from gradiente.engines import REGISTRY, TorchEngine
from gradiente.engines.torch_data import DeviceData
from gradiente.objective import Objective
from gradiente.optimizers import REGISTRY as OPTIMIZERS

TRAINING = Context(training=True)
CPU = Torch(device="cpu")


def network(dtype="float64", **options):
    layers = [Linear(6, 8, bias=False), BatchNorm1d(8), Tanh(), Linear(8, 3)]
    return Network(layers, seed=2, dtype=dtype, **options)


def with_dropout():
    return Network([Linear(6, 30), ReLU(), Dropout(0.5), Linear(30, 3)], seed=2, dtype="float64")


def data(rows=44, dtype: type[np.floating] = np.float64):
    x = np.random.default_rng(0).normal(size=(rows, 6)).astype(dtype)
    return Dataset(x, np.arange(rows) % 3, "classification", "drawn", image_shape=(2, 3))


def trainer(net, engine, optimizer=None, **options):
    return Trainer(net, CrossEntropyLoss(), optimizer or Adam(lr=0.01), engine=engine, **options)


def without_times(history):
    return [{k: v for k, v in record.items() if k != "seconds"} for record in history]


def agree(got, expected, tolerance=1e-10):
    assert len(got) == len(expected)
    for ours, theirs in zip(without_times(got), without_times(expected), strict=True):
        assert ours.keys() == theirs.keys()
        for name, value in theirs.items():
            assert ours[name] == pytest.approx(value, rel=tolerance, abs=tolerance), name


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_two_hundred_steps_of_every_optimizer_are_those_of_the_closed_form(name):
    loss, optimizer = CrossEntropyLoss(), OPTIMIZERS[name](lr=0.01)
    engines = [
        REGISTRY[kind](Objective(network(), loss, [L1(1e-3), L2(1e-3)]), optimizer)
        for kind in ("numpy", "torch")
    ]
    generator = np.random.default_rng(7)
    for _ in range(200):
        x, y = generator.normal(size=(10, 6)), generator.integers(0, 3, 10)
        ours, theirs = (engine.step(x, y, TRAINING, optimizer) for engine in engines)
        assert theirs.value == pytest.approx(ours.value, rel=1e-9)
        assert theirs.penalty == pytest.approx(ours.penalty, rel=1e-9)
    ours, theirs = (engine.state() for engine in engines)
    assert np.abs(ours.theta / theirs.theta - 1).max() <= 1e-9
    for arrays in ("buffers", "slots"):
        expected, got = getattr(ours, arrays), getattr(theirs, arrays)
        assert list(got) == list(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(got[key], value, rtol=1e-8, atol=1e-15)


@pytest.mark.parametrize(
    "optimizer",
    [Adam(lr=0.01), SGD(lr=0.1, momentum=0.9), AdamW(lr=0.01, amsgrad=True), NAdam(lr=0.01), Lion(lr=1e-3)],
)
@pytest.mark.parametrize("engines", [("numpy", "torch", "numpy"), ("torch", "compiled", "torch")])
def test_a_training_goes_from_engine_to_engine_and_ends_as_if_left_alone(tmp_path, optimizer, engines):
    train = data()
    alone = trainer(network(), "numpy", optimizer)
    expected = alone.fit(train, validation=0.2, epochs=9, batch_size=8)
    net, history = network(), None
    for number, engine in enumerate(engines, start=1):
        net = network()
        part = trainer(net, engine, optimizer, callbacks=[Checkpoint(tmp_path)])
        resume = tmp_path / "last.safetensors" if number > 1 else None
        history = part.fit(train, validation=0.2, epochs=3 * number, batch_size=8, resume=resume)
    assert np.abs(net.theta / alone.network.theta - 1).max() <= 1e-9
    agree(history, expected, 1e-9)


def test_data_that_do_not_fit_the_device_are_streamed_to_the_same_end(monkeypatch):
    held, streamed = network(), network()
    expected = trainer(held, CPU).fit(data(), validation=0.2, epochs=3, batch_size=8)
    monkeypatch.setattr(DeviceData, "fits", lambda self, size: False)
    loader, made = torch.utils.data.DataLoader, []
    monkeypatch.setattr(torch.utils.data, "DataLoader", lambda *a, **k: made.append(1) or loader(*a, **k))
    history = trainer(streamed, CPU).fit(data(), validation=0.2, epochs=3, batch_size=8)
    assert len(made) == 3
    assert without_times(history) == without_times(expected)
    np.testing.assert_array_equal(streamed.theta, held.theta)


def test_augmented_batches_are_those_of_the_closed_form():
    options = {"augmentation": GaussianNoise(sigma=0.3, clip=False), "seed": 4}
    expected = trainer(network(), "numpy", **options).fit(data(), epochs=3, batch_size=8)
    agree(trainer(network(), CPU, **options).fit(data(), epochs=3, batch_size=8), expected)


def test_what_was_changed_between_two_fits_is_taken_over():
    histories = []
    for engine in ("numpy", CPU):
        net = network()
        training = trainer(net, engine)
        training.fit(data(), epochs=2, batch_size=8)
        net.theta *= 0.5
        net.freeze(0, 1)
        frozen = net.theta[: 6 * 8 + 16].copy()
        histories.append(training.fit(data(), epochs=2, batch_size=8))
        np.testing.assert_array_equal(net.theta[: 6 * 8 + 16], frozen)
    agree(histories[1], histories[0])


class Meddles(Callback):
    """Changes what a callback may change."""

    def epoch_begin(self, state):
        if state.epoch == 1:
            state.network.theta *= 0.5
        if state.epoch == 2:
            state.network.freeze(0)
        if state.epoch == 3:
            state.network.unfreeze(0)


def test_what_callbacks_change_on_the_way_counts_for_every_engine():
    histories = []
    for engine in ("numpy", CPU):
        training = trainer(network(), engine, callbacks=[Meddles()])
        histories.append(without_times(training.fit(data(), epochs=5, batch_size=8)))
        training.network.load_state_dict(network().state_dict())
        histories[-1].append(training.evaluate(data()))
    for ours, theirs in zip(*histories, strict=True):
        assert theirs["loss"] == pytest.approx(ours["loss"], rel=1e-9)


def test_a_rule_of_another_kind_takes_over():
    net = network()
    engine = TorchEngine(Objective(net, CrossEntropyLoss()), Adam(), settings=CPU)
    x, y = data().x, data().y
    engine.step(x, y, TRAINING, Adam())
    before = engine.state().theta
    engine.step(x, y, TRAINING, SGD(lr=0.5))
    engine.download()
    np.testing.assert_allclose(net.theta, before - 0.5 * net.gradient, rtol=1e-12)


def test_a_loss_that_is_not_finite_leaves_the_running_statistics():
    engine = TorchEngine(Objective(network(), MSELoss()), Adam(), settings=CPU)
    before = engine.state().buffers
    engine.step(data().x, np.full((44, 3), np.nan), TRAINING, Adam())
    for name, values in engine.state().buffers.items():
        np.testing.assert_array_equal(values, before[name])


@pytest.mark.parametrize(
    "x", [[[1, 2, 3, 4, 5, 6]], np.ones((3, 6), bool), np.zeros((0, 6)), np.ones((2, 6), int)]
)
def test_it_predicts_for_what_the_network_predicts_for(x):
    net = network()
    engine = TorchEngine(Objective(net, MSELoss()), SGD(), settings=CPU)
    np.testing.assert_allclose(engine.predict(x), net.predict(x), rtol=1e-12)


def test_an_instance_of_another_shape_is_said_as_ever():
    engine = TorchEngine(Objective(network(), MSELoss()), SGD(), settings=CPU)
    with pytest.raises(ShapeError, match=r"Linear\(6, 8\)"):
        engine.predict(np.ones((3, 5)))


def test_data_changed_between_two_trainings_are_seen():
    net, train = network(), data(dtype=np.float32)
    training = trainer(net, CPU)
    training.fit(train, epochs=1, batch_size=8)
    train.x[...] = 0
    expected = trainer(net.astype("float64"), "numpy").fit(train, epochs=1, batch_size=8)
    again = trainer(net, CPU).fit(train, epochs=1, batch_size=8)
    assert again["loss"] == pytest.approx(expected["loss"], rel=1e-9)
    assert training.predict(train.x) == pytest.approx(training.network.predict(train.x), rel=1e-9)


def test_after_early_stopping_the_best_epoch_predicts():
    net = network()
    training = trainer(net, CPU, SGD(lr=3.0), callbacks=[EarlyStopping(patience=2)])
    training.fit(data(), validation=0.3, epochs=30, batch_size=8)
    np.testing.assert_allclose(training.predict(data().x), net.predict(data().x), rtol=1e-10)


class OnTheDevice(Callback):
    """Let a CPU behave as a GPU does: numbers stay there until they are asked for."""

    def fit_begin(self, state):
        state.engine.deferred = True


def test_what_is_deferred_is_the_same_when_it_is_counted():
    options = {"penalties": [L2(0.01)]}
    expected = trainer(network(), CPU, **options).fit(data(), validation=0.2, epochs=3, batch_size=8)
    late = trainer(network(), CPU, callbacks=[OnTheDevice()], **options)
    agree(late.fit(data(), validation=0.2, epochs=3, batch_size=8), expected)
    assert late.engine.deferred


def test_a_divergence_that_is_met_late_is_diagnosed_where_it_happened():
    said = []
    for callbacks in ([], [OnTheDevice()]):
        net = Network([Linear(6, 8), ReLU(), Linear(8, 3)], dtype="float64")
        loud = Trainer(net, MSELoss(), SGD(lr=1e3), callbacks=callbacks, engine=CPU)
        with pytest.raises(DivergenceError) as error:
            loud.fit(data(200), epochs=40, batch_size=2)
        said.append(str(error.value))
        assert np.isfinite(net.theta).all()
    assert said[0] == said[1]


def test_what_layers_draw_is_a_function_of_seed_and_epoch(tmp_path):
    whole, part, again = with_dropout(), with_dropout(), with_dropout()
    trainer(whole, CPU).fit(data(), epochs=4, batch_size=8)
    trainer(part, CPU, callbacks=[Checkpoint(tmp_path)]).fit(data(), epochs=2, batch_size=8)
    torch.manual_seed(99)
    trainer(again, CPU).fit(data(), epochs=4, batch_size=8, resume=tmp_path / "last.safetensors")
    np.testing.assert_array_equal(again.theta, whole.theta)
    other = with_dropout()
    trainer(other, CPU, seed=1).fit(data(), epochs=4, batch_size=8)
    assert not np.array_equal(other.theta, whole.theta)


def test_dropout_drops_as_many_as_it_should():
    net = Network([Linear(6, 2000), Dropout(0.3)], dtype="float64")
    engine = TorchEngine(Objective(net, MSELoss()), SGD(lr=0.0), settings=CPU)
    context = Context(training=True, generator=np.random.default_rng(0))
    step = engine.step(np.ones((50, 6)), np.zeros((50, 2000)), context, SGD(lr=0.0))
    assert np.mean(step.prediction == 0) == pytest.approx(0.3, abs=0.01)
    assert (engine.predict(np.ones((2, 6))) != 0).all()


def test_half_precision_learns_and_keeps_its_parameters_whole():
    histories = []
    for precision in ("float32", "bf16"):
        net = Network([Linear(6, 32), Tanh(), Linear(32, 1), Sigmoid()], seed=1)
        train = Dataset(
            data(300, np.float32).x, (data(300).x[:, 0] > 0).astype(int), "classification", "half"
        )
        settings = Torch(device="cpu", precision=precision)
        training = Trainer(net, BCELoss(), Adam(lr=0.01), engine=settings)
        histories.append(training.fit(train, epochs=20, batch_size=32)["loss"])
        assert net.theta.dtype == np.float32
    assert histories[0] != histories[1]
    assert histories[1][-1] == pytest.approx(histories[0][-1], rel=0.1)
    assert histories[1][-1] < histories[1][0] / 3


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch's compiler, about its own parts
def test_a_compiled_network_takes_the_same_steps():
    """By PyTorch's own compiler: products alone, whose code needs no C++ compiler, which takes long."""

    def products():
        return Network([Linear(6, 8, bias=False), Linear(8, 3, bias=False)], seed=2, dtype="float64")

    expected = trainer(products(), CPU).fit(data(40), epochs=2, batch_size=8)  # one shape to compile for
    compiled = trainer(products(), Torch(device="cpu", compile=True))
    agree(compiled.fit(data(40), epochs=2, batch_size=8), expected, 1e-8)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The .grad attribute:UserWarning")  # of PyTorch's compiler, by itself
@pytest.mark.parametrize("layers", [network, with_dropout])
def test_what_is_given_to_the_compiler_is_the_whole_step(layers, monkeypatch):
    """Normalization, dropout and activations, captured as graphs and run as they are."""
    graphs, compile = [], torch.compile

    def backend(graph, inputs):
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda module: compile(module, backend=backend))
    expected = trainer(layers(), CPU).fit(data(40), epochs=2, batch_size=8)
    compiled = trainer(layers(), Torch(device="cpu", compile=True)).fit(data(40), epochs=2, batch_size=8)
    assert graphs
    agree(compiled, expected, 1e-12)


def test_metrics_are_a_list_of_names():
    with pytest.raises(ArgumentError, match="metrics must be a list of names"):
        trainer(network(), "numpy", metrics="F1Score")


def test_a_device_may_be_one_of_pytorchs():
    assert Torch(device=torch.device("cpu")).device == "cpu"  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("device", ["cuda", "cuda:7", "mps"])
def test_a_device_that_is_not_there_is_said_with_those_that_are(device):
    if device.startswith("cuda") and torch.cuda.device_count() > 7:
        pytest.skip("there are eight CUDA devices here")
    if torch.backends.mps.is_available() if device == "mps" else torch.cuda.is_available():
        pytest.skip(f"there is a device {device} here")
    with pytest.raises(ArgumentError, match=f"the device {device}.* is not available here; available: cpu"):
        trainer(network(), Torch(device=device))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"device": "gpu"}, "the device must be one of auto, cpu, cuda, mps"),
        ({"device": "cpu:0"}, "the device must be one of"),
        ({"precision": "float16"}, "precision must be one of float32, bf16"),
        ({"compile": True, "cuda_graphs": True}, "give only one of the two"),
    ],
)
def test_settings_that_do_not_exist_are_refused(settings, words):
    with pytest.raises(ArgumentError, match=words):
        Torch(**settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (Torch(device="cpu", cuda_graphs=True), "CUDA graphs need a CUDA device, and this is cpu"),
        (Torch(device="cpu", shard=True), "among several processes, and there is only one"),
        (Torch(device="cpu", precision="bf16"), "bf16 needs a network in float32"),
        (None, "unknown engine None"),
    ],
)
def test_settings_that_this_device_cannot_do_are_refused(settings, words):
    with pytest.raises(ArgumentError, match=words):
        trainer(network(), settings)


def test_without_pytorch_the_command_that_installs_it_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ArgumentError, match=r'needs the package torch.*: pip install "gradiente\[torch\]"'):
        trainer(network(), "torch")
