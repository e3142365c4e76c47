"""XOR without one product of matrices: loops over instances and neurons."""

from .case import Form, Style

STYLE = Style(
    "loops",
    "xor",
    Form(rows=True, bias="flat"),
    """import math

import numpy as np


def sigmoide(x):
    return 1 / (1 + math.exp(-x))


def propagar(X, w1, b1, w2, b2):
    m = X.shape[0]
    a1 = np.zeros((m, w1.shape[0]))
    a2 = np.zeros((m, w2.shape[0]))
    for i in range(m):
        for j in range(w1.shape[0]):
            suma = b1[j]
            for k in range(w1.shape[1]):
                suma += w1[j, k] * X[i, k]
            a1[i, j] = sigmoide(suma)
        for j in range(w2.shape[0]):
            suma = b2[j]
            for k in range(w2.shape[1]):
                suma += w2[j, k] * a1[i, k]
            a2[i, j] = sigmoide(suma)
    return a1, a2


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    m, entradas = X.shape
    ocultas = w1.shape[0]
    salidas = w2.shape[0]
    dw1 = np.zeros((ocultas, entradas))
    db1 = np.zeros(ocultas)
    dw2 = np.zeros((salidas, ocultas))
    db2 = np.zeros(salidas)
    for i in range(m):
        d2 = np.zeros(salidas)
        for k in range(salidas):
            d2[k] = a2[i, k] - y[i, k]
            db2[k] += d2[k]
            for j in range(ocultas):
                dw2[k, j] += d2[k] * a1[i, j]
        for j in range(ocultas):
            suma = 0.0
            for k in range(salidas):
                suma += w2[k, j] * d2[k]
            d1 = suma * a1[i, j] * (1 - a1[i, j])
            db1[j] += d1
            for n in range(entradas):
                dw1[j, n] += d1 * X[i, n]
    dw1 = dw1 / m
    db1 = db1 / m
    dw2 = dw2 / m
    db2 = db2 / m
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    contador = 0
    while contador < epocas:
        a1, a2 = propagar(X, w1, b1, w2, b2)
        dw1, db1, dw2, db2 = backProp(X, y, w1, w2, b1, b2, a2, a1)
        w1 = w1 - lr * dw1
        w2 = w2 - lr * dw2
        b1 = b1 - lr * db1
        b2 = b2 - lr * db2
        contador += 1
    return w1, b1, w2, b2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_sign", ("a2[i, k] - y[i, k]", "y[i, k] - a2[i, k]")),
    _planted("output_other_loss", ("a2[i, k] - y[i, k]", "(a2[i, k] - y[i, k]) * a2[i, k] * (1 - a2[i, k])")),
    _planted("target_missing", ("a2[i, k] - y[i, k]", "a2[i, k]")),
    _planted("mean_missing", ("    dw2 = dw2 / m\n", "")),
    _planted("mean_twice", ("dw1 = dw1 / m", "dw1 = dw1 / m / m")),
    _planted(
        "mean_wrong_size",
        ("m, entradas = X.shape\n", "m, entradas = X.shape\n    divisor = w1.shape[0]\n"),
        ("dw1 = dw1 / m", "dw1 = dw1 / divisor"),
        ("db1 = db1 / m", "db1 = db1 / divisor"),
        ("dw2 = dw2 / m", "dw2 = dw2 / divisor"),
        ("db2 = db2 / m", "db2 = db2 / divisor"),
    ),
    _planted("sign_hidden", ("suma += w2[k, j] * d2[k]", "suma -= w2[k, j] * d2[k]")),
    _planted("wrong_input", ("dw1[j, n] += d1 * X[i, n]", "dw1[j, n] += d1 * a1[i, n]")),
    _planted(
        "wrong_input",
        ("dw2[k, j] += d2[k] * a1[i, j]", "dw2[k, j] += d2[k] * X[i, j % entradas]"),
        detail="dw2",
    ),
    _planted("derivative_missing", ("d1 = suma * a1[i, j] * (1 - a1[i, j])", "d1 = suma")),
    _planted(
        "derivative_twice",
        ("d1 = suma * a1[i, j] * (1 - a1[i, j])", "d1 = suma * (a1[i, j] * (1 - a1[i, j])) ** 2"),
    ),
    _planted(
        "derivative_of_a",
        (
            "d1 = suma * a1[i, j] * (1 - a1[i, j])",
            "s = sigmoide(a1[i, j])\n            d1 = suma * s * (1 - s)",
        ),
    ),
    _planted("dw2_for_w2", ("suma += w2[k, j] * d2[k]", "suma += dw2[k, j] * d2[k]")),
    _planted("w2_missing", ("suma += w2[k, j] * d2[k]", "suma += d2[k]")),
    _planted("nothing_returned", ("    return dw1, db1, dw2, db2\n", "")),
    _planted(
        "integer_truncation",
        ("dw1 = np.zeros((ocultas, entradas))", "dw1 = np.zeros((ocultas, entradas), dtype=int)"),
        ("dw1[j, n] += d1 * X[i, n]", "dw1[j, n] = dw1[j, n] + d1 * X[i, n]"),
    ),
    _planted(
        "stale",
        ("    contador = 0\n", "    contador = 0\n    a1, a2 = propagar(X, w1, b1, w2, b2)\n"),
        ("        a1, a2 = propagar(X, w1, b1, w2, b2)\n        dw1", "        dw1"),
    ),
    _planted("epochs_wrong", ("while contador < epocas", "while contador <= epocas")),
]
