"""How a student's function is called, and which of its results is which."""

import ast
from itertools import permutations

import numpy as np
import pytest

from gradiente.checker.reading.binding import bind
from gradiente.checker.reading.identify import by_names, orders, quantity_named, values_of
from gradiente.checker.reading.sizes import with_small_sizes, written_sizes
from gradiente.checker.reading.submission import read
from gradiente.checker.reference.layout import layouts

GRADIENTS = ("dW1", "db1", "dW2", "db2")
XOR = ("X", "y", "w1", "w2", "b1", "b2", "a2", "a1")


def function(tmp_path, source):
    path = tmp_path / "f.py"
    path.write_text(source, encoding="utf-8")
    (found,) = read(path).functions.values()
    return found


@pytest.mark.parametrize(
    ("parameters", "order"),
    [
        ("X, y, w1, w2, b1, b2, a2, a1", XOR),
        ("X, Y, W1, W2, B1, B2, A2, A1", XOR),
        ("X, y, w1, b1, w2, b2, a1, a2", ("X", "y", "w1", "b1", "w2", "b2", "a1", "a2")),
        ("datos, etiquetas, p, q, r, s, salida, oculta", XOR),
        ("X, y, w_1, w_2, b_1, b_2, a_2, a_1, lr=0.1", XOR),
        ("X, y, w1, w2, b1, b2, a2, a1=None", XOR),
        ("*argumentos", XOR),
    ],
)
def test_arguments_go_by_the_lectures_names_or_its_order(tmp_path, parameters, order):
    binding = bind(function(tmp_path, f"def backProp({parameters}):\n    return 1\n"), XOR)
    assert binding is not None
    assert binding.parameters == order


@pytest.mark.parametrize(
    "parameters", ["", "X, y", "X, y, w1, w2, b1, b2, a2, a1, extra", "X, y, w1, w2, b1, b2"]
)
def test_another_signature_is_none(tmp_path, parameters):
    assert bind(function(tmp_path, f"def backProp({parameters}):\n    return 1\n"), XOR) is None


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        *(("dw1", "dW1"), ("dW_2", "dW2"), ("grad_b1", "db1"), ("gradW2", "dW2"), ("dB2", "db2")),
        *(
            ("grad_peso_salida", "dW2"),
            ("dw_oculta", "dW1"),
            ("d_sesgo_hidden", "db1"),
            ("w1_grad", "dW1"),
            ("g_w2", "dW2"),
        ),
        *(("delta2", None), ("costo", None), ("x", None), ("", None)),
    ],
)
def test_names_are_understood(name, quantity):
    assert quantity_named(name, GRADIENTS) == quantity


def test_names_in_any_order_reveal_what_is_what():
    for order in permutations(("dw1", "db1", "dw2", "db2")):
        found = by_names(order, GRADIENTS)
        assert found is not None
        assert [order[found[quantity]] for quantity in GRADIENTS] == ["dw1", "db1", "dw2", "db2"]
    assert by_names(("a", "b", "c", "d"), GRADIENTS) is None
    assert by_names(("dw1", "db1", "dw1", "db2"), GRADIENTS) is None


def sizes(found):
    """How many numbers each gradient has."""
    return [len(found[quantity]) for quantity in GRADIENTS]


def test_results_may_be_nested_or_named():
    arrays = [np.full(place + 1, float(place)) for place in range(4)]
    (kind, way), *_ = orders(((arrays[0], arrays[1]), (arrays[2], arrays[3])), None, GRADIENTS)
    assert kind == "order"
    nested = values_of(((arrays[0], arrays[1]), (arrays[2], arrays[3])), way)
    assert sizes(nested) == [1, 2, 3, 4]
    result = {"db2": arrays[3], "dw2": arrays[2], "db1": arrays[1], "dw1": arrays[0]}
    (kind, way), *_ = orders(result, None, GRADIENTS)
    assert kind == "names"
    assert sizes(values_of(result, way)) == [1, 2, 3, 4]
    assert orders((arrays[0],), None, GRADIENTS) == []
    assert orders(None, None, GRADIENTS) == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("return dw1, db1", ("dw1", "db1")),
        ('return g["dw1"], g.db1', ("dw1", "db1")),
        ("return a @ b, dw2", ("", "dw2")),
        ("return dw1", None),
        ("x = 1", None),
    ],
)
def test_what_a_return_statement_calls_its_values(tmp_path, text, names):
    assert function(tmp_path, f"def f(a, b, g):\n    {text}\n").returned() == names


@pytest.mark.parametrize("layout", layouts(), ids=str)
def test_a_layout_goes_both_ways(layout):
    generator = np.random.default_rng(0)
    for name, shape in (("X", (4, 7)), ("A2", (2, 7)), ("W1", (5, 4)), ("b1", (5, 1))):
        value = generator.normal(size=shape)
        form = layout.to_student(name, value)
        np.testing.assert_array_equal(layout.to_lecture(name, form), value)
        for index in np.ndindex(*shape):
            assert form[layout.place(name, index)] == value[index]


def test_all_layouts_are_different_and_the_lectures_is_first():
    assert len(set(layouts())) == len(layouts()) == 24
    first = layouts()[0]
    assert (first.columns, first.out_in, first.bias, first.target) == (True, True, "column", "matrix")


def test_sizes_in_the_text_become_small_ones_and_nothing_else():
    source = 'N = 28 * 28  # 784\ndef initParams():\n    return 512\ndef f(x):\n    """512"""\n    return x[:784], 5120'
    small = with_small_sizes(source)
    assert written_sizes(source)
    assert [node.value for node in ast.walk(ast.parse(small)) if isinstance(node, ast.Constant)].count(
        784
    ) == 0
    assert small.count("5120") == 1
    assert len(small.splitlines()) == len(source.splitlines())
    assert not written_sizes("def initParams():\n    return 784, 512\n")
