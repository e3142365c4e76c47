"""Small networks, trained in a few lines of gradient descent, with all that a report is made of."""

from functools import cache

import numpy as np
import pytest

from gradiente.data import Dataset, load
from gradiente.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sigmoid, Tanh, Unflatten
from gradiente.losses import BCELoss, CrossEntropyLoss, MSELoss
from gradiente.metrics import classification_metrics, regression_metrics, undefined_metrics
from gradiente.network import Network
from gradiente.training.history import History


def descend(net, loss, x, y, epochs, lr):
    """Gradient descent over the whole batch, with its history."""
    history = History()
    for epoch in range(1, epochs + 1):
        prediction, caches = net.forward(x)
        net.backward(caches, loss.gradient(prediction, y))
        net.theta -= lr * net.gradient
        norms = {name: float(np.linalg.norm(g)) for name, g in net.gradients.items()}
        value = float(loss.value(net.predict(x), y))
        history.records.append(
            {"epoch": epoch, "lr": lr, "loss": value, "seconds": 0.01, "gradient_norms": norms}
        )
    return history


def _sine():
    x = np.random.default_rng(0).uniform(-2, 2, (120, 1))
    whole = Dataset(x, np.sin(x[:, 0]), "regression", "sine", features=("x",))
    return whole.subset(np.arange(90)), whole.subset(np.arange(90, 120))


@cache
def arguments(name):
    """The arguments of write_report for "moons", "digits", "cnn" (of the digits), "iris", "xor" or "sine"."""
    if name == "sine":
        train, test = _sine()
    elif name == "cnn":
        train, test = load("digits")
    else:
        train, test = load("xor", constant_input=True) if name == "xor" else load(name)
    width = train.x.shape[1]
    if name == "xor":
        layers = [Linear(width, 4, bias=False), Sigmoid(), Linear(4, 1, bias=False), Sigmoid()]
        loss, y = BCELoss(), train.y[:, None]
    elif name == "sine":
        layers, loss, y = [Linear(width, 16), Tanh(), Linear(16, 1)], MSELoss(), train.y[:, None]
    elif name == "cnn":
        layers = [Unflatten(1, (1, 8, 8)), Conv2d(1, 6, 3), ReLU(), MaxPool2d(2), Conv2d(6, 12, 2), ReLU()]
        layers += [Flatten(), Linear(48, train.outputs)]
        loss, y = CrossEntropyLoss(), train.y
    else:
        layers = [Linear(width, 16), ReLU(), Linear(16, train.outputs)]
        loss, y = CrossEntropyLoss(), train.y
    net = Network(layers, seed=1)
    history = descend(
        net, loss, train.x, y, epochs=10 if name == "cnn" else 40, lr=0.5 if name != "sine" else 0.1
    )
    prediction = net.predict(test.x)
    measure = classification_metrics if train.task == "classification" else regression_metrics
    with undefined_metrics() as undefined:
        metrics = measure(test.y, loss.estimate(prediction))
    return {
        "network": net,
        "loss": loss,
        "history": history,
        "train": train,
        "test": test,
        "metrics": {"loss": history["loss"][-1], **metrics},
        "undefined": [str(entry) for entry in undefined],
        "prediction": prediction,
        "config": {"data": name, "epochs": 40, "optimizer": {"lr": 0.5}, "tensorboard": False},
        "environment": {"python": "3.11", "numpy": np.__version__},
    }


@pytest.fixture
def run():
    return lambda name: dict(arguments(name))
