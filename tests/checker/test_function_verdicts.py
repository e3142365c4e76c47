"""Single verdicts on functions: gradients whose shape, divisor, helper or loss is unusual."""

import pytest

from gradiente.checker import Verdict, hint_lines
from gradiente.checker.reference.formulas import formula
from gradiente.checker.reference.layout import Layout
from gradiente.checker.reference.reference import Sizes, random_reference

from .corpus import mnist_columns, mnist_rows, xor_columns
from .corpus.case import edited

MNIST, ROWS, XOR = mnist_columns.STYLE.source, mnist_rows.STYLE.source, xor_columns.STYLE.source
DB1 = "db1 = np.sum(dz1, axis=1, keepdims=True) / m"
DB2 = "db2 = np.sum(dz2, axis=1, keepdims=True) / m"
FLAT_XOR = ((DB1, "db1 = np.sum(dz1, axis=1) / m"), (DB2, "db2 = np.sum(dz2, axis=1) / m"))

COST_BY_N = "    return -np.sum(y * np.log(y_est + 1e-12)) / N"


def findings(verdict: Verdict):
    return {f.name: [found.mistake for found in f.findings] for f in verdict.functions if f.findings}


def only(verdict: Verdict):
    (found,) = verdict.all_findings
    return found


LOST_AXIS = {
    "xor": (edited(XOR, *FLAT_XOR), "(4,)", "(4, 1)", DB1),
    "xor, as a row": (
        edited(XOR, (DB1, "db1 = np.sum(dz1, axis=1).reshape(1, -1) / m")),
        "(1, 4)",
        "(4, 1)",
        DB1,
    ),
    "mnist": (edited(MNIST, *FLAT_XOR), "(10,), (512,)", "(10, 1), (512, 1)", DB2),
    "mnist in rows, as a column": (
        edited(ROWS, ("np.sum(dz1, axis=0, keepdims=True)", "np.sum(dz1, axis=0).reshape(-1, 1)")),
        "(512, 1)",
        "(1, 512)",
        "db1 = np.sum",
    ),
}


@pytest.mark.parametrize("name", LOST_AXIS)
def test_a_gradient_of_b_has_the_shape_of_b(check_source, one_process, name):
    source, shape, wanted, right_line = LOST_AXIS[name]
    found = only(check_source(source))
    assert (found.mistake, found.function) == ("bias_shape", "backProp")
    assert (found.values["shape"], found.values["wanted"]) == (shape, wanted)
    original = ROWS if "rows" in name else XOR if "xor" in name else MNIST
    lines = original.splitlines()
    assert right_line in lines[(found.line or 0) - 1]


def test_the_shape_of_a_bias_is_no_second_finding_beside_gradients_in_another_order(
    check_source, one_process
):
    source = edited(
        XOR,
        *FLAT_XOR,
        ("return dw1, db1, dw2, db2", "return dw2, db2, dw1, db1"),
        ("lr * db1", "lr * db1.reshape(-1, 1)"),
    )
    assert "bias_shape" not in [found.mistake for found in check_source(source).all_findings]


RESHAPED = {
    "by the loop": edited(XOR, *FLAT_XOR, ("b1 = b1 - lr * db1", "b1 = b1 - lr * db1.reshape(-1, 1)")),
    "never, since b is flat": edited(
        XOR,
        *FLAT_XOR,
        ("np.dot(w1, X) + b1", "np.dot(w1, X) + b1.reshape(-1, 1)"),
        ("np.dot(w2, a1) + b2", "np.dot(w2, a1) + b2.reshape(-1, 1)"),
    ),
    "never, since rows add (n,) to each": edited(
        ROWS, ("np.sum(dz1, axis=0, keepdims=True)", "np.sum(dz1, axis=0)")
    ),
}


@pytest.mark.parametrize("name", RESHAPED)
def test_a_flat_gradient_of_b_is_right_where_the_loop_can_use_it(check_source, one_process, name):
    assert findings(check_source(RESHAPED[name])) == {}


