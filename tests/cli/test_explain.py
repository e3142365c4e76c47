import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente.cli.explain import LECTURE
from gradiente.cli.load_for import load_for
from gradiente.training.build import plan
from gradiente.training.config import Config

from .conftest import gradiente

EXAMPLES = Path(__file__).parents[2] / "examples"
ROWS = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]  # with the constant input
TARGETS = [[0], [1], [1], [0]]


def explain(*arguments):
    answer = gradiente("explain", *arguments, "--json")
    assert (answer.status, answer.err) == (0, "")
    return answer.data


def lecture_weights():
    """The two weight matrices that the lecture's network begins with."""
    network = plan(LECTURE, load_for(LECTURE)[0]).network.astype(np.float64)
    return [np.array(network.parameters[name]) for name in ("0.weight", "2.weight")]


def cost(w1, w2):
    """J over the four rows of XOR, in PyTorch."""
    x, y = (torch.tensor(rows, dtype=torch.float64) for rows in (ROWS, TARGETS))
    return torch.nn.functional.binary_cross_entropy(torch.sigmoid(torch.sigmoid(x @ w1.T) @ w2.T), y)


@pytest.mark.parametrize(
    ("name", "which", "place"), [("dW[2]", 1, (0, 1)), ("dW[1]", 0, (2, 0)), ("dW[1]", 0, (3, 2))]
)
def test_a_number_is_its_terms_and_that_of_a_finite_difference_and_of_autograd(name, which, place):
    found = explain("xor", "--quantity", name, "--entry", ",".join(map(str, place)))
    weights = [torch.tensor(w, requires_grad=True) for w in lecture_weights()]
    cost(*weights).backward()
    by_torch = float(weights[which].grad[place])
    shifted = []
    for step in (1e-6, -1e-6):
        moved = [w.detach().clone() for w in weights]
        moved[which][place] += step
        shifted.append(float(cost(*moved)))
    assert found["value"] == pytest.approx(by_torch, rel=1e-12)
    assert found["torch"] == pytest.approx(by_torch, rel=1e-12)
    assert found["value"] == pytest.approx((shifted[0] - shifted[1]) / 2e-6, rel=1e-6)
    assert found["finite_difference"] == pytest.approx(by_torch, rel=1e-6)
    products = [np.prod([factor["value"] for factor in term["factors"]]) for term in found["terms"]]
    assert len(products) == len(ROWS)
    assert sum(products) == pytest.approx(by_torch, rel=1e-12)


def test_by_itself_it_is_the_lectures_network():
    example = EXAMPLES / "xor_lecture.toml"
    assert Config.read(example) == LECTURE
    assert explain() == explain("xor") == explain("--config", example)


def test_the_update_is_that_of_torchs_optimizer():
    quantities = {quantity["name"]: quantity["value"] for quantity in explain()["quantities"]}
    weights = [torch.tensor(w, requires_grad=True) for w in lecture_weights()]
    cost(*weights).backward()
    torch.optim.SGD(weights, lr=3.0).step()
    for name, weight in zip(("W[1]⁺", "W[2]⁺"), weights, strict=True):
        np.testing.assert_allclose(quantities[name], weight.detach(), rtol=1e-12)


