import math

import numpy as np


class Perceptron:
    def __init__(self, ni, nh, no, tasa):
        self.ni, self.nh, self.no, self.tasa = ni, nh, no, tasa
        self.w = np.random.uniform(-1, 1, (nh, ni))
        self.umbral_h = np.random.uniform(-1, 1, nh)
        self.v = np.random.uniform(-1, 1, (no, nh))
        self.umbral_o = np.random.uniform(-1, 1, no)

    def f(self, x):
        return 1 / (1 + math.exp(-x))

    def salida(self, x):
        self.h = np.zeros(self.nh)
        for j in range(self.nh):
            suma = self.umbral_h[j]
            for i in range(self.ni):
                suma += self.w[j][i] * x[i]
            self.h[j] = self.f(suma)
        self.o = np.zeros(self.no)
        for k in range(self.no):
            suma = self.umbral_o[k]
            for j in range(self.nh):
                suma += self.v[k][j] * self.h[j]
            self.o[k] = self.f(suma)
        return self.o

    def corregir(self, x, d):
        delta_o = np.zeros(self.no)
        for k in range(self.no):
            delta_o[k] = (d[k] - self.o[k]) * self.o[k] * (1 - self.o[k])
        delta_h = np.zeros(self.nh)
        for j in range(self.nh):
            suma = 0.0
            for k in range(self.no):
                suma += delta_o[k] * self.v[k][j]
            delta_h[j] = suma * self.h[j] * (1 - self.h[j])
        for k in range(self.no):
            for j in range(self.nh):
                self.v[k][j] += self.tasa * delta_o[k] * self.h[j]
            self.umbral_o[k] += self.tasa * delta_o[k]
        for j in range(self.nh):
            for i in range(self.ni):
                self.w[j][i] += self.tasa * delta_h[j] * x[i]
            self.umbral_h[j] += self.tasa * delta_h[j]

    def entrenar(self, X, D, ciclos):
        for c in range(ciclos):
            for x, d in zip(X, D):
                self.salida(x)
                self.corregir(x, d)


red = Perceptron(2, 3, 2, 0.5)
red.entrenar([[0, 0], [0, 1], [1, 0], [1, 1]], [[0, 0], [1, 0], [1, 0], [0, 1]], 6000)
