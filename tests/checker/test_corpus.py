"""The corpus of students' files says the truth, by PyTorch's autograd and without the checker that it is for."""

import ast
import itertools
import warnings
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

from .corpus import HOSTILE, MISTAKES, PAIRS, RIGHT, STYLES, Case, Form
from .corpus.case import edited
from .corpus.keys import PLACES

NAMES = ("w1", "b1", "w2", "b2")
SIZES = {"xor": (3, 4, 1), "mnist": (6, 5, 10)}
HIDDEN = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
# The same activations' derivatives, as functions of the activation.
SLOPES = {"sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2, "relu": lambda a: (a > 0) * 1.0}
LR, EPOCHS = 0.3, 3

ALL, LOWER = {"dw1", "db1", "dw2", "db2"}, {"dw1", "db1"}
# Which gradients are wrong by a mistake, and no others.
ONLY = {
    **{f"output_{what}": [ALL] for what in ("sign", "other_loss", "derivative_only")},
    **{key: [ALL] for key in ("softmax_jacobian", "target_missing", "onehot_shift")},
    **{f"derivative_{what}": [LOWER] for what in ("missing", "twice", "of_z", "of_a", "other")},
    **{key: [LOWER] for key in ("sign_hidden", "w2_missing", "w2_updated", "dw2_for_w2")},
    **{f"bias_{what}": [{"db1"}, {"db2"}, {"db1", "db2"}] for what in ("axis", "not_summed", "total")},
    "mean_missing": [{"dw1"}, {"db1"}, {"dw2"}, {"db2"}, {"dw1", "dw2"}],
    "wrong_input": [{"dw1"}, {"dw2"}],
    "argument_mutated": [],
}
BY_HAND = {
    *("output_sign", "target_missing", "softmax_jacobian", "w2_missing", "sign_hidden", "dw2_for_w2"),
    *("derivative_missing", "derivative_twice", "derivative_of_z", "derivative_of_a"),
}


class Problem(NamedTuple):
    """Columns are instances, weights (out, in), biases (n,), targets one-hot: laid out anew for every student."""

    X: np.ndarray
    Y: np.ndarray
    parameters: dict[str, np.ndarray]
    hidden: str


@lru_cache
def problem(workshop: str, hidden: str, m: int, whole: bool = False) -> Problem:
    n, h, k = SIZES[workshop]
    rng = np.random.default_rng(m)
    X = rng.integers(0, 2, (n, m)) if whole else rng.normal(size=(n, m))
    Y = rng.permutation(np.arange(m) % 2)[None] if k == 1 else np.eye(k)[:, rng.permutation(k)[:m]]
    biases = 0.0 if workshop == "xor" else 0.5
    weights = rng.normal(size=(h, n)), rng.normal(size=(k, h))
    values = weights[0], biases * rng.normal(size=h), weights[1], biases * rng.normal(size=k)
    targets = Y.astype(int if whole else float)
    return Problem(X, targets, dict(zip(NAMES, values, strict=True)), hidden)


def step(p: Problem, instances: list[int] | slice = slice(None)) -> SimpleNamespace:
    """Activations, J summed over these instances, and its gradients, all by PyTorch."""
    theta = {name: torch.tensor(value, requires_grad=True) for name, value in p.parameters.items()}
    X, Y = (torch.tensor(given[:, instances], dtype=torch.float64) for given in (p.X, p.Y))
    z1 = theta["w1"] @ X + theta["b1"][:, None]
    a1 = HIDDEN[p.hidden](z1)
    z2 = theta["w2"] @ a1 + theta["b2"][:, None]
    if len(Y) == 1:
        a2 = torch.sigmoid(z2)
        J = torch.nn.functional.binary_cross_entropy_with_logits(z2, Y, reduction="sum")
    else:
        a2 = torch.softmax(z2, dim=0)
        J = torch.nn.functional.cross_entropy(z2.T, Y.T, reduction="sum")
    J.backward()
    gradients = {"d" + name: value.grad.numpy() for name, value in theta.items() if value.grad is not None}
    z1, a1, a2 = (value.detach().numpy() for value in (z1, a1, a2))
    return SimpleNamespace(z1=z1, a1=a1, a2=a2, J=J.item(), gradients=gradients)


def descended(p: Problem, form: Form, batches: list[list[int]]) -> dict[str, np.ndarray]:
    """The parameters after one step for each batch."""
    for batch in batches:
        gradients = step(p, batch).gradients
        rate = LR / len(batch) if form.mean else LR
        changed = {
            name: value - rate * gradients["d" + name] if form.biases or name[0] == "w" else value
            for name, value in p.parameters.items()
        }
        p = p._replace(parameters=changed)
    return p.parameters


@lru_cache
def possible_epochs(p_key: tuple[str, str, int], form: Form, size: int) -> list[dict[str, np.ndarray]]:
    """Where one epoch of mini-batches may end, for every order of the instances."""
    p, m = problem(*p_key), p_key[2]
    cut = {
        tuple(tuple(sorted(order[i : i + size])) for i in range(0, m, size))
        for order in itertools.permutations(range(m))
    }
    return [descended(p, form, [list(batch) for batch in batches]) for batches in sorted(cut)]


class Student:
    """One file's functions, called in its own form; what comes back, in the form of a Problem."""

    def __init__(self, case: Case):
        self.form, self.workshop = case.form, case.workshop
        self.functions: dict[str, Any] = {"__name__": "student"}
        exec(compile(case.source, case.name, "exec"), self.functions)

    def problem(self, m: int, whole: bool = False) -> Problem:
        return problem(self.workshop, self.form.hidden, m, whole)

    def laid(self, matrix: np.ndarray) -> np.ndarray:
        return np.array(matrix.T if self.form.rows else matrix, order="C")

    def labels(self, Y: np.ndarray) -> np.ndarray:
        return {"output": self.laid(Y), "flat": Y[0].copy(), "integer": Y.argmax(axis=0)}[self.form.labels]

    def arguments(self, p: Problem) -> dict[str, np.ndarray]:
        now = step(p)
        given = {"X": self.laid(p.X), "y": self.labels(p.Y), "a1": self.laid(now.a1), "a2": self.laid(now.a2)}
        for name, value in p.parameters.items():
            if name[0] == "w":
                given[name] = np.array(value.T if self.form.in_out else value, order="C")
            else:
                given[name] = value.reshape(
                    {"flat": (-1,), "row": (1, -1), "column": (-1, 1)}[self.form.bias]
                ).copy()
        return given

    def read(self, result: Any, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        if isinstance(result, dict):
            named = {key.lower(): value for key, value in result.items()}
        else:
            nested = [part if isinstance(part, tuple) else [part] for part in result]
            named = dict(zip(names, itertools.chain(*nested), strict=False))
        oriented = {}
        for name in names:
            value = np.asarray(named[name], dtype=float)
            weights = name.removeprefix("d")[0] == "w"
            oriented[name] = (value.T if self.form.in_out else value) if weights else value.ravel()
        return oriented

    def gradients(self, p: Problem) -> dict[str, np.ndarray]:
        given = self.arguments(p)
        return self.read(self.functions["backProp"](**given), self.form.gives)

    def expected(self, gradients: dict[str, np.ndarray], m: int) -> dict[str, np.ndarray]:
        factor = (1 / m if self.form.mean else 1) * (-1 if self.form.negative else 1)
        return {name: factor * value for name, value in gradients.items()}

    def trained(self, loop: str, p: Problem, epochs: int, *size: int) -> dict[str, np.ndarray]:
        np.random.seed(0)  # noqa: NPY002 - the students' own generator
        result = self.functions[loop](epochs, *size, LR, **self.arguments(p))
        return self.read(result, self.form.trains)


def close(got: Any, expected: Any) -> bool:
    got, expected = np.asarray(got, dtype=float), np.asarray(expected)
    return got.shape == expected.shape and np.allclose(got, expected, rtol=1e-5, atol=1e-6)


def all_close(got: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> bool:
    return all(close(value, expected[name]) for name, value in got.items())


Z = np.random.default_rng(5).normal(size=(10, 7))


def softmax_right(s: Student) -> bool:
    expected = s.laid(torch.softmax(torch.tensor(Z), dim=0).numpy())
    return all(close(s.functions["softmax"](s.laid(Z) + shift), expected) for shift in (0.0, 1000.0))


def tanh_grad_right(s: Student) -> bool:
    expected = 1 / np.cosh(Z) ** 2
    return any(close(s.functions["tanhGrad"](given), expected) for given in (Z, np.tanh(Z)))


def init_right(s: Student) -> bool:
    w1, b1, w2, b2 = s.functions["initParams"]()
    shapes = [(784, 512), (512, 10)] if s.form.in_out else [(512, 784), (10, 512)]
    biases = {"flat": [(512,), (10,)], "row": [(1, 512), (1, 10)], "column": [(512, 1), (10, 1)]}[s.form.bias]
    floating = all(array.dtype.kind == "f" for array in (w1, b1, w2, b2))
    spread = all(1e-4 < np.std(w) < 0.2 for w in (w1, w2))
    return floating and spread and [w1.shape, w2.shape] == shapes and [b1.shape, b2.shape] == biases


def cost_right(s: Student) -> bool:
    p, cost = s.problem(7), s.functions["costoGlobal"]
    now = step(p)
    certain = np.where(p.Y == 1, 0.0, 1 / 9)
    finite = bool(np.isfinite(cost(s.laid(certain), s.labels(p.Y.astype(int)))))
    expected = now.J / 7 if s.form.mean_cost else now.J
    return finite and close(cost(s.laid(now.a2), s.labels(p.Y.astype(int))), expected)


def forward_right(s: Student) -> bool:
    p = s.problem(7)
    given = s.arguments(p)
    a1, a2 = s.functions["feedForward"](**{name: given[name] for name in ("X", *NAMES)})
    return close(a1, given["a1"]) and close(a2, given["a2"])


def backprop_right(s: Student) -> bool:
    for p in (s.problem(7), s.problem(7, whole=True)):
        given = s.arguments(p)
        before = {name: value.copy() for name, value in given.items()}
        got = s.read(s.functions["backProp"](**given), s.form.gives)
        kept = all(np.array_equal(given[name], before[name]) for name in given)
        if not kept or not all_close(got, s.expected(step(p).gradients, 7)):
            return False
    return True


def training_right(s: Student) -> bool:
    p = s.problem(7)
    return all_close(s.trained("entrenarRed", p, EPOCHS), descended(p, s.form, [list(range(7))] * EPOCHS))


def batches_right(s: Student) -> bool:
    p = s.problem(7)
    in_one = s.trained("entrenarRedMiniBatch", p, EPOCHS, 7)
    if not all_close(in_one, descended(p, s.form, [list(range(7))] * EPOCHS)):
        return False
    got = s.trained("entrenarRedMiniBatch", s.problem(5), 1, 2)
    form = Form(mean=s.form.mean, hidden=s.form.hidden)
    return any(all_close(got, end) for end in possible_epochs((s.workshop, s.form.hidden, 5), form, 2))


CHECKS: dict[str, dict[str, Callable[[Student], bool]]] = {
    "xor": {"backProp": backprop_right, "entrenarRed": training_right},
    "mnist": {
        "softmax": softmax_right,
        "tanh": lambda s: close(s.functions["tanh"](Z), torch.tanh(torch.tensor(Z)).numpy()),
        "tanhGrad": tanh_grad_right,
        "relu": lambda s: close(s.functions["relu"](Z), torch.relu(torch.tensor(Z)).numpy()),
        "reluGrad": lambda s: close(s.functions["reluGrad"](Z), Z > 0),
        "initParams": init_right,
        "costoGlobal": cost_right,
        "feedForward": forward_right,
        "backProp": backprop_right,
        "entrenarRed": training_right,
        "entrenarRedMiniBatch": batches_right,
    },
}


def wrong_functions(case: Case) -> list[str]:
    """The functions that do not give what PyTorch gives, in the order in which they build on one another."""
    wrong = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        student = Student(case)
        for name, check in CHECKS[case.workshop].items():
            try:
                right = check(student)
            except Exception:
                right = False
            if not right:
                wrong.append(name)
    return wrong


def by_hand(p: Problem, key: str, form: Form) -> dict[str, np.ndarray]:
    """What the gradients become by that mistake, summed over the instances."""
    now, W2 = step(p), p.parameters["w2"]
    z1, a1, a2, error = now.z1, now.a1, now.a2, now.a2 - p.Y
    of_a = SLOPES[p.hidden]
    slope = of_a(a1)
    dz2 = {
        "output_sign": -error,
        "target_missing": a2,
        "softmax_jacobian": a2 * (error - np.sum(a2 * error, axis=0)),
    }.get(key, error)
    back = {
        "w2_missing": np.ones_like(W2),
        "sign_hidden": -W2,
        "dw2_for_w2": dz2 @ a1.T / (p.X.shape[1] if form.mean else 1),
    }.get(key, W2)
    slope = {
        "derivative_missing": np.ones_like(slope),
        "derivative_twice": slope**2,
        "derivative_of_z": of_a(z1),
        "derivative_of_a": of_a(HIDDEN[p.hidden](torch.tensor(a1)).numpy()),
    }.get(key, slope)
    dz1 = back.T @ dz2 * slope
    return {"dw1": dz1 @ p.X.T, "db1": dz1.sum(axis=1), "dw2": dz2 @ a1.T, "db2": dz2.sum(axis=1)}


def cases(collection: tuple[Case, ...] | list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", collection, ids=[case.name for case in collection])


@cases(RIGHT)
def test_a_right_file_gives_what_pytorch_gives(case):
    assert wrong_functions(case) == []


@cases(MISTAKES)
def test_a_planted_mistake_shows_first_where_its_key_says(case):
    (key,) = case.keys
    wrong = wrong_functions(case)
    assert wrong
    assert wrong[0] in PLACES[key]


@cases([case for case in MISTAKES if "backProp" in PLACES[case.keys[0]]])
def test_the_gradients_that_a_mistake_does_not_touch_are_right(case):
    (key,) = case.keys
    student = Student(case)
    p = student.problem(7)
    right = student.expected(step(p).gradients, 7)
    try:
        got = student.gradients(p)
    except Exception:
        assert key not in BY_HAND
        return
    wrong = {name for name in got if not close(got[name], right[name])}
    if not wrong:  # another function is wrong, or what becomes of the arguments and of whole numbers
        assert key in {"argument_mutated", "integer_truncation", "w2_updated", "nothing_returned"}
        return
    if key in ONLY:
        assert wrong in ONLY[key]
    if key.startswith("mean_"):
        factors = {float(round(np.mean(got[name] / right[name]), 6)) for name in wrong}
        assert all(close(got[name], right[name] * np.mean(got[name] / right[name])) for name in wrong)
        sizes = SIZES[case.workshop]
        others = {7 / size for size in (*sizes, sizes[0] * 7)}
        expected = {"mean_missing": {7.0}, "mean_twice": {1 / 7}, "mean_wrong_size": others}[key]
        assert factors <= {round(factor, 6) for factor in expected}
    partial_sums = key == "dw2_for_w2" and case.style == "loops"
    if key in BY_HAND and not partial_sums:
        assert all_close(got, student.expected(by_hand(p, key, student.form), 7))


@cases(PAIRS)
def test_both_mistakes_of_a_pair_are_there(case):
    wrong = set(wrong_functions(case))
    assert all(wrong & set(PLACES[key]) for key in case.keys)


@cases(HOSTILE)
def test_a_hostile_file_is_what_its_name_says(case):
    if case.name.endswith(("syntax-error", "indentation")):
        with pytest.raises(SyntaxError):
            ast.parse(case.source)
        return
    functions = {
        node.name: node.args for node in ast.parse(case.source).body if isinstance(node, ast.FunctionDef)
    }
    wanted = {"backProp", "entrenarRed"}
    if case.name.endswith(("missing-function", "misspelled")):
        assert len(wanted - set(functions)) == 1
    else:
        assert wanted <= set(functions)
    if case.name.endswith("other-signature"):
        assert len(functions["backProp"].args) == 6


def test_an_edit_that_finds_no_place_or_two_is_refused():
    assert edited("a = b\n", ("b", "c")) == "a = c\n"
    for source in ("a = a\n", "b\n"):
        with pytest.raises(ValueError, match="one place"):
            edited(source, ("a", "c"))


def test_the_corpus_is_as_large_as_it_should_be():
    everything = [*RIGHT, *MISTAKES, *PAIRS, *HOSTILE]
    assert len({case.name for case in everything}) == len(everything)
    assert len({case.source for case in [*RIGHT, *MISTAKES, *PAIRS]}) == len([*RIGHT, *MISTAKES, *PAIRS])
    assert Counter(style.workshop for style in STYLES) == {"xor": 6, "mnist": 6}
    assert len(RIGHT) >= 30
    styles: dict[str, set[str]] = {}
    for case in MISTAKES:
        styles.setdefault(case.keys[0], set()).add(f"{case.workshop}-{case.style}")
    assert set(styles) == set(PLACES)
    assert not {key for key, found in styles.items() if len(found) < 2}