@pytest.mark.parametrize(
    ("language", "titles", "origin"),
    [
        ("en", ["Forward", "Backward", "Update"], "from dZ[2], A[1]"),
        ("es", ["Hacia adelante", "Hacia atrás", "Actualización"], "de dZ[2], A[1]"),
    ],
)
def test_every_quantity_is_printed_in_order_under_its_part(language, titles, origin):
    answer = gradiente("explain", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    headings = [line for line in lines[1:] if line and not line.startswith(" ")]
    names = [quantity["name"] for quantity in explain()["quantities"]]
    assert [line.split()[0] for line in headings if line not in titles] == names
    assert [line for line in headings if line in titles] == titles
    for title, first in zip(titles, ("X", "dA[2]", "W[1]⁺"), strict=True):
        assert lines[lines.index(title) + 1].split()[0] == first
    assert f"dW[2] = ∂J/∂W[2]  (1, 4)  {origin}" in lines
    printed = lines[lines.index("W[2]  (1, 4)") + 1].replace("−", "-").split()
    np.testing.assert_allclose([float(v) for v in printed], lecture_weights()[1][0], atol=5e-5)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["term", "factors", "finite difference"]), ("es", ["término", "factores", "diferencia finita"])],
)
def test_an_opened_number_is_printed_with_its_witnesses(language, words):
    found = explain("--quantity", "dW2", "--entry", "0,1")
    answer = gradiente("explain", "--quantity", "dW2", "--entry", "0,1", "--lang", language)
    assert all(word in answer.out for word in [*words, "PyTorch", "Σ"])
    for term in found["terms"]:
        (row,) = [line for line in answer.out.splitlines() if line.split()[:1] == [term["symbol"]]]
        assert float(row.split()[-1]) == pytest.approx(term["value"], rel=1e-9)


@pytest.mark.parametrize(("language", "words"), [("en", "read as 0,1"), ("es", "se leyó como 0,1")])
def test_a_place_of_weights_as_inputs_by_outputs_is_understood_and_said(language, words):
    straight, turned = (explain("--quantity", "dW[2]", "--entry", entry) for entry in ("0,1", "1,0"))
    assert straight == turned
    first = gradiente(
        "explain", "--quantity", "dW[2]", "--entry", "1,0", "--lang", language
    ).out.splitlines()[0]
    assert words in first
    assert "(1, 4)" in first


def test_columns_are_instances():
    rows, columns = (explain("--quantity", "Z[1]", *form)["value"] for form in ([], ["--columns"]))
    np.testing.assert_array_equal(np.transpose(rows), columns)
    entry = explain("--quantity", "J", "--entry", "none", "--columns")
    assert entry["value"] == pytest.approx(float(cost(*map(torch.tensor, lecture_weights()))), rel=1e-12)


def test_formulas_as_latex():
    (line,) = gradiente("explain", "--quantity", "dW[2]", "--latex").out.splitlines()
    assert line.startswith(r"\frac{\partial J}{\partial W^{[2]}}:\quad ")
    assert len(gradiente("explain", "--latex").out.splitlines()) == len(explain()["quantities"])


def test_a_run_shows_its_trained_network_on_a_few_instances(digits_run):
    quantities = {
        quantity["name"]: quantity for quantity in explain(digits_run, "--instances", 3)["quantities"]
    }
    trained = gr.Network.load(digits_run / "network.safetensors")
    np.testing.assert_allclose(quantities["W[1]"]["value"], trained.parameters["0.weight"], rtol=1e-6)
    assert quantities["X"]["shape"] == [3, 64]
    printed = gradiente("explain", digits_run, "--instances", 3).out.splitlines()
    assert " … " in printed[printed.index("X  (3, 64)") + 1]


def test_a_folder_called_like_a_data_set_is_not_a_run(own_folder):
    (own_folder / "xor").mkdir()
    assert explain("xor") == explain()
    (own_folder / "other").mkdir()
    answer = gradiente("explain", "other", "--lang", "en")
    assert (answer.status, answer.out) == (1, "")
    assert "run" in answer.err


def test_a_long_term_is_printed_whole():
    Path("adam.toml").write_text('[data]\nname = "iris"\n[descent]\noptimizer = "Adam()"\n', encoding="utf-8")
    asked = ["--config", "adam.toml", "--quantity", "W[1]⁺", "--entry", "0,3"]
    answer = gradiente("explain", *asked)
    assert answer.status == 0, answer.err
    assert "…" not in answer.out
    assert len(explain(*asked)["terms"]) == 2


def test_what_a_training_adds_to_the_step_is_said_to_be_missing(own_folder):
    config = '[data]\nname = "iris"\n[descent]\nclip_norm = 1.0\npenalty = ["L2(0.1)"]\n'
    Path("own.toml").write_text(config, encoding="utf-8")
    assert (
        "without --penalty, --clip-norm" in gradiente("explain", "--config", "own.toml", "--lang", "en").out
    )
    assert "without" not in gradiente("explain", "iris", "--lang", "en").out


