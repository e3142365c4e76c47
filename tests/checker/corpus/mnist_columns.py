"""MNIST as in the lecture: instances are columns, one-hot labels, tanh′ as a function of z."""

from .case import Form, Style

STYLE = Style(
    "columns",
    "mnist",
    Form(hidden="tanh"),
    """import numpy as np


def softmax(z):
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def tanh(z):
    return np.tanh(z)


def tanhGrad(z):
    return 1 - np.tanh(z) ** 2


def relu(z):
    return np.maximum(0, z)


def reluGrad(z):
    return (z > 0).astype(float)


def initParams():
    w1 = np.random.randn(512, 784) * 0.01
    b1 = np.zeros((512, 1))
    w2 = np.random.randn(10, 512) * 0.01
    b2 = np.zeros((10, 1))
    return w1, b1, w2, b2


def costoGlobal(y_est, y):
    m = y.shape[1]
    return -np.sum(y * np.log(y_est + 1e-12)) / m


def feedForward(X, w1, b1, w2, b2):
    z1 = np.dot(w1, X) + b1
    a1 = tanh(z1)
    # a1 = relu(z1)
    z2 = np.dot(w2, a1) + b2
    a2 = softmax(z2)
    return a1, a2


def backProp(X, y, w1, b1, w2, b2, a1, a2):
    m = X.shape[1]
    z1 = np.dot(w1, X) + b1
    dz2 = a2 - y
    dw2 = np.dot(dz2, a1.T) / m
    db2 = np.sum(dz2, axis=1, keepdims=True) / m
    da1 = np.dot(w2.T, dz2)
    dz1 = da1 * tanhGrad(z1)
    # dz1 = da1 * reluGrad(z1)
    dw1 = np.dot(dz1, X.T) / m
    db1 = np.sum(dz1, axis=1, keepdims=True) / m
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    for i in range(epocas):
        a1, a2 = feedForward(X, w1, b1, w2, b2)
        dw1, db1, dw2, db2 = backProp(X, y, w1, b1, w2, b2, a1, a2)
        w1 = w1 - lr * dw1
        b1 = b1 - lr * db1
        w2 = w2 - lr * dw2
        b2 = b2 - lr * db2
        if i % 100 == 0:
            print("Costo en la epoca", i, ":", costoGlobal(a2, y))
    return w1, b1, w2, b2


def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    m = X.shape[1]
    for epoca in range(epocas):
        orden = np.random.permutation(m)
        X_mezclado = X[:, orden]
        y_mezclado = y[:, orden]
        for inicio in range(0, m, batch_size):
            X_lote = X_mezclado[:, inicio:inicio + batch_size]
            y_lote = y_mezclado[:, inicio:inicio + batch_size]
            a1, a2 = feedForward(X_lote, w1, b1, w2, b2)
            dw1, db1, dw2, db2 = backProp(X_lote, y_lote, w1, b1, w2, b2, a1, a2)
            w1, b1 = w1 - lr * dw1, b1 - lr * db1
            w2, b2 = w2 - lr * dw2, b2 - lr * db2
    return w1, b1, w2, b2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted(
        "softmax_axis", ("np.max(z, axis=0", "np.max(z, axis=1"), ("np.sum(e, axis=0", "np.sum(e, axis=1")
    ),
    _planted("softmax_total", ("np.sum(e, axis=0, keepdims=True)", "np.sum(e)")),
    _planted("softmax_unstable", ("np.exp(z - np.max(z, axis=0, keepdims=True))", "np.exp(z)")),
    _planted("softmax_missing", ("a2 = softmax(z2)", "a2 = z2")),
    _planted("softmax_sigmoid", ("a2 = softmax(z2)", "a2 = 1 / (1 + np.exp(-z2))")),
    _planted("helper_wrong", ("return 1 - np.tanh(z) ** 2", "return 1 - np.tanh(z)"), detail="tanhGrad"),
    _planted("helper_wrong", ("return np.maximum(0, z)", "return np.minimum(0, z)"), detail="relu"),
    _planted("helper_wrong", ("return (z > 0).astype(float)", "return np.maximum(0, z)"), detail="reluGrad"),
    _planted(
        "init_large",
        ("np.random.randn(512, 784) * 0.01", "np.random.randn(512, 784)"),
        ("np.random.randn(10, 512) * 0.01", "np.random.randn(10, 512)"),
    ),
    _planted(
        "init_symmetric",
        ("np.random.randn(512, 784) * 0.01", "np.zeros((512, 784))"),
        ("np.random.randn(10, 512) * 0.01", "np.zeros((10, 512))"),
    ),
    _planted(
        "init_integer",
        ("b1 = np.zeros((512, 1))", "b1 = np.zeros((512, 1), dtype=int)"),
        ("b2 = np.zeros((10, 1))", "b2 = np.zeros((10, 1), dtype=int)"),
    ),
    _planted("init_shape", ("b1 = np.zeros((512, 1))", "b1 = np.zeros((784, 1))")),
    _planted("cost_sign", ("return -np.sum", "return np.sum")),
    _planted("cost_base", ("np.log(y_est", "np.log10(y_est")),
    _planted("cost_twice", ("/ m\n\n\ndef feedForward", "/ m / m\n\n\ndef feedForward")),
    _planted("cost_log0", ("y_est + 1e-12", "y_est")),
    _planted(
        "cost_other_loss",
        ("return -np.sum(y * np.log(y_est + 1e-12)) / m", "return np.sum((y_est - y) ** 2) / m"),
    ),
    _planted("bias_missing", ("    z1 = np.dot(w1, X) + b1\n    a1", "    z1 = np.dot(w1, X)\n    a1")),
    _planted("bias_broadcast", ("z2 = np.dot(w2, a1) + b2", "z2 = np.dot(w2, a1) + b2.ravel()")),
    _planted("activation_missing", ("a1 = tanh(z1)\n", "a1 = z1\n")),
    _planted("activation_other", ("a1 = tanh(z1)\n", "a1 = 1 / (1 + np.exp(-z1))\n")),
    _planted("output_sign", ("dz2 = a2 - y", "dz2 = y - a2")),
    _planted("output_other_loss", ("dz2 = a2 - y", "dz2 = (a2 - y) * a2 * (1 - a2)")),
    _planted(
        "softmax_jacobian",
        ("dz2 = a2 - y", "d = a2 - y\n    dz2 = a2 * (d - np.sum(d * a2, axis=0, keepdims=True))"),
    ),
    _planted("target_missing", ("dz2 = a2 - y", "dz2 = a2")),
    _planted("mean_missing", ("np.dot(dz2, a1.T) / m", "np.dot(dz2, a1.T)")),
    _planted("mean_wrong_size", ("    m = X.shape[1]\n    z1", "    m = X.shape[0]\n    z1")),
    _planted("mean_twice", ("dz2 = a2 - y", "dz2 = (a2 - y) / m")),
    _planted("sign_hidden", ("dz1 = da1 * tanhGrad(z1)", "dz1 = -da1 * tanhGrad(z1)")),
    _planted("elementwise", ("da1 = np.dot(w2.T, dz2)", "da1 = w2.T * dz2")),
    _planted("transpose_missing", ("np.dot(w2.T, dz2)", "np.dot(w2, dz2)")),
    _planted("wrong_input", ("np.dot(dz2, a1.T)", "np.dot(dz2, X.T)")),
    _planted("bias_axis", ("db2 = np.sum(dz2, axis=1", "db2 = np.sum(dz2, axis=0")),
    _planted("bias_not_summed", ("db1 = np.sum(dz1, axis=1, keepdims=True) / m", "db1 = dz1 / m")),
    _planted(
        "bias_total", ("db2 = np.sum(dz2, axis=1, keepdims=True) / m", "db2 = np.sum(dz2, keepdims=True) / m")
    ),
    _planted("derivative_missing", ("dz1 = da1 * tanhGrad(z1)", "dz1 = da1")),
    _planted("derivative_twice", ("dz1 = da1 * tanhGrad(z1)", "dz1 = da1 * tanhGrad(z1) * (1 - a1**2)")),
    _planted("derivative_of_a", ("dz1 = da1 * tanhGrad(z1)", "dz1 = da1 * tanhGrad(a1)")),
    _planted("derivative_of_z", ("dz1 = da1 * tanhGrad(z1)", "dz1 = da1 * (1 - z1**2)")),
    _planted(
        "derivative_other",
        (
            "dz1 = da1 * tanhGrad(z1)\n    # dz1 = da1 * reluGrad(z1)",
            "# dz1 = da1 * tanhGrad(z1)\n    dz1 = da1 * reluGrad(z1)",
        ),
    ),
    _planted("dw2_for_w2", ("np.dot(w2.T, dz2)", "np.dot(dw2.T, dz2)")),
    _planted(
        "w2_updated",
        ("da1 = np.dot(w2.T, dz2)", "w2_nuevo = w2 - 0.1 * dw2\n    da1 = np.dot(w2_nuevo.T, dz2)"),
    ),
    _planted("w2_missing", ("da1 = np.dot(w2.T, dz2)", "da1 = np.sum(dz2, axis=0, keepdims=True)")),
    _planted("names_swapped", ("    return dw1, db1, dw2, db2\n", "    return dw2, db2, dw1, db1\n")),
    _planted("nothing_returned", ("    return dw1, db1, dw2, db2\n", "    dw1, db1, dw2, db2\n")),
    _planted("argument_mutated", ("dz2 = a2 - y", "dz2 = a2\n    dz2 -= y")),
    _planted(
        "uphill",
        ("w1 = w1 - lr * dw1", "w1 = w1 + lr * dw1"),
        ("b1 = b1 - lr * db1\n", "b1 = b1 + lr * db1\n"),
        ("w2 = w2 - lr * dw2", "w2 = w2 + lr * dw2"),
        ("b2 = b2 - lr * db2\n        if", "b2 = b2 + lr * db2\n        if"),
    ),
    _planted("stale", ("        a1, a2 = feedForward(X, w1, b1, w2, b2)\n", "")),
    _planted("stale", ("            a1, a2 = feedForward(X_lote, w1, b1, w2, b2)\n", ""), detail="minibatch"),
    _planted("not_updated", ("        b1 = b1 - lr * db1\n", "")),
    _planted("batch_lost", ("range(0, m, batch_size)", "range(0, m - batch_size + 1, batch_size)")),
    _planted(
        "batch_repeated",
        ("X_mezclado[:, inicio:inicio + batch_size]", "X_mezclado[:, inicio:inicio + batch_size + 1]"),
        ("y_mezclado[:, inicio:inicio + batch_size]", "y_mezclado[:, inicio:inicio + batch_size + 1]"),
    ),
    _planted("pairs_broken", ("y_mezclado = y[:, orden]", "y_mezclado = y")),
    _planted(
        "full_mean",
        (
            "w1, b1 = w1 - lr * dw1, b1 - lr * db1",
            "f = X_lote.shape[1] / m\n            w1, b1 = w1 - lr * f * dw1, b1 - lr * f * db1",
        ),
        ("w2, b2 = w2 - lr * dw2, b2 - lr * db2", "w2, b2 = w2 - lr * f * dw2, b2 - lr * f * db2"),
    ),
    _planted(
        "batch_ignored",
        ("feedForward(X_lote, w1", "feedForward(X, w1"),
        ("backProp(X_lote, y_lote, w1", "backProp(X, y, w1"),
    ),
    _planted("epochs_wrong", ("for i in range(epocas)", "for i in range(epocas + 1)")),
]
