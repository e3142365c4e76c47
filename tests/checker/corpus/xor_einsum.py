"""XOR with einsum over rows, PyTorch's weights, flat biases, and a dictionary of gradients."""

from .case import Form, Style

STYLE = Style(
    "einsum",
    "xor",
    Form(rows=True, bias="flat"),
    """import numpy as np


def activacion(x):
    return 1 / (1 + np.exp(-x))


def predecir(X, w1, b1, w2, b2):
    oculta = activacion(np.einsum("ij,kj->ik", X, w1) + b1)
    salida = activacion(np.einsum("ij,kj->ik", oculta, w2) + b2)
    return oculta, salida


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    m = len(X)
    delta2 = a2 - y
    g = {}
    g["dw2"] = np.einsum("ik,ij->kj", delta2, a1) / m
    g["db2"] = delta2.mean(axis=0)
    delta1 = np.einsum("ik,kj->ij", delta2, w2) * a1 * (1 - a1)
    g["dw1"] = np.einsum("ij,il->jl", delta1, X) / m
    g["db1"] = delta1.mean(axis=0)
    return g


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    for t in range(epocas):
        a1, a2 = predecir(X, w1, b1, w2, b2)
        g = backProp(X, y, w1, w2, b1, b2, a2, a1)
        w1, b1 = w1 - lr * g["dw1"], b1 - lr * g["db1"]
        w2, b2 = w2 - lr * g["dw2"], b2 - lr * g["db2"]
        if t % 1000 == 0:
            print("epoca", t, "error", np.mean((a2 > 0.5) != y))
    return w1, b1, w2, b2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_sign", ("delta2 = a2 - y", "delta2 = -(a2 - y)")),
    _planted("target_missing", ("delta2 = a2 - y", "delta2 = a2.copy()")),
    _planted("mean_missing", ("delta1, X) / m", "delta1, X)")),
    _planted("mean_missing", ("delta2.mean(axis=0)", "delta2.sum(axis=0)"), detail="db2"),
    _planted("mean_twice", ("delta2.mean(axis=0)", "delta2.mean(axis=0) / m")),
    _planted("mean_wrong_size", ("m = len(X)", "m = X.size")),
    _planted("sign_hidden", ("* a1 * (1 - a1)", "* a1 * (a1 - 1)")),
    _planted("wrong_input", ('"ij,il->jl", delta1, X)', '"ij,il->jl", delta1, a1)')),
    _planted("bias_axis", ("delta1.mean(axis=0)", "delta1.mean(axis=1)")),
    _planted("bias_not_summed", ("delta1.mean(axis=0)", "delta1 / m")),
    _planted("bias_total", ("delta1.mean(axis=0)", "delta1.sum() / m")),
    _planted("derivative_missing", (" * a1 * (1 - a1)", "")),
    _planted(
        "derivative_of_z",
        ("delta1 = np.einsum", 'z1 = np.einsum("ij,kj->ik", X, w1) + b1\n    delta1 = np.einsum'),
        ("a1 * (1 - a1)", "z1 * (1 - z1)"),
    ),
    _planted("derivative_of_a", ("a1 * (1 - a1)", "activacion(a1) * (1 - activacion(a1))")),
    _planted("derivative_other", ("a1 * (1 - a1)", "(1 - a1 * a1)")),
    _planted("dw2_for_w2", ('"ik,kj->ij", delta2, w2)', '"ik,kj->ij", delta2, g["dw2"])')),
    _planted(
        "names_swapped",
        ('g["dw2"] = np', 'g["dw1"] = np'),
        ('g["dw1"] = np.einsum("ij,il', 'g["dw2"] = np.einsum("ij,il'),
    ),
    _planted(
        "names_swapped",
        ('g["db2"] = delta2', 'g["db1"] = delta2'),
        ('g["db1"] = delta1', 'g["db2"] = delta1'),
        detail="biases",
    ),
    _planted("nothing_returned", ("    return g\n", "    return None\n")),
    _planted(
        "integer_truncation",
        (
            'g["dw1"] = np.einsum("ij,il->jl", delta1, X) / m',
            'g["dw1"] = np.einsum("ij,il->jl", delta1, X) // m',
        ),
    ),
    _planted(
        "uphill",
        ('w1 - lr * g["dw1"], b1 - lr * g["db1"]', 'w1 + lr * g["dw1"], b1 + lr * g["db1"]'),
        ('w2 - lr * g["dw2"], b2 - lr * g["db2"]', 'w2 + lr * g["dw2"], b2 + lr * g["db2"]'),
    ),
    _planted("stale", ("        a1, a2 = predecir(X, w1, b1, w2, b2)\n", "")),
    _planted("not_updated", ("w2, b2 = w2 - lr", "_, b2 = w2 - lr")),
    _planted("lr_missing", ('w1 - lr * g["dw1"]', 'w1 - g["dw1"]')),
    _planted("epochs_wrong", ("range(epocas)", "range(1000)")),
]
