"""An exercise whose loop may stand anywhere: any file that trains the network is judged, whatever its functions."""

import pytest

from gradiente.checker import check_exercise
from gradiente.checker.checking import propose_exercise, try_exercise
from gradiente.checker.exercises.exercise import Exercise
from gradiente.errors import ArgumentError

pytestmark = pytest.mark.usefixtures("one_process")
XOR = """network = "Linear(2, 4), Tanh(), Linear(4, 1), Sigmoid()"
loss = "BCELoss"

[loop]
"""
INLINE = """import numpy as np

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
Y = np.array([[0], [1], [1], [0]], dtype=float)
g = np.random.default_rng(3)
W1 = g.normal(size=(2, 4))
b1 = g.normal(size=4) * 0.1
W2 = g.normal(size=(4, 1))
b2 = np.array([0.2])
lr = 0.5
for epoch in range(200):
    A1 = np.tanh(X @ W1 + b1)
    A2 = 1 / (1 + np.exp(-(A1 @ W2 + b2)))
    dZ2 = (A2 - Y) / len(X)
    dW2 = A1.T @ dZ2
    db2 = dZ2.sum(axis=0)
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    dW1 = X.T @ dZ1
    db1 = dZ1.sum(axis=0)
    W2 = W2 - lr * dW2
    b2 = b2 - lr * db2
    W1 = W1 - lr * dW1
    b1 = b1 - lr * db1
"""
CLASS = """import numpy as np


class Red:
    def __init__(self, n_entrada, n_oculta, n_salida, tasa=0.3):
        self.w1 = np.random.randn(n_oculta, n_entrada)
        self.b1 = np.random.randn(n_oculta, 1)
        self.w2 = np.random.randn(n_salida, n_oculta)
        self.b2 = np.random.randn(n_salida, 1)
        self.tasa = tasa

    def adelante(self, X):
        self.X = X
        self.a1 = np.tanh(self.w1 @ X + self.b1)
        self.a2 = 1 / (1 + np.exp(-(self.w2 @ self.a1 + self.b2)))
        return self.a2

    def atras(self, Y):
        m = Y.shape[1]
        d2 = (self.a2 - Y) / m
        d1 = self.w2.T @ d2 * (1 - self.a1**2)
        self.w2 = self.w2 - self.tasa * d2 @ self.a1.T
        self.b2 = self.b2 - self.tasa * d2.sum(axis=1, keepdims=True)
        self.w1 = self.w1 - self.tasa * d1 @ self.X.T
        self.b1 = self.b1 - self.tasa * d1.sum(axis=1, keepdims=True)

    def entrenar(self, X, Y, epocas):
        for _ in range(epocas):
            self.adelante(X)
            self.atras(Y)
"""


@pytest.fixture
def checked(tmp_path):
    """The verdict on a source by the text of an exercise."""

    def check(source: str, toml: str = XOR):
        (tmp_path / "own.toml").write_text(toml, encoding="utf-8")
        (tmp_path / "student.py").write_text(source, encoding="utf-8")
        return check_exercise(tmp_path / "student.py", Exercise.read(tmp_path / "own.toml"))

    return check


@pytest.fixture
def proposed(tmp_path):
    """The exercise that a solution makes."""

    def propose(source: str) -> Exercise:
        (tmp_path / "solution.py").write_text(source, encoding="utf-8")
        return propose_exercise(tmp_path / "solution.py")[0]

    return propose


def named(verdict):
    return [(one.mistake, one.quantity) for one in verdict.all_findings]


@pytest.mark.parametrize("source", [INLINE, CLASS])
def test_a_right_file_is_right_whatever_its_form(checked, source):
    verdict = checked(source)
    assert verdict.passed
    assert [one.name for one in verdict.functions] == ["loop"]


@pytest.mark.parametrize(
    ("source", "right", "wrong", "mistake", "quantity"),
    [
        (INLINE, " * (1 - A1**2)", "", "derivative_missing", "∂J/∂Z[1]"),
        (INLINE, "b1 = b1 - lr * db1", "pass", "not_updated", ""),
        (INLINE, ") / len(X)", ")", "mean_missing", ""),
        (INLINE, "(A2 - Y)", "(A2 - Y) * A2 * (1 - A2)", "output_other_loss", "∂J/∂Z[2]"),
        (INLINE, "dW1 = X.T @ dZ1", "dW1 = X.T @ dZ1 + 0.1 * W1", "weight_decay", "∂J/∂W[1]"),
        (CLASS, " * (1 - self.a1**2)", "", "derivative_missing", "∂J/∂Z[1]"),
    ],
)
def test_a_mistake_is_named(checked, source, right, wrong, mistake, quantity):
    assert right in source
    assert named(checked(source.replace(right, wrong, 1))) == [(mistake, quantity)]


