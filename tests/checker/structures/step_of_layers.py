"""Layers as objects with their activation and its derivative as a pair, and a function that makes one step of training."""

import numpy as np

np.random.seed(4)
X = np.random.uniform(-1, 1, (40, 2))
Y = (X[:, :1] * X[:, 1:] > 0).astype(float)


class Capa:
    def __init__(self, entradas, neuronas, activacion):
        self.activacion = activacion
        self.b = np.random.rand(1, neuronas) * 2 - 1
        self.W = np.random.rand(entradas, neuronas) * 2 - 1


sigm = (lambda x: 1 / (1 + np.e ** (-x)), lambda a: a * (1 - a))
tanh = (np.tanh, lambda a: 1 - a**2)
ecm = (lambda dado, real: np.mean((dado - real) ** 2), lambda dado, real: dado - real)


def entrenar(red, X, Y, coste, lr=0.5):
    salidas = [X]
    for capa in red:
        salidas.append(capa.activacion[0](salidas[-1] @ capa.W + capa.b))
    deltas = []
    for l in reversed(range(len(red))):
        a = salidas[l + 1]
        if l == len(red) - 1:
            deltas.insert(0, coste[1](a, Y) * red[l].activacion[1](a))
        else:
            deltas.insert(0, deltas[0] @ antes.T * red[l].activacion[1](a))
        antes = red[l].W
        red[l].b = red[l].b - np.mean(deltas[0], axis=0, keepdims=True) * lr
        red[l].W = red[l].W - salidas[l].T @ deltas[0] / len(X) * lr
    return salidas[-1]


red = [Capa(2, 8, tanh), Capa(8, 1, sigm)]
costes = []
for i in range(50):
    dado = entrenar(red, X, Y, ecm)
    if i % 10 == 0:
        costes.append(ecm[0](dado, Y))
