"""Files with two mistakes that have nothing to do with each other."""

from . import (
    mnist_chain,
    mnist_class,
    mnist_columns,
    mnist_rows,
    xor_chain,
    xor_columns,
    xor_einsum,
    xor_rows,
)

PAIRS = [
    xor_columns.STYLE.planted_twice(
        "mean_missing",
        "derivative_missing",
        ("np.dot(dz2, a1.T) / m", "np.dot(dz2, a1.T)"),
        ("da1 * sigmoideGrad(a1)", "da1"),
    ),
    xor_columns.STYLE.planted_twice(
        "output_other_loss",
        "stale",
        ("dz2 = a2 - y", "dz2 = (a2 - y) * a2 * (1 - a2)"),
        ("        a1, a2 = feedForward(X, w1, b1, w2, b2)\n", ""),
    ),
    xor_rows.STYLE.planted_twice(
        "bias_not_summed",
        "derivative_of_a",
        ("db2 = error.sum(axis=0, keepdims=True)", "db2 = error"),
        ("dsigmoid(z1)", "dsigmoid(a1)"),
    ),
    xor_einsum.STYLE.planted_twice(
        "target_missing",
        "sign_hidden",
        ("delta2 = a2 - y", "delta2 = a2"),
        ("* a1 * (1 - a1)", "* a1 * (a1 - 1)"),
    ),
    xor_chain.STYLE.planted_twice(
        "derivative_twice",
        "uphill",
        ("np.multiply(dJ_da1, da1_dz1)", "np.multiply(dJ_da1, da1_dz1**2)"),
        ("w2 -= lr", "w2 += lr"),
        ("b2 -= lr", "b2 += lr"),
        ("w1 -= lr", "w1 += lr"),
        ("b1 -= lr", "b1 += lr"),
    ),
    mnist_columns.STYLE.planted_twice(
        "cost_sign",
        "derivative_of_a",
        ("return -np.sum", "return np.sum"),
        ("    dz1 = da1 * tanhGrad(z1)", "    dz1 = da1 * tanhGrad(a1)"),
    ),
    mnist_columns.STYLE.planted_twice(
        "softmax_unstable",
        "pairs_broken",
        ("np.exp(z - np.max(z, axis=0, keepdims=True))", "np.exp(z)"),
        ("y_mezclado = y[:, orden]", "y_mezclado = y"),
    ),
    mnist_rows.STYLE.planted_twice(
        "init_symmetric",
        "onehot_shift",
        ("rng.normal(0, np.sqrt(1 / 784), size=(784, 512))", "np.zeros((784, 512))"),
        ("rng.normal(0, np.sqrt(1 / 512), size=(512, 10))", "np.zeros((512, 10))"),
        ("dz2[np.arange(m), y] -= 1", "dz2[np.arange(m), y - 1] -= 1"),
    ),
    mnist_rows.STYLE.planted_twice(
        "bias_missing",
        "w2_missing",
        ("X @ w1 + b1", "X @ w1"),
        ("dz2 @ w2.T * tanh", "dz2.sum(axis=1, keepdims=True) * tanh"),
    ),
    mnist_class.STYLE.planted_twice(
        "cost_log0",
        "batch_lost",
        (" + 1e-15", ""),
        ("range(0, m, tamano)", "range(0, m // tamano * tamano, tamano)"),
    ),
    mnist_chain.STYLE.planted_twice(
        "cost_base",
        "mean_missing",
        ("np.log(y_est", "np.log10(y_est"),
        (
            "db2 = np.sum(dL_dz2, axis=0).reshape(1, -1) / registros",
            "db2 = np.sum(dL_dz2, axis=0).reshape(1, -1)",
        ),
    ),
    mnist_chain.STYLE.planted_twice(
        "output_sign",
        "full_mean",
        ("dL_da2 = -y /", "dL_da2 = y /"),
        (
            "w1, b1, w2, b2 = w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2",
            "f = lr * len(Xm) / len(X)\n"
            "            w1, b1, w2, b2 = w1 - f * dw1, b1 - f * db1, w2 - f * dw2, b2 - f * db2",
        ),
    ),
]
