"""Functions that return the four gradients: instances in columns, ReLU, softmax, the mean cross-entropy."""

SOURCE = """
import numpy as np


def init_params():
    W1, b1 = np.random.randn(6, 4) * 0.5, np.random.randn(6, 1) * 0.1
    W2, b2 = np.random.randn(3, 6) * 0.5, np.random.randn(3, 1) * 0.1
    return W1, b1, W2, b2


def relu(Z):
    return np.maximum(Z, 0)


def softmax(Z):
    E = np.exp(Z - Z.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def forward_prop(W1, b1, W2, b2, X):
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = softmax(Z2)
    return Z1, A1, Z2, A2


def one_hot(Y):
    H = np.zeros((3, Y.size))
    H[Y, np.arange(Y.size)] = 1
    return H


def backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y):
    m = Y.size
    dZ2 = A2 - one_hot(Y)
    dW2 = dZ2 @ A1.T / m
    db2 = np.sum(dZ2, axis=1, keepdims=True) / m
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (Z1 > 0)
    dW1 = dZ1 @ X.T / m
    db1 = np.sum(dZ1, axis=1, keepdims=True) / m
    return dW1, db1, dW2, db2


def update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha):
    W1 = W1 - alpha * dW1
    b1 = b1 - alpha * db1
    W2 = W2 - alpha * dW2
    b2 = b2 - alpha * db2
    return W1, b1, W2, b2


def gradient_descent(X, Y, alpha, iterations):
    W1, b1, W2, b2 = init_params()
    for i in range(iterations):
        Z1, A1, Z2, A2 = forward_prop(W1, b1, W2, b2, X)
        dW1, db1, dW2, db2 = backward_prop(Z1, A1, Z2, A2, W1, W2, X, Y)
        W1, b1, W2, b2 = update_params(W1, b1, W2, b2, dW1, db1, dW2, db2, alpha)
        if i % 50 == 0:
            print(i, -np.log(A2[Y, np.arange(Y.size)]).mean())
    return W1, b1, W2, b2
"""

EDITS = [
    ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1", "derivative_missing"),
    ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1 * (dA1 > 0)", "derivative_of_error"),
    ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1 * A1", "activation_for_derivative"),
    ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1 * A1 * (1 - A1)", "derivative_other"),
    ("dZ1 = dA1 * (Z1 > 0)", "dZ1 = dA1 * (1 - A1 ** 2)", "derivative_other"),
    ("dZ2 = A2 - one_hot(Y)", "dZ2 = one_hot(Y) - A2", "output_sign"),
    ("dZ2 = A2 - one_hot(Y)", "dZ2 = (A2 - one_hot(Y)) * A2 * (1 - A2)", "output_other_loss"),
    ("dZ2 = A2 - one_hot(Y)", "dZ2 = (A2 - one_hot(Y)) ** 2", "output_squared"),
    ("dZ2 = A2 - one_hot(Y)", "dZ2 = 2 * (A2 - one_hot(Y)) * A2 * (1 - A2)", "output_other_loss"),
    ("dZ2 = A2 - one_hot(Y)", "dZ2 = A2", "target_missing"),
    ("H[Y, np.arange(Y.size)] = 1", "H[Y - 1, np.arange(Y.size)] = 1", "onehot_shift"),
    ("dW2 = dZ2 @ A1.T / m", "dW2 = dZ2 @ A1.T", "mean_missing"),
    ("dW1 = dZ1 @ X.T / m", "dW1 = dZ1 @ X.T", "mean_missing"),
    (
        "db1 = np.sum(dZ1, axis=1, keepdims=True) / m",
        "db1 = np.sum(dZ1, axis=1, keepdims=True)",
        "mean_missing",
    ),
    ("db2 = np.sum(dZ2, axis=1, keepdims=True) / m", "db2 = np.sum(dZ2) / m", "bias_total"),
    ("db1 = np.sum(dZ1, axis=1, keepdims=True) / m", "db1 = np.sum(dZ1) / m", "bias_total"),
    ("dA1 = W2.T @ dZ2", "dA1 = dW2.T @ dZ2", "dw2_for_w2"),
    ("dA1 = W2.T @ dZ2", "dA1 = W2.T @ A2", "delta_missing"),
    ("W1 = W1 - alpha * dW1", "W1 = W1 + alpha * dW1", "opposite_sign"),
    ("b1 = b1 - alpha * db1", "b1 = b1 + alpha * db1", "opposite_sign"),
    ("b2 = b2 - alpha * db2", "b2 = b2 - db2", "lr_missing"),
    ("W2 = W2 - alpha * dW2", "W2 = W2 - alpha * alpha * dW2", "lr_twice"),
    ("    b1 = b1 - alpha * db1\n", "", "not_updated"),
    ("    W1 = W1 - alpha * dW1\n", "", "not_updated"),
    ("E.sum(axis=0, keepdims=True)", "E.sum(axis=1, keepdims=True)", "softmax_axis"),
    ("E.sum(axis=0, keepdims=True)", "E.sum()", "softmax_total"),
    ("E / E.sum(axis=0, keepdims=True)", "E", "softmax_missing_sum"),
    ("E = np.exp(Z - Z.max(axis=0, keepdims=True))", "E = Z", "softmax_missing_exp"),
    ("E = np.exp(Z - Z.max(axis=0, keepdims=True))", "E = np.exp(-Z)", "softmax_sign"),
    (
        "E = np.exp(Z - Z.max(axis=0, keepdims=True))",
        "E = np.exp(Z) - Z.max(axis=0, keepdims=True)",
        "softmax_precedence",
    ),
    ("Z2 = W2 @ A1 + b2", "Z2 = W2 @ A1", "bias_missing"),
    ("Z1 = W1 @ X + b1", "Z1 = W1 @ X", "bias_missing"),
    ("A1 = relu(Z1)", "A1 = Z1", "activation_missing"),
    ("Z2 = W2 @ A1 + b2", "Z2 = W2 @ Z1 + b2", "wrong_input"),
    ("return np.maximum(Z, 0)", "return np.minimum(Z, 0)", "activation_wrong"),
]
