"""One instance at a time from lists of numbers, thresholds beside the weights, a constructor of unusual names."""

import numpy as np


class Perceptron:
    def __init__(self, entradas, ocultas, salidas):
        azar = np.random.RandomState(9)
        self.V = azar.uniform(-0.7, 0.7, (ocultas, entradas))
        self.umbral_v = azar.uniform(-0.7, 0.7, (ocultas, 1))
        self.W = azar.uniform(-0.7, 0.7, (salidas, ocultas))
        self.umbral_w = azar.uniform(-0.7, 0.7, (salidas, 1))

    def f(self, n):
        return 1 / (1 + np.exp(-n))

    def evaluar(self, x):
        self.x = x
        self.h = self.f(self.V @ x + self.umbral_v)
        self.o = self.f(self.W @ self.h + self.umbral_w)

    def corregir(self, d, eta):
        error = d - self.o
        delta_o = error * self.o * (1 - self.o)
        delta_h = self.W.T @ delta_o * self.h * (1 - self.h)
        self.W = self.W + eta * delta_o @ self.h.T
        self.umbral_w = self.umbral_w + eta * delta_o
        self.V = self.V + eta * delta_h @ self.x.T
        self.umbral_v = self.umbral_v + eta * delta_h

    def entrenar(self, vistas, resultantes, epocas=200, eta=0.5):
        for _ in range(epocas):
            for i in range(len(vistas)):
                self.evaluar(np.array(vistas[i], dtype=float).reshape(-1, 1))
                self.corregir(np.array(resultantes[i], dtype=float).reshape(-1, 1), eta)


if __name__ == "__main__":
    red = Perceptron(3, 5, 2)
    red.entrenar([[0, 0, 1], [0, 1, 1], [1, 0, 0]], [[0, 1], [1, 0], [0, 1]], 60, 0.8)
