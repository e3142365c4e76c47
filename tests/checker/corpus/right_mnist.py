"""Right solutions of the workshop mnist that are written in other ways."""

from dataclasses import replace

from . import mnist_chain, mnist_class, mnist_columns, mnist_einsum, mnist_loops, mnist_rows

_columns, _rows, _einsum = mnist_columns.STYLE, mnist_rows.STYLE, mnist_einsum.STYLE
_loops, _class, _chain = mnist_loops.STYLE, mnist_class.STYLE, mnist_chain.STYLE

_LOADS_WHEN_RUN = """

if __name__ == "__main__":
    datos = np.load("mnist.npz")
    X, y = datos["x_train"].reshape(-1, 784) / 255, datos["y_train"]
    w1, b1, w2, b2 = initParams()
    a1, a2 = feedForward(X, w1, b1, w2, b2)
    entrenarRedMiniBatch(5, 64, 0.1, X, y, w1, b1, w2, b2, a1, a2)
"""

_EVERY_BATCH_AN_EPOCH = """def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    m = X.shape[1]
    for epoca in range(epocas):
        completos = m // batch_size
        for k in range(completos):
            tramo = slice(k * batch_size, (k + 1) * batch_size)
            w1, b1, w2, b2 = entrenarRed(1, lr, X[:, tramo], y[:, tramo], w1, b1, w2, b2, a1[:, tramo], a2[:, tramo])
        if m % batch_size != 0:
            tramo = slice(completos * batch_size, m)
            w1, b1, w2, b2 = entrenarRed(1, lr, X[:, tramo], y[:, tramo], w1, b1, w2, b2, a1[:, tramo], a2[:, tramo])
    return w1, b1, w2, b2
"""


def _last_function(source: str) -> str:
    return source[source.index("def entrenarRedMiniBatch") :]


