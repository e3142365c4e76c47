"""The works of `gradiente bench`, and the ratios to reach."""

from dataclasses import replace
from itertools import pairwise

from gradiente.benchmarking.job import Job
from gradiente.benchmarking.work import Entry, Target, Work
from gradiente.errors import ArgumentError, did_you_mean


def _dense(*sizes: int, activation: str = "Tanh") -> tuple[tuple[object, ...], ...]:
    layers: list[tuple[object, ...]] = []
    for inputs, outputs in pairwise(sizes):
        layers += [("Linear", inputs, outputs), (activation,)]
    return tuple(layers[:-1])


def _entries(*peers: str) -> tuple[Entry, ...]:
    return tuple(map(Entry, peers))


_IMAGES = ("Unflatten", 1, (1, 28, 28))
_MLP = Job(_dense(784, 512, 10))
_DEEP = Job(
    (
        ("Linear", 784, 512),
        ("BatchNorm1d", 512),
        ("ReLU",),
        ("Dropout", 0.5),
        ("Linear", 512, 512),
        ("BatchNorm1d", 512),
        ("ReLU",),
        ("Dropout", 0.5),
        ("Linear", 512, 10),
    )
)
_LENET = Job(
    (
        _IMAGES,
        ("Conv2d", 1, 6, 5),
        ("ReLU",),
        ("MaxPool2d", 2),
        ("Conv2d", 6, 16, 5),
        ("ReLU",),
        ("MaxPool2d", 2),
        ("Flatten",),
        *_dense(256, 120, 84, 10, activation="ReLU"),
    )
)
_MNIST_CNN = Job(
    (
        _IMAGES,
        ("Conv2d", 1, 32, 3),
        ("ReLU",),
        ("MaxPool2d", 2),
        ("Conv2d", 32, 64, 3),
        ("ReLU",),
        ("MaxPool2d", 2),
        ("Flatten",),
        ("Linear", 1600, 128),
        ("ReLU",),
        ("Dropout", 0.3),
        ("Linear", 128, 10),
    ),
    lr=2e-3,
)
# Two inputs, four hidden neurons: weights that every peer begins with, so that all take the same steps.
_XOR = Job(
    (("Linear", 2, 4), ("Sigmoid",), ("Linear", 4, 1), ("Sigmoid",)),
    loss="MSELoss",
    optimizer="SGD",
    lr=3.0,
    batch_size="all",
    epochs=20_000,
    initial=(
        ((0.6, -0.4), (-0.5, 0.7), (0.3, 0.5), (-0.2, -0.6)),
        (0.1, -0.3, 0.4, 0.2),
        ((0.5, -0.3, -0.6, 0.4),),
        (0.1,),
    ),
)
_TINY = Job(_dense(4, 32, 16, 4), batch_size="all", epochs=100)

_PEERS = _entries("gradiente", "torch-fused", "torch-compile", "jax")
_FAST = ("jax", "torch-fused", "torch-compile")
_PROCESSES = ("torch-fused", "torch-adam", "jax", "keras-jax", "scikit-learn", "numpy")
_BESIDE = ("jax", "torch-fused", "torch-adam", "scikit-learn", "numpy")

