"""The activations that a loop hands to backProp are those of its forward pass, or are named as what they are."""

from itertools import product

import pytest

pytestmark = pytest.mark.usefixtures("one_process")

FILE = """import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def softmax(z):
    e = np.exp(z - z.max(axis={classes}, keepdims=True))
    return e / e.sum(axis={classes}, keepdims=True)
def feedForward(X, w1, b1, w2, b2):
    a1 = {g}({z1})
    a2 = {out}({z2})
    return a1, a2
def backProp({parameters}):
    d2 = (a2 - y) / {m}
    d1 = {back} * {slope}
    return {dw1}, d1.sum(axis={instances}, keepdims=True), {dw2}, d2.sum(axis={instances}, keepdims=True)
def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    for _ in range(epocas):
        g1, h1, g2, h2 = backProp({parameters})
        w1, b1, w2, b2 = w1 - lr * g1, b1 - lr * h1, w2 - lr * g2, b2 - lr * h2
        {again}
    return w1, b1, w2, b2
"""
BATCHES = """def entrenarRedMiniBatch(epocas, batch_size, lr, X, y, w1, b1, w2, b2, a1, a2):
    todo, meta, azar = X, y, np.random.default_rng(0)
    for _ in range(epocas):
        orden = azar.permutation({m_all})
        for i in range(0, {m_all}, batch_size):
            lote = orden[i : i + batch_size]
            X, y = {batch}
            {before}
            g1, h1, g2, h2 = backProp({parameters})
            w1, b1, w2, b2 = w1 - lr * g1, b1 - lr * h1, w2 - lr * g2, b2 - lr * h2
    return w1, b1, w2, b2
"""
FORMS = {
    "columns": {
        **{"classes": 0, "instances": 1, "m": "X.shape[1]", "m_all": "todo.shape[1]", "back": "(w2.T @ d2)"},
        **{"dw1": "d1 @ X.T", "dw2": "d2 @ a1.T", "z1": "w1 @ X + b1", "z2": "w2 @ a1 + b2"},
        **{"batch": "todo[:, lote], meta[:, lote]", "other": ":, np.roll(orden, 4)[i : i + batch_size]"},
    },
    "rows": {
        **{"classes": 1, "instances": 0, "m": "X.shape[0]", "m_all": "todo.shape[0]", "back": "(d2 @ w2.T)"},
        **{"dw1": "X.T @ d1", "dw2": "a1.T @ d2", "z1": "X @ w1 + b1", "z2": "a1 @ w2 + b2"},
        **{"batch": "todo[lote], meta[lote]", "other": "np.roll(orden, 4)[i : i + batch_size]"},
    },
}
NETWORKS = {
    "xor": {
        **{"g": "sigmoid", "slope": "a1 * (1 - a1)", "out": "sigmoid"},
        "parameters": "X, y, w1, w2, b1, b2, a2, a1",
    },
    "mnist": {
        **{"g": "np.tanh", "slope": "(1 - a1**2)", "out": "softmax"},
        "parameters": "X, y, w1, b1, w2, b2, a1, a2",
    },
}
EVERY = tuple(product(NETWORKS, FORMS))


def source(workshop, form, *lines, batches=None):
    """A file whose loop computes its activations by these lines, and whose batches do by those."""
    words = {**FORMS[form], **NETWORKS[workshop]}
    again = "\n        ".join(lines or ("a1, a2 = feedForward(X, w1, b1, w2, b2)",)).format(**words)
    text = FILE.format(again=again, **words)
    if workshop == "xor":
        return text
    before = "\n            ".join(batches or ("a1, a2 = feedForward(X, w1, b1, w2, b2)",)).format(**words)
    return text + BATCHES.format(before=before, **words)


def found(check_source, text, workshop, name="entrenarRed"):
    """The mistakes of that function; none in any other."""
    verdict = check_source(text, workshop)
    judged = {f.name: [m.mistake for m in f.findings if f.status != "missing"] for f in verdict.functions}
    assert all(not keys for other, keys in judged.items() if other != name)
    return judged[name]


