"""Dictionaries of parameters, caches and gradients for any depth: columns, tanh, sigmoid, binary cross-entropy."""

SOURCE = """
import numpy as np


def initialize_parameters(layer_dims):
    parameters = {}
    for l in range(1, len(layer_dims)):
        parameters["W" + str(l)] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.6
        parameters["b" + str(l)] = np.zeros((layer_dims[l], 1))
    return parameters


def sigmoid(Z):
    return 1 / (1 + np.exp(-Z))


def forward_propagation(X, parameters):
    cache = {"A0": X}
    L = len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        Z = np.dot(W, cache[f"A{l - 1}"]) + b
        cache[f"Z{l}"] = Z
        cache[f"A{l}"] = np.tanh(Z) if l < L else sigmoid(Z)
    return cache[f"A{L}"], cache


def compute_cost(AL, Y):
    return float(np.squeeze(-np.mean(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))))


def backward_propagation(parameters, cache, Y):
    grads = {}
    m = Y.shape[1]
    L = len(parameters) // 2
    dZ = cache[f"A{L}"] - Y
    for l in range(L, 0, -1):
        grads[f"dW{l}"] = np.dot(dZ, cache[f"A{l - 1}"].T) / m
        grads[f"db{l}"] = np.sum(dZ, axis=1, keepdims=True) / m
        if l > 1:
            dA = np.dot(parameters[f"W{l}"].T, dZ)
            A = cache[f"A{l - 1}"]
            dZ = dA * (1 - A ** 2)
    return grads


def update_parameters(parameters, grads, learning_rate):
    for l in range(1, len(parameters) // 2 + 1):
        parameters[f"W{l}"] = parameters[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        parameters[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return parameters


def model(X, Y, layer_dims=(3, 4, 4, 1), learning_rate=0.3, num_iterations=200):
    parameters = initialize_parameters(layer_dims)
    for i in range(num_iterations):
        AL, cache = forward_propagation(X, parameters)
        cost = compute_cost(AL, Y)
        grads = backward_propagation(parameters, cache, Y)
        parameters = update_parameters(parameters, grads, learning_rate)
    return parameters
"""

EDITS = [
    ("dZ = dA * (1 - A ** 2)", "dZ = dA", "derivative_missing"),
    ("dZ = dA * (1 - A ** 2)", "dZ = dA * (1 - A)", "activation_for_derivative"),
    ("dZ = dA * (1 - A ** 2)", "dZ = dA * A * (1 - A)", "derivative_other"),
    ("dZ = dA * (1 - A ** 2)", "dZ = dA * (1 - np.tanh(A) ** 2)", "derivative_of_a"),
    ("dZ = dA * (1 - A ** 2)", 'dZ = dA * (1 - cache[f"Z{l - 1}"] ** 2)', "derivative_of_z"),
    ("dZ = dA * (1 - A ** 2)", "dZ = dA * (1 - A ** 2) * A", "unknown"),
    (
        'A = cache[f"A{l - 1}"]\n            dZ',
        'A = cache[f"A{max(l - 2, 1)}"]\n            dZ',
        "derivative_of_output",
    ),
    (
        'parameters[f"W{l}"].T, dZ)',
        'parameters[f"W{l}"], dZ) if l == 2 else np.dot(parameters[f"W{l}"].T, dZ)',
        "transpose_missing",
    ),
    ('parameters[f"W{l}"].T, dZ)', 'grads[f"dW{l}"].T, dZ)', "dw2_for_w2"),
    ('dZ = cache[f"A{L}"] - Y', 'dZ = Y - cache[f"A{L}"]', "output_sign"),
    (
        'dZ = cache[f"A{L}"] - Y',
        'dZ = (cache[f"A{L}"] - Y) * cache[f"A{L}"] * (1 - cache[f"A{L}"])',
        "output_other_loss",
    ),
    (
        'dZ = cache[f"A{L}"] - Y',
        'dZ = -(np.divide(Y, cache[f"A{L}"]) - np.divide(1 - Y, 1 - cache[f"A{L}"]))',
        "output_derivative_only",
    ),
    ('np.dot(dZ, cache[f"A{l - 1}"].T) / m', 'np.dot(dZ, cache[f"A{l - 1}"].T)', "mean_missing"),
    ("np.sum(dZ, axis=1, keepdims=True) / m", "np.sum(dZ, axis=1, keepdims=True)", "mean_missing"),
    ("np.sum(dZ, axis=1, keepdims=True) / m", "np.sum(dZ) / m", "bias_total"),
    ("np.sum(dZ, axis=1, keepdims=True) / m", "np.sum(dZ, axis=1, keepdims=True) / m ** 2", "mean_twice"),
    ('- learning_rate * grads[f"dW{l}"]', '+ learning_rate * grads[f"dW{l}"]', "opposite_sign"),
    (
        '        parameters[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]\n',
        "",
        "not_updated",
    ),
    ("range(1, len(parameters) // 2 + 1):", "range(1, len(parameters) // 2):", "not_updated"),
    ('np.dot(dZ, cache[f"A{l - 1}"].T) / m', 'np.dot(dZ, cache[f"A{l - (l != 2)}"].T) / m', "wrong_input"),
    (
        'cache[f"A{l}"] = np.tanh(Z) if l < L else sigmoid(Z)',
        'cache[f"A{l}"] = np.tanh(Z) if l < L - 1 else sigmoid(Z)',
        "derivative_other",
    ),
    (
        'cache[f"A{l}"] = np.tanh(Z) if l < L else sigmoid(Z)',
        'cache[f"A{l}"] = Z if l < L else sigmoid(Z)',
        "activation_missing",
    ),
    ("return 1 / (1 + np.exp(-Z))", "return 1 / (1 + np.exp(Z))", "activation_wrong"),
    ("return 1 / (1 + np.exp(-Z))", "return 1 / 1 + np.exp(-Z)", "activation_wrong"),
    ("return 1 / (1 + np.exp(-Z))", "return 1 / (1 - np.exp(-Z))", "activation_wrong"),
    ("+ b\n", "\n", "bias_missing"),
]
