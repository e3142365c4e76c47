import random

import numpy as np


def sigmoide(x):
    return 1 / (1 + np.exp(-x))


class RedNeuronal:
    def __init__(self, arquitectura, tasa=0.1):
        self.tasa = tasa
        self.matrices = []
        self.umbrales = []
        for entrada, salida in zip(arquitectura[:-1], arquitectura[1:]):
            self.matrices.append(np.random.uniform(-1, 1, (salida, entrada)))
            self.umbrales.append(np.zeros((salida, 1)))

    def propagar(self, x):
        activaciones = [x]
        for M, u in zip(self.matrices, self.umbrales):
            x = sigmoide(M @ x + u)
            activaciones.append(x)
        return activaciones

    def corregir(self, x, esperado):
        activaciones = self.propagar(x)
        delta = (activaciones[-1] - esperado) * activaciones[-1] * (1 - activaciones[-1])
        for i in range(len(self.matrices) - 1, -1, -1):
            anterior = activaciones[i]
            siguiente = self.matrices[i].T @ delta * anterior * (1 - anterior)
            self.matrices[i] = self.matrices[i] - self.tasa * delta @ anterior.T
            self.umbrales[i] = self.umbrales[i] - self.tasa * delta
            delta = siguiente

    def aprender(self, entradas, salidas, vueltas):
        for _ in range(vueltas):
            orden = list(range(len(entradas)))
            random.shuffle(orden)
            for i in orden:
                self.corregir(entradas[i].reshape(-1, 1), salidas[i].reshape(-1, 1))


entradas = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
salidas = np.array([[0], [1], [1], [0]])
red = RedNeuronal([2, 4, 1], tasa=0.5)
red.aprender(entradas, salidas, 5000)
for x in entradas:
    print(x, red.propagar(x.reshape(-1, 1))[-1])
