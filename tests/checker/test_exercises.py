"""A teacher's own exercise: the right file is right, every planted mistake has its name, a bad exercise is refused."""

import numpy as np
import pytest
from tests.checker.solutions import CLASS, CLASS_EXERCISE, FUNCTIONS, FUNCTIONS_EXERCISE

from gradiente.checker import check_exercise
from gradiente.checker.checking import propose_exercise, try_exercise
from gradiente.checker.exercises.exercise import Exercise
from gradiente.checker.exercises.network import ExerciseNetwork
from gradiente.checker.exercises.problem import random_problem
from gradiente.checker.running.sandbox import Limits
from gradiente.errors import ArgumentError, FileError

pytestmark = pytest.mark.usefixtures("one_process")

EXERCISES = {"functions": (FUNCTIONS, FUNCTIONS_EXERCISE), "class": (CLASS, CLASS_EXERCISE)}


@pytest.fixture
def exercise_of(tmp_path):
    """The exercise of a TOML text."""

    def read(toml: str) -> Exercise:
        path = tmp_path / "own.toml"
        path.write_text(toml, encoding="utf-8")
        return Exercise.read(path)

    return read


@pytest.fixture
def checked(tmp_path, exercise_of):
    """The verdict on a source by the text of an exercise."""

    def check(source: str, toml: str):
        path = tmp_path / "student.py"
        path.write_text(source, encoding="utf-8")
        return check_exercise(path, exercise_of(toml))

    return check


