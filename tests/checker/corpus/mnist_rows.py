"""MNIST with rows and integer labels: indexed subtraction, tanhGrad written for the activation, 1/m once."""

from .case import Form, Style

STYLE = Style(
    "rows",
    "mnist",
    Form(rows=True, in_out=True, bias="row", labels="integer", hidden="tanh"),
    """import numpy as np

rng = np.random.default_rng(42)


def softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    ez = np.exp(z)
    return ez / ez.sum(axis=1, keepdims=True)


def tanh(z):
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def tanhGrad(z):
    # z es la salida de tanh
    return 1 - z**2


def relu(z):
    return z * (z > 0)


def reluGrad(z):
    return np.where(z > 0, 1.0, 0.0)


def initParams():
    w1 = rng.normal(0, np.sqrt(1 / 784), size=(784, 512))
    b1 = np.zeros((1, 512))
    w2 = rng.normal(0, np.sqrt(1 / 512), size=(512, 10))
    b2 = np.zeros((1, 10))
    return w1, b1, w2, b2


def costoGlobal(y_est, y):
    m = len(y)
    correctas = y_est[np.arange(m), y]
    return -np.mean(np.log(np.clip(correctas, 1e-15, 1)))


def feedForward(X, w1, b1, w2, b2):
    a1 = tanh(X @ w1 + b1)
    a2 = softmax(a1 @ w2 + b2)
    return a1, a2


def backProp(X, y, w1, b1, w2, b2, a1, a2):
    m = X.shape[0]
    dz2 = a2.copy()
    dz2[np.arange(m), y] -= 1
    dz2 /= m
    dw2 = a1.T @ dz2
    db2 = np.sum(dz2, axis=0, keepdims=True)
    dz1 = dz2 @ w2.T * tanhGrad(a1)
    dw1 = X.T @ dz1
    db1 = np.sum(dz1, axis=0, keepdims=True)
    return dw1, db1, dw2, db2


def actualizar(lr, w1, b1, w2, b2, dw1, db1, dw2, db2):
    return w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    historia = []
    for epoca in range(epocas):
        grads = backProp(X, y, w1, b1, w2, b2, a1, a2)
        w1, b1, w2, b2 = actualizar(lr, w1, b1, w2, b2, *grads)
        a1, a2 = feedForward(X, w1, b1, w2, b2)
        historia.append(costoGlobal(a2, y))
    return w1, b1, w2, b2, historia


def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    historia = []
    indices = np.arange(X.shape[0])
    for epoca in range(epocas):
        rng.shuffle(indices)
        for k in range(0, len(indices), batch_size):
            lote = indices[k : k + batch_size]
            a1, a2 = feedForward(X[lote], w1, b1, w2, b2)
            grads = backProp(X[lote], y[lote], w1, b1, w2, b2, a1, a2)
            w1, b1, w2, b2 = actualizar(lr, w1, b1, w2, b2, *grads)
        _, completa = feedForward(X, w1, b1, w2, b2)
        historia.append(costoGlobal(completa, y))
    return w1, b1, w2, b2, historia
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("softmax_axis", ("z.max(axis=1", "z.max(axis=0"), ("ez.sum(axis=1", "ez.sum(axis=0")),
    _planted("softmax_total", ("ez / ez.sum(axis=1, keepdims=True)", "ez / ez.sum()")),
    _planted("softmax_unstable", ("    z = z - z.max(axis=1, keepdims=True)\n", "")),
    _planted("softmax_missing", ("a2 = softmax(a1 @ w2 + b2)", "a2 = a1 @ w2 + b2")),
    _planted("softmax_sigmoid", ("a2 = softmax(a1 @ w2 + b2)", "a2 = 1 / (1 + np.exp(-(a1 @ w2 + b2)))")),
    _planted("activation_other", ("a2 = softmax(a1 @ w2 + b2)", "a2 = tanh(a1 @ w2 + b2)"), detail="output"),
    _planted("helper_wrong", ("return 1 - z**2", "return 1 - z"), detail="tanhGrad"),
    _planted(
        "helper_wrong",
        ("(np.exp(z) - np.exp(-z)) / (np", "(np.exp(z) + np.exp(-z)) / (np"),
        ("/ (np.exp(z) + np.exp(-z))", "/ (np.exp(z) - np.exp(-z))"),
        detail="tanh",
    ),
    _planted("helper_wrong", ("np.where(z > 0, 1.0, 0.0)", "np.where(z > 0, 0.0, 1.0)"), detail="reluGrad"),
    _planted(
        "init_large",
        ("rng.normal(0, np.sqrt(1 / 784), ", "rng.normal("),
        ("rng.normal(0, np.sqrt(1 / 512), ", "rng.normal("),
    ),
    _planted(
        "init_symmetric",
        ("rng.normal(0, np.sqrt(1 / 784), size=(784, 512))", "np.full((784, 512), 0.01)"),
        ("rng.normal(0, np.sqrt(1 / 512), size=(512, 10))", "np.full((512, 10), 0.01)"),
    ),
    _planted(
        "init_integer",
        ("rng.normal(0, np.sqrt(1 / 784), size", "rng.integers(-1, 2, size"),
        ("rng.normal(0, np.sqrt(1 / 512), size", "rng.integers(-1, 2, size"),
    ),
    _planted("init_shape", ("size=(512, 10)", "size=(10, 512)")),
    _planted("cost_sign", ("return -np.mean", "return np.mean")),
    _planted("cost_base", ("np.log(np.clip", "np.log2(np.clip")),
    _planted(
        "cost_twice",
        (
            "return -np.mean(np.log(np.clip(correctas, 1e-15, 1)))",
            "return -np.mean(np.log(np.clip(correctas, 1e-15, 1))) / m",
        ),
    ),
    _planted("cost_log0", ("np.clip(correctas, 1e-15, 1)", "correctas")),
    _planted("cost_other_loss", ("-np.mean(np.log(np.clip(correctas, 1e-15, 1)))", "np.mean(1 - correctas)")),
    _planted("bias_missing", ("a1 @ w2 + b2", "a1 @ w2")),
    _planted("bias_broadcast", ("X @ w1 + b1", "X @ w1 + b1.T")),
    _planted("bias_broadcast", ("a1 @ w2 + b2", "a1 @ w2 + b2[0, 0]"), detail="first"),
    _planted("activation_missing", ("a1 = tanh(X @ w1 + b1)", "a1 = X @ w1 + b1")),
    _planted(
        "output_sign",
        ("dz2 = a2.copy()\n    dz2[np.arange(m), y] -= 1", "dz2 = -a2\n    dz2[np.arange(m), y] += 1"),
    ),
    _planted("target_missing", ("    dz2[np.arange(m), y] -= 1\n", "")),
    _planted("onehot_shift", ("dz2[np.arange(m), y] -= 1", "dz2[np.arange(m), y - 1] -= 1")),
    _planted("mean_twice", ("dw1 = X.T @ dz1", "dw1 = X.T @ dz1 / m")),
    _planted("mean_twice", ("dw2 = a1.T @ dz2", "dw2 = a1.T @ dz2 / m"), detail="dw2"),
    _planted("mean_wrong_size", ("dz2 /= m", "dz2 /= X.shape[1]")),
    _planted(
        "mean_missing",
        ("    dz2 /= m\n", ""),
        ("dw2 = a1.T @ dz2", "dw2 = a1.T @ dz2 / m"),
        ("dw1 = X.T @ dz1", "dw1 = X.T @ dz1 / m"),
        ("db1 = np.sum(dz1, axis=0, keepdims=True)", "db1 = np.mean(dz1, axis=0, keepdims=True)"),
    ),
    _planted("sign_hidden", ("dz2 @ w2.T * tanhGrad(a1)", "-dz2 @ w2.T * tanhGrad(a1)")),
    _planted("elementwise", ("dw1 = X.T @ dz1", "dw1 = X.T * dz1")),
    _planted("transpose_missing", ("dz2 @ w2.T", "dz2 @ w2")),
    _planted("transpose_missing", ("dw1 = X.T @ dz1", "dw1 = X @ dz1"), detail="dw1"),
    _planted("wrong_input", ("dw1 = X.T @ dz1", "dw1 = a1.T @ dz1")),
    _planted("bias_axis", ("db1 = np.sum(dz1, axis=0", "db1 = np.sum(dz1, axis=1")),
    _planted("bias_not_summed", ("db2 = np.sum(dz2, axis=0, keepdims=True)", "db2 = dz2")),
    _planted("bias_total", ("db1 = np.sum(dz1, axis=0, keepdims=True)", "db1 = np.sum(dz1)")),
    _planted("derivative_missing", ("dz1 = dz2 @ w2.T * tanhGrad(a1)", "dz1 = dz2 @ w2.T")),
    _planted("derivative_twice", ("* tanhGrad(a1)", "* tanhGrad(a1) ** 2")),
    _planted("derivative_of_z", ("* tanhGrad(a1)", "* tanhGrad(X @ w1 + b1)")),
    _planted("derivative_of_a", ("* tanhGrad(a1)", "* (1 - np.tanh(a1) ** 2)")),
    _planted("derivative_other", ("* tanhGrad(a1)", "* a1 * (1 - a1)")),
    _planted("dw2_for_w2", ("dz2 @ w2.T", "dz2 @ dw2.T")),
    _planted("w2_missing", ("dz2 @ w2.T * tanhGrad(a1)", "dz2.sum(axis=1, keepdims=True) * tanhGrad(a1)")),
    _planted("names_swapped", ("    return dw1, db1, dw2, db2\n", "    return dw1, db2, dw2, db1\n")),
    _planted("argument_mutated", ("dz2 = a2.copy()", "dz2 = a2")),
    _planted(
        "integer_truncation",
        (
            "dz2 = a2.copy()\n    dz2[np.arange(m), y] -= 1",
            "dz2 = np.zeros(a2.shape, dtype=int)\n    dz2[:] = a2\n    dz2[np.arange(m), y] -= 1",
        ),
        ("dz2 /= m", "dz2 = dz2 / m"),
    ),
    _planted(
        "uphill",
        (
            "w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2",
            "w1 + lr * dw1, b1 + lr * db1, w2 + lr * dw2, b2 + lr * db2",
        ),
    ),
    _planted(
        "lr_missing",
        (
            "w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2",
            "w1 - dw1, b1 - db1, w2 - dw2, b2 - db2",
        ),
    ),
    _planted(
        "stale", ("        a1, a2 = feedForward(X, w1, b1, w2, b2)\n        historia", "        historia")
    ),
    _planted("not_updated", ("w2 - lr * dw2, b2 - lr * db2", "w2, b2 - lr * db2")),
    _planted(
        "batch_lost",
        (
            "range(0, len(indices), batch_size)",
            "range(0, len(indices) // batch_size * batch_size, batch_size)",
        ),
    ),
    _planted("pairs_broken", ("y[lote]", "y[k : k + batch_size]")),
    _planted(
        "batch_ignored",
        ("backProp(X[lote], y[lote], w1", "backProp(X, y, w1"),
        ("feedForward(X[lote]", "feedForward(X"),
    ),
    _planted(
        "full_mean",
        (
            "actualizar(lr, w1, b1, w2, b2, *grads)\n        _",
            "actualizar(lr * len(lote) / len(X), w1, b1, w2, b2, *grads)\n        _",
        ),
    ),
    _planted(
        "epochs_wrong",
        ("    for epoca in range(epocas):\n        rng", "    for epoca in range(1, epocas):\n        rng"),
    ),
]