def test_the_loss_is_that_of_the_exercise(checked):
    squared = XOR.replace("BCELoss", "MSELoss")
    assert named(checked(INLINE, squared)) == [("output_slope_missing", "∂J/∂Z[2]")]


def test_another_network_is_said_with_both(checked):
    verdict = checked(INLINE, XOR.replace("Tanh", "ReLU"))
    (finding,) = verdict.all_findings
    assert finding.mistake == "network_unlike"
    assert finding.values == {
        "got": "Linear(2, 4), Tanh(), Linear(4, 1), Sigmoid()",
        "expected": "Linear(2, 4), ReLU(), Linear(4, 1), Sigmoid()",
    }
    deeper = XOR.replace("Linear(4, 1)", "Linear(4, 3), Tanh(), Linear(3, 1)")
    assert [one.mistake for one in checked(INLINE, deeper).all_findings] == ["network_unlike"]


@pytest.mark.parametrize(
    ("l2", "term", "found"),
    [
        (0.1, " + 0.1 * {w}", []),
        (0.1, " - 0.1 * {w}", ["penalty_subtracted"]),
        (0.1, "", ["penalty_not_in_gradients"]),
        (0, " + 0.1 * {w}", ["weight_decay"]),
    ],
)
def test_the_penalty_is_in_the_gradients_where_it_is_asked_for(checked, l2, term, found):
    source = INLINE
    for gradient, w in (("A1.T @ dZ2", "W2"), ("X.T @ dZ1", "W1")):
        source = source.replace(gradient, gradient + term.format(w=w))
    verdict = checked(source, XOR.replace("[loop]", f"l2 = {l2}\n[loop]"))
    assert [one.mistake for one in verdict.all_findings] == found


def test_a_file_that_does_not_train_is_not_judged_and_that_is_said(checked):
    verdict = checked("import numpy as np\nprint(np.ones(3).sum())\n")
    assert [one.status for one in verdict.functions] == ["unchecked"]
    assert ("training_unseen", {}) in verdict.notices
    assert not verdict.passed


def test_a_program_without_functions_makes_an_exercise(proposed, checked, tmp_path):
    exercise = proposed(INLINE)
    assert [(role.kind, role.call) for role in exercise.roles] == [("loop", "")]
    assert exercise.scale == "1"
    (tmp_path / "written.toml").write_text(exercise.toml(), encoding="utf-8")
    assert Exercise.read(tmp_path / "written.toml").roles == exercise.roles
    assert checked(INLINE, exercise.toml()).passed
    assert checked(CLASS, exercise.toml()).passed
    tried = try_exercise(tmp_path / "student.py", exercise)
    assert any(one.before == "self.w2.T" and not verdict.passed for one, verdict in tried)


WITHOUT_ARGUMENTS = """import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class Net:
    def __init__(self, x, y):
        self.input, self.y = x, y
        self.weights1 = np.random.rand(x.shape[1], 4)
        self.weights2 = np.random.rand(4, 1)
        self.lr = 0.5

    def feedforward(self):
        self.layer1 = sigmoid(self.input @ self.weights1)
        self.output = sigmoid(self.layer1 @ self.weights2)

    def backprop(self):
        d2 = 2 * (self.y - self.output) * self.output * (1 - self.output)
        d1 = d2 @ self.weights2.T * self.layer1 * (1 - self.layer1)
        self.weights1 += self.lr * self.input.T @ d1
        self.weights2 += self.lr * self.layer1.T @ d2
"""


def test_methods_without_arguments_are_told_apart_by_who_calls_whom(proposed, checked):
    exercise = proposed(WITHOUT_ARGUMENTS)
    assert {role.kind: role.call for role in exercise.roles if role.kind != "helpers"} == {
        "forward": "net.feedforward()",
        "update": "net.backprop()",
    }
    later = "        self.weights2 += self.lr * self.layer1.T @ d2\n"
    early = WITHOUT_ARGUMENTS.replace(later, "").replace("        d1 = d2", f"{later}        d1 = d2")
    assert named(checked(early, exercise.toml())) == [("w2_updated", "∂J/∂A[1]")]


