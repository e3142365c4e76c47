import re

from gradiente.reporting.gradients import gradient_norms, layer_colours, shown_parameters
from gradiente.training.history import History


def norms(names, value=1.0):
    return History(
        [{"epoch": e, "loss": 1.0, "gradient_norms": dict.fromkeys(names, value / e)} for e in (1, 2, 3)]
    )


def test_biases_give_way_when_there_are_many():
    few = [f"{layer}.{kind}" for layer in range(4) for kind in ("weight", "bias")]
    many = [f"{layer}.{kind}" for layer in range(5) for kind in ("weight", "bias")]
    assert shown_parameters(few) == few
    assert shown_parameters(many) == [f"{layer}.weight" for layer in range(5)]


def test_a_layer_has_one_colour_and_the_ends_differ():
    colours = layer_colours(["0.weight", "0.bias", "2.weight", "4.weight"])
    assert colours[0] == colours[1]
    assert len(set(colours)) == 3


def test_every_parameter_has_a_line_and_a_key():
    section = gradient_norms(norms(["0.weight", "0.bias"]), {"0.weight": "W[1]"})
    assert section is not None
    assert len(re.findall(r"<path[^>]*stroke: #2f6fc4", section)) == 2
    assert re.findall(r"</i>([^<]*)<", section) == ["W[1] (0.weight)", "0.bias"]


def test_gradients_of_zero_have_no_logarithm():
    section = gradient_norms(norms(["0.weight"], 0.0), {})
    assert section is not None
    assert "nan" not in section
    assert "inf" not in section


def test_nothing_is_shown_of_nothing():
    assert gradient_norms(History(), {}) is None
    assert gradient_norms(norms([]), {}) is None
    assert gradient_norms(History([{"epoch": 1, "loss": 1.0}]), {}) is None
