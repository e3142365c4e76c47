"""XOR as in the lecture: instances are columns, products with np.dot, the mean in every gradient."""

from .case import Form, Style

STYLE = Style(
    "columns",
    "xor",
    Form(),
    """import numpy as np

# Taller XOR: X es de 3 x m, cada columna es un registro


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def sigmoideGrad(a):
    # recibe la activacion, no z
    return a * (1 - a)


def feedForward(X, w1, b1, w2, b2):
    z1 = np.dot(w1, X) + b1
    a1 = sigmoide(z1)
    z2 = np.dot(w2, a1) + b2
    a2 = sigmoide(z2)
    return a1, a2


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    m = X.shape[1]
    dz2 = a2 - y
    dw2 = np.dot(dz2, a1.T) / m
    db2 = np.sum(dz2, axis=1, keepdims=True) / m
    da1 = np.dot(w2.T, dz2)
    dz1 = da1 * sigmoideGrad(a1)
    dw1 = np.dot(dz1, X.T) / m
    db1 = np.sum(dz1, axis=1, keepdims=True) / m
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    costos = []
    for i in range(epocas):
        a1, a2 = feedForward(X, w1, b1, w2, b2)
        costos.append(-np.mean(y * np.log(a2 + 1e-9) + (1 - y) * np.log(1 - a2 + 1e-9)))
        dw1, db1, dw2, db2 = backProp(X, y, w1, w2, b1, b2, a2, a1)
        w1 = w1 - lr * dw1
        b1 = b1 - lr * db1
        w2 = w2 - lr * dw2
        b2 = b2 - lr * db2
    return w1, b1, w2, b2, costos
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_sign", ("dz2 = a2 - y", "dz2 = y - a2")),
    _planted("output_other_loss", ("dz2 = a2 - y", "dz2 = (a2 - y) * sigmoideGrad(a2)")),
    _planted("output_other_loss", ("dz2 = a2 - y", "dz2 = 2 * (a2 - y) * a2 * (1 - a2)"), detail="factor-2"),
    _planted("output_derivative_only", ("dz2 = a2 - y", "dz2 = (a2 - y) / (a2 * (1 - a2))")),
    _planted("target_missing", ("dz2 = a2 - y", "dz2 = a2")),
    _planted(
        "mean_missing",
        ("db2 = np.sum(dz2, axis=1, keepdims=True) / m", "db2 = np.sum(dz2, axis=1, keepdims=True)"),
    ),
    _planted("mean_missing", ("np.dot(dz1, X.T) / m", "np.dot(dz1, X.T)"), detail="dw1"),
    _planted("mean_twice", ("dz2 = a2 - y", "dz2 = (a2 - y) / m")),
    _planted("mean_wrong_size", ("m = X.shape[1]", "m = X.shape[0]")),
    _planted("sign_hidden", ("da1 = np.dot(w2.T, dz2)", "da1 = -np.dot(w2.T, dz2)")),
    _planted("elementwise", ("dw2 = np.dot(dz2, a1.T) / m", "dw2 = dz2 * a1 / m")),
    _planted("elementwise", ("dw1 = np.dot(dz1, X.T) / m", "dw1 = dz1 * X.T / m"), detail="dw1"),
    _planted("transpose_missing", ("np.dot(dz2, a1.T)", "np.dot(dz2, a1)")),
    _planted("transpose_missing", ("np.dot(dz1, X.T)", "np.dot(dz1, X)"), detail="dw1"),
    _planted("transpose_missing", ("np.dot(w2.T, dz2)", "np.dot(w2, dz2)"), detail="w2"),
    _planted("wrong_input", ("np.dot(dz2, a1.T)", "np.dot(dz2, X.T)")),
    _planted("wrong_input", ("np.dot(dz1, X.T)", "np.dot(dz1, a1.T)"), detail="dw1"),
    _planted("bias_axis", ("db1 = np.sum(dz1, axis=1", "db1 = np.sum(dz1, axis=0")),
    _planted("bias_not_summed", ("db2 = np.sum(dz2, axis=1, keepdims=True) / m", "db2 = dz2 / m")),
    _planted("bias_total", ("db1 = np.sum(dz1, axis=1, keepdims=True) / m", "db1 = np.sum(dz1) / m")),
    _planted("derivative_missing", ("dz1 = da1 * sigmoideGrad(a1)", "dz1 = da1")),
    _planted(
        "derivative_twice", ("dz1 = da1 * sigmoideGrad(a1)", "dz1 = da1 * sigmoideGrad(a1) * a1 * (1 - a1)")
    ),
    _planted(
        "derivative_of_z",
        ("dz1 = da1 * sigmoideGrad(a1)", "z1 = np.dot(w1, X) + b1\n    dz1 = da1 * sigmoideGrad(z1)"),
    ),
    _planted("derivative_of_a", ("    return a * (1 - a)\n", "    return sigmoide(a) * (1 - sigmoide(a))\n")),
    _planted("derivative_other", ("dz1 = da1 * sigmoideGrad(a1)", "dz1 = da1 * (1 - a1**2)")),
    _planted("dw2_for_w2", ("np.dot(w2.T, dz2)", "np.dot(dw2.T, dz2)")),
    _planted("w2_updated", ("da1 = np.dot(w2.T, dz2)", "w2 = w2 - 0.1 * dw2\n    da1 = np.dot(w2.T, dz2)")),
    _planted("w2_missing", ("dz1 = da1 * sigmoideGrad(a1)", "dz1 = dz2 * sigmoideGrad(a1)")),
    _planted("names_swapped", ("    return dw1, db1, dw2, db2\n", "    return dw2, db2, dw1, db1\n")),
    _planted("nothing_returned", ("    return dw1, db1, dw2, db2\n", "    print(dw1, db1, dw2, db2)\n")),
    _planted("argument_mutated", ("dz2 = a2 - y", "a2 -= y\n    dz2 = a2")),
    _planted("integer_truncation", ("dz2 = a2 - y", "dz2 = np.zeros_like(y)\n    dz2[:] = a2 - y")),
    _planted(
        "uphill",
        ("w1 = w1 - lr * dw1", "w1 = w1 + lr * dw1"),
        ("b1 = b1 - lr * db1", "b1 = b1 + lr * db1"),
        ("w2 = w2 - lr * dw2", "w2 = w2 + lr * dw2"),
        ("b2 = b2 - lr * db2", "b2 = b2 + lr * db2"),
    ),
    _planted("stale", ("        a1, a2 = feedForward(X, w1, b1, w2, b2)\n", "")),
    _planted("not_updated", ("        w1 = w1 - lr * dw1\n", "")),
    _planted(
        "lr_missing",
        ("w2 = w2 - lr * dw2", "w2 = w2 - dw2"),
        ("w1 = w1 - lr * dw1", "w1 = w1 - dw1"),
        ("b1 = b1 - lr * db1", "b1 = b1 - db1"),
        ("b2 = b2 - lr * db2", "b2 = b2 - db2"),
    ),
    _planted("epochs_wrong", ("range(epocas)", "range(1, epocas)")),
]