@pytest.mark.parametrize(
    ("network", "loss", "torch_loss"),
    [
        (
            "Linear(3, 5), ReLU(), Linear(5, 4), Tanh(), Linear(4, 3), Softmax()",
            "CrossEntropyLoss",
            "CrossEntropyLoss",
        ),
        ("Linear(2, 4), Sigmoid(), Linear(4, 1), Sigmoid()", "BCELoss", "BCELoss"),
        ("Linear(2, 4), Tanh(), Linear(4, 3), Sigmoid()", "MSELoss(reduction='sum')", "MSELoss"),
        ("Linear(4, 3, bias=False), ReLU(), Linear(3, 1)", "BCEWithLogitsLoss", "BCEWithLogitsLoss"),
    ],
)
def test_the_gradients_of_a_problem_are_those_of_pytorch(network, loss, torch_loss):
    torch = pytest.importorskip("torch")
    scale, l2 = 0.5, 0.1
    problem = random_problem(ExerciseNetwork.parse(network, loss).free(), 7, 3, scale=scale, l2=l2)
    parameters = {
        name: torch.tensor(value.copy(), requires_grad=True)
        for name, value in problem.values.items()
        if name[0] in "Wb"
    }
    a = torch.tensor(problem.values["X"])
    for layer in problem.step.layers:
        z = parameters[f"W{layer.number}"] @ a + parameters.get(f"b{layer.number}", 0)
        last = layer.number == problem.depth
        name = (
            ""
            if (last and "CrossEntropy" in loss + torch_loss) or (last and "Logits" in loss)
            else layer.activation
        )
        a = getattr(torch, name)(z) if name else z
    reduction = {"reduction": "sum"} if "sum" in loss else {}
    target = (
        torch.tensor(problem.labels)
        if torch_loss == "CrossEntropyLoss"
        else torch.tensor(problem.values["Y"].T)
    )
    cost = scale * getattr(torch.nn, torch_loss)(**reduction)(a.T, target)
    cost = cost + l2 / 2 * sum((w**2).sum() for name, w in parameters.items() if name[0] == "W")
    cost.backward()
    assert problem.numbers["J"] == pytest.approx(cost.item(), rel=1e-9)
    for name, value in parameters.items():
        np.testing.assert_allclose(problem.values[f"d{name}"], value.grad.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_solution_is_right(checked, name):
    verdict = checked(*EXERCISES[name])
    assert verdict.passed
    assert verdict.workshop == "own"


PLANTED = [
    ("functions", "d3 @ W3.T * (Z2 > 0)", "d3 @ W3.T", "backward", "derivative_missing", "∂J/∂Z[2]"),
    ("functions", "    d3 /= m\n", "", "backward", "mean_missing", "∂J/∂Z[3]"),
    ("functions", "A1.T @ d2 + l2 * W2", "A1.T @ d2", "backward", "penalty_not_in_gradients", "∂J/∂W[2]"),
    ("functions", "X.T @ d1 + l2", "X.T @ d1 - l2", "backward", "penalty_subtracted", "∂J/∂W[1]"),
    ("functions", " + l2 * W", " + 2 * l2 * W", "backward", "factor", "∂J/∂W[3]"),
    ("functions", 'p["W3"], l2)', 'p["W3"], 3 * l2)', "train", "factor", "∂J/∂W[1]"),
    ("functions", "A2.T @ d3 + l2", "Z2.T @ d3 + l2", "backward", "wrong_input", "∂J/∂W[3]"),
    ("functions", '"b1": d1.sum(axis=0)', '"b1": d1.mean(axis=0)', "backward", "mean_twice", "∂J/∂b[1]"),
    ("functions", "A2 = relu(Z2)", "A2 = Z2", "forward", "activation_missing", "A[2]"),
    ("functions", "@ W2 + b2", "@ W2", "forward", "bias_missing", "Z[2]"),
    ("functions", "e / e.sum(axis=1, keepdims=True)", "e / e.sum(axis=0)", "forward", "softmax_axis", "A[3]"),
    ("functions", "np.maximum(z, 0)", "np.maximum(z, 0.1 * z)", "relu", "helper_wrong", "A[1]"),
    ("functions", ".mean() + l2 / 2 *", ".mean() + 0 *", "cost", "penalty_not_in_cost", "J"),
    ("functions", ".mean() + l2", ".sum() + l2", "cost", "mean_missing", "J"),
    ("functions", "return -np.log", "return np.log", "cost", "cost_sign", "J"),
    ("functions", "-= lr * g[name]", "+= lr * g[name]", "update", "uphill", "W[1]"),
    ("functions", "-= lr * g[name]", "-= g[name]", "update", "lr_missing", "W[1]"),
    ("functions", "for name in p:", "for name in ('W1', 'W2', 'W3'):", "update", "not_updated", "b[1]"),
    ("functions", "range(epochs)", "range(epochs - 1)", "train", "epochs_wrong", ""),
    ("functions", 'p["W3"], l2)', 'p["W3"], 0)', "train", "penalty_not_in_gradients", "∂J/∂W[1]"),
    ("functions", "return -np.log(A", "return -np.log(B", "cost", "name_error", ""),
    ("functions", "    return {\n", "    return None\n    {\n", "backward", "returned_otherwise", ""),
    ("functions", "def update", "def updates", "update", "misspelled", ""),
    ("functions", "return Z1, A1, Z2", "return A1, Z1, Z2", "forward", "names_swapped", "Z[1]"),
    ("class", "(1 - self.a[-1]) / m", "(1 - self.a[-1])", "Red.atras", "mean_missing", "∂J/∂Z[2]"),
    ("class", " * self.a[i] * (1 - self.a[i])", "", "Red.atras", "derivative_missing", "∂J/∂Z[1]"),
    ("class", "delta.sum(axis=1, keepdims=True)", "delta.sum(axis=1)", "Red.atras", "bias_shape", "∂J/∂b[2]"),
    ("class", "@ self.a[-1] + b", "@ self.a[-1] - b", "Red.adelante", "bias_sign", "Z[1]"),
    ("class", "- lr * dW", "- dW", "Red.paso", "lr_missing", "∂J/∂W[2]"),
    ("class", "- lr * db", "+ lr * db", "Red.paso", "opposite_sign", "∂J/∂b[2]"),
    ("class", "parte = orden[i : i + lote]", "parte = orden", "Red.entrenar", "batch_ignored", ""),
    ("class", "i : i + lote", "i : i + 2", "Red.entrenar", "batch_size_wrong", ""),
]


@pytest.mark.parametrize(("name", "right", "wrong", "function", "mistake", "quantity"), PLANTED)
def test_a_planted_mistake_is_the_only_one_that_is_named(
    checked, name, right, wrong, function, mistake, quantity
):
    source, toml = EXERCISES[name]
    assert right in source
    verdict = checked(source.replace(right, wrong), toml)
    found = [(one.function, one.mistake, one.quantity) for one in verdict.all_findings]
    assert found == [(function, mistake, quantity)]


def test_what_is_built_on_a_mistake_is_not_judged(checked):
    source = FUNCTIONS.replace("np.maximum(z, 0)", "np.tanh(z)")
    statuses = {one.name: one.status for one in checked(source, FUNCTIONS_EXERCISE).functions}
    assert statuses["relu"] == "wrong"
    assert statuses["forward"] == statuses["train"] == "unchecked"


def test_a_fixed_layout_asks_for_its_shapes(checked):
    columns = CLASS_EXERCISE.replace('"columns"', '"rows"')
    verdict = checked(CLASS, columns)
    assert not verdict.passed
    assert verdict.functions[0].status == "error"


def test_the_line_and_a_number_of_the_first_wrong_quantity(checked):
    verdict = checked(FUNCTIONS.replace(" * (Z2 > 0)", ""), FUNCTIONS_EXERCISE)
    (finding,) = verdict.all_findings
    assert finding.values["own_line"] == "d2 = d3 @ W3.T"
    assert finding.formula == "∂J/∂Z[2] = ∂J/∂A[2] ⊙ g′(Z[2])"
    worked = finding.worked
    assert worked is not None
    assert worked.got is not None
    assert worked.quantity == "∂J/∂W[2]"
    assert abs(worked.got - worked.expected) > 1e-3


@pytest.mark.parametrize(
    ("right", "wrong", "key"),
    [
        ("[forward]", "[foward]", "exercise.key"),
        ("W3, b3)", "W4, b3)", "exercise.quantity"),
        ('gives = "A1"', 'gives = "Q1"', "exercise.quantity"),
        ("forward(X, W1", "forward(X W1", "exercise.syntax"),
        ('"relu(Z1)"', '"relu"', "exercise.no_call"),
        ('loss = "CrossEntropyLoss"', 'loss = "HuberLoss"', "exercise.loss"),
        ('loss = "CrossEntropyLoss"\n', "", "exercise.needs"),
        ("Linear(5, 4)", "Linear(6, 4)", "exercise.sizes"),
        ("Linear(5, 4)", "Conv2d(5, 4, 3)", "exercise.network"),
        ("l2 = 0.1", "l2 = -1", "exercise.formula"),
        ("l2 = 0.1", 'l2 = "Z1"', "exercise.formula"),
        ("l2 = 0.1", 'l2 = 0.1\nlayout = "sideways"', "exercise.choice"),
        ("l2 = 0.1", "l2 = 0.1\nset = 3", "exercise.table"),
        ('title = "Tres capas con ReLU"', "title = 3", "exercise.text"),
    ],
)
def test_a_bad_exercise_is_refused_with_one_message(exercise_of, right, wrong, key):
    assert right in FUNCTIONS_EXERCISE
    with pytest.raises(ArgumentError) as caught:
        exercise_of(FUNCTIONS_EXERCISE.replace(right, wrong, 1))
    assert caught.value.key == key
    assert str(caught.value)


def test_an_exercise_without_any_function_and_one_that_is_not_there(exercise_of, tmp_path):
    with pytest.raises(ArgumentError) as caught:
        exercise_of(FUNCTIONS_EXERCISE.partition("[helpers")[0])
    assert caught.value.key == "exercise.no_role"
    with pytest.raises(FileError):
        Exercise.read(tmp_path / "absent.toml")


def test_an_exercise_is_written_as_it_is_read(exercise_of):
    for _, toml in EXERCISES.values():
        exercise = exercise_of(toml)
        assert exercise_of(exercise.toml()) == exercise


def test_a_solution_makes_an_exercise_that_it_passes_and_its_mistakes_do_not(tmp_path, checked):
    path = tmp_path / "solution.py"
    path.write_text(FUNCTIONS, encoding="utf-8")
    exercise, left = propose_exercise(path)
    assert not left
    assert exercise.network.notation().startswith("Linear(3, 8), ReLU(), Linear(8, 6), ReLU(), Linear(6, ")
    assert exercise.network.notation().endswith("), Softmax()")
    assert (exercise.l2, exercise.scale) == ("0.1", "1")
    assert {role.kind: role.function for role in exercise.roles} == {
        "helpers": "relu",
        "forward": "forward",
        "gradients": "backward",
        "update": "update",
        "loop": "train",
    }
    assert checked(FUNCTIONS, exercise.toml()).passed
    wrong = checked(FUNCTIONS.replace(" * (Z2 > 0)", ""), exercise.toml())
    assert [one.mistake for one in wrong.all_findings] == ["derivative_missing"]


def test_a_wrong_solution_makes_no_exercise(tmp_path):
    path = tmp_path / "solution.py"
    path.write_text(FUNCTIONS.replace(" * (Z2 > 0)", ""), encoding="utf-8")
    with pytest.raises(ArgumentError) as caught:
        propose_exercise(path)
    assert caught.value.key == "exercise.solution"


def test_planted_mistakes_of_a_solution_are_found(tmp_path, exercise_of):
    path = tmp_path / "solution.py"
    path.write_text(CLASS, encoding="utf-8")
    exercise = exercise_of(CLASS_EXERCISE)
    tried = list(try_exercise(path, exercise))
    assert len(tried) > 20
    assert not [one.after for one, verdict in tried if verdict.passed]
    path.write_text(CLASS.replace(" / m", ""), encoding="utf-8")
    with pytest.raises(ArgumentError) as caught:
        next(try_exercise(path, exercise))
    assert caught.value.key == "exercise.wrong_solution"


def test_what_needs_a_package_that_is_not_installed_is_not_judged(checked):
    source = FUNCTIONS.replace("import numpy as np\n", "import numpy as np\nimport nowhere_at_all as extra\n")
    source = source.replace("    Z3 = A2 @ W3 + b3\n", "    Z3 = extra.product(A2, W3) + b3\n")
    verdict = checked(source, FUNCTIONS_EXERCISE)
    assert not verdict.all_findings
    assert {one.name: one.status for one in verdict.functions}["forward"] == "unchecked"
    assert ("needs_absent", {"functions": "forward"}) in verdict.notices


def test_a_function_that_does_not_end_costs_no_other_its_verdict(tmp_path, exercise_of):
    path = tmp_path / "student.py"
    path.write_text(FUNCTIONS.replace("    m = len(y)\n", "    while True: pass\n"), encoding="utf-8")
    limits = Limits(call=0.5)
    verdict = check_exercise(path, exercise_of(FUNCTIONS_EXERCISE), limits)
    assert [(one.function, one.mistake) for one in verdict.all_findings] == [("backward", "timeout")]
    assert {one.name: one.status for one in verdict.functions}["forward"] == "right"
