"""What is shown of a network, a step and a history: the state of its view, and what stands for it without a widget."""

import base64
import re
import sys
import xml.etree.ElementTree as xml

import numpy as np
import pytest

import gradiente as gr
from gradiente.locale import set_language
from gradiente.views.curves import MOST_POINTS, view_of_records
from gradiente.views.structure import view_of_network
from gradiente.views.traced import view_of_trace

NET = gr.Network([gr.Linear(2, 12), gr.Tanh(), gr.Linear(12, 1)], seed=0)
X = np.array([[0.0, 1.0], [1.0, 1.0], [2.0, -1.0]])
Y = np.array([[1.0], [0.0], [3.0]])


def array(packed):
    return np.frombuffer(packed["data"], packed["type"]).reshape(packed["shape"])


def words(html):
    """The texts of well-formed HTML."""
    root = xml.fromstring(f"<all>{html}</all>")
    return [text.strip() for text in root.itertext() if text.strip()]


def test_a_network_has_its_weights_biases_and_table():
    view = view_of_network(NET)
    assert [(one["name"], one["units"]) for one in view.state["columns"]] == [("x", 2), ("1", 12), ("ŷ", 1)]
    assert view.state["names"] == ["W[1]", "W[2]"]
    for name, packed in zip(("0.weight", "2.weight"), view.state["weights"], strict=True):
        np.testing.assert_allclose(array(packed), NET.parameters[name][:10, :10], rtol=1e-6)
    np.testing.assert_allclose(
        array(view.state["columns"][1]["biases"]), NET.parameters["0.bias"][:10], rtol=1e-6
    )
    cells = words(view.html)
    for row in NET.summary().rows:
        assert all(cell in cells for cell in row.cells())
    assert "49" in cells
    assert repr(view) == str(NET.summary())


@pytest.mark.parametrize(
    "layers",
    [
        [gr.Conv2d(1, 2, 3), gr.Flatten(), gr.Linear(8, 3)],
        [gr.Linear(2, 2), gr.Residual([gr.Linear(2, 2), gr.Tanh()])],
        [gr.Tanh()],
    ],
)
def test_what_is_no_chain_of_linear_layers_has_its_table_alone(layers):
    view = view_of_network(gr.Network(layers, seed=0))
    assert view.state["columns"] == []
    assert type(layers[0]).__name__ in view.state["table"]


def test_a_step_has_every_quantity_and_answers_with_any_number_of_it():
    step = gr.trace(NET, gr.MSELoss(), X, Y, optimizer=gr.Adam())
    view = view_of_trace(step)
    for known, quantity in zip(view.state["quantities"], step, strict=True):
        assert (known["name"], known["shape"]) == (quantity.name, list(quantity.shape))
        np.testing.assert_array_equal(array(known["values"]), np.atleast_2d(quantity.value))
    assert view.answer is not None
    first, last = view.answer({"name": "dW[1]", "index": [3, 1]})
    expected = step.entry("dW[1]", 3, 1)
    assert (first["waiting"], last["waiting"]) == (True, False)
    assert (first["value"], last["value"], last["torch"]) == (expected.value, expected.value, expected.torch)
    assert sum(term["value"] for term in last["terms"]) == pytest.approx(expected.value)
    for words_ in (words(view.html), str(view).split()):
        assert all(any(quantity.name in word for word in words_) for quantity in step)


def test_many_terms_are_added_up():
    wide = gr.Network([gr.Linear(500, 1)], seed=0)
    step = gr.trace(wide, gr.MSELoss(), np.ones((1, 500)), np.ones((1, 1)))
    answer = view_of_trace(step).answer
    assert answer is not None
    number = list(answer({"name": "Z[1]", "index": [0, 0]}))[-1]
    count, left = number["rest"]
    assert count + len(number["terms"]) == 501
    assert sum(term["value"] for term in number["terms"]) + left == pytest.approx(number["value"])


