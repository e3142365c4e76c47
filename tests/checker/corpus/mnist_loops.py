"""MNIST image by image: loops over the columns, np.outer, batches counted with ceil, no shuffling."""

from .case import Form, Style

STYLE = Style(
    "loops",
    "mnist",
    Form(hidden="tanh"),
    """import numpy as np


def softmax(z):
    z = np.array(z, dtype=float)
    if z.ndim == 1:
        e = np.exp(z - max(z))
        return e / sum(e)
    resultado = np.zeros(z.shape)
    for j in range(z.shape[1]):
        columna = z[:, j]
        e = np.exp(columna - columna.max())
        resultado[:, j] = e / e.sum()
    return resultado


def tanh(z):
    return np.sinh(z) / np.cosh(z)


def tanhGrad(z):
    t = tanh(z)
    return 1 - t * t


def relu(z):
    return (np.abs(z) + z) / 2


def reluGrad(z):
    return np.array(z >= 0, dtype=float)


def initParams():
    limite = np.sqrt(6 / (784 + 512))
    w1 = np.random.uniform(-limite, limite, (512, 784))
    b1 = np.random.uniform(-0.01, 0.01, (512, 1))
    limite = np.sqrt(6 / (512 + 10))
    w2 = np.random.uniform(-limite, limite, (10, 512))
    b2 = np.random.uniform(-0.01, 0.01, (10, 1))
    return w1, b1, w2, b2


def costoGlobal(y_est, y):
    total = 0.0
    clases, m = y.shape
    for i in range(m):
        for k in range(clases):
            if y[k, i] == 1:
                total -= np.log(y_est[k, i] + 1e-8)
    return total / m


def feedForward(X, w1, b1, w2, b2):
    m = X.shape[1]
    a1 = np.zeros((w1.shape[0], m))
    z2 = np.zeros((w2.shape[0], m))
    for i in range(m):
        a1[:, i] = tanh(w1.dot(X[:, i]) + b1[:, 0])
        z2[:, i] = w2.dot(a1[:, i]) + b2[:, 0]
    return a1, softmax(z2)


def backProp(X, y, w1, b1, w2, b2, a1, a2):
    m = X.shape[1]
    dw1 = np.zeros(w1.shape)
    db1 = np.zeros(b1.shape)
    dw2 = np.zeros(w2.shape)
    db2 = np.zeros(b2.shape)
    for i in range(m):
        x = X[:, i]
        h = a1[:, i]
        dsalida = a2[:, i] - y[:, i]
        dw2 = dw2 + np.outer(dsalida, h)
        db2[:, 0] = db2[:, 0] + dsalida
        z1 = w1.dot(x) + b1[:, 0]
        doculta = np.dot(w2.T, dsalida) * tanhGrad(z1)
        dw1 = dw1 + np.outer(doculta, x)
        db1[:, 0] = db1[:, 0] + doculta
    dw1 = dw1 / m
    db1 = db1 / m
    dw2 = dw2 / m
    db2 = db2 / m
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    for epoca in range(1, epocas + 1):
        dw1, db1, dw2, db2 = backProp(X, y, w1, b1, w2, b2, a1, a2)
        w1 = w1 - lr * dw1
        b1 = b1 - lr * db1
        w2 = w2 - lr * dw2
        b2 = b2 - lr * db2
        a1, a2 = feedForward(X, w1, b1, w2, b2)
        print(f"Epoca {epoca}: costo {costoGlobal(a2, y):.4f}")
    return w1, b1, w2, b2, a1, a2


def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    m = X.shape[1]
    n_batches = int(np.ceil(m / batch_size))
    for epoca in range(epocas):
        for k in range(n_batches):
            Xk = X[:, k * batch_size:(k + 1) * batch_size]
            yk = y[:, k * batch_size:(k + 1) * batch_size]
            a1, a2 = feedForward(Xk, w1, b1, w2, b2)
            w1, b1, w2, b2, a1, a2 = paso(lr, Xk, yk, w1, b1, w2, b2, a1, a2)
    return w1, b1, w2, b2


def paso(lr, X, y, w1, b1, w2, b2, a1, a2):
    dw1, db1, dw2, db2 = backProp(X, y, w1, b1, w2, b2, a1, a2)
    return w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2, a1, a2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("helper_wrong", ("    return 1 - t * t\n", "    return 1 + t * t\n"), detail="tanhGrad"),
    _planted(
        "helper_wrong", ("np.array(z >= 0, dtype=float)", "np.array(z, dtype=float)"), detail="reluGrad"
    ),
    _planted("helper_wrong", ("(np.abs(z) + z) / 2", "np.abs(z) + z"), detail="relu"),
    _planted(
        "softmax_axis",
        ("range(z.shape[1])", "range(z.shape[0])"),
        ("columna = z[:, j]", "columna = z[j, :]"),
        ("resultado[:, j] =", "resultado[j, :] ="),
    ),
    _planted(
        "softmax_unstable",
        ("np.exp(columna - columna.max())", "np.exp(columna)"),
        ("np.exp(z - max(z))", "np.exp(z)"),
    ),
    _planted("softmax_missing", ("return a1, softmax(z2)", "return a1, z2")),
    _planted("nothing_returned", ("    return resultado\n", ""), detail="softmax"),
    _planted(
        "init_large",
        ("np.random.uniform(-limite, limite, (512, 784))", "np.random.uniform(-5, 5, (512, 784))"),
        ("np.random.uniform(-limite, limite, (10, 512))", "np.random.uniform(-5, 5, (10, 512))"),
    ),
    _planted(
        "init_symmetric",
        ("np.random.uniform(-limite, limite, (512, 784))", "np.ones((512, 784)) * limite"),
        ("np.random.uniform(-limite, limite, (10, 512))", "np.ones((10, 512)) * limite"),
    ),
    _planted("cost_sign", ("total -= np.log", "total += np.log")),
    _planted(
        "cost_twice", ("total -= np.log(y_est[k, i] + 1e-8)", "total -= np.log(y_est[k, i] + 1e-8) / m")
    ),
    _planted("cost_base", ("np.log(y_est[k, i] + 1e-8)", "np.log(y_est[k, i] + 1e-8) / np.log(10)")),
    _planted("cost_log0", ("y_est[k, i] + 1e-8", "y_est[k, i]")),
    _planted("bias_missing", ("w2.dot(a1[:, i]) + b2[:, 0]", "w2.dot(a1[:, i])")),
    _planted("activation_missing", ("tanh(w1.dot(X[:, i]) + b1[:, 0])", "w1.dot(X[:, i]) + b1[:, 0]")),
    _planted("activation_other", ("tanh(w1.dot(X[:, i]) + b1[:, 0])", "softmax(w1.dot(X[:, i]) + b1[:, 0])")),
    _planted("output_sign", ("dsalida = a2[:, i] - y[:, i]", "dsalida = y[:, i] - a2[:, i]")),
    _planted(
        "softmax_jacobian",
        (
            "dsalida = a2[:, i] - y[:, i]",
            "J = np.diag(a2[:, i]) - np.outer(a2[:, i], a2[:, i])\n        dsalida = J.dot(a2[:, i] - y[:, i])",
        ),
    ),
    _planted("mean_missing", ("    db1 = db1 / m\n", "")),
    _planted("mean_twice", ("dsalida = a2[:, i] - y[:, i]", "dsalida = (a2[:, i] - y[:, i]) / m")),
    _planted(
        "mean_wrong_size",
        ("dw2 = dw2 / m", "dw2 = dw2 / y.shape[0]"),
        ("db2 = db2 / m", "db2 = db2 / y.shape[0]"),
        ("dw1 = dw1 / m", "dw1 = dw1 / y.shape[0]"),
        ("db1 = db1 / m", "db1 = db1 / y.shape[0]"),
    ),
    _planted("derivative_missing", ("np.dot(w2.T, dsalida) * tanhGrad(z1)", "np.dot(w2.T, dsalida)")),
    _planted("derivative_of_a", ("tanhGrad(z1)", "tanhGrad(h)")),
    _planted("derivative_of_z", ("    t = tanh(z)\n    return 1 - t * t\n", "    return 1 - z * z\n")),
    _planted("derivative_twice", ("tanhGrad(z1)", "tanhGrad(z1) * tanhGrad(z1)")),
    _planted("transpose_missing", ("np.outer(dsalida, h)", "np.outer(h, dsalida)")),
    _planted("transpose_missing", ("np.outer(doculta, x)", "np.outer(x, doculta)"), detail="dw1"),
    _planted("w2_missing", ("np.dot(w2.T, dsalida) *", "dsalida.sum() *")),
    _planted(
        "w2_updated", ("doculta = np.dot", "w2 = w2 - 0.1 * np.outer(dsalida, h)\n        doculta = np.dot")
    ),
    _planted("bias_total", ("db1[:, 0] = db1[:, 0] + doculta", "db1[:, 0] = db1[:, 0] + np.sum(doculta)")),
    _planted(
        "argument_mutated", ("dsalida = a2[:, i] - y[:, i]", "dsalida = a2[:, i]\n        dsalida -= y[:, i]")
    ),
    _planted(
        "integer_truncation",
        ("dw2 = np.zeros(w2.shape)", "dw2 = np.zeros(w2.shape, dtype=int)"),
        ("dw2 = dw2 + np.outer(dsalida, h)", "dw2 = (dw2 + np.outer(dsalida, h)).astype(int)"),
    ),
    _planted("stale", ("        a1, a2 = feedForward(X, w1, b1, w2, b2)\n        print", "        print")),
    _planted("not_updated", ("        w1 = w1 - lr * dw1\n", "")),
    _planted(
        "lr_missing",
        (
            "w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2, a1",
            "w1 - dw1, b1 - db1, w2 - dw2, b2 - db2, a1",
        ),
    ),
    _planted(
        "uphill",
        (
            "w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2, a1",
            "w1 + lr * dw1, b1 + lr * db1, w2 + lr * dw2, b2 + lr * db2, a1",
        ),
    ),
    _planted("batch_lost", ("int(np.ceil(m / batch_size))", "m // batch_size")),
    _planted(
        "batch_repeated",
        ("Xk = X[:, k * batch_size:(k + 1) * batch_size]", "Xk = X[:, :batch_size]"),
        ("yk = y[:, k * batch_size:(k + 1) * batch_size]", "yk = y[:, :batch_size]"),
        detail="first",
    ),
    _planted(
        "batch_ignored", ("feedForward(Xk, w1", "feedForward(X, w1"), ("paso(lr, Xk, yk,", "paso(lr, X, y,")
    ),
    _planted("epochs_wrong", ("range(1, epocas + 1)", "range(1, epocas)")),
]
