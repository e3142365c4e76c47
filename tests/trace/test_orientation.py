"""The lecture's form: instances as columns."""

import numpy as np
import pytest

from gradiente import Adam, BCELoss, Conv2d, Flatten, Linear, MSELoss, Network, Sigmoid, trace

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(5, 3)), RNG.integers(2, size=(5, 2)).astype(float)
NETWORK = Network([Linear(3, 4), Sigmoid(), Linear(4, 2), Sigmoid()], dtype="float64")


def test_the_lectures_products():
    step = trace(NETWORK, BCELoss(), X, Y, columns=True, optimizer=Adam())
    value = {quantity.name: quantity.value for quantity in step}
    assert (value["X"].shape, value["y"].shape, value["b[1]"].shape) == ((3, 5), (2, 5), (4, 1))
    np.testing.assert_allclose(value["Z[1]"], value["W[1]"] @ value["X"] + value["b[1]"])
    np.testing.assert_allclose(value["dW[2]"], value["dZ[2]"] @ value["A[1]"].T)
    np.testing.assert_allclose(value["db[2]"], value["dZ[2]"].sum(axis=1, keepdims=True))
    np.testing.assert_allclose(value["dA[1]"], value["W[2]"].T @ value["dZ[2]"])
    assert value["b[1]⁺"].shape == value["m(b[1])"].shape == (4, 1)
    assert step["Z[1]"].formula == "Z^{[1]} = W^{[1]} X + b^{[1]}"
    assert step["dA[1]"].formula.endswith(r"= W^{[2]\top} \frac{\partial J}{\partial Z^{[2]}}")
    assert step["dW[2]"].formula.endswith(r"= \frac{\partial J}{\partial Z^{[2]}} A^{[1]\top}")


def test_the_same_numbers_in_both_forms():
    rows = trace(NETWORK, BCELoss(), X, Y)
    columns = rows.as_columns()
    assert (rows.columns, columns.columns, columns.as_rows().columns) == (False, True, False)
    for name in ("X", "Z[1]", "dA[2]", "y"):
        np.testing.assert_array_equal(columns[name].value, rows[name].value.T)
    np.testing.assert_array_equal(columns["dW[1]"].value, rows["dW[1]"].value)
    here, there = rows.entry("dZ[1]", 4, 2), columns.entry("dZ[1]", 2, 4)
    assert (here.value, here.finite_difference, here.torch) == (
        there.value,
        there.finite_difference,
        there.torch,
    )
    assert (rows.entry("Z[1]", 4, 2).terms[0].symbol, columns.entry("Z[1]", 2, 4).terms[0].symbol) == (
        "w[2,0]·x[4,0]",
        "w[2,0]·x[0,4]",
    )


@pytest.mark.parametrize("columns", [False, True])
def test_factors_are_entries_of_their_quantities_where_they_say(columns):
    step = trace(NETWORK, BCELoss(), X, Y, columns=columns)
    for name in ("Z[2]", "dW[2]", "db[1]", "dA[1]", "dX"):
        entry = step.entry(name, *(size - 1 for size in step[name].shape))
        for factor in (factor for term in entry.terms for factor in term.factors):
            assert step[str(factor.source)].value[factor.index] == factor.value


def test_the_instances_of_images_are_the_last_axis():
    network = Network([Conv2d(1, 2, 2), Flatten(), Linear(8, 1)], dtype="float64")
    step = trace(network, MSELoss(), RNG.normal(size=(4, 1, 3, 3)), np.ones((4, 1)), columns=True)
    assert (step["X"].shape, step["Z[1]"].shape, step["F[1]"].shape) == ((1, 3, 3, 4), (2, 2, 2, 4), (8, 4))
    entry = step.entry("dZ[1]", 1, 0, 1, 3)
    assert entry.total == pytest.approx(entry.value, rel=1e-12)
    assert entry.finite_difference == pytest.approx(entry.value, rel=1e-6)


def test_a_linear_layer_on_more_axes_keeps_the_lectures_products():
    network = Network([Linear(3, 4), Sigmoid(), Linear(4, 2)], dtype="float64", input_shape=(6, 3))
    rows = trace(network, MSELoss(), RNG.normal(size=(5, 6, 3)), RNG.normal(size=(5, 6, 2)))
    step = rows.as_columns()
    value = {quantity.name: quantity.value for quantity in step}
    assert (value["X"].shape, value["Z[1]"].shape, value["dA[1]"].shape) == ((6, 3, 5), (6, 4, 5), (6, 4, 5))
    np.testing.assert_allclose(value["Z[1]"], value["W[1]"] @ value["X"] + value["b[1]"])
    np.testing.assert_allclose(value["dA[1]"], value["W[2]"].T @ value["dZ[2]"])
    products = value["dZ[2]"] @ value["A[1]"].swapaxes(1, 2)
    np.testing.assert_allclose(value["dW[2]"], products.sum(axis=0))
    np.testing.assert_allclose(value["db[2]"][:, 0], value["dZ[2]"].sum(axis=(0, 2)))
    for name in ("Z[2]", "dA[1]", "dW[2]", "db[2]"):
        place = (0,) * len(step[name].shape)
        assert step.entry(name, *place).total == pytest.approx(step.entry(name, *place).value, rel=1e-12)
    assert len(step.entry("dW[2]", 0, 0).terms) == 6 * 5
    assert step.entry("Z[1]", 5, 0, 4).terms[1].symbol == "w[0,1]·x[5,1,4]"