ACTIVATE, OUTPUT = "a1 = {g}({z1})", "a2 = {out}({z2})"
RIGHT = {
    "the forward pass": (),
    "written in the loop": (ACTIVATE, OUTPUT),
    "in one line": ("a1 = {g}({z1}); a2 = {out}({z2})",),
    "with z kept": ("z1 = {z1}", "a1 = {g}(z1)", "z2 = {z2}", "a2 = {out}(z2)"),
    "by a helper of other names": ("propagar = lambda a, b, c, d, e: feedForward(a, b, c, d, e)",
                                    "a1, a2 = propagar(X, w1, b1, w2, b2)"),
    "in single precision": ("a1, a2 = feedForward(X.astype(np.float32), w1, b1, w2, b2)",),
}  # fmt: skip
WRONG = {
    "no activation": (("a1 = {z1}", OUTPUT), ["activation_missing"]),
    "another activation": (("a1 = np.maximum({z1}, 0)", OUTPUT), ["activation_other"]),
    "a leaky one": (("z = {z1}", "a1 = np.where(z > 0, z, 0.01 * z)", OUTPUT), ["activation_other"]),
    "the activation twice": (("a1 = {g}({g}({z1}))", OUTPUT), ["activation_twice"]),
    "no bias below": (("b = b1", "b1 = 0", ACTIVATE, OUTPUT, "b1 = b"), ["bias_missing"]),
    "no bias above": (("b = b2", "b2 = 0", ACTIVATE, OUTPUT, "b2 = b"), ["bias_missing"]),
    "no bias at all": (
        ("b, c, b1, b2 = b1, b2, 0, 0", ACTIVATE, OUTPUT, "b1, b2 = b, c"),
        ["bias_missing"],
    ),
    "the bias taken off": (("b1 = -b1", ACTIVATE, "b1 = -b1", OUTPUT), ["bias_sign"]),
    "numbers from nowhere": (("a1, a2 = a1 * 0.37 + 0.1, a2 * 0.51 + 0.2",), ["activations_wrong"]),
    "random numbers": (
        ("a1, a2 = np.random.rand(*a1.shape), np.random.rand(*a2.shape)",),
        ["activations_wrong"],
    ),
    "a random hidden layer": (("a1 = np.random.rand(*a1.shape)", OUTPUT), ["activations_wrong"]),
    "a random output": ((ACTIVATE, "a2 = np.random.rand(*a2.shape)"), ["activations_wrong"]),
    "nothing new": (("pass",), ["stale"]),
    "no new hidden layer": (("_, a2 = feedForward(X, w1, b1, w2, b2)",), ["stale"]),
    "no new output": (("a1, _ = feedForward(X, w1, b1, w2, b2)",), ["stale"]),
    "the weights before": (
        ("a1, a2 = feedForward(X, w1 + lr * g1, b1 + lr * h1, w2 + lr * g2, b2 + lr * h2)",),
        ["stale"],
    ),
    "one weight from before": (("a1, a2 = feedForward(X, w1, b1, w2 + lr * g2, b2)",), ["stale"]),
    "exchanged": (("a2, a1 = feedForward(X, w1, b1, w2, b2)",), ["activations_exchanged"]),
}
OF_XOR = {
    "tanh": (("a1 = np.tanh({z1})", OUTPUT), ["activation_other"]),
    "no sigmoid above": ((ACTIVATE, "a2 = {z2}"), ["activation_missing"]),
    "no sigmoid at all": (("a1 = {z1}", "a2 = {z2}"), ["activation_missing"]),
    "tanh above": ((ACTIVATE, "a2 = np.tanh({z2})"), ["activation_other"]),
    "the derivative": (("a1 = sigmoid({z1}) * (1 - sigmoid({z1}))", OUTPUT), ["derivative_for_activation"]),
}
OF_MNIST = {
    "zeros": (("a1, a2 = 0 * a1, 0 * a2",), ["activations_wrong"]),
    "the sigmoid": (("a1 = sigmoid({z1})", OUTPUT), ["activation_other"]),
    "no softmax": ((ACTIVATE, "a2 = {z2}"), ["softmax_missing"]),
    "the sigmoid for softmax": ((ACTIVATE, "a2 = sigmoid({z2})"), ["softmax_sigmoid"]),
    "the sum over everything": ((ACTIVATE, "e = np.exp({z2})", "a2 = e / e.sum()"), ["softmax_total"]),
}
WHOLE = "a1, a2 = feedForward(X, w1, b1, w2, b2)"
IN_BATCHES = {
    **{
        name: WRONG[name] for name in WRONG if "activations_wrong" not in WRONG[name][1] and "new" not in name
    },
    **{name: case for name, case in OF_MNIST.items() if name != "zeros"},
    "random numbers": (
        (WHOLE, "a1, a2 = np.random.rand(*a1.shape), np.random.rand(*a2.shape)"),
        ["activations_wrong"],
    ),
    "those of the whole set": (("a1, a2 = feedForward(todo, w1, b1, w2, b2)",), ["stale"]),
    "those of the beginning": (
        ("if i == 0: v1, c1, v2, c2 = w1, b1, w2, b2", "a1, a2 = feedForward(X, v1, c1, v2, c2)"),
        ["stale"],
    ),
    "another batch": (
        ("a1, a2 = feedForward(todo[{other}], w1, b1, w2, b2)",),
        ["activations_wrong"],
    ),
}
for stale in ("the weights before", "one weight from before"):
    IN_BATCHES.pop(stale)
ALL = [
    (workshop, form, name, *case)
    for workshop, form in EVERY
    for name, case in {**WRONG, **(OF_XOR if workshop == "xor" else OF_MNIST)}.items()
]


@pytest.mark.parametrize(("workshop", "form"), EVERY)
@pytest.mark.parametrize("lines", RIGHT.values(), ids=RIGHT)
def test_every_right_forward_pass_is_right(check_source, workshop, form, lines):
    assert not found(check_source, source(workshop, form, *lines, batches=lines), workshop)


@pytest.mark.parametrize(
    ("workshop", "form", "lines", "keys"),
    [(workshop, form, lines, keys) for workshop, form, _, lines, keys in ALL],
    ids=["-".join(case[:3]) for case in ALL],
)
def test_every_wrong_forward_pass_is_named(check_source, workshop, form, lines, keys):
    assert found(check_source, source(workshop, form, *lines), workshop) == keys


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("lines", "keys"), IN_BATCHES.values(), ids=IN_BATCHES)
def test_every_wrong_forward_pass_in_batches_is_named(check_source, form, lines, keys):
    text = source("mnist", form, batches=lines)
    assert found(check_source, text, "mnist", "entrenarRedMiniBatch") == keys