FIXED_COUNT = {
    "a variable from outside": (
        edited(XOR, ("import numpy as np\n", "import numpy as np\nm = 4\n"), ("    m = X.shape[1]\n", "")),
        "backProp",
        ("mean_fixed", 4, "m"),
    ),
    "the number of instances of other data": (
        edited(
            ROWS,
            ("import numpy as np\n", "import numpy as np\nX_train = np.zeros((600, 784))\n"),
            ("dz2 /= m", "dz2 /= X_train.shape[0]"),
        ),
        "backProp",
        ("mean_fixed", 600, "X_train"),
    ),
    "a number in the text": (
        edited(XOR, ("    m = X.shape[1]\n", "    m = 4\n")),
        "backProp",
        ("mean_literal", 4, ""),
    ),
    "a variable from outside, of the cost": (
        edited(
            MNIST,
            ("import numpy as np\n", "import numpy as np\nN = 60000\n"),
            ("    m = y.shape[1]\n    return -np.sum(y * np.log(y_est + 1e-12)) / m", COST_BY_N),
        ),
        "costoGlobal",
        ("mean_fixed", 60000, "N"),
    ),
}


@pytest.mark.parametrize("name", FIXED_COUNT)
def test_a_mean_over_a_fixed_number_of_instances_is_named_with_its_source(check_source, one_process, name):
    source, function, expected = FIXED_COUNT[name]
    found = only(check_source(source))
    assert found.function == function
    assert (found.mistake, found.values["count"], found.values["source"]) == expected


def test_a_factor_that_is_no_number_of_instances_stays_a_factor(check_source, one_process):
    found = only(check_source(edited(XOR, ("dz2 = a2 - y", "dz2 = 0.3 * (a2 - y)"))))
    assert (found.mistake, found.values["factor"]) == ("factor", "0.3")


HALF_MSE = "\n\ndef costo(a2, y):\n    return np.sum((a2 - y) ** 2) / (2 * y.shape[1])\n"
OTHER_LOSS = ("dz2 = a2 - y", "dz2 = (a2 - y) * a2 * (1 - a2)")
OWN_COST = {
    "half of the squared error": edited(XOR, OTHER_LOSS) + HALF_MSE,
    "the squared error, its 2 kept": edited(XOR, (OTHER_LOSS[0], f"dz2 = 2 * {OTHER_LOSS[1][6:]}"))
    + HALF_MSE.replace("2 * y.shape", "y.shape")
    .replace("costo(a2, y)", "perdida(y, prediccion)")
    .replace("a2 - y", "prediccion - y"),
    "half of the squared error, its gradient a sum": edited(
        XOR, OTHER_LOSS, ("    m = X.shape[1]\n", "    m = 1\n")
    )
    + HALF_MSE,
}


@pytest.mark.parametrize("name", OWN_COST)
def test_gradients_of_the_files_own_cost_are_right(check_source, one_process, name):
    verdict = check_source(OWN_COST[name])
    assert findings(verdict) == {}
    assert "own_cost" in [key for key, _ in verdict.functions[0].variants]


def test_a_gradient_that_is_not_that_of_its_own_cost_is_wrong(check_source, one_process):
    source = edited(XOR, (OTHER_LOSS[0], f"dz2 = 3 * {OTHER_LOSS[1][6:]}")) + HALF_MSE
    assert findings(check_source(source)) == {"backProp": ["output_other_loss"]}


def test_a_mean_of_a_mean_is_not_the_gradient_of_its_cost(check_source, one_process):
    source = edited(XOR, (OTHER_LOSS[0], f"{OTHER_LOSS[1]} / m")) + HALF_MSE
    assert "mean_twice" in findings(check_source(source))["backProp"]


def test_a_cost_does_not_excuse_a_gradient_of_the_hidden_layer(check_source, one_process):
    source = edited(XOR, OTHER_LOSS, ("da1 * sigmoideGrad(a1)", "da1")) + HALF_MSE
    assert "derivative_missing" in findings(check_source(source))["backProp"]


RELU = (("    a1 = tanh(z1)\n    # a1 = relu(z1)", "    a1 = relu(z1)"),)
AT_ZERO = {
    "by a helper": ((("(z > 0).astype(float)", "(z >= 0).astype(float)"), ("tanhGrad(z1)", "reluGrad(a1)"))),
    "by itself": ((("tanhGrad(z1)", "np.where(a1 < 0, 0, 1)"),)),
}


@pytest.mark.parametrize("name", AT_ZERO)
def test_relus_derivative_of_a_that_takes_0_for_positive_is_named(check_source, one_process, name):
    source = edited(MNIST.replace("    # dz1 = da1 * reluGrad(z1)\n", ""), *RELU, *AT_ZERO[name])
    assert findings(check_source(source)) == {"backProp": ["derivative_at_zero"]}


