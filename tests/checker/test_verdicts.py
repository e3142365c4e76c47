"""Single verdicts: what a file with one unusual line is told, and the words that show it."""

import pytest

from gradiente.checker import Verdict, hint_lines
from gradiente.checker.reference.formulas import plain, softmax_formula
from gradiente.layers import Sigmoid, Softmax, Tanh

from .corpus import mnist_columns, mnist_einsum, xor_columns, xor_rows
from .corpus.case import edited

MNIST, XOR = mnist_columns.STYLE.source, xor_columns.STYLE.source
LOOP_WITHOUT_BIASES = (
    ("b1 = b1 - lr * db1", "db1 = b1 - lr * db1"),
    ("b2 = b2 - lr * db2", "db2 = b2 - lr * db2"),
)
ZERO_GRADIENTS = (
    ("db2 = error.sum(axis=0, keepdims=True)", "db2 = np.zeros_like(b2)"),
    ("db1 = delta1.sum(axis=0, keepdims=True)", "db1 = np.zeros_like(b1)"),
)
Z_WITHOUT_BIAS = (
    ("    z1 = X @ w1\n    a1 =", "    z1 = X @ w1 + b1\n    a1 ="),
    ("def forward(X, w1, w2):", "def forward(X, w1, b1, w2, b2):"),
    ("a1, a2 = forward(X, w1, w2)", "a1, a2 = forward(X, w1, b1, w2, b2)"),
    ("    z2 = a1 @ w2\n", "    z2 = a1 @ w2 + b2\n"),
    (
        "        w1 = w1 - lr * dw1\n",
        "        w1 = w1 - lr * dw1\n        b1 = b1 - lr * db1\n        b2 = b2 - lr * db2\n",
    ),
)
WRONG = {
    "the maximum taken off the powers": (
        edited(
            MNIST,
            ("np.exp(z - np.max(z, axis=0, keepdims=True))", "np.exp(z) - np.max(z, axis=0, keepdims=True)"),
        ),
        {"softmax": ["softmax_precedence"]},
    ),
    "the maximum taken off in the sum only": (
        edited(
            MNIST,
            (
                "    e = np.exp(z - np.max(z, axis=0, keepdims=True))\n",
                "    e = np.exp(z)\n    s = np.exp(z - np.max(z, axis=0, keepdims=True))\n",
            ),
            ("e / np.sum(e,", "e / np.sum(s,"),
        ),
        {"softmax": ["softmax_shift"]},
    ),
    "a cost of the answers by the probabilities": (
        edited(MNIST, ("np.sum(y * np.log(y_est + 1e-12))", "np.sum(y_est * np.log(y + 1e-12))")),
        {"costoGlobal": ["cost_exchanged"]},
    ),
    "a cost over the number of classes": (
        edited(
            MNIST,
            ("    m = y.shape[1]\n    return -np.sum(y *", "    m = y.shape[0]\n    return -np.sum(y *"),
        ),
        {"costoGlobal": ["mean_wrong_size"]},
    ),
    "a bias that only an annotation names": (
        edited(
            MNIST,
            ("def feedForward(X, w1, b1, w2, b2):", "def feedForward(X: object, w1, b1, w2, b2):"),
            ("z2 = np.dot(w2, a1) + b2", "z2 = np.dot(w2, a1)"),
        ),
        {"feedForward": ["bias_missing"]},
    ),
    "a sigmoid with the wrong sign that only the loop uses": (
        edited(XOR, ("    return 1 / (1 + np.exp(-z))", "    return 1 / (1 + np.exp(z))")),
        {"entrenarRed": ["helper_wrong"]},
    ),
    "an output of the hidden layer of the epoch before": (
        edited(
            xor_rows.STYLE.source,
            ("        w1 = w1 - lr * dw1\n        w2", "        w2"),
            (
                "        a1, a2 = forward(X, w1, w2)\n    return",
                "        a2 = sigmoid(a1 @ w2)\n        w1 = w1 - lr * dw1\n        a1 = sigmoid(X @ w1)\n    return",
            ),
        ),
        {"entrenarRed": ["stale"]},
    ),
    "the slope of ReLU the wrong way round": (
        edited(mnist_einsum.STYLE.source, ("error, w2) * reluGrad(a1)", "error, w2) * (a1 <= 0)")),
        {"backProp": ["derivative_reversed"]},
    ),
    "the largest score taken off, and no division": (
        edited(MNIST, ("    return e / np.sum(e, axis=0, keepdims=True)\n", "    return e\n")),
        {"softmax": ["softmax_missing_sum"]},
    ),
    "a product of vectors in the place of the slope": (
        edited(XOR, ("da1 * sigmoideGrad(a1)", "da1 * np.sum(a1 * (1 - a1), axis=0, keepdims=True)")),
        {"backProp": ["derivative_summed"]},
    ),
    "the slope times z": (
        edited(XOR, ("da1 * sigmoideGrad(a1)", "da1 * sigmoideGrad(a1) * (np.dot(w1, X) + b1)")),
        {"backProp": ["derivative_times_z"]},
    ),
    "the column of the last neuron left out for that of the bias": (
        edited(XOR, ("np.dot(w2.T, dz2)", "np.dot(np.hstack([b2, w2])[:, :-1].T, dz2)")),
        {"backProp": ["bias_column_dropped"]},
    ),
    "one maximum of all scores": (
        edited(MNIST, ("np.max(z, axis=0, keepdims=True)", "np.max(z)")),
        {"softmax": ["softmax_one_maximum"]},
    ),
    "new biases in the variables of their gradients": (
        edited(XOR, *LOOP_WITHOUT_BIASES),
        {"entrenarRed": ["not_updated"]},
    ),
    "a thousand epochs, however many are asked for": (
        edited(XOR, ("range(epocas)", "range(1000)")),
        {"entrenarRed": ["epochs_wrong"]},
    ),
    "gradients of 0 for biases that the forward pass adds": (
        edited(
            XOR,
            (
                "    return dw1, db1, dw2, db2\n",
                "    return dw1, np.zeros_like(b1), dw2, np.zeros_like(b2)\n",
            ),
        ),
        {"backProp": ["bias_zero"]},
    ),
    "gradients of 0 for biases that the forward pass adds in another form": (
        edited(
            xor_rows.STYLE.source,
            ("def forward(X, w1, w2):", "def forward(X, w1, w2, b1, b2):"),
            ("    z1 = X @ w1\n    a1", "    z1 = X @ w1 + b1.reshape(1, -1)\n    a1"),
            ("z2 = a1 @ w2\n", "z2 = a1 @ w2 + b2\n"),
            ("forward(X, w1, w2)\n    return", "forward(X, w1, w2, b1, b2)\n    return"),
            ("    z1 = X @ w1\n    error", "    z1 = X @ w1 + b1\n    error"),
            *ZERO_GRADIENTS,
        ),
        {"backProp": ["bias_zero"]},
    ),
    "z without b, while the forward pass has it": (
        edited(xor_rows.STYLE.source, *Z_WITHOUT_BIAS),
        {"backProp": ["forward_without_bias"]},
    ),
}
RIGHT = {
    "ReLU's derivative of a, by its sign": edited(MNIST, ("(z > 0).astype(float)", "np.sign(z)")),
    "a softmax that takes the maximum of each instance by a loop": edited(
        MNIST,
        (
            "e = np.exp(z - np.max(z, axis=0, keepdims=True))",
            "e = np.stack([np.exp(column - max(column)) for column in z.T], axis=1)",
        ),
    ),
    "no biases in the whole file": xor_rows.STYLE.source,
    "gradients of 0 for biases that nothing in the file adds": edited(xor_rows.STYLE.source, *ZERO_GRADIENTS),
    "gradients of 0 for biases that a function only updates": edited(
        xor_rows.STYLE.source,
        ("def backProp(", "def paso(b1, db1, lr):\n    return b1 - lr * db1\n\n\ndef backProp("),
        *ZERO_GRADIENTS,
    ),
}


