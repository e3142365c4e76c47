"""Activations named a, b and c, weights as global variables, no biases, one instance at a time."""

import numpy as np

r = np.random.RandomState(5)


def s(z):
    return 1 / (1 + np.exp(-z))


n = 4
W1 = r.normal(0, 1, (n, 2))
W2 = r.normal(0, 1, (n, n))
W3 = r.normal(0, 1, (1, n))
e = 0.5
T = np.array([[0.1, 0.9, 0.9], [0.9, 0.1, 0.1], [0.8, 0.3, 0.2], [-0.5, 0.6, 0.9], [0.7, -0.4, 0.1]])
X, t = T[:, :2], T[:, 2:]


def step(x, y):
    global W1, W2, W3
    a = s(W1 @ x)
    b = s(W2 @ a)
    c = s(W3 @ b)
    d3 = (c - y) * c * (1 - c)
    d2 = (W3.T @ d3) * b * (1 - b)
    d1 = (W2.T @ d2) * a * (1 - a)
    W3 = W3 - e * np.outer(d3, b)
    W2 = W2 - e * np.outer(d2, a)
    W1 = W1 - e * np.outer(d1, x)


for _ in range(20):
    for i in range(len(X)):
        step(X[i], t[i])
