"""Layers as objects in a list, 2 - 4 - 2: as many inputs as outputs, and one instance at a time."""

import numpy as np


class Linear:
    def __init__(self, inputs, outputs, generator):
        self.weights = generator.normal(size=(outputs, inputs))
        self.bias = np.zeros((outputs, 1))

    def forward(self, x):
        self.x = x
        return self.weights @ x + self.bias

    def backward(self, grad, lr):
        before = self.weights.T @ grad
        self.weights -= lr * grad @ self.x.T
        self.bias -= lr * grad
        return before


class Tanh:
    def forward(self, x):
        self.a = np.tanh(x)
        return self.a

    def backward(self, grad, lr):
        return grad * (1 - self.a**2)


def error_prime(wanted, given):
    return 2 * (given - wanted) / wanted.size


def fit(model, inputs, targets, epochs, lr):
    for _ in range(epochs):
        for x, y in zip(inputs, targets):
            out = x
            for layer in model:
                out = layer.forward(out)
            grad = error_prime(y, out)
            for layer in reversed(model):
                grad = layer.backward(grad, lr)


X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]).reshape(4, 2, 1)
Y = np.array([[0, 0], [1, 0], [1, 0], [0, 1]]).reshape(4, 2, 1)
g = np.random.default_rng(4)
model = [Linear(2, 4, g), Tanh(), Linear(4, 2, g), Tanh()]
fit(model, X, Y, epochs=40, lr=0.1)