_ALL = (
    Work(
        "mlp",
        _MLP,
        _entries(
            "gradiente",
            "gradiente-numpy",
            *("torch-fused", "torch-adam", "torch-compile", "jax", "keras-jax", "scikit-learn", "numpy"),
        ),
        (Target(0.80, _FAST),),
    ),
    Work("mlp-32", replace(_MLP, batch_size=32), _PEERS, (Target(0.90, _FAST),)),
    Work("mlp-512", replace(_MLP, batch_size=512), _PEERS, (Target(0.90, _FAST),)),
    Work(
        "mlp-process",
        replace(_MLP, epochs=5),
        _entries("gradiente", *_PROCESSES),
        (Target(0.6, _PROCESSES),),
        unit="process",
        once=True,
    ),
    Work(
        "mlp-busy",
        _MLP,
        (
            *_entries("gradiente"),
            Entry("gradiente", "gradiente-quiet-1", threads=1, quiet=True),
            *_entries(*_BESIDE),
        ),
        (Target(1.3, ("gradiente-quiet-1",)), Target(0.6, _BESIDE)),
        busy=True,
    ),
    Work(
        "mlp-small",
        replace(_MLP, layers=_dense(784, 16, 10)),
        _entries("gradiente", "torch-fused", "jax"),
        (Target(0.8, ("jax", "torch-fused")),),
    ),
    Work("mlp-deep", _DEEP, _PEERS, (Target(1.0, _FAST),)),
    Work("lenet", _LENET, _PEERS, (Target(0.8, _FAST),)),
    Work(
        "lenet-core-seconds",
        replace(_LENET, epochs=10, fresh=True),
        _entries("gradiente", "torch-fused"),
        (Target(1.0, published=21.0, accuracy=0.98),),
        measure="core_seconds",
    ),
    Work("mnist-cnn", _MNIST_CNN, _PEERS, (Target(1.0, ("torch-fused", "torch-compile")),)),
    Work(
        "xor-process",
        _XOR,
        _entries("gradiente", "torch-fused", "jax", "numpy", "micrograd"),
        tuple(Target(0.25, (peer,)) for peer in ("torch-fused", "jax", "micrograd")),
        data="xor",
        unit="process",
        once=True,
    ),
    Work(
        "xor-step",
        _XOR,
        _entries("gradiente", "gradiente-numpy", "jax", "numpy"),
        (Target(1.2, ("jax",)),),
        data="xor",
        unit="step",
    ),
    Work("tiny-mlp", _TINY, _entries("gradiente", "jax"), (Target(0.7, ("jax",)),), data="clusters"),
    Work(
        "sgemm-share",
        _MLP,
        _entries("gradiente", "sgemm", "jax", "torch-fused"),
        (Target(1 / 0.65, ("sgemm",)),),
        share=True,
    ),
    Work(
        "predict-one-row",
        replace(_MLP, predictions=5_000, samples=12_000),
        _entries("gradiente-predict", "onnxruntime", "torch-predict"),
        (Target(1.0, ("onnxruntime",), ours="gradiente-predict"),),
        unit="prediction",
    ),
    Work(
        "memory",
        _MLP,
        _entries("gradiente", "torch-fused", "jax"),
        (Target(0.5, ("torch-fused",)),),
        unit="process",
        measure="memory",
        once=True,
    ),
    Work(
        "start",
        Job(()),
        _entries("gradiente-train-xor", "import-torch"),
        (Target(0.7, ("import-torch",), ours="gradiente-train-xor"),),
        data="",
        unit="process",
        once=True,
    ),
    Work(
        "growth-samples",
        Job(_dense(784, 128, 10)),
        tuple(
            Entry("gradiente", str(n), changes={"samples": n, "epochs": 60_000 // n}, size=n)
            for n in (600, 1_900, 6_000, 19_000, 60_000)
        ),
        grows="samples",
    ),
    Work(
        "growth-parameters",
        Job(_dense(784, 32, 10), samples=12_800),
        tuple(
            Entry("gradiente", str(size), changes={"layers": _dense(784, hidden, 10)}, size=size)
            for hidden in (32, 100, 320, 1_000, 3_200)
            for size in (795 * hidden + 10,)
        ),
        grows="parameters",
    ),
)
WORKS = {work.name: work for work in _ALL}


def works_named(names: tuple[str, ...]) -> list[Work]:
    """The works of those names, or all; ArgumentError for an unknown one.

    >>> [work.name for work in works_named(("mlp", "start"))]
    ['mlp', 'start']
    """
    for name in names:
        if name not in WORKS:
            raise ArgumentError("bench.work", name=name, hint=did_you_mean(name, WORKS))
    return [WORKS[name] for name in dict.fromkeys(names or WORKS)]
