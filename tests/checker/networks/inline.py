"""One loop with everything inline: XOR in rows, tanh, sigmoid, the mean binary cross-entropy, momentum."""

SOURCE = """
import numpy as np

np.random.seed(4)
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
y = np.array([[0], [1], [1], [0]], dtype=float)
W1 = np.random.randn(2, 4)
b1 = np.random.randn(1, 4)
W2 = np.random.randn(4, 1)
b2 = np.random.randn(1, 1)
vW1, vb1 = np.zeros_like(W1), np.zeros_like(b1)
vW2, vb2 = np.zeros_like(W2), np.zeros_like(b2)
lr, beta, m = 0.2, 0.9, len(X)
for epoch in range(2000):
    Z1 = X @ W1 + b1
    A1 = np.tanh(Z1)
    Z2 = A1 @ W2 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    loss = -np.mean(y * np.log(A2) + (1 - y) * np.log(1 - A2))
    dZ2 = (A2 - y) / m
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0, keepdims=True)
    dA1 = dZ2 @ W2.T
    dZ1 = dA1 * (1 - A1 ** 2)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0, keepdims=True)
    vW2 = beta * vW2 + dW2
    vb2 = beta * vb2 + db2
    vW1 = beta * vW1 + dW1
    vb1 = beta * vb1 + db1
    W2 -= lr * vW2
    b2 -= lr * vb2
    W1 -= lr * vW1
    b1 -= lr * vb1
"""

EDITS = [
    ("dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = dA1", "derivative_missing"),
    ("dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = dA1 * A1 * (1 - A1)", "derivative_other"),
    ("dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = dA1 * (1 - Z1 ** 2)", "derivative_of_z"),
    ("dZ1 = dA1 * (1 - A1 ** 2)", "dZ1 = dA1 * (1 - np.tanh(A1) ** 2)", "derivative_of_a"),
    ("dZ2 = (A2 - y) / m", "dZ2 = (y - A2) / m", "output_sign"),
    ("dZ2 = (A2 - y) / m", "dZ2 = (A2 - y) * A2 * (1 - A2) / m", "output_other_loss"),
    ("db1 = dZ1.sum(axis=0, keepdims=True)", "db1 = dZ1.sum(axis=1)", "bias_axis"),
    ("db1 = dZ1.sum(axis=0, keepdims=True)", "db1 = dZ1.sum()", "bias_total"),
    ("db1 = dZ1.sum(axis=0, keepdims=True)", "db1 = dZ2.sum(axis=0, keepdims=True)", "wrong_delta"),
    ("db1 = dZ1.sum(axis=0, keepdims=True)", "db1 = dA1.sum(axis=0, keepdims=True)", "derivative_missing"),
    ("dW1 = X.T @ dZ1", "dW1 = X.T @ dA1", "derivative_missing"),
    ("dW2 = A1.T @ dZ2", "dW2 = Z1.T @ dZ2", "wrong_input"),
    ("dW2 = A1.T @ dZ2", "dW2 = A1.T @ dZ2 * m", "mean_missing"),
    ("dA1 = dZ2 @ W2.T", "dA1 = dZ2 @ dW2.T", "dw2_for_w2"),
    ("    b2 -= lr * vb2\n", "", "not_updated"),
    ("    W1 -= lr * vW1\n", "", "not_updated"),
    ("W1 -= lr * vW1", "W1 += lr * vW1", "opposite_sign"),
    ("vW1 = beta * vW1 + dW1", "vW1 = beta * vW2.T[:, :4] + dW1", "unknown"),
    ("vW1 = beta * vW1 + dW1", "vW1 = dW1", "momentum_unlike"),
    ("vW1 = beta * vW1 + dW1", "vW1 = beta * vW1 - dW1", "opposite_sign"),
    ("A1 = np.tanh(Z1)", "A1 = 1 / (1 + np.exp(-Z1))", "derivative_other"),
    ("A1 = np.tanh(Z1)", "A1 = Z1", "activation_missing"),
    ("Z2 = A1 @ W2 + b2", "Z2 = A1 @ W2", "bias_missing"),
    ("A2 = 1 / (1 + np.exp(-Z2))", "A2 = 1 / (1 + np.exp(Z2))", "activation_wrong"),
    ("A2 = 1 / (1 + np.exp(-Z2))", "A2 = 1 / (1 + np.exp(-A1 @ W2))", "bias_missing"),
]