def test_numbers_that_are_none_are_sent_as_null():
    broken = gr.Network([gr.Linear(1, 1)], dtype="float64")
    broken.theta[...] = [np.inf, 0.0]
    with np.errstate(all="ignore"):
        answer = view_of_trace(gr.trace(broken, gr.MSELoss(), [[0.0]], [[1.0]])).answer
        assert answer is not None
        assert next(iter(answer({"name": "Z[1]", "index": [0, 0]})))["value"] is None


def test_a_history_has_its_curves_some_of_many_epochs():
    records = [{"epoch": i, "loss": 1 / i, "accuracy": 0.5, "seconds": 0.1} for i in range(1, 1201)]
    state = view_of_records(records).state
    assert state["every"] == 3
    assert list(state["measures"]) == ["loss", "accuracy"]
    assert len(state["measures"]["loss"]) <= MOST_POINTS
    assert state["measures"]["loss"] == [1 / i for i in range(3, 1201, 3)]


def test_the_picture_of_a_history_goes_from_its_highest_number_to_its_lowest():
    losses, held_out = [4.0, 2.0, 1.0], [3.0, float("nan"), 2.0]
    records = [
        {"epoch": i, "loss": a, "val_loss": b, "seconds": 0.1}
        for i, (a, b) in enumerate(zip(losses, held_out, strict=True), start=1)
    ]
    html = view_of_records(records).html
    source, alt = re.findall('src="data:image/svg.xml;base64,([^"]*)" alt="([^"]*)"', html)[0]
    picture = base64.b64decode(source).decode()
    lines = [re.findall(r"[\d.]+,([\d.]+)", points) for points in re.findall('points="([^"]*)"', picture)]
    drawn = [[float(y) for y in line] for line in lines]
    assert list(map(len, drawn)) == [3, 2]
    top, bottom = drawn[0][0], drawn[0][2]
    place = {value: bottom - (value - 1) / 3 * (bottom - top) for value in (1.0, 2.0, 3.0)}
    assert drawn[0][1] == pytest.approx(place[2.0], abs=0.1)
    assert drawn[1] == pytest.approx([place[3.0], place[2.0]], abs=0.1)
    assert {"4.000", "1.000"} <= set(words(picture))
    assert alt == "loss: 1.000 … 4.000"


PLAIN = (type(None), bool, int, float, str, bytes)


def is_plain(value):
    if type(value) is dict:
        return all(type(key) is str and is_plain(entry) for key, entry in value.items())
    return all(map(is_plain, value)) if type(value) is list else type(value) in PLAIN


def test_a_state_is_plain_data():
    """Subclasses of str are no JSON for every notebook: marimo makes objects of them."""
    records = [{"epoch": 1, "loss": 0.5, "seconds": 0.1}]
    step = gr.trace(NET, gr.MSELoss(), np.ones((2, 2)), np.ones((2, 1)), optimizer=gr.Adam())
    for view in (view_of_network(NET), view_of_trace(step), view_of_records(records)):
        assert is_plain(dict(view.state)), view.name


def test_only_these_are_shown():
    with pytest.raises(gr.ArgumentError, match="a Network, a Trace or a History; got list"):
        gr.show([1, 2])  # pyright: ignore[reportArgumentType]


def test_without_a_notebook_it_is_printed(capsys, monkeypatch):
    for name in ("IPython.display", "anywidget"):
        monkeypatch.setitem(sys.modules, name, None)
    gr.show(NET)
    assert capsys.readouterr().out == f"{NET.summary()}\n"


@pytest.mark.parametrize(("language", "said"), [("en", "To open numbers"), ("es", "Para abrir números")])
def test_without_the_widget_one_line_says_what_to_install(language, said):
    set_language(language)
    html = view_of_network(NET)._repr_html_()
    assert html.count(said) == 1
    assert 'pip install "gradiente[notebook]"' in words(html)[-1]
