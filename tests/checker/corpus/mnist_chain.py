"""MNIST by the whole chain rule: the softmax's Jacobian row by row, everything named in Spanish."""

from .case import Form, Style

STYLE = Style(
    "chain",
    "mnist",
    Form(rows=True, in_out=True, bias="row", hidden="tanh", mean_cost=False),
    """import numpy as np

ENTRADAS, OCULTAS, SALIDAS = 784, 512, 10


def softmax(z):
    estable = z - np.amax(z, axis=1).reshape(-1, 1)
    exponenciales = np.exp(estable)
    suma = np.sum(exponenciales, axis=1).reshape(-1, 1)
    return exponenciales / suma


def tanh(z):
    return np.tanh(z)


def tanhGrad(z):
    return np.cosh(z) ** -2.0


def relu(z):
    return np.clip(z, 0, None)


def reluGrad(z):
    derivada = np.zeros_like(z, dtype=float)
    derivada[z > 0] = 1
    return derivada


def initParams():
    w1 = np.random.standard_normal((ENTRADAS, OCULTAS)) / np.sqrt(ENTRADAS)
    w2 = np.random.standard_normal((OCULTAS, SALIDAS)) / np.sqrt(OCULTAS)
    b1 = np.zeros((1, OCULTAS))
    b2 = np.zeros((1, SALIDAS))
    return w1, b1, w2, b2


def costoGlobal(y_est, y):
    # entropia cruzada categorica, suma sobre los registros
    return -np.sum(np.sum(y * np.log(y_est + 1e-10), axis=1))


def feedForward(X, w1, b1, w2, b2):
    z1 = X.dot(w1) + b1
    a1 = tanh(z1)
    z2 = a1.dot(w2) + b2
    a2 = softmax(z2)
    return a1, a2


def backProp(X, y, w1, b1, w2, b2, a1, a2):
    registros = X.shape[0]
    dL_da2 = -y / np.maximum(a2, 1e-12)
    dL_dz2 = np.zeros_like(a2)
    for r in range(registros):
        jacobiano = np.diag(a2[r]) - np.outer(a2[r], a2[r])
        dL_dz2[r] = jacobiano.dot(dL_da2[r])
    dw2 = a1.T.dot(dL_dz2) / registros
    db2 = np.sum(dL_dz2, axis=0).reshape(1, -1) / registros
    dL_da1 = dL_dz2.dot(w2.T)
    z1 = X.dot(w1) + b1
    dL_dz1 = dL_da1 * tanhGrad(z1)
    dw1 = X.T.dot(dL_dz1) / registros
    db1 = np.sum(dL_dz1, axis=0).reshape(1, -1) / registros
    return [dw1, db1, dw2, db2]


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    while epocas > 0:
        a1, a2 = feedForward(X, w1, b1, w2, b2)
        dw1, db1, dw2, db2 = backProp(X, y, w1, b1, w2, b2, a1, a2)
        w1 = w1 - lr * dw1
        w2 = w2 - lr * dw2
        b1 = b1 - lr * db1
        b2 = b2 - lr * db2
        epocas -= 1
    return w1, b1, w2, b2


def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    generador = np.random.default_rng()
    for _ in range(epocas):
        mezcla = generador.permutation(len(X))
        X, y = X[mezcla], y[mezcla]
        inicio = 0
        while inicio < len(X):
            Xm = X[inicio:inicio + batch_size]
            ym = y[inicio:inicio + batch_size]
            am1, am2 = feedForward(Xm, w1, b1, w2, b2)
            dw1, db1, dw2, db2 = backProp(Xm, ym, w1, b1, w2, b2, am1, am2)
            w1, b1, w2, b2 = w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2
            inicio += batch_size
    return w1, b1, w2, b2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_derivative_only", ("jacobiano.dot(dL_da2[r])", "dL_da2[r]")),
    _planted(
        "output_derivative_only",
        ("dL_dz2[r] = jacobiano.dot(dL_da2[r])", "dL_dz2[r] = np.diag(a2[r] * (1 - a2[r])).dot(dL_da2[r])"),
        detail="diagonal",
    ),
    _planted("softmax_jacobian", ("dL_da2 = -y / np.maximum(a2, 1e-12)", "dL_da2 = a2 - y")),
    _planted("output_sign", ("dL_da2 = -y /", "dL_da2 = y /")),
    _planted(
        "softmax_axis",
        ("np.amax(z, axis=1).reshape(-1, 1)", "np.amax(z, axis=0)"),
        ("np.sum(exponenciales, axis=1).reshape(-1, 1)", "np.sum(exponenciales, axis=0)"),
    ),
    _planted("softmax_total", ("np.sum(exponenciales, axis=1).reshape(-1, 1)", "np.sum(exponenciales)")),
    _planted(
        "softmax_unstable",
        ("    estable = z - np.amax(z, axis=1).reshape(-1, 1)\n", ""),
        ("np.exp(estable)", "np.exp(z)"),
    ),
    _planted("helper_wrong", ("np.cosh(z) ** -2.0", "np.sinh(z) ** -2.0"), detail="tanhGrad"),
    _planted("helper_wrong", ("derivada[z > 0] = 1", "derivada[z < 0] = 1"), detail="reluGrad"),
    _planted("init_shape", ("standard_normal((ENTRADAS, OCULTAS))", "standard_normal((OCULTAS, ENTRADAS))")),
    _planted(
        "init_integer",
        (
            "np.random.standard_normal((ENTRADAS, OCULTAS)) / np.sqrt(ENTRADAS)",
            "np.random.randint(-2, 3, (ENTRADAS, OCULTAS))",
        ),
    ),
    _planted("cost_sign", ("return -np.sum(", "return np.sum(")),
    _planted(
        "cost_other_loss",
        (
            "-np.sum(np.sum(y * np.log(y_est + 1e-10), axis=1))",
            "-np.sum(y * np.log(y_est + 1e-10) + (1 - y) * np.log(1 - y_est + 1e-10))",
        ),
    ),
    _planted("cost_base", ("np.log(y_est + 1e-10)", "np.log2(y_est + 1e-10)")),
    _planted("bias_broadcast", ("X.dot(w1) + b1\n    a1", "X.dot(w1) + b1.reshape(-1, 1)\n    a1")),
    _planted("activation_other", ("a1 = tanh(z1)", "a1 = softmax(z1)")),
    _planted("mean_missing", ("dw1 = X.T.dot(dL_dz1) / registros", "dw1 = X.T.dot(dL_dz1)")),
    _planted(
        "mean_wrong_size",
        ("registros = X.shape[0]\n", "registros = X.shape[0]\n    divisor = X.shape[1]\n"),
        ("dw1 = X.T.dot(dL_dz1) / registros", "dw1 = X.T.dot(dL_dz1) / divisor"),
        detail="dw1",
    ),
    _planted(
        "mean_twice", ("dL_da1 = dL_dz2.dot(w2.T)", "dL_da1 = dL_dz2.dot(w2.T) / registros"), detail="hidden"
    ),
    _planted("sign_hidden", ("dL_da1 = dL_dz2.dot(w2.T)", "dL_da1 = -dL_dz2.dot(w2.T)")),
    _planted("elementwise", ("a1.T.dot(dL_dz2)", "(a1.T * dL_dz2)")),
    _planted("bias_axis", ("np.sum(dL_dz1, axis=0)", "np.sum(dL_dz1, axis=1)")),
    _planted("bias_not_summed", ("np.sum(dL_dz2, axis=0).reshape(1, -1) / registros", "dL_dz2 / registros")),
    _planted("derivative_twice", ("dL_dz1 = dL_da1 * tanhGrad(z1)", "dL_dz1 = dL_da1 * tanhGrad(z1) ** 2")),
    _planted("derivative_of_a", ("tanhGrad(z1)", "tanhGrad(a1)")),
    _planted("derivative_missing", ("dL_dz1 = dL_da1 * tanhGrad(z1)", "dL_dz1 = dL_da1")),
    _planted("dw2_for_w2", ("dL_dz2.dot(w2.T)", "dL_dz2.dot(dw2.T)")),
    _planted("w2_updated", ("dL_da1 = dL_dz2", "w2 = w2 - 0.05 * dw2\n    dL_da1 = dL_dz2")),
    _planted("w2_missing", ("dL_dz2.dot(w2.T)", "dL_dz2.dot(np.ones_like(w2).T)")),
    _planted(
        "names_swapped",
        ("return [dw1, db1, dw2, db2]", 'return {"dw1": dw2, "db1": db2, "dw2": dw1, "db2": db1}'),
        (
            "        dw1, db1, dw2, db2 = backProp(X, y, w1, b1, w2, b2, a1, a2)\n",
            "        g = backProp(X, y, w1, b1, w2, b2, a1, a2)\n"
            "        dw1, db1, dw2, db2 = g['dw1'], g['db1'], g['dw2'], g['db2']\n",
        ),
        (
            "            dw1, db1, dw2, db2 = backProp(Xm, ym, w1, b1, w2, b2, am1, am2)\n",
            "            g = backProp(Xm, ym, w1, b1, w2, b2, am1, am2)\n"
            "            dw1, db1, dw2, db2 = g['dw1'], g['db1'], g['dw2'], g['db2']\n",
        ),
    ),
    _planted("nothing_returned", ("    return [dw1, db1, dw2, db2]\n", "    [dw1, db1, dw2, db2]\n")),
    _planted(
        "nothing_returned",
        ("    a2 = softmax(z2)\n    return a1, a2\n", "    a2 = softmax(z2)\n"),
        detail="feedForward",
    ),
    _planted(
        "argument_mutated",
        ("dL_dz1 = dL_da1 * tanhGrad(z1)", "dL_dz1 = np.multiply(dL_da1, tanhGrad(z1), out=a1)"),
    ),
    _planted("integer_truncation", ("dL_dz2 = np.zeros_like(a2)", "dL_dz2 = np.zeros_like(y, dtype=int)")),
    _planted(
        "uphill",
        (
            "w1, b1, w2, b2 = w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2",
            "w1, b1, w2, b2 = w1 + lr * dw1, b1 + lr * db1, w2 + lr * dw2, b2 + lr * db2",
        ),
    ),
    _planted(
        "stale",
        ("            am1, am2 = feedForward(Xm, w1, b1, w2, b2)\n", ""),
        ("        inicio = 0\n", "        inicio = 0\n        t1, t2 = feedForward(X, w1, b1, w2, b2)\n"),
        (
            "Xm, ym, w1, b1, w2, b2, am1, am2)",
            "Xm, ym, w1, b1, w2, b2, t1[inicio:inicio + batch_size], t2[inicio:inicio + batch_size])",
        ),
        detail="minibatch",
    ),
    _planted(
        "lr_missing",
        (
            "        w1 = w1 - lr * dw1\n        w2 = w2 - lr * dw2\n"
            "        b1 = b1 - lr * db1\n        b2 = b2 - lr * db2\n",
            "        w1 = w1 - dw1\n        w2 = w2 - dw2\n        b1 = b1 - db1\n        b2 = b2 - db2\n",
        ),
    ),
    _planted("not_updated", ("        b2 = b2 - lr * db2\n", "")),
    _planted("pairs_broken", ("X, y = X[mezcla], y[mezcla]", "X = X[mezcla]")),
    _planted("batch_lost", ("while inicio < len(X):", "while inicio + batch_size < len(X) + 1:")),
    _planted(
        "batch_repeated",
        ("            inicio += batch_size\n", "            inicio += max(1, batch_size // 2)\n"),
        detail="half",
    ),
    _planted(
        "full_mean",
        (
            "            dw1, db1, dw2, db2 = backProp(Xm, ym, w1, b1, w2, b2, am1, am2)\n",
            "            f = len(Xm) / len(X)\n"
            "            grads = backProp(Xm, ym, w1, b1, w2, b2, am1, am2)\n"
            "            dw1, db1, dw2, db2 = [f * g for g in grads]\n",
        ),
    ),
    _planted("epochs_wrong", ("while epocas > 0:", "while epocas >= 0:")),
]
