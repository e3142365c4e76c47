"""A class with lists of weights and biases, a loop from the last layer to the first: rows, sigmoid, squared error."""

SOURCE = """
import numpy as np


class Network:
    def __init__(self, sizes):
        self.weights = [np.random.randn(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.biases = [np.random.randn(1, b) for b in sizes[1:]]

    def feedforward(self, x):
        activations = [x]
        for w, b in zip(self.weights, self.biases):
            z = activations[-1] @ w + b
            activations.append(1 / (1 + np.exp(-z)))
        return activations

    def backprop(self, x, y):
        activations = self.feedforward(x)
        loss = 0.5 * np.mean(np.sum((activations[-1] - y) ** 2, axis=1))
        m = len(x)
        delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
        deltas = [delta]
        for l in range(len(self.weights) - 1, 0, -1):
            delta = delta @ self.weights[l].T
            delta = delta * activations[l] * (1 - activations[l])
            deltas.insert(0, delta)
        nabla_w = [activations[l].T @ deltas[l] / m for l in range(len(deltas))]
        nabla_b = [deltas[l].sum(axis=0, keepdims=True) / m for l in range(len(deltas))]
        return nabla_w, nabla_b

    def train(self, x, y, epochs, lr):
        for _ in range(epochs):
            nabla_w, nabla_b = self.backprop(x, y)
            for l in range(len(self.weights)):
                self.weights[l] = self.weights[l] - lr * nabla_w[l]
                self.biases[l] = self.biases[l] - lr * nabla_b[l]


if __name__ == "__main__":
    net = Network([3, 4, 4, 2])
    net.train(np.random.randn(9, 3), np.eye(2)[np.arange(9) % 2], 100, 0.5)
"""

EDITS = [
    (
        "delta = delta * activations[l] * (1 - activations[l])",
        "delta = delta * activations[l]",
        "activation_for_derivative",
    ),
    ("delta = delta * activations[l] * (1 - activations[l])", "pass", "derivative_missing"),
    (
        "delta = delta * activations[l] * (1 - activations[l])",
        "delta = delta * (1 - activations[l] ** 2)",
        "derivative_other",
    ),
    (
        "delta = delta @ self.weights[l].T",
        "delta = (activations[-1] - y) @ self.weights[l].T",
        "error_without_slope",
    ),
    (
        "delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])",
        "delta = activations[-1] - y",
        "output_slope_missing",
    ),
    ("delta = (activations[-1] - y) *", "delta = (y - activations[-1]) *", "output_sign"),
    ("activations[l].T @ deltas[l] / m", "activations[l].T @ deltas[l]", "mean_missing"),
    ("deltas[l].sum(axis=0, keepdims=True) / m", "deltas[l].sum(axis=0, keepdims=True)", "mean_missing"),
    ("deltas[l].sum(axis=0, keepdims=True) / m", "deltas[l].sum() / m", "bias_total"),
    ("deltas[l].sum(axis=0, keepdims=True) / m", "deltas[-1].sum() / m", "wrong_delta"),
    ("activations[l].T @ deltas[l] / m", "activations[l].T @ deltas[l] / m * (1 if l else 2)", "factor"),
    (
        "self.biases[l] = self.biases[l] - lr * nabla_b[l]",
        "self.biases[l] = self.biases[l] + lr * nabla_b[l]",
        "opposite_sign",
    ),
    (
        "self.weights[l] = self.weights[l] - lr * nabla_w[l]",
        "self.weights[l] = self.weights[l] + lr * nabla_w[l]",
        "opposite_sign",
    ),
    ("                self.biases[l] = self.biases[l] - lr * nabla_b[l]\n", "", "not_updated"),
    (
        "self.weights[l] = self.weights[l] - lr * nabla_w[l]",
        "self.weights[l] = self.weights[l] - lr * lr * nabla_w[l]",
        "lr_twice",
    ),
    (
        "self.biases[l] = self.biases[l] - lr * nabla_b[l]",
        "self.biases[l] = self.biases[l] - nabla_b[l]",
        "lr_missing",
    ),
    ("z = activations[-1] @ w + b", "z = activations[-1] @ w", "bias_missing"),
    (
        "activations.append(1 / (1 + np.exp(-z)))",
        "activations.append(1 / (1 + np.exp(z)))",
        "activation_wrong",
    ),
    (
        "activations.append(1 / (1 + np.exp(-z)))",
        "activations.append(z if len(z.T) > 3 else 1 / (1 + np.exp(-z)))",
        "activation_missing",
    ),
]