@pytest.mark.parametrize(("language", "said"), [("en", "page: step.html"), ("es", "página: step.html")])
@pytest.mark.parametrize("form", [[], ["--columns"]], ids=["rows", "columns"])
def test_the_step_as_a_page_that_holds_every_number(own_folder, language, said, form):
    answer = gradiente("explain", "xor", "--html", "step.html", *form, "--lang", language)
    assert (answer.status, answer.out.strip(), answer.err) == (0, said, "")
    page = Path("step.html").read_text(encoding="utf-8")
    (told,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    quantities = {quantity["name"]: quantity["entries"] for quantity in json.loads(told)["quantities"]}
    for quantity in explain("xor", *form)["quantities"]:
        values = np.array(quantity["value"])
        entries = {".".join(map(str, place)): values[place] for place in np.ndindex(*values.shape)}
        assert {place: entry[0] for place, entry in quantities[quantity["name"]].items()} == entries
    w1, w2 = (torch.tensor(w, requires_grad=True) for w in lecture_weights())
    (gradient,) = torch.autograd.grad(cost(w1, w2), w2)
    _, terms, closing, _, difference, by_torch = quantities["dW[2]"]["0.1"]
    expected = float(gradient[0, 1])
    assert len(terms) == len(ROWS)
    assert [closing[1], by_torch] == pytest.approx([expected] * 2, rel=1e-12)
    assert difference == pytest.approx(expected, rel=1e-6)


def test_the_page_says_what_a_training_adds_to_the_step(own_folder):
    Path("own.toml").write_text('[data]\nname = "iris"\n[descent]\nclip_norm = 1.0\n', encoding="utf-8")
    assert gradiente("explain", "--config", "own.toml", "--html", "step.html", "--lang", "en").status == 0
    assert "without --clip-norm" in Path("step.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("language", "words"), [("en", "cannot write"), ("es", "no se puede escribir")])
def test_a_page_that_cannot_be_written(own_folder, language, words):
    answer = gradiente("explain", "--html", "nowhere/step.html", "--lang", language)
    assert (answer.status, answer.out) == (1, "")
    assert "nowhere/step.html" in answer.err
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1


WRONG = [
    (["--quantity", "dW[3]"], "did you mean dW[", "¿quiso decir dW["),
    (["--quantity", "dW[2]", "--entry", "4,0"], "has the shape (1, 4)", "tiene la forma (1, 4)"),
    (["--quantity", "Z[2]", "--entry", "0,3"], "has the shape (4, 1)", "tiene la forma (4, 1)"),
    (["--quantity", "dW[2]", "--entry", "0"], "has the shape (1, 4)", "tiene la forma (1, 4)"),
    (["--entry", "0,1"], "say in which, with --quantity", "diga en cuál, con --quantity"),
    (["--instances", "0"], "must be at least 1, got 0", "debe ser al menos 1; llegó 0"),
    (["--latex", "--json"], "without --json", "sin --json"),
    (["--html", "x.html", "--json"], "writes the whole step", "escribe el paso completo"),
    (["--html", "x.html", "--latex"], "writes the whole step", "escribe el paso completo"),
    (["--html", "x.html", "--quantity", "dW[2]"], "writes the whole step", "escribe el paso completo"),
    ([".", "--config", "x.toml"], "not both", "no ambas"),
]


@pytest.mark.parametrize(
    ("arguments", "in_english", "in_spanish"), WRONG, ids=[" ".join(row[0]) for row in WRONG]
)
def test_a_wrong_question_is_answered_in_one_sentence(arguments, in_english, in_spanish):
    for language, words in (("en", in_english), ("es", in_spanish)):
        answer = gradiente("explain", *arguments, "--lang", language)
        assert (answer.status, answer.out) == (2, "")
        assert words in answer.err
        assert len(answer.err.splitlines()) == 1
