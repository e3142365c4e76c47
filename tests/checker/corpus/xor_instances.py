"""XOR one instance at a time with np.outer, the network as a class, targets of shape (m,)."""

from .case import Form, Style

STYLE = Style(
    "instances",
    "xor",
    Form(rows=True, in_out=True, bias="row", labels="flat"),
    '''import numpy as np


class Red:
    """Guarda los parámetros de la red y sabe predecir."""

    def __init__(self, w1, b1, w2, b2):
        self.w1, self.b1, self.w2, self.b2 = w1, b1, w2, b2

    @staticmethod
    def sigma(z):
        return 0.5 * (1 + np.tanh(z / 2))

    def adelante(self, X):
        oculta = self.sigma(X @ self.w1 + self.b1)
        return oculta, self.sigma(oculta @ self.w2 + self.b2)

    def paso(self, lr, dw1, db1, dw2, db2):
        self.w1 = self.w1 - lr * dw1
        self.b1 = self.b1 - lr * db1
        self.w2 = self.w2 - lr * dw2
        self.b2 = self.b2 - lr * db2


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    dw1, db1 = np.zeros_like(w1), np.zeros_like(b1)
    dw2, db2 = np.zeros_like(w2), np.zeros_like(b2)
    for xi, yi, oculta, salida in zip(X, y, a1, a2):
        e = salida - yi
        d = (w2 @ e) * oculta * (1 - oculta)
        dw2 += np.outer(oculta, e)
        db2 += e
        dw1 += np.outer(xi, d)
        db1 += d
    total = len(X)
    return dw1 / total, db1 / total, dw2 / total, db2 / total


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    red = Red(w1, b1, w2, b2)
    for _ in range(epocas):
        a1, a2 = red.adelante(X)
        gradientes = backProp(X, y, red.w1, red.w2, red.b1, red.b2, a2, a1)
        red.paso(lr, *gradientes)
    return red.w1, red.b1, red.w2, red.b2
''',
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_sign", ("e = salida - yi", "e = yi - salida")),
    _planted("output_derivative_only", ("e = salida - yi", "e = (salida - yi) / (salida * (1 - salida))")),
    _planted("mean_missing", ("dw2 / total, db2 / total", "dw2 / total, db2")),
    _planted("mean_twice", ("db1 += d\n", "db1 += d / len(X)\n")),
    _planted("mean_wrong_size", ("total = len(X)", "total = len(w1)")),
    _planted("sign_hidden", ("d = (w2 @ e)", "d = -(w2 @ e)")),
    _planted("transpose_missing", ("np.outer(oculta, e)", "np.outer(e, oculta)")),
    _planted("transpose_missing", ("np.outer(xi, d)", "np.outer(d, xi)"), detail="dw1"),
    _planted("transpose_missing", ("(w2 @ e)", "(w2.T @ e)"), detail="w2"),
    _planted("wrong_input", ("np.outer(xi, d)", "np.outer(oculta, d)")),
    _planted("bias_total", ("db1 += d\n", "db1 += d.sum()\n")),
    _planted("derivative_missing", ("(w2 @ e) * oculta * (1 - oculta)", "w2 @ e")),
    _planted(
        "derivative_twice",
        ("(w2 @ e) * oculta * (1 - oculta)", "(w2 @ e) * (oculta - oculta**2) * (oculta - oculta**2)"),
    ),
    _planted("derivative_other", ("oculta * (1 - oculta)", "(1 - oculta**2)")),
    _planted("w2_missing", ("(w2 @ e)", "e")),
    _planted("argument_mutated", ("e = salida - yi", "salida -= yi\n        e = salida")),
    _planted("not_updated", ("        self.w2 = self.w2 - lr * dw2\n", "")),
    _planted("lr_missing", ("red.paso(lr, *", "red.paso(1, *")),
    _planted("epochs_wrong", ("range(epocas)", "range(epocas - 1)")),
]