def test_relus_derivative_of_z_may_take_0_for_positive(check_source, one_process):
    edits = (("(z > 0).astype(float)", "(z >= 0).astype(float)"), ("tanhGrad(z1)", "reluGrad(z1)"))
    source = edited(MNIST.replace("    # dz1 = da1 * reluGrad(z1)\n", ""), *RELU, *edits)
    assert findings(check_source(source)) == {}


RETURNS_W2 = ("return dw1, db1, dw2, db2", "return dw1, db1, {w2}, db2")
PRODUCTS = {
    "np.dot(a1, dz2.T) / m": "transpose_missing",
    "a1 @ dz2.T / m": "transpose_missing",
    "np.sum(a1 * dz2, axis=1, keepdims=True) / m": "elementwise",
}


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_transposed_product_is_told_from_one_by_elements(check_source, one_process, product):
    line = XOR.splitlines().index("    return dw1, db1, dw2, db2") + 1 - 1  # a line above it is left out
    source = edited(
        XOR,
        ("    dw2 = np.dot(dz2, a1.T) / m\n", ""),
        (RETURNS_W2[0], RETURNS_W2[1].format(w2=product)),
    )
    found = only(check_source(source))
    assert (found.mistake, found.quantity, found.line) == (PRODUCTS[product], "∂J/∂W[2]", line)
    assert found.worked is not None
    assert (found.worked.shape, found.worked.wanted) == ((6, 1), (1, 6))


HELPER_OF_Z = (
    (
        "def sigmoideGrad(a):\n    # recibe la activacion, no z\n    return a * (1 - a)",
        "def prima(z):\n    {body}",
    ),
    ("    da1 = np.dot(w2.T, dz2)\n", "    da1 = np.dot(w2.T, dz2)\n    z1 = np.dot(w1, X) + b1\n"),
    ("da1 * sigmoideGrad(a1)", "da1 * prima(z1)"),
)


def helper_of_z(body):
    return edited(XOR, (HELPER_OF_Z[0][0], HELPER_OF_Z[0][1].format(body=body)), *HELPER_OF_Z[1:])


WRONG_HELPERS = {
    "a derivative of a": (edited(XOR, ("    return a * (1 - a)", "    return 1 * (1 - a)")), "sigmoideGrad"),
    "a derivative of z": (helper_of_z("return sigmoide(z) * (1 - z)"), "prima"),
    "the activation that a derivative calls": (
        edited(
            helper_of_z("return sigmoide(z) * (1 - sigmoide(z))"),
            ("1 / (1 + np.exp(-z))", "1 / (2 + np.exp(-z))"),
        ),
        "sigmoide",
    ),
}


@pytest.mark.parametrize("name", WRONG_HELPERS)
def test_a_helper_that_is_wrong_itself_is_named_and_not_backprop(check_source, one_process, name):
    source, helper = WRONG_HELPERS[name]
    verdict = check_source(source)
    found = only(verdict)
    assert (found.mistake, found.function, verdict.passed) == ("helper_wrong", helper, False)
    assert "return" in source.splitlines()[(found.line or 0) - 1]
    assert {f.name: f.status for f in verdict.functions} == {"backProp": "right", "entrenarRed": "right"}


def test_a_right_helper_at_the_wrong_place_is_backprops_mistake(check_source, one_process):
    source = edited(XOR, ("da1 * sigmoideGrad(a1)", "da1 * sigmoide(a1)"))
    assert findings(check_source(source)) == {"backProp": ["activation_for_derivative"]}
    source = helper_of_z("return z * (1 - z)")
    assert findings(check_source(source)) == {"backProp": ["derivative_of_z"]}


def test_a_wrong_helper_beside_another_mistake_leaves_that_one_to_backprop(check_source, one_process):
    source = edited(
        XOR,
        ("    return a * (1 - a)", "    return 1 * (1 - a)"),
        ("dw2 = np.dot(dz2, a1.T) / m", "dw2 = np.dot(dz2, a1.T)"),
    )
    verdict = check_source(source)
    assert [found.function for found in verdict.findings] == ["sigmoideGrad"]
    assert findings(verdict) == {"backProp": ["mean_missing"]}


def test_of_two_biases_the_one_that_does_not_go_with_the_weights_is_wrong(check_source, one_process):
    found = only(check_source(edited(MNIST, ("b1 = np.zeros((512, 1))", "b1 = np.zeros(512)"))))
    assert (found.mistake, found.values["names"], found.values["wanted"]) == (
        "init_bias_form",
        "b1",
        "(512, 1)",
    )
    assert MNIST.splitlines()[(found.line or 0) - 1].strip().startswith("b1")