WITH_COST = """import numpy as np


class Net:
    def __init__(self, input_size, hidden_size, output_size):
        g, n, h, k = np.random.default_rng(1), input_size, hidden_size, output_size
        self.params = {"W1": g.normal(size=(n, h)), "b1": g.normal(size=h)}
        self.params["W2"], self.params["b2"] = g.normal(size=(h, k)), g.normal(size=k)

    def loss(self, X, y, reg):
        p, m = self.params, len(X)
        A1 = np.maximum(0, X @ p["W1"] + p["b1"])
        Z2 = A1 @ p["W2"] + p["b2"]
        P = np.exp(Z2 - Z2.max(axis=1, keepdims=True))
        P /= P.sum(axis=1, keepdims=True)
        J = -np.log(P[np.arange(m), y]).mean() + reg * ((p["W1"] ** 2).sum() + (p["W2"] ** 2).sum())
        d = P.copy()
        d[np.arange(m), y] -= 1
        d /= m
        d1 = d @ p["W2"].T * (A1 > 0)
        return J, {
            "W1": X.T @ d1 + 2 * reg * p["W1"], "b1": d1.sum(axis=0),
            "W2": A1.T @ d + 2 * reg * p["W2"], "b2": d.sum(axis=0),
        }

    def train(self, X, y, reg, lr, epochs):
        for _ in range(epochs):
            J, grads = self.loss(X, y, reg)
            for name in grads:
                self.params[name] -= lr * grads[name]
"""


def test_a_cost_beside_the_gradients_and_a_strength_that_is_half_of_l2(proposed, checked):
    exercise = proposed(WITH_COST)
    calls = {role.kind: (role.call, role.gives) for role in exercise.roles}
    assert calls["gradients"][0] == "net.loss(X, labels, l2 / 2)"
    assert calls["gradients"][1].startswith("[_, {")
    assert "reg=l2 / 2" in calls["loop"][0]
    once = WITH_COST.replace("A1.T @ d + 2 * reg", "A1.T @ d + reg")
    assert named(checked(once, exercise.toml())) == [("regularization_unlike", "∂J/∂W[2]")]
    biases = WITH_COST.replace('"b1": d1.sum(axis=0)', '"b1": d1.sum(axis=0) + 2 * reg * p["b1"]')
    assert named(checked(biases, exercise.toml())) == [("weight_decay", "∂J/∂b[1]")]


NUMBERS = """import numpy as np


def gradientes(p, X, y):
    h = np.tanh(X @ p["W"] + p["b"])
    salida = 1 / (1 + np.exp(-(h @ p["v"] + p["sesgo"])))
    r = (salida - y) / len(y)
    d = np.outer(r, p["v"]) * (1 - h**2)
    return {"W": X.T @ d, "b": d.sum(axis=0), "v": h.T @ r, "sesgo": r.sum()}


def entrenar(X, y, epocas, lr):
    g = np.random.default_rng(0)
    p = {"W": g.normal(size=(X.shape[1], 6)), "b": g.normal(size=6), "v": g.normal(size=6), "sesgo": 0.3}
    for _ in range(epocas):
        grads = gradientes(p, X, y)
        p = {name: p[name] - lr * grads[name] for name in p}
    return p
"""


def test_a_bias_that_is_a_number_and_weights_that_are_a_vector(proposed, checked):
    exercise = proposed(NUMBERS)
    assert {role.kind: role.call for role in exercise.roles}["gradients"] == (
        "gradientes({'W': W1, 'b': b1, 'v': W2.ravel(), 'sesgo': b2.item()}, X, Y)"
    )
    assert checked(NUMBERS, exercise.toml()).passed
    assert named(checked(NUMBERS.replace("r.sum()", "r.sum() * len(y)"), exercise.toml())) == [
        ("mean_missing", "∂J/∂b[2]")
    ]


def test_a_loop_that_needs_a_call_is_no_loop_anywhere(tmp_path):
    (tmp_path / "own.toml").write_text(XOR.replace("[loop]", "[minibatch]"), encoding="utf-8")
    with pytest.raises(ArgumentError) as caught:
        Exercise.read(tmp_path / "own.toml")
    assert caught.value.key == "exercise.needs"