RIGHT = [
    _columns.variant(
        "relu",
        ("    a1 = tanh(z1)\n    # a1 = relu(z1)\n", "    # a1 = tanh(z1)\n    a1 = relu(z1)\n"),
        (
            "    dz1 = da1 * tanhGrad(z1)\n    # dz1 = da1 * reluGrad(z1)\n",
            "    # dz1 = da1 * tanhGrad(z1)\n    dz1 = da1 * reluGrad(z1)\n",
        ),
        form=replace(_columns.form, hidden="relu"),
    ),
    _columns.variant("mask", ("dz2 = a2 - y", "dz2 = a2 - (y == 1)")),
    _columns.variant("where", ("dz2 = a2 - y", "dz2 = np.where(y > 0, a2 - 1, a2)")),
    _columns.variant("batch-by-batch", (_last_function(_columns.source), _EVERY_BATCH_AN_EPOCH)),
    _columns.variant(
        "flat-biases",
        ("np.zeros((512, 1))", "np.zeros(512)"),
        ("np.zeros((10, 1))", "np.zeros(10)"),
        ("    z1 = np.dot(w1, X) + b1\n    a1", "    z1 = np.dot(w1, X) + b1[:, None]\n    a1"),
        ("    z1 = np.dot(w1, X) + b1\n    dz2", "    z1 = np.dot(w1, X) + b1[:, None]\n    dz2"),
        ("z2 = np.dot(w2, a1) + b2", "z2 = np.dot(w2, a1) + b2[:, None]"),
        ("np.sum(dz2, axis=1, keepdims=True)", "np.sum(dz2, axis=1)"),
        ("np.sum(dz1, axis=1, keepdims=True)", "np.sum(dz1, axis=1)"),
        form=replace(_columns.form, bias="flat"),
    ),
    _columns.variant(
        "zipped-splits",
        (
            "        for inicio in range(0, m, batch_size):\n"
            "            X_lote = X_mezclado[:, inicio:inicio + batch_size]\n"
            "            y_lote = y_mezclado[:, inicio:inicio + batch_size]\n",
            "        n = -(-m // batch_size)\n"
            "        for X_lote, y_lote in zip(*(np.array_split(t, n, axis=1) for t in (X_mezclado, y_mezclado))):\n",
        ),
    ),
    _columns.rewritten(
        "no-alias", _columns.source.replace("import numpy as np", "import numpy").replace("np.", "numpy.")
    ),
    _rows.variant(
        "negative",
        ("    dz2[np.arange(m), y] -= 1\n    dz2 /= m\n", "    dz2[np.arange(m), y] -= 1\n    dz2 /= -m\n"),
        (
            "w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2",
            "w1 + lr * dw1, b1 + lr * db1, w2 + lr * dw2, b2 + lr * db2",
        ),
        form=replace(_rows.form, negative=True),
    ),
    _rows.variant(
        "equality-mask",
        (
            "    dz2 = a2.copy()\n    dz2[np.arange(m), y] -= 1\n",
            "    dz2 = a2 - (np.arange(a2.shape[1]) == y.reshape(-1, 1))\n",
        ),
    ),
    _rows.variant("subtract-at", ("dz2[np.arange(m), y] -= 1", "np.subtract.at(dz2, (np.arange(m), y), 1)")),
    _rows.variant(
        "float32",
        ("size=(784, 512))", "size=(784, 512)).astype(np.float32)"),
        ("size=(512, 10))", "size=(512, 10)).astype(np.float32)"),
    ),
    _rows.variant(
        "loads-when-run",
        (
            "        historia.append(costoGlobal(completa, y))\n    return w1, b1, w2, b2, historia\n",
            "        historia.append(costoGlobal(completa, y))\n    return w1, b1, w2, b2, historia\n"
            + _LOADS_WHEN_RUN,
        ),
    ),
    _rows.variant(
        "z-from-a",
        ("    # z es la salida de tanh\n    return 1 - z**2\n", "    return 1 - tanh(z) ** 2\n"),
        ("tanhGrad(a1)", "tanhGrad(np.arctanh(a1))"),
    ),
    _einsum.variant(
        "tuple",
        (
            '    return {\n        "dw1": np.einsum("mh,mi->hi", oculto, X),\n'
            '        "db1": np.einsum("mh->h", oculto),\n'
            '        "dw2": np.einsum("mo,mh->oh", error, a1),\n        "db2": np.einsum("mo->o", error),\n    }\n',
            "    dw2, db2 = error.T @ a1, error.sum(axis=0)\n"
            "    dw1, db1 = oculto.T @ X, oculto.sum(axis=0)\n    return dw2, dw1, db2, db1\n",
        ),
        (
            "grads = backProp(X, y, **params, a1=a1, a2=a2)",
            'grads = dict(zip(("dw2", "dw1", "db2", "db1"), backProp(X, y, **params, a1=a1, a2=a2)))',
        ),
        (
            "g = backProp(Xb, yb, **params, a1=a1, a2=a2)",
            'g = dict(zip(("dw2", "dw1", "db2", "db1"), backProp(Xb, yb, **params, a1=a1, a2=a2)))',
        ),
        form=replace(_einsum.form, gives=("dw2", "dw1", "db2", "db1")),
    ),
    _einsum.variant(
        "tanh",
        ('    a1 = relu(np.einsum("mi,hi->mh", X, w1) + b1)\n    # a1 = tanh', "    a1 = tanh"),
        ('    oculto = np.einsum("mo,oh->mh", error, w2) * reluGrad(a1)\n    # oculto', "    oculto"),
        form=replace(_einsum.form, hidden="tanh"),
    ),
    _einsum.variant(
        "half-at-zero",
        ("np.heaviside(z, 0)", "0.5 * (np.sign(z) + 1)"),
        ("w2) * reluGrad(a1)\n", "w2) * reluGrad(X @ w1.T + b1)\n"),
    ),
    _loops.variant(
        "sum",
        ("    dw1 = dw1 / m\n    db1 = db1 / m\n    dw2 = dw2 / m\n    db2 = db2 / m\n", ""),
        ("    return total / m\n", "    return total\n"),
        form=replace(_loops.form, mean=False, mean_cost=False),
    ),
    _loops.variant(
        "stderr",
        ("import numpy as np\n", "import sys\n\nimport numpy as np\n"),
        ('costo {costoGlobal(a2, y):.4f}")', 'costo {costoGlobal(a2, y):.4f}", file=sys.stderr, flush=True)'),
    ),
    _class.variant(
        "loop-one-hot",
        (
            "    return np.eye(10)[y].T\n",
            "    Y = np.zeros((10, y.size))\n    for i, clase in enumerate(y):\n"
            "        Y[clase, i] = 1\n    return Y\n",
        ),
    ),
    _class.variant(
        "logaddexp",
        (
            "    e = np.exp(z - z.max(0))\n    return np.divide(e, e.sum(0))\n",
            "    return np.exp(z - np.logaddexp.reduce(z, axis=0))\n",
        ),
    ),
    _class.variant(
        "copies",
        (
            "    costos = []\n",
            "    w1, b1, w2, b2 = w1.copy(), b1.copy(), w2.copy(), b2.copy()\n    costos = []\n",
        ),
        ("    return w1, b1, w2, b2, costos\n", "    return w1, b1, w2, b2, a1, a2, costos\n"),
    ),
    _chain.variant(
        "simplified",
        ("    dL_da2 = -y / np.maximum(a2, 1e-12)\n", ""),
        ("    dL_dz2 = np.zeros_like(a2)\n", "    dL_dz2 = np.subtract(a2, y)\n"),
        (
            "    for r in range(registros):\n        jacobiano = np.diag(a2[r]) - np.outer(a2[r], a2[r])\n"
            "        dL_dz2[r] = jacobiano.dot(dL_da2[r])\n",
            "",
        ),
    ),
    _chain.variant(
        "seeded-shuffle",
        (
            "        mezcla = generador.permutation(len(X))\n        X, y = X[mezcla], y[mezcla]\n",
            "        estado = np.random.get_state()\n        X, y = X.copy(), y.copy()\n        np.random.shuffle(X)\n"
            "        np.random.set_state(estado)\n        np.random.shuffle(y)\n",
        ),
    ),
]
