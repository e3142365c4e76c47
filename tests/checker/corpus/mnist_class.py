"""MNIST with a class inside, integer labels made one-hot, updates in place, a batch's gradient in the loop."""

from .case import Form, Style

STYLE = Style(
    "class",
    "mnist",
    Form(labels="integer", hidden="tanh"),
    """import numpy as np


def unoAHot(y):
    return np.eye(10)[y].T


def softmax(z):
    e = np.exp(z - z.max(0))
    return np.divide(e, e.sum(0))


def tanh(z):
    return np.tanh(z)


def tanhGrad(z):
    return 1.0 - np.square(z)


def relu(z):
    return np.where(z > 0, z, 0)


def reluGrad(z):
    return np.where(z > 0, 1, 0)


def initParams():
    np.random.seed(0)
    w1 = np.random.normal(scale=0.05, size=(512, 784))
    w2 = np.random.normal(scale=0.05, size=(10, 512))
    return w1, np.zeros((512, 1)), w2, np.zeros((10, 1))


def costoGlobal(y_est, y):
    return np.mean(-np.log(np.sum(unoAHot(y) * y_est, axis=0) + 1e-15))


class Capa:
    def __init__(self, w, b, activacion):
        self.w, self.b, self.activacion = w, b, activacion

    def __call__(self, entrada):
        return self.activacion(np.matmul(self.w, entrada) + self.b)


def feedForward(X, w1, b1, w2, b2):
    oculta = Capa(w1, b1, tanh)
    salida = Capa(w2, b2, softmax)
    a1 = oculta(X)
    return a1, salida(a1)


def backProp(X, y, w1, b1, w2, b2, a1, a2):
    n = X.shape[1]

    def promedio(delta, entrada):
        return np.matmul(delta, entrada.T) / n, delta.mean(axis=1, keepdims=True)

    delta2 = a2 - unoAHot(y)
    dw2, db2 = promedio(delta2, a1)
    delta1 = np.matmul(w2.T, delta2) * tanhGrad(a1)
    dw1, db1 = promedio(delta1, X)
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    costos = []
    for _ in range(epocas):
        a1, a2 = feedForward(X, w1, b1, w2, b2)
        for parametro, gradiente in zip((w1, b1, w2, b2), backProp(X, y, w1, b1, w2, b2, a1, a2)):
            parametro -= lr * gradiente
        costos += [costoGlobal(a2, y)]
    return w1, b1, w2, b2, costos


def lotes(m, tamano):
    orden = np.random.permutation(m)
    for i in range(0, m, tamano):
        yield orden[i:i + tamano]


def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    for _ in range(epocas):
        for indices in lotes(X.shape[1], batch_size):
            x_lote, y_lote = X[:, indices], y[indices]
            nb = len(indices)
            a1, a2 = feedForward(x_lote, w1, b1, w2, b2)
            d2 = a2 - unoAHot(y_lote)
            d1 = (w2.T @ d2) * tanhGrad(a1)
            w2 -= lr / nb * d2 @ a1.T
            b2 -= lr / nb * d2.sum(axis=1, keepdims=True)
            w1 -= lr / nb * d1 @ x_lote.T
            b1 -= lr / nb * d1.sum(axis=1, keepdims=True)
    return w1, b1, w2, b2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("helper_wrong", ("np.where(z > 0, z, 0)", "np.where(z > 0, z, 1)"), detail="relu"),
    _planted("helper_wrong", ("1.0 - np.square(z)", "1.0 - np.abs(z)"), detail="tanhGrad"),
    _planted(
        "softmax_axis", ("z.max(0)", "z.max(1, keepdims=True)"), ("e.sum(0)", "e.sum(1, keepdims=True)")
    ),
    _planted("softmax_total", ("e.sum(0)", "e.sum()")),
    _planted(
        "softmax_sigmoid",
        ("salida = Capa(w2, b2, softmax)", "salida = Capa(w2, b2, lambda z: 1 / (1 + np.exp(-z)))"),
    ),
    _planted(
        "activation_other",
        ("oculta = Capa(w1, b1, tanh)", "oculta = Capa(w1, b1, lambda z: 1 / (1 + np.exp(-z)))"),
    ),
    _planted("activation_missing", ("oculta = Capa(w1, b1, tanh)", "oculta = Capa(w1, b1, lambda z: z)")),
    _planted(
        "bias_missing", ("np.matmul(self.w, entrada) + self.b", "np.matmul(self.w, entrada)"), detail="both"
    ),
    _planted(
        "bias_broadcast", ("np.matmul(self.w, entrada) + self.b", "np.matmul(self.w, entrada) + self.b.sum()")
    ),
    _planted(
        "init_symmetric",
        ("np.random.normal(scale=0.05, size=(512, 784))", "np.full((512, 784), 0.05)"),
        ("np.random.normal(scale=0.05, size=(10, 512))", "np.full((10, 512), 0.05)"),
    ),
    _planted(
        "init_large",
        ("scale=0.05, size=(512", "scale=3, size=(512"),
        ("scale=0.05, size=(10", "scale=3, size=(10"),
    ),
    _planted("init_shape", ("np.zeros((10, 1))", "np.zeros((512, 1))")),
    _planted("cost_base", ("-np.log(np.sum", "-np.log2(np.sum")),
    _planted("cost_twice", ("+ 1e-15))", "+ 1e-15)) / len(y)")),
    _planted("cost_log0", (" + 1e-15", "")),
    _planted("output_sign", ("delta2 = a2 - unoAHot(y)\n", "delta2 = unoAHot(y) - a2\n")),
    _planted(
        "output_other_loss",
        ("delta2 = a2 - unoAHot(y)\n", "delta2 = 2 * (a2 - unoAHot(y)) * a2 * (1 - a2)\n"),
    ),
    _planted("target_missing", ("delta2 = a2 - unoAHot(y)\n", "delta2 = a2\n")),
    _planted("onehot_shift", ("np.eye(10)[y].T", "np.eye(10)[y - 1].T")),
    _planted(
        "onehot_shift",
        ("delta2 = a2 - unoAHot(y)\n", "delta2 = a2 - np.eye(11)[y + 1].T[:10]\n"),
        detail="eleven",
    ),
    _planted(
        "softmax_jacobian",
        (
            "delta2 = a2 - unoAHot(y)\n",
            "delta2 = a2 - unoAHot(y)\n    delta2 = a2 * delta2 - a2 * (a2 * delta2).sum(0)\n",
        ),
    ),
    _planted(
        "mean_missing",
        ("np.matmul(delta, entrada.T) / n, delta", "np.matmul(delta, entrada.T), delta"),
        detail="weights",
    ),
    _planted("mean_twice", ("delta.mean(axis=1, keepdims=True)", "delta.mean(axis=1, keepdims=True) / n")),
    _planted("mean_wrong_size", ("    n = X.shape[1]\n", "    n = X.shape[0]\n")),
    _planted(
        "sign_hidden",
        (
            "delta1 = np.matmul(w2.T, delta2) * tanhGrad(a1)",
            "delta1 = np.matmul(w2.T, delta2) * -tanhGrad(a1)",
        ),
    ),
    _planted("elementwise", ("np.matmul(w2.T, delta2)", "np.multiply(w2.T, delta2)")),
    _planted("transpose_missing", ("np.matmul(delta, entrada.T)", "np.matmul(delta, entrada)")),
    _planted("wrong_input", ("promedio(delta2, a1)", "promedio(delta2, X)")),
    _planted("wrong_input", ("promedio(delta1, X)", "promedio(delta1, a1)"), detail="dw1"),
    _planted("bias_axis", ("delta.mean(axis=1, keepdims=True)", "delta.mean(axis=0, keepdims=True)")),
    _planted("bias_total", ("delta.mean(axis=1, keepdims=True)", "delta.sum() / n")),
    _planted("bias_not_summed", ("/ n, delta.mean(axis=1, keepdims=True)", "/ n, delta / n")),
    _planted(
        "derivative_missing",
        ("delta1 = np.matmul(w2.T, delta2) * tanhGrad(a1)", "delta1 = np.matmul(w2.T, delta2)"),
    ),
    _planted(
        "derivative_other",
        (
            "delta1 = np.matmul(w2.T, delta2) * tanhGrad(a1)",
            "delta1 = np.matmul(w2.T, delta2) * a1 * (1 - a1)",
        ),
    ),
    _planted(
        "derivative_of_z",
        (
            "delta1 = np.matmul(w2.T, delta2) * tanhGrad(a1)",
            "delta1 = np.matmul(w2.T, delta2) * tanhGrad(np.matmul(w1, X) + b1)",
        ),
    ),
    _planted("dw2_for_w2", ("np.matmul(w2.T, delta2)", "np.matmul(dw2.T, delta2)")),
    _planted("w2_updated", ("    delta1 = np", "    w2 = w2 - dw2\n    delta1 = np")),
    _planted(
        "names_swapped",
        ("dw2, db2 = promedio(delta2, a1)", "dw1, db1 = promedio(delta2, a1)"),
        ("dw1, db1 = promedio(delta1, X)", "dw2, db2 = promedio(delta1, X)"),
    ),
    _planted("nothing_returned", ("    return dw1, db1, dw2, db2\n", "")),
    _planted(
        "argument_mutated",
        ("delta2 = a2 - unoAHot(y)\n", "a2 -= unoAHot(y)\n    delta2 = a2\n"),
        ("        costos += [costoGlobal(a2, y)]\n", ""),
    ),
    _planted("uphill", ("parametro -= lr", "parametro += lr")),
    _planted("lr_missing", ("parametro -= lr * gradiente", "parametro -= gradiente")),
    _planted("stale", ("        a1, a2 = feedForward(X, w1, b1, w2, b2)\n        for", "        for")),
    _planted(
        "not_updated", ("            b2 -= lr / nb * d2.sum(axis=1, keepdims=True)\n", ""), detail="minibatch"
    ),
    _planted(
        "not_updated",
        ("parametro -= lr * gradiente", "parametro = parametro - lr * gradiente"),
        detail="rebound",
    ),
    _planted(
        "w2_updated",
        ("            d1 = (w2.T @ d2) * tanhGrad(a1)\n", ""),
        (
            "            w1 -= lr / nb * d1",
            "            d1 = (w2.T @ d2) * tanhGrad(a1)\n            w1 -= lr / nb * d1",
        ),
        detail="minibatch",
    ),
    _planted("full_mean", ("nb = len(indices)", "nb = X.shape[1]")),
    _planted("batch_lost", ("range(0, m, tamano)", "range(0, m - m % tamano, tamano)")),
    _planted(
        "batch_repeated",
        ("        yield orden[i:i + tamano]\n", "        yield orden[i:i + tamano]\n    yield orden[i:]\n"),
    ),
    _planted("pairs_broken", ("X[:, indices], y[indices]", "X[:, indices], y[:len(indices)]")),
    _planted(
        "batch_ignored",
        (
            "x_lote, y_lote = X[:, indices], y[indices]\n            nb = len(indices)",
            "x_lote, y_lote = X, y\n            nb = len(y)",
        ),
    ),
    _planted(
        "epochs_wrong",
        (
            "    for _ in range(epocas):\n        for indices",
            "    for _ in range(batch_size):\n        for indices",
        ),
    ),
]
