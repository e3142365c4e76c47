"""Networks in functions, classes, lists and one loop of the file's own: right ones, and each with one mistake."""

from dataclasses import dataclass
from textwrap import dedent

from .case import edited


@dataclass(frozen=True)
class Network:
    """A file with a network that belongs to no workshop.

    Arguments:
        name: unique in the corpus
        form: how it is written: "functions", "classes", "lists" or "inline"
        source: the file
        keys: the mistakes in it; empty for right code
    """

    name: str
    form: str
    source: str
    keys: tuple[str, ...] = ()


FUNCTIONS = dedent("""
    import numpy as np
    import pandas as pd

    data = pd.read_csv("train.csv").to_numpy()
    X_train, Y_train = data[:, 1:].T / 255, data[:, 0]

    def init_params():
        W1, b1 = np.random.randn(8, 20) * 0.3, np.random.randn(8, 1)
        W2, b2 = np.random.randn(4, 8) * 0.3, np.random.randn(4, 1)
        return W1, b1, W2, b2

    def forward_prop(W1, b1, W2, b2, X):
        Z1 = W1.dot(X) + b1
        A1 = np.maximum(Z1, 0)
        Z2 = W2.dot(A1) + b2
        A2 = np.exp(Z2) / np.exp(Z2).sum(axis=0)
        return Z1, A1, Z2, A2

    def backward_prop(Z1, A1, A2, W2, X, Y):
        m = Y.size
        dZ2 = A2 - np.eye(4)[Y].T
        dW2 = dZ2.dot(A1.T) / m
        db2 = dZ2.sum(axis=1, keepdims=True) / m
        dZ1 = W2.T.dot(dZ2) * (Z1 > 0)
        dW1 = dZ1.dot(X.T) / m
        db1 = dZ1.sum(axis=1, keepdims=True) / m
        return dW1, db1, dW2, db2

    def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
        return W1 - alpha * dW1, b1 - alpha * db1, W2 - alpha * dW2, b2 - alpha * db2

    def gradient_descent(X, Y, alpha, iterations):
        W1, b1, W2, b2 = init_params()
        for i in range(iterations):
            Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X)
            dW1, db1, dW2, db2 = backward_prop(Z1, A1, A2, W2, X, Y)
            W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
        return W1, b1, W2, b2

    gradient_descent(X_train, Y_train, 0.1, 500)
""")

LISTS = dedent("""
    import numpy as np

    class Net:
        def __init__(self, layers):
            self.w = [np.random.randn(a, b) * 0.7 for a, b in zip(layers[:-1], layers[1:])]
            self.b = [np.zeros((1, b)) for b in layers[1:]]

        def feedforward(self, x):
            self.a = [x]
            for w, b in zip(self.w, self.b):
                self.a.append(1 / (1 + np.exp(-(self.a[-1] @ w + b))))
            return self.a[-1]

        def backprop(self, x, y, lr):
            delta = (self.feedforward(x) - y) * self.a[-1] * (1 - self.a[-1])
            for i in reversed(range(len(self.w))):
                before = delta @ self.w[i].T * self.a[i] * (1 - self.a[i])
                self.w[i] -= lr * self.a[i].T @ delta
                self.b[i] -= lr * delta.sum(axis=0, keepdims=True)
                delta = before

        def fit(self, X, y, epochs, lr):
            for _ in range(epochs):
                self.backprop(X, y, lr)
""")

PARAMS = dedent("""
    import numpy as np

    class TwoLayers:
        def __init__(self, input_dim, hidden_dim, num_classes):
            self.params = {
                "W1": 0.4 * np.random.randn(input_dim, hidden_dim), "b1": np.zeros(hidden_dim),
                "W2": 0.4 * np.random.randn(hidden_dim, num_classes), "b2": np.zeros(num_classes),
            }

        def loss(self, X, y, reg):
            p = self.params
            h = np.maximum(X @ p["W1"] + p["b1"], 0)
            scores = h @ p["W2"] + p["b2"]
            probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            n = len(X)
            loss = -np.log(probs[np.arange(n), y]).mean() + 0.5 * reg * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())
            d = probs.copy()
            d[np.arange(n), y] -= 1
            d /= n
            grads = {"W2": h.T @ d + reg * p["W2"], "b2": d.sum(axis=0)}
            dh = d @ p["W2"].T
            dh[h <= 0] = 0
            grads["W1"] = X.T @ dh + reg * p["W1"]
            grads["b1"] = dh.sum(axis=0)
            return loss, grads

        def train(self, X, y, learning_rate=0.1, reg=0.01, num_iters=100):
            for _ in range(num_iters):
                loss, grads = self.loss(X, y, reg)
                for name in self.params:
                    self.params[name] -= learning_rate * grads[name]
""")

INLINE = dedent("""
    import numpy as np

    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=float)
    y = np.array([[0], [1], [1], [0]], dtype=float)
    np.random.seed(1)
    syn0 = 2 * np.random.random((3, 5)) - 1
    syn1 = 2 * np.random.random((5, 1)) - 1
    for j in range(2000):
        l1 = 1 / (1 + np.exp(-(X @ syn0)))
        l2 = 1 / (1 + np.exp(-(l1 @ syn1)))
        l2_delta = (y - l2) * l2 * (1 - l2)
        l1_delta = l2_delta @ syn1.T * l1 * (1 - l1)
        syn1 += l1.T @ l2_delta
        syn0 += X.T @ l1_delta
""")

# Of every form: a right file, and the edit that plants a mistake.
_STYLES = {
    "functions": (FUNCTIONS, "dZ1 = W2.T.dot(dZ2) * (Z1 > 0)", "dZ1 = W2.T.dot(dZ2)", "derivative_missing"),
    "lists": (LISTS, "* self.a[i] * (1 - self.a[i])", "* self.a[i]", "activation_for_derivative"),
    "classes": (PARAMS, 'dh = d @ p["W2"].T', 'dh = probs @ p["W2"].T / n', "delta_missing"),
    "inline": (INLINE, "l1_delta = l2_delta @ syn1.T", "l1_delta = (y - l2) @ syn1.T", "error_without_slope"),
}
# What each of these lines is in the file with the mistake.
PLANTED_LINES = {form: wrong for form, (_, _, wrong, _) in _STYLES.items()}
RIGHT_NETWORKS = tuple(Network(f"network-{form}", form, source) for form, (source, *_) in _STYLES.items())
WRONG_NETWORKS = tuple(
    Network(f"network-{form}-{key}", form, edited(source, (old, new)), (key,))
    for form, (source, old, new, key) in _STYLES.items()
)
