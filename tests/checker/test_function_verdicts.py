"""Single verdicts on functions: gradients whose shape, divisor, helper or loss is unusual."""

import pytest

from gradiente.checker import Verdict

from .corpus import mnist_columns, mnist_rows, xor_columns
from .corpus.case import edited

MNIST, ROWS, XOR = mnist_columns.STYLE.source, mnist_rows.STYLE.source, xor_columns.STYLE.source
DB1 = "db1 = np.sum(dz1, axis=1, keepdims=True) / m"
DB2 = "db2 = np.sum(dz2, axis=1, keepdims=True) / m"
FLAT_XOR = ((DB1, "db1 = np.sum(dz1, axis=1) / m"), (DB2, "db2 = np.sum(dz2, axis=1) / m"))


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