OF_NUMBERS = {
    "max_of_array": (("np.maximum(0, z)", "max(0, z)"), "relu"),
    "array_truth": (("return (z > 0).astype(float)", "return 1.0 if z > 0 else 0.0"), "reluGrad"),
    "math_of_array": (
        ("return 1 - np.tanh(z) ** 2", "return 1 - __import__('math').tanh(z) ** 2"),
        "tanhGrad",
    ),
}


@pytest.mark.parametrize("key", OF_NUMBERS)
def test_an_array_in_the_place_of_a_number_is_named(check_source, one_process, key):
    edit, function = OF_NUMBERS[key]
    source = (
        edited(MNIST, edit)
        .replace("__import__('math')", "math")
        .replace("import numpy", "import math\nimport numpy", 1)
    )
    assert findings(check_source(source))[function] == [key]


UNIFORM = ("np.random.randn(512, 784) * 0.01", "np.random.rand(512, 784) - 0.5")


def test_a_wide_start_that_still_learns_is_a_remark_and_no_mistake(check_source, one_process):
    verdict = check_source(edited(MNIST, UNIFORM))
    assert findings(verdict) == {}
    assert [(key, values["names"]) for key, values in verdict.notices] == [("init_spread", "w1")]


@pytest.mark.parametrize("spread", ["0.01", "np.sqrt(2 / 784)", "0.1"])
def test_a_usual_spread_is_no_remark(check_source, one_process, spread):
    verdict = check_source(edited(MNIST, (UNIFORM[0], f"np.random.randn(512, 784) * {spread}")))
    assert verdict.notices == ()


PRODUCT = ("dw1 = X.T @ dz1", "dw1 = X.T @ dz1 / m")


def test_formula_places_and_line_are_those_of_a_student_who_writes_rows(check_source, one_process):
    found = only(check_source(edited(ROWS, PRODUCT)))
    assert found.formula == "∂J/∂W[1] = 1/m · Xᵀ ∂L/∂Z[1]"
    lines = hint_lines(found, 2)
    assert lines[lines.index(f"Where to look: line {found.line}") + 1].strip() == PRODUCT[1]
    assert found.worked is not None
    assert [symbol for symbol, *_ in found.worked.terms][:2] == ["dz[0,0]·x[0,0]", "dz[1,0]·x[1,0]"]


@pytest.mark.parametrize(
    ("layout", "weights", "hidden", "z"),
    [
        ((True, True, "column"), "∂J/∂Z[2] A[1]ᵀ", "W[2]ᵀ ∂J/∂Z[2]", "W[2] A[1] + b[2]"),
        ((False, False, "row"), "A[1]ᵀ ∂J/∂Z[2]", "∂J/∂Z[2] W[2]ᵀ", "A[1] W[2] + b[2]"),
        ((False, True, "row"), "∂J/∂Z[2]ᵀ A[1]", "∂J/∂Z[2] W[2]", "A[1] W[2]ᵀ + b[2]"),
        ((True, False, "column"), "A[1] ∂J/∂Z[2]ᵀ", "W[2] ∂J/∂Z[2]", "W[2]ᵀ A[1] + b[2]"),
    ],
)
def test_a_formula_in_every_layout(layout, weights, hidden, z):
    step = random_reference("xor", "sigmoid", Sizes(4, 3, 5, 1), seed=0)
    columns, out_in, bias = layout
    form = Layout(columns, out_in, bias, "matrix")
    assert formula(step, "dW2", form) == f"∂J/∂W[2] = {weights}"
    assert formula(step, "dA1", form) == f"∂J/∂A[1] = {hidden}"
    assert formula(step, "Z2", form) == f"Z[2] = {z}"
    assert formula(step, "dZ1", form) == formula(step, "dZ1")


def test_a_minus_that_the_training_adds_is_no_second_mistake(check_source, one_process):
    loop = [(f"{p} = {p} - lr * d{p}", f"{p} = {p} + lr * d{p}") for p in ("w1", "b1", "w2", "b2")]
    source = edited(XOR, ("dz2 = a2 - y", "dz2 = (y - a2) * a2 * (1 - a2)"), *loop)
    assert findings(check_source(source)) == {"backProp": ["output_other_loss"]}
