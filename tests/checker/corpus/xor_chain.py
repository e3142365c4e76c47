"""XOR by the whole chain rule, factor by factor, and a training that repeats it all in place."""

from .case import Form, Style

STYLE = Style(
    "chain",
    "xor",
    Form(),
    '''import numpy as np


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    """Regla de la cadena: dJ/dw2 = dJ/da2 * da2/dz2 * dz2/dw2"""
    n_ejemplos = y.shape[1]
    dJ_da2 = (-(y / a2) + (1 - y) / (1 - a2)) / n_ejemplos
    da2_dz2 = a2 * (1 - a2)
    dJ_dz2 = dJ_da2 * da2_dz2
    dJ_dw2 = dJ_dz2.dot(a1.T)
    dJ_db2 = dJ_dz2.sum(1).reshape(-1, 1)

    dJ_da1 = w2.T.dot(dJ_dz2)
    da1_dz1 = a1 * (1 - a1)
    dJ_dz1 = np.multiply(dJ_da1, da1_dz1)
    dJ_dw1 = dJ_dz1.dot(X.T)
    dJ_db1 = dJ_dz1.sum(1).reshape(-1, 1)
    return (dJ_dw1, dJ_db1, dJ_dw2, dJ_db2)


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    n = y.shape[1]
    for epoca in range(epocas):
        # hacia adelante
        a1 = 1 / (1 + np.exp(-(w1.dot(X) + b1)))
        a2 = 1 / (1 + np.exp(-(w2.dot(a1) + b2)))
        # hacia atras
        delta_salida = (a2 - y) / n
        delta_oculta = w2.T.dot(delta_salida) * a1 * (1 - a1)
        # actualizar los pesos
        w2 -= lr * delta_salida.dot(a1.T)
        b2 -= lr * np.sum(delta_salida, axis=1, keepdims=True)
        w1 -= lr * delta_oculta.dot(X.T)
        b1 -= lr * np.sum(delta_oculta, axis=1, keepdims=True)
    return w1, b1, w2, b2
''',
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_sign", ("(-(y / a2) + (1 - y) / (1 - a2))", "((y / a2) - (1 - y) / (1 - a2))")),
    _planted("output_other_loss", ("(-(y / a2) + (1 - y) / (1 - a2))", "(a2 - y)")),
    _planted("output_other_loss", ("(-(y / a2) + (1 - y) / (1 - a2))", "2 * (a2 - y)"), detail="factor-2"),
    _planted("output_derivative_only", ("dJ_dz2 = dJ_da2 * da2_dz2", "dJ_dz2 = dJ_da2")),
    _planted("mean_twice", ("dJ_dw2 = dJ_dz2.dot(a1.T)", "dJ_dw2 = dJ_dz2.dot(a1.T) / n_ejemplos")),
    _planted("mean_wrong_size", ("n_ejemplos = y.shape[1]", "n_ejemplos = X.shape[0]")),
    _planted("elementwise", ("dJ_dw2 = dJ_dz2.dot(a1.T)", "dJ_dw2 = np.multiply(dJ_dz2, a1)")),
    _planted("transpose_missing", ("dJ_dw1 = dJ_dz1.dot(X.T)", "dJ_dw1 = dJ_dz1.dot(X)")),
    _planted("bias_axis", ("dJ_db1 = dJ_dz1.sum(1).reshape(-1, 1)", "dJ_db1 = dJ_dz1.sum(0).reshape(-1, 1)")),
    _planted("bias_not_summed", ("dJ_db2 = dJ_dz2.sum(1).reshape(-1, 1)", "dJ_db2 = dJ_dz2")),
    _planted("derivative_missing", ("np.multiply(dJ_da1, da1_dz1)", "dJ_da1")),
    _planted("derivative_twice", ("np.multiply(dJ_da1, da1_dz1)", "np.multiply(dJ_da1 * da1_dz1, da1_dz1)")),
    _planted(
        "derivative_of_z", ("da1_dz1 = a1 * (1 - a1)", "z1 = w1.dot(X) + b1\n    da1_dz1 = z1 * (1 - z1)")
    ),
    _planted("derivative_other", ("da1_dz1 = a1 * (1 - a1)", "da1_dz1 = 1 - np.power(a1, 2)")),
    _planted("dw2_for_w2", ("dJ_da1 = w2.T.dot(dJ_dz2)", "dJ_da1 = dJ_dw2.T.dot(dJ_dz2)")),
    _planted(
        "w2_missing", ("dJ_dz1 = np.multiply(dJ_da1, da1_dz1)", "dJ_dz1 = np.multiply(dJ_dz2, da1_dz1)")
    ),
    _planted(
        "w2_updated",
        ("        delta_oculta = w2.T.dot(delta_salida) * a1 * (1 - a1)\n", ""),
        (
            "w1 -= lr * delta_oculta",
            "delta_oculta = w2.T.dot(delta_salida) * a1 * (1 - a1)\n        w1 -= lr * delta_oculta",
        ),
        detail="loop",
    ),
    _planted(
        "names_swapped",
        ("(dJ_dw1, dJ_db1, dJ_dw2, dJ_db2)", '{"dw1": dJ_dw2, "db1": dJ_db2, "dw2": dJ_dw1, "db2": dJ_db1}'),
    ),
    _planted("argument_mutated", ("da2_dz2 = a2 * (1 - a2)", "a2 *= 1 - a2\n    da2_dz2 = a2")),
    _planted(
        "uphill",
        ("w2 -= lr", "w2 += lr"),
        ("b2 -= lr", "b2 += lr"),
        ("w1 -= lr", "w1 += lr"),
        ("b1 -= lr", "b1 += lr"),
    ),
    _planted(
        "stale",
        (
            "        a1 = 1 / (1 + np.exp(-(w1.dot(X) + b1)))\n        a2 = 1 / (1 + np.exp(-(w2.dot(a1) + b2)))\n",
            "",
        ),
    ),
    _planted(
        "lr_missing",
        ("w2 -= lr * delta", "w2 -= delta"),
        ("w1 -= lr * delta", "w1 -= delta"),
        ("b2 -= lr * np", "b2 -= np"),
        ("b1 -= lr * np", "b1 -= np"),
    ),
    _planted("not_updated", ("        w1 -= lr * delta_oculta.dot(X.T)\n", "")),
]
