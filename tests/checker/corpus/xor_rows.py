"""XOR with instances as rows, the sum of the gradients, σ′ as a function of z, and no biases at all."""

from dataclasses import replace

from .case import Form, Style

STYLE = Style(
    "rows",
    "xor",
    Form(rows=True, in_out=True, bias="row", mean=False, biases=False),
    """import numpy as np


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def dsigmoid(z):
    s = sigmoid(z)
    return s * (1 - s)


def forward(X, w1, w2):
    z1 = X @ w1
    a1 = sigmoid(z1)
    z2 = a1 @ w2
    return a1, sigmoid(z2)


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    # como b = 0, z1 es solo el producto
    z1 = X @ w1
    error = a2 - y
    dw2 = a1.T @ error
    db2 = error.sum(axis=0, keepdims=True)
    delta1 = (error @ w2.T) * dsigmoid(z1)
    dw1 = X.T @ delta1
    db1 = delta1.sum(axis=0, keepdims=True)
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    for epoca in range(epocas):
        dw1, db1, dw2, db2 = backProp(X, y, w1, w2, b1, b2, a2, a1)
        w1 = w1 - lr * dw1
        w2 = w2 - lr * dw2
        a1, a2 = forward(X, w1, w2)
    return w1, b1, w2, b2
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted("output_sign", ("error = a2 - y", "error = y - a2")),
    _planted("output_other_loss", ("error = a2 - y", "error = (a2 - y) * a2 * (1 - a2)")),
    _planted("output_derivative_only", ("error = a2 - y", "error = -y / a2 + (1 - y) / (1 - a2)")),
    _planted(
        "mean_missing",
        ("dw2 = a1.T @ error\n", "m = X.shape[0]\n    dw2 = a1.T @ error / m\n"),
        ("db2 = error.sum(axis=0, keepdims=True)", "db2 = error.sum(axis=0, keepdims=True) / m"),
        ("db1 = delta1.sum(axis=0, keepdims=True)", "db1 = delta1.sum(axis=0, keepdims=True) / m"),
        form=replace(STYLE.form, mean=True),
    ),
    _planted(
        "mean_twice",
        ("error = a2 - y", "m = X.shape[0]\n    error = (a2 - y) / m"),
        ("dw1 = X.T @ delta1", "dw1 = X.T @ delta1 / m"),
        form=replace(STYLE.form, mean=True),
    ),
    _planted(
        "mean_wrong_size",
        ("error = a2 - y", "m = X.shape[1]\n    error = (a2 - y) / m"),
        form=replace(STYLE.form, mean=True),
    ),
    _planted("sign_hidden", ("(error @ w2.T) *", "(error @ -w2.T) *")),
    _planted("elementwise", ("dw2 = a1.T @ error", "dw2 = a1 * error")),
    _planted("elementwise", ("dw1 = X.T @ delta1", "dw1 = X.T * delta1"), detail="dw1"),
    _planted("transpose_missing", ("dw2 = a1.T @ error", "dw2 = a1 @ error")),
    _planted("transpose_missing", ("error @ w2.T", "error @ w2"), detail="w2"),
    _planted("wrong_input", ("dw2 = a1.T @ error", "dw2 = X.T @ error")),
    _planted("bias_axis", ("db2 = error.sum(axis=0", "db2 = error.sum(axis=1")),
    _planted("bias_not_summed", ("db1 = delta1.sum(axis=0, keepdims=True)", "db1 = delta1")),
    _planted("bias_total", ("db1 = delta1.sum(axis=0, keepdims=True)", "db1 = delta1.sum()")),
    _planted("derivative_missing", ("(error @ w2.T) * dsigmoid(z1)", "error @ w2.T")),
    _planted("derivative_twice", ("* dsigmoid(z1)", "* dsigmoid(z1) ** 2")),
    _planted("derivative_of_z", ("    s = sigmoid(z)\n    return s * (1 - s)\n", "    return z * (1 - z)\n")),
    _planted("derivative_of_a", ("* dsigmoid(z1)", "* dsigmoid(a1)")),
    _planted(
        "derivative_other",
        ("    s = sigmoid(z)\n    return s * (1 - s)\n", "    return 1 - np.tanh(z) ** 2\n"),
    ),
    _planted("dw2_for_w2", ("error @ w2.T", "error @ dw2.T")),
    _planted("w2_updated", ("delta1 = (error", "w2 = w2 - 0.5 * dw2\n    delta1 = (error")),
    _planted("w2_missing", ("(error @ w2.T) *", "error *")),
    _planted("names_swapped", ("    return dw1, db1, dw2, db2\n", "    return dw1, db2, dw2, db1\n")),
    _planted("nothing_returned", ("    return dw1, db1, dw2, db2\n", "")),
    _planted("argument_mutated", ("error = a2 - y", "error = a2\n    error -= y")),
    _planted("integer_truncation", ("error = a2 - y", "error = (a2 - y).astype(y.dtype)")),
    _planted(
        "uphill", ("w1 = w1 - lr * dw1", "w1 = w1 + lr * dw1"), ("w2 = w2 - lr * dw2", "w2 = w2 + lr * dw2")
    ),
    _planted("stale", ("        a1, a2 = forward(X, w1, w2)\n", "")),
    _planted("not_updated", ("        w2 = w2 - lr * dw2\n", "")),
    _planted("lr_missing", ("w1 = w1 - lr * dw1", "w1 = w1 - dw1"), ("w2 = w2 - lr * dw2", "w2 = w2 - dw2")),
    _planted("epochs_wrong", ("    return w1, b1, w2, b2\n", "        return w1, b1, w2, b2\n")),
]
