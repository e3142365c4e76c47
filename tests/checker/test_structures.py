"""Networks as public programs build them: right in every structure, and the planted mistake named."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.usefixtures("one_process")

PROGRAMS = Path(__file__).parent / "structures"
# Of every program its network, and a mistake: what is right, what is written, its key.
STRUCTURES = {
    "deep_dictionaries": (
        "Linear(3, 5), ReLU(), Linear(5, 1), Sigmoid()",
        ("    dZ[Z <= 0] = 0\n", "", "derivative_missing"),
    ),
    "neurons": (
        "Linear(3, 5), Sigmoid(), Linear(5, 1), Sigmoid()",
        ("error * neuron.output * (1 - neuron.output)", "error * neuron.output", "activation_for_derivative"),
    ),
    "layers": (
        "Linear(2, 16), ReLU(), Linear(16, 2), Softmax()",
        ("return grad * self.mask", "return grad", "derivative_missing"),
    ),
    "csv_in_main": (
        "Linear(3, 8), ReLU(), Linear(8, 1)",
        ("grad_a * (z > 0)", "grad_a", "derivative_missing"),
    ),
    "unusual_names": (
        "Linear(3, 5), Sigmoid(), Linear(5, 1), Sigmoid()",
        ("* anterior * (1 - anterior)", "* anterior", "activation_for_derivative"),
    ),
    "layer_list": (
        "Linear(2, 4), Tanh(), Linear(4, 2), Tanh()",
        ("2 * (given - wanted)", "2 * (wanted - given)", "output_sign"),
    ),
    "online": (
        "Linear(3, 5), Sigmoid(), Linear(5, 1), Sigmoid()",
        ("self.umbral_w + eta * delta_o", "self.umbral_w - eta * delta_o", "opposite_sign"),
    ),
    "letters": (
        "Linear(2, 4, bias=False), Sigmoid(), Linear(4, 4, bias=False), Sigmoid(), "
        "Linear(4, 1, bias=False), Sigmoid()",
        ("W2.T @ d2", "W2 @ d2", "transpose_missing"),
    ),
    "step_of_layers": (
        "Linear(2, 8), Tanh(), Linear(8, 1), Sigmoid()",
        ("@ capa.W + capa.b", "@ capa.W", "bias_missing"),
    ),
    "made_with_numbers": (
        "Linear(3, 6), ReLU(), Linear(6, 2)",
        ("/ y.size", "/ y.size * self.sortie * (1 - self.sortie)", "derivative_other"),
    ),
    "element_loops": (
        "Linear(3, 5), Sigmoid(), Linear(5, 1), Sigmoid()",
        ("suma * self.h[j] * (1 - self.h[j])", "suma * self.h[j]", "activation_for_derivative"),
    ),
}


def _source(name):
    return (PROGRAMS / f"{name}.py").read_text()


@pytest.mark.parametrize("name", STRUCTURES)
def test_a_right_program_is_right(name, check_source):
    verdict = check_source(_source(name))
    taken = [values["network"] for key, values in verdict.notices if key == "own_network"]
    assert taken == [STRUCTURES[name][0]]
    assert verdict.passed, verdict.all_findings


@pytest.mark.parametrize("name", STRUCTURES)
def test_its_mistake_is_named(name, check_source):
    right, wrong, key = STRUCTURES[name][1]
    assert right in _source(name)
    found = check_source(_source(name).replace(right, wrong)).all_findings
    assert {one.mistake for one in found} == {key}


@pytest.mark.parametrize(
    ("name", "right", "wrong", "key"),
    [
        (
            "deep_dictionaries",
            "np.divide(Y, AL) - np.divide",
            "np.divide(Y, AL) + np.divide",
            "output_absolute",
        ),
        ("deep_dictionaries", "dA * s * (1 - s)", "dA * Z * (1 - Z)", "derivative_of_z"),
        ("deep_dictionaries", "dA * s * (1 - s)", "dA * (1 - s)", "activation_for_derivative"),
        ("csv_in_main", "2 * (y_hat - y)", "2 * (y_hat - y) * (1 - y_hat**2)", "derivative_other"),
        ("layer_list", "grad * (1 - self.a**2)", "grad * (1 - self.a)", "activation_for_derivative"),
        (
            "step_of_layers",
            "coste[1](a, Y) * red[l].activacion[1](a)",
            "coste[1](a, Y)",
            "output_slope_missing",
        ),
    ],
)
def test_a_mistake_at_the_output_is_named(name, right, wrong, key, check_source):
    assert right in _source(name)
    found = check_source(_source(name).replace(right, wrong)).all_findings
    assert [one.mistake for one in found] == [key]
