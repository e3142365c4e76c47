"""Right solutions of the workshop xor that are written in other ways."""

from dataclasses import replace

from . import xor_chain, xor_columns, xor_einsum, xor_instances, xor_loops, xor_rows

_columns, _rows, _einsum = xor_columns.STYLE, xor_rows.STYLE, xor_einsum.STYLE
_loops, _chain, _instances = xor_loops.STYLE, xor_chain.STYLE, xor_instances.STYLE

_TRAINS_WHEN_RUN = """

if __name__ == "__main__":
    X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]).T
    y = np.array([[0, 1, 1, 0]])
    w1, w2 = np.random.randn(4, 3), np.random.randn(1, 4)
    b1, b2 = np.zeros((4, 1)), np.zeros((1, 1))
    a1, a2 = feedForward(X, w1, b1, w2, b2)
    *_, costos = entrenarRed(10000, 0.5, X, y, w1, b1, w2, b2, a1, a2)
    plt.plot(costos)
    plt.show()
"""

_TRAINS_AT_ONCE = """

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
np.random.seed(3)
w1, w2 = np.random.randn(3, 4), np.random.randn(4, 1)
b1, b2 = np.zeros((1, 4)), np.zeros((1, 1))
a1, a2 = forward(X, w1, w2)
w1, b1, w2, b2 = entrenarRed(2000, 1.0, X, y, w1, b1, w2, b2, a1, a2)
a1, a2 = forward(X, w1, w2)
print("Predicciones:", a2.round(2).ravel())
"""