def findings(verdict: Verdict):
    return {f.name: [found.mistake for found in f.findings] for f in verdict.functions if f.findings}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_and_nothing_else(check_source, one_process, name):
    source, expected = WRONG[name]
    assert findings(check_source(source)) == expected


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_not_accused(check_source, one_process, name):
    assert findings(check_source(RIGHT[name])) == {}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("np.sum(dz2) / m", r"yours: one number, "),
        ("np.sum(dz2, axis=0) / m", r"yours: an array of shape (5,), where (10, 1) is expected"),
    ],
)
def test_a_quantity_of_another_shape_is_shown_by_its_shape(check_source, one_process, wrong, said):
    source = edited(MNIST, ("np.sum(dz2, axis=1, keepdims=True) / m", wrong))
    (finding,) = check_source(source).all_findings
    assert said in hint_lines(finding, 2)[-1]


def test_fractions_are_legible_in_plain_text():
    assert softmax_formula() == "A[2] = e^Z / Σₖ e^Zₖ, Z = Z[2]"
    assert plain(Softmax.equation) == "Aᵢⱼ = e^Zᵢⱼ / Σₖ e^Zᵢₖ"
    assert plain(Sigmoid.equation) == "A = σ(Z) = 1 / (1 + e^-Z)"
    assert plain(Tanh.equation) == "A = tanh(Z) = (e^Z - e^-Z) / (e^Z + e^-Z)"
