"""MNIST with einsum over rows, PyTorch's weights, flat biases, ReLU, sums, and a dictionary of gradients."""

from .case import Form, Style

STYLE = Style(
    "einsum",
    "mnist",
    Form(rows=True, bias="flat", mean=False, mean_cost=False, hidden="relu"),
    """import numpy as np


def softmax(z):
    maximos = z.max(axis=-1)[:, None]
    log_suma = np.log(np.exp(z - maximos).sum(axis=-1))[:, None]
    return np.exp(z - maximos - log_suma)


def tanh(z):
    return 2 / (1 + np.exp(-2 * z)) - 1


def tanhGrad(z):
    return 1 / np.cosh(z) ** 2


def relu(z):
    salida = np.array(z, dtype=float)
    salida[salida < 0] = 0
    return salida


def reluGrad(z):
    return np.heaviside(z, 0)


def initParams():
    w1 = np.random.randn(512, 784) * np.sqrt(2 / 784)
    w2 = np.random.randn(10, 512) * np.sqrt(2 / 512)
    return w1, np.zeros(512), w2, np.zeros(10)


def costoGlobal(y_est, y):
    return -(y * np.log(np.maximum(y_est, 1e-10))).sum()


def feedForward(X, w1, b1, w2, b2):
    a1 = relu(np.einsum("mi,hi->mh", X, w1) + b1)
    # a1 = tanh(np.einsum("mi,hi->mh", X, w1) + b1)
    return a1, softmax(np.einsum("mh,oh->mo", a1, w2) + b2)


def backProp(X, y, w1, b1, w2, b2, a1, a2):
    error = a2 - y
    oculto = np.einsum("mo,oh->mh", error, w2) * reluGrad(a1)
    # oculto = np.einsum("mo,oh->mh", error, w2) * (1 - a1**2)
    return {
        "dw1": np.einsum("mh,mi->hi", oculto, X),
        "db1": np.einsum("mh->h", oculto),
        "dw2": np.einsum("mo,mh->oh", error, a1),
        "db2": np.einsum("mo->o", error),
    }


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    params = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    for _ in range(epocas):
        a1, a2 = feedForward(X, **params)
        grads = backProp(X, y, **params, a1=a1, a2=a2)
        params = {k: v - lr * grads["d" + k] for k, v in params.items()}
    return params["w1"], params["b1"], params["w2"], params["b2"]


def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    params = {"w1": w1, "b1": b1, "w2": w2, "b2": b2}
    total = X.shape[0]
    for _ in range(epocas):
        desde = 0
        while desde < total:
            hasta = min(desde + batch_size, total)
            Xb, yb = X[desde:hasta], y[desde:hasta]
            a1, a2 = feedForward(Xb, **params)
            g = backProp(Xb, yb, **params, a1=a1, a2=a2)
            for k in params:
                params[k] = params[k] - lr * g["d" + k]
            desde = hasta
    return params["w1"], params["b1"], params["w2"], params["b2"]
""",
)

_planted = STYLE.planted