RIGHT = [
    _columns.variant(
        "other-order",
        ("    return dw1, db1, dw2, db2\n", "    return dw2, db2, dw1, db1\n"),
        ("dw1, db1, dw2, db2 = backProp", "dw2, db2, dw1, db1 = backProp"),
        form=replace(_columns.form, gives=("dw2", "db2", "dw1", "db1")),
    ),
    _columns.variant(
        "weights-then-biases",
        ("    return dw1, db1, dw2, db2\n", "    return dw1, dw2, db1, db2\n"),
        ("dw1, db1, dw2, db2 = backProp", "dw1, dw2, db1, db2 = backProp"),
        ("return w1, b1, w2, b2, costos", "return w1, w2, b1, b2"),
        form=replace(_columns.form, gives=("dw1", "dw2", "db1", "db2"), trains=("w1", "w2", "b1", "b2")),
    ),
    _columns.variant(
        "negative",
        ("dz2 = a2 - y", "dz2 = y - a2"),
        ("w1 = w1 - lr", "w1 = w1 + lr"),
        ("b1 = b1 - lr", "b1 = b1 + lr"),
        ("w2 = w2 - lr", "w2 = w2 + lr"),
        ("b2 = b2 - lr", "b2 = b2 + lr"),
        form=replace(_columns.form, negative=True),
    ),
    _columns.variant(
        "sum",
        ("np.dot(dz2, a1.T) / m", "np.dot(dz2, a1.T)"),
        ("db2 = np.sum(dz2, axis=1, keepdims=True) / m", "db2 = np.sum(dz2, axis=1, keepdims=True)"),
        ("np.dot(dz1, X.T) / m", "np.dot(dz1, X.T)"),
        ("db1 = np.sum(dz1, axis=1, keepdims=True) / m", "db1 = np.sum(dz1, axis=1, keepdims=True)"),
        form=replace(_columns.form, mean=False),
    ),
    # With one output neuron the outer product w2.T @ dz2 and the broadcast w2.T * dz2 are the same numbers.
    _columns.variant("one-output-broadcast", ("np.dot(w2.T, dz2)", "w2.T * dz2")),
    _columns.variant(
        "float32",
        (
            "    m = X.shape[1]\n",
            "    X, a1, a2 = (np.asarray(t, dtype=np.float32) for t in (X, a1, a2))\n    m = X.shape[1]\n",
        ),
    ),
    _columns.variant(
        "in-out",
        ("z1 = np.dot(w1, X)", "z1 = np.dot(w1.T, X)"),
        ("z2 = np.dot(w2, a1)", "z2 = np.dot(w2.T, a1)"),
        ("np.dot(dz2, a1.T)", "np.dot(a1, dz2.T)"),
        ("np.dot(w2.T, dz2)", "np.dot(w2, dz2)"),
        ("np.dot(dz1, X.T)", "np.dot(X, dz1.T)"),
        form=replace(_columns.form, in_out=True),
    ),
    _columns.variant(
        "hints",
        ("def sigmoide(z):", "def sigmoide(z: np.ndarray) -> np.ndarray:"),
        (
            "def backProp(X, y, w1, w2, b1, b2, a2, a1):",
            "def backProp(\n    X: np.ndarray, y: np.ndarray, w1: np.ndarray, w2: np.ndarray, "
            "b1: np.ndarray, b2: np.ndarray, a2: np.ndarray, a1: np.ndarray\n) -> tuple[np.ndarray, ...]:\n"
            '    """Gradientes de la entropía cruzada."""',
        ),
    ),
    _columns.variant(
        "plots-when-run",
        ("import numpy as np\n", "import matplotlib.pyplot as plt\nimport numpy as np\n"),
        ("    return w1, b1, w2, b2, costos\n", "    return w1, b1, w2, b2, costos\n" + _TRAINS_WHEN_RUN),
    ),
    _columns.rewritten(
        "no-alias", _columns.source.replace("import numpy as np", "import numpy").replace("np.", "numpy.")
    ),
    _columns.rewritten("tabs-and-crlf", _columns.source.replace("    ", "\t").replace("\n", "\r\n")),
    _rows.variant(
        "trains-at-import", ("    return w1, b1, w2, b2\n", "    return w1, b1, w2, b2\n" + _TRAINS_AT_ONCE)
    ),
    _rows.variant(
        "nested",
        ("    return dw1, db1, dw2, db2\n", "    return (dw1, db1), (dw2, db2)\n"),
        ("dw1, db1, dw2, db2 = backProp", "(dw1, db1), (dw2, db2) = backProp"),
    ),
    _rows.variant(
        "lambda",
        (
            "def sigmoid(z):\n    return 1.0 / (1.0 + np.exp(-z))\n",
            "sigmoid = lambda z: 1.0 / (1.0 + np.exp(-z))\n",
        ),
    ),
    _rows.variant(
        "extra-argument",
        ("w2, b2, a1, a2):\n", "w2, b2, a1, a2, mostrar=False):\n"),
        (
            "        a1, a2 = forward",
            "        if mostrar:\n            print(epoca, a2)\n        a1, a2 = forward",
        ),
    ),
    _rows.variant("z-from-a", ("    z1 = X @ w1\n    error", "    z1 = np.log(a1 / (1 - a1))\n    error")),
    _rows.variant(
        "vectorized",
        ("def dsigmoid(z):\n", "@np.vectorize\ndef dsigmoid(z):\n"),
        ("dw1 = X.T @ delta1", "dw1 = np.tensordot(X, delta1, axes=(0, 0))"),
        ("dw2 = a1.T @ error", "dw2 = np.transpose(np.matmul(error.transpose(), a1))"),
    ),
    _einsum.variant(
        "named-tuple",
        (
            "import numpy as np\n",
            "from collections import namedtuple\n\nimport numpy as np\n\nGradientes = "
            'namedtuple("Gradientes", "dw2 db2 dw1 db1")\n',
        ),
        ("    return g\n", "    return Gradientes(**g)\n"),
        (
            "g = backProp(X, y, w1, w2, b1, b2, a2, a1)",
            "g = backProp(X, y, w1, w2, b1, b2, a2, a1)._asdict()",
        ),
        form=replace(_einsum.form, gives=("dw2", "db2", "dw1", "db1")),
    ),
    _einsum.variant(
        "capitals",
        ('g["dw1"] = np', 'g["dW1"] = np'),
        ('g["dw2"] = np', 'g["dW2"] = np'),
        ('w1 - lr * g["dw1"]', 'w1 - lr * g["dW1"]'),
        ('w2 - lr * g["dw2"]', 'w2 - lr * g["dW2"]'),
    ),
    _loops.variant(
        "written-sizes",
        ("    ocultas = w1.shape[0]\n    salidas = w2.shape[0]\n", "    ocultas = 4\n    salidas = 1\n"),
        ("m, entradas = X.shape", "m = X.shape[0]\n    entradas = 3"),
    ),
    _loops.variant(
        "in-place",
        (
            "    dw1 = dw1 / m\n    db1 = db1 / m\n    dw2 = dw2 / m\n    db2 = db2 / m\n",
            "    for g in (dw1, db1, dw2, db2):\n        g *= 1.0 / m\n",
        ),
        (
            "        w1 = w1 - lr * dw1\n        w2 = w2 - lr * dw2\n"
            "        b1 = b1 - lr * db1\n        b2 = b2 - lr * db2\n",
            "        w1 -= lr * dw1\n        w2 -= lr * dw2\n        b1 -= lr * db1\n        b2 -= lr * db2\n",
        ),
    ),
    _chain.variant(
        "subtract-out",
        (
            "        w2 -= lr * delta_salida.dot(a1.T)\n",
            "        np.subtract(w2, lr * delta_salida.dot(a1.T), out=w2)\n",
        ),
    ),
    _instances.variant(
        "weights-as-dictionary",
        (
            "return red.w1, red.b1, red.w2, red.b2",
            'return {"w1": red.w1, "b1": red.b1, "w2": red.w2, "b2": red.b2}',
        ),
    ),
]
