"""A class with a dictionary of parameters, a loss that gives the gradients, and L2: rows, ReLU, softmax, labels."""

SOURCE = """
import numpy as np


class TwoLayerNet:
    def __init__(self, input_size, hidden_size, output_size):
        self.params = {}
        self.params["W1"] = 0.5 * np.random.randn(input_size, hidden_size)
        self.params["b1"] = 0.1 * np.random.randn(hidden_size)
        self.params["W2"] = 0.5 * np.random.randn(hidden_size, output_size)
        self.params["b2"] = 0.1 * np.random.randn(output_size)

    def loss(self, X, y, reg=0.0):
        W1, b1 = self.params["W1"], self.params["b1"]
        W2, b2 = self.params["W2"], self.params["b2"]
        N = X.shape[0]
        hidden = np.maximum(0, X.dot(W1) + b1)
        scores = hidden.dot(W2) + b2
        shifted = np.exp(scores - np.max(scores, axis=1, keepdims=True))
        probs = shifted / np.sum(shifted, axis=1, keepdims=True)
        loss = -np.sum(np.log(probs[np.arange(N), y])) / N
        loss += 0.5 * reg * (np.sum(W1 * W1) + np.sum(W2 * W2))

        grads = {}
        dscores = probs.copy()
        dscores[np.arange(N), y] -= 1
        dscores /= N
        grads["W2"] = hidden.T.dot(dscores)
        grads["b2"] = np.sum(dscores, axis=0)
        dhidden = dscores.dot(W2.T)
        dhidden[hidden <= 0] = 0
        grads["W1"] = X.T.dot(dhidden)
        grads["b1"] = np.sum(dhidden, axis=0)
        grads["W2"] += reg * W2
        grads["W1"] += reg * W1
        return loss, grads

    def train(self, X, y, learning_rate=0.1, reg=0.05, num_iters=100, batch_size=5):
        for it in range(num_iters):
            batch = np.random.choice(X.shape[0], batch_size)
            loss, grads = self.loss(X[batch], y[batch], reg)
            for name in self.params:
                self.params[name] -= learning_rate * grads[name]
"""

EDITS = [
    ("        dhidden[hidden <= 0] = 0\n", "", "derivative_missing"),
    ("dhidden[hidden <= 0] = 0", "dhidden[dhidden <= 0] = 0", "derivative_of_error"),
    ("dhidden[hidden <= 0] = 0", "dhidden = dhidden * hidden", "activation_for_derivative"),
    ("dhidden[hidden <= 0] = 0", "dhidden = dhidden * hidden * (1 - hidden)", "derivative_other"),
    ("dscores[np.arange(N), y] -= 1", "dscores[np.arange(N), y] += 1", "target_added"),
    ("dscores[np.arange(N), y] -= 1", "dscores[np.arange(N), y - 1] -= 1", "onehot_shift"),
    ("        dscores[np.arange(N), y] -= 1\n", "", "target_missing"),
    ('grads["W2"] = hidden.T.dot(dscores)', 'grads["W2"] = hidden.T.dot(probs) / N', "target_missing"),
    ('grads["b2"] = np.sum(dscores, axis=0)', 'grads["b2"] = np.sum(dscores)', "bias_total"),
    ('grads["b1"] = np.sum(dhidden, axis=0)', 'grads["b1"] = np.sum(dhidden)', "bias_total"),
    ('grads["b1"] = np.sum(dhidden, axis=0)', 'grads["b1"] = np.sum(dhidden, axis=0) * N', "mean_missing"),
    ('grads["W1"] += reg * W1', 'grads["W1"] += 2 * reg * W1', "regularization_unlike"),
    ('        grads["W1"] += reg * W1\n', "", "regularization_unlike"),
    ('grads["W1"] += reg * W1', 'grads["W1"] -= reg * W1', "regularization_unlike"),
    ('grads["W2"] += reg * W2', 'grads["W2"] += reg * W2 ** 2', "unknown"),
    ("np.sum(shifted, axis=1, keepdims=True)", "np.sum(shifted, axis=0, keepdims=True)", "softmax_axis"),
    ("np.sum(shifted, axis=1, keepdims=True)", "np.sum(shifted)", "softmax_total"),
    ("np.exp(scores - np.max(scores, axis=1, keepdims=True))", "np.exp(scores)", None),
    ("hidden = np.maximum(0, X.dot(W1) + b1)", "hidden = X.dot(W1) + b1", "activation_missing"),
    ("hidden = np.maximum(0, X.dot(W1) + b1)", "hidden = np.maximum(0, X.dot(W1))", "bias_missing"),
    ("scores = hidden.dot(W2) + b2", "scores = hidden.dot(W2)", "bias_missing"),
    ("self.params[name] -=", "self.params[name] +=", "uphill"),
]
