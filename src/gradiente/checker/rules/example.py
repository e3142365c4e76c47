"""A right network of three layers, as a student writes it: what the mistakes are planted in."""

EXAMPLE = """
import numpy as np


def initial():
    g = np.random.default_rng(3)
    W1, W2, W3 = (g.normal(size=shape) for shape in ((4, 4), (4, 4), (3, 4)))
    b1, b2, b3 = (g.normal(size=(size, 1)) for size in (4, 4, 3))
    return W1, b1, W2, b2, W3, b3


def forward(X, W1, b1, W2, b2, W3, b3):
    Z1 = W1 @ X + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    Z3 = W3 @ A2 + b3
    OUTPUT
    return Z1, A1, Z2, A2, Z3, A3


def cost(A, labels):
    Y = np.eye(3)[:, labels]
    return COST / Y.shape[1]


def backward(X, labels, W1, b1, W2, b2, W3, b3, Z1, A1, Z2, A2, Z3, A3):
    m = X.shape[1]
    Y = np.eye(3)[:, labels]
    dZ3 = ERROR
    dW3 = dZ3 @ A2.T
    db3 = dZ3.sum(axis=1, keepdims=True)
    dA2 = W3.T @ dZ3
    dZ2 = dA2 * A2 * (1 - A2)
    dW2 = dZ2 @ A1.T
    db2 = dZ2.sum(axis=1, keepdims=True)
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * A1 * (1 - A1)
    dW1 = dZ1 @ X.T
    db1 = dZ1.sum(axis=1, keepdims=True)
    return dW1, db1, dW2, db2, dW3, db3


def train(X, labels, epochs=10):
    parameters = initial()
    for _ in range(epochs):
        outputs = forward(X, *parameters)
        print(cost(outputs[-1], labels))
        gradients = backward(X, labels, *parameters, *outputs)
        parameters = [p - 0.05 * d for p, d in zip(parameters, gradients)]
    return parameters
"""
LOSSES = {
    "cross_entropy": ("A3 = np.exp(Z3) / np.exp(Z3).sum(axis=0)", "(A3 - Y) / m", "-np.sum(Y * np.log(A))"),
    "squared_error": (
        "A3 = 1 / (1 + np.exp(-Z3))",
        "(A3 - Y) * A3 * (1 - A3) / m",
        "0.5 * np.sum((A - Y) ** 2)",
    ),
}


def example(loss: str = "cross_entropy", plant: tuple[str, str] | None = None) -> str:
    """The source of the example with that loss, and with an edit that makes a mistake."""
    output, error, cost = LOSSES[loss]
    source = EXAMPLE.replace("OUTPUT", output).replace("ERROR", error).replace("COST", cost)
    return source.replace(*plant) if plant else source
