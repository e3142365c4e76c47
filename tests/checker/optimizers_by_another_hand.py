"""The workshop optimizadores, right, in the habits of others: own names, defaults, loops, a class as state."""

import math

import numpy as np


class Memoria:
    def __init__(self, forma):
        self.m = np.zeros(forma)
        self.v = np.zeros(forma)


def nesterov(theta, v, grad_fn, lr, momentum=0.9):
    v_prev = v
    lookahead = theta - lr * momentum * v
    v = momentum * v_prev + (1 - momentum) * grad_fn(lookahead)
    return theta - lr * v, v


def adagrad(theta, grad, cache, lr=0.01, eps=1e-8):
    cache = cache + np.power(grad, 2)
    nuevo = np.empty_like(theta)
    for i in np.ndindex(*theta.shape):
        nuevo[i] = theta[i] - lr * grad[i] / (math.sqrt(cache[i]) + eps)
    return nuevo, cache


def adadelta(theta, g, S, alfa, beta, eps):
    S = S + (1 - beta) * (g**2 - S)
    return theta - (alfa / (np.sqrt(S) + eps)) * g, S


def rmsprop(theta, g, S, alfa, beta, eps):
    S *= beta
    S += (1 - beta) * g * g
    return theta - alfa * g * (1 / np.sqrt(S + eps)), S


def adam(theta, g, estado=None, alfa=0.001, beta1=0.9, beta2=0.99, eps=1e-8):
    if estado is None:
        estado = Memoria(theta.shape)
    estado.m = beta1 * estado.m + (1 - beta1) * g
    estado.v = beta2 * estado.v + (1 - beta2) * g**2
    return theta - alfa * estado.m / np.sqrt(estado.v + eps), estado


def adamCorregido(theta, g, estado, t, alfa, beta1, beta2, eps):
    if estado is None:
        estado = [0, 0]
    m = estado[0] = beta1 * estado[0] + (1 - beta1) * g
    v = estado[1] = beta2 * estado[1] + (1 - beta2) * g * g
    return (theta - alfa * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps), estado)


def degradacionInversa(alfa0, k, t):
    return (1 + k * t) ** -1 * alfa0


def degradacionExponencial(alfa0, gamma, t):
    alfa = alfa0
    for _ in range(t):
        alfa *= gamma
    return alfa


def degradacionEscalonada(alfa0, gamma, s, t):
    return alfa0 * math.pow(gamma, math.floor(t / s))


def detencionTemprana(costos, paciencia):
    mejor_costo, mejor, espera = float("inf"), 0, 0
    for epoca, costo in enumerate(costos):
        if costo < mejor_costo:
            mejor_costo, mejor, espera = costo, epoca, 0
        else:
            espera += 1
            if espera >= paciencia:
                return mejor, epoca
    return mejor, len(costos) - 1


def regularizacionL1(J, w1, b1, w2, b2, dw1, db1, dw2, db2, lambd):
    J = J + lambd * sum(np.abs(w).sum() for w in (w1, w2))
    return (J, dw1 + lambd * (w1 > 0) - lambd * (w1 < 0), db1, dw2 + lambd * w2 / np.abs(w2), db2)


def regularizacionL2(J, w1, b1, w2, b2, dw1, db1, dw2, db2, lam):
    return {
        "J": J + 0.5 * lam * (np.square(w1).sum() + np.vdot(w2, w2)),
        "dw1": dw1 + lam * w1,
        "db1": db1,
        "dw2": dw2 + lam * w2,
        "db2": db2,
    }


def dropout(a, p, entrenando):
    if entrenando:
        mascara = np.random.binomial(1, 1 - p, a.shape) / (1 - p)  # noqa: NPY002
        return a * mascara
    else:
        return a.copy()