MISTAKES = [
    _planted(
        "softmax_axis",
        ("z.max(axis=-1)[:, None]", "z.max(axis=0)"),
        (".sum(axis=-1))[:, None]", ".sum(axis=0))"),
    ),
    _planted(
        "softmax_sigmoid",
        (
            'softmax(np.einsum("mh,oh->mo", a1, w2) + b2)',
            '1 / (1 + np.exp(-np.einsum("mh,oh->mo", a1, w2) - b2))',
        ),
    ),
    _planted("helper_wrong", ("1 / np.cosh(z) ** 2", "1 / np.cosh(z)"), detail="tanhGrad"),
    _planted("helper_wrong", ("2 / (1 + np.exp(-2 * z)) - 1", "1 / (1 + np.exp(-z))"), detail="tanh"),
    _planted("helper_wrong", ("salida[salida < 0] = 0", "salida[salida < 0] *= -1"), detail="relu"),
    _planted("init_large", (" * np.sqrt(2 / 784)", " * 10"), (" * np.sqrt(2 / 512)", " * 10")),
    _planted("init_shape", ("randn(512, 784) * np.sqrt(2 / 784)", "randn(784, 512) * np.sqrt(2 / 784)")),
    _planted("cost_sign", ("return -(y * ", "return (y * ")),
    _planted("cost_log0", ("np.log(np.maximum(y_est, 1e-10))", "np.log(y_est)")),
    _planted(
        "cost_other_loss",
        ("-(y * np.log(np.maximum(y_est, 1e-10))).sum()", "0.5 * np.square(y - y_est).sum()"),
    ),
    _planted(
        "bias_missing",
        ('a1 = relu(np.einsum("mi,hi->mh", X, w1) + b1)', 'a1 = relu(np.einsum("mi,hi->mh", X, w1))'),
    ),
    _planted(
        "bias_broadcast",
        (
            'a1 = relu(np.einsum("mi,hi->mh", X, w1) + b1)',
            'a1 = relu(np.einsum("mi,hi->mh", X, w1) + b1[:, None])',
        ),
    ),
    _planted(
        "activation_missing",
        ('a1 = relu(np.einsum("mi,hi->mh", X, w1) + b1)', 'a1 = np.einsum("mi,hi->mh", X, w1) + b1'),
    ),
    _planted("output_sign", ("error = a2 - y", "error = y - a2")),
    _planted("target_missing", ("error = a2 - y", "error = a2")),
    _planted(
        "softmax_jacobian",
        ("error = a2 - y", 'e = a2 - y\n    error = a2 * e - a2 * np.einsum("mo,mo->m", a2, e)[:, None]'),
    ),
    _planted("output_other_loss", ("error = a2 - y", "error = (a2 - y) * (a2 - a2**2)")),
    _planted(
        "sign_hidden",
        (
            'oculto = np.einsum("mo,oh->mh", error, w2) * reluGrad',
            'oculto = np.einsum("mo,oh->mh", error, -w2) * reluGrad',
        ),
    ),
    _planted("wrong_input", ('"mo,mh->oh", error, a1', '"mo,mh->oh", error, X')),
    _planted("wrong_input", ('"mh,mi->hi", oculto, X', '"mh,mi->hi", oculto, a1'), detail="dw1"),
    _planted("bias_axis", ('"mo->o"', '"mo->m"')),
    _planted("bias_total", ('"mh->h"', '"mh->"')),
    _planted("derivative_missing", (" * reluGrad(a1)\n", "\n")),
    _planted("derivative_other", (" * reluGrad(a1)\n", " * (1 - a1**2)\n")),
    _planted("names_swapped", ('"dw1": np', '"dw2": np'), ('"dw2": np.einsum("mo', '"dw1": np.einsum("mo')),
    _planted("nothing_returned", ("    return {\n", "    grads = {\n")),
    _planted("uphill", ("params = {k: v - lr", "params = {k: v + lr")),
    _planted("uphill", ("params[k] = params[k] - lr", "params[k] = params[k] + lr"), detail="minibatch"),
    _planted("lr_missing", ("v - lr * grads", "v - grads")),
    _planted("not_updated", ("for k in params:", 'for k in ("w1", "w2"):')),
    _planted("batch_lost", ("while desde < total:", "while desde + batch_size <= total:")),
    _planted(
        "batch_repeated",
        (
            "            hasta = min(desde + batch_size, total)\n",
            "            hasta = min(desde + batch_size, total)\n            desde = max(hasta - batch_size, 0)\n",
        ),
    ),
    _planted("full_mean", ("params[k] - lr * g", "params[k] - lr / total * g")),
    _planted("batch_ignored", ("backProp(Xb, yb,", "backProp(X, y,"), ("feedForward(Xb,", "feedForward(X,")),
    _planted(
        "epochs_wrong",
        (
            '    return params["w1"], params["b1"], params["w2"], params["b2"]\n\n\ndef entrenarRedMini',
            '        return params["w1"], params["b1"], params["w2"], params["b2"]\n\n\ndef entrenarRedMini',
        ),
    ),
]
