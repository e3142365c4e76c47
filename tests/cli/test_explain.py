import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

import gradiente as gr
from gradiente.training.build import plan
from gradiente.training.config import Config
from gradiente.training.load_for import load_for
from gradiente.workshops.notebook import as_text, solution_cells

from .conftest import gradiente

ROWS = [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]  # with the constant input
TARGETS = [[0], [1], [1], [0]]


def explain(*arguments):
    answer = gradiente("explain", *arguments, "--json")
    assert (answer.status, answer.err) == (0, "")
    return answer.data


def workshop(lines=()):
    """The names of the XOR workshop's solution, run up to its training loop."""
    source = as_text(solution_cells("xor", "es"), "script")
    scope = {}
    exec(source.partition("def entrenarRed")[0], scope)
    for line in lines:
        exec(line, scope)
    return scope


def workshop_weights():
    """The two weight matrices that the workshop's network begins with."""
    scope = workshop()
    return [np.array(scope[name]) for name in ("w1", "w2")]


def cost(w1, w2):
    """J over the four rows of XOR, in PyTorch."""
    x, y = (torch.tensor(rows, dtype=torch.float64) for rows in (ROWS, TARGETS))
    return torch.nn.functional.binary_cross_entropy(torch.sigmoid(torch.sigmoid(x @ w1.T) @ w2.T), y)


@pytest.mark.parametrize(
    ("name", "which", "place"), [("dW[2]", 1, (0, 1)), ("dW[1]", 0, (2, 0)), ("dW[1]", 0, (3, 2))]
)
def test_a_number_is_its_terms_and_that_of_a_finite_difference_and_of_autograd(name, which, place):
    found = explain("xor", "--quantity", name, "--entry", ",".join(map(str, place)))
    weights = [torch.tensor(w, requires_grad=True) for w in workshop_weights()]
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


def test_by_itself_it_is_the_workshops_first_step_to_the_last_bit():
    scope = workshop(["a1, a2 = feedForward(X, w1, b1, w2, b2)"])
    scope["grads"] = scope["backProp"](
        *(scope[name] for name in ("X", "y", "w1", "w2", "b1", "b2", "a2", "a1"))
    )
    found = {quantity["name"]: np.array(quantity["value"]) for quantity in explain("--columns")["quantities"]}
    expected = {"X": "X", "W[1]": "w1", "b[1]": "b1", "W[2]": "w2", "b[2]": "b2", "A[1]": "a1", "A[2]": "a2"}
    for name, ours in expected.items():
        np.testing.assert_allclose(found[name], scope[ours], rtol=1e-14, err_msg=name)
    for name, gradient in zip(("dW[1]", "db[1]", "dW[2]", "db[2]"), scope["grads"], strict=True):
        np.testing.assert_allclose(found[name], gradient, rtol=1e-12, atol=1e-15, err_msg=name)
    np.testing.assert_allclose(found["W[1]⁺"], scope["w1"] - scope["LR"] * scope["grads"][0], rtol=1e-13)
    assert explain() == explain("xor")


def test_the_update_is_that_of_torchs_optimizer():
    quantities = {quantity["name"]: quantity["value"] for quantity in explain()["quantities"]}
    weights = [torch.tensor(w, requires_grad=True) for w in workshop_weights()]
    cost(*weights).backward()
    torch.optim.SGD(weights, lr=1.0).step()
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
    printed = lines[lines.index("W[2] (2.weight)  (1, 4)") + 1].replace("−", "-").split()
    np.testing.assert_allclose([float(v) for v in printed], workshop_weights()[1][0], atol=5e-4)


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
    assert entry["value"] == pytest.approx(float(cost(*map(torch.tensor, workshop_weights()))), rel=1e-12)


def test_formulas_as_latex():
    (line,) = gradiente("explain", "--quantity", "dW[2]", "--latex").out.splitlines()
    assert line.startswith(r"\frac{\partial J}{\partial W^{[2]}}:\quad ")
    assert len(gradiente("explain", "--latex").out.splitlines()) == len(explain()["quantities"])


def test_a_run_shows_its_trained_network_on_a_few_instances(digits_run):
    quantities = {
        quantity["name"]: quantity for quantity in explain(digits_run, "--instances", 3)["quantities"]
    }
    trained = gr.Network.load(digits_run / "checkpoints" / "last.safetensors")
    np.testing.assert_allclose(quantities["W[1]"]["value"], trained.parameters["0.weight"], rtol=1e-6)
    assert quantities["X"]["shape"] == [3, 64]
    printed = gradiente("explain", digits_run, "--instances", 3).out.splitlines()
    assert " … " in printed[printed.index("X  (3, 64)") + 1]
    assert "Only 3 of the" in printed[1]


REGULARIZED = """
[data]
name = "iris"
validation = 0.0
[network]
layers = ["Linear(4, 8)", "Tanh()", "Dropout(0.3)", "Linear(8, 3)"]
dtype = "float64"
[descent]
optimizer = "Adam(lr=0.01)"
penalty = ["L2(0.01)"]
clip_norm = 0.5
lr_factors = {-1 = 0.3}
schedule = "CosineAnnealingLR(T_max=10)"
schedule_every = "step"
batch_size = 40
epochs = 2
"""


class Watch(gr.Callback):
    """What the engine has after every step, by its number, and the learning rate of then."""

    def __init__(self):
        self.seen = {}

    def step_begin(self, state, step):
        self.seen[state.epoch * state.steps_per_epoch + step] = (
            {name: value.copy() for name, value in state.network.gradients.items()},
            state.network.state_dict(),
            state.optimizer.lr,
        )


@pytest.fixture
def watched(own_folder):
    """A training with penalties, clipping, dropout and a schedule: its run, and what the engine had."""
    Path("own.toml").write_text(REGULARIZED, encoding="utf-8")
    assert gradiente("train", "--config", "own.toml", "--run", "own", "--no-report").status == 0
    config, watch = Config.read("own.toml"), Watch()
    train, _ = load_for(config)
    trainer = plan(config, train).trainer([watch])
    trainer.fit(train, epochs=4, batch_size=40)
    return watch.seen


@pytest.mark.parametrize("t", [1, 2, 5, None])
def test_every_number_of_a_step_of_a_run_is_the_engines(watched, t):
    """None is the step after the two epochs of three steps that the run has: the seventh."""
    asked = ["own"] if t is None else ["own", "--step", t]
    quantities = {quantity["name"]: np.array(quantity["value"]) for quantity in explain(*asked)["quantities"]}
    t = t or 7
    before, (gradients, after, _) = watched[t - 1][1], watched[t]
    for name, ours in (("1", "0"), ("2", "3")):
        for letter, parameter in (("W", "weight"), ("b", "bias")):
            full = f"{ours}.{parameter}"
            np.testing.assert_array_equal(quantities[f"{letter}[{name}]"], before[full])
            np.testing.assert_array_equal(quantities[f"g({letter}[{name}])"], gradients[full])
            np.testing.assert_array_equal(quantities[f"{letter}[{name}]⁺"], after[full])


def test_one_entry_of_a_regularized_step_is_opened(watched):
    entry = explain("own", "--step", 5, "--quantity", "dW[1]", "--entry", "2,1")
    clipped = explain("own", "--step", 5, "--quantity", "g(W[1])", "--entry", "2,1")
    update = explain("own", "--step", 5, "--quantity", "W[1]⁺", "--entry", "2,1")
    assert entry["terms"][-1]["symbol"] == "0.01·w[2,1]"
    assert sum(term["value"] for term in entry["terms"]) == pytest.approx(entry["value"], rel=1e-12)
    assert entry["finite_difference"] == pytest.approx(entry["value"], rel=1e-5)
    assert clipped["value"] == watched[5][0]["0.weight"][2, 1]
    assert clipped["value"] == pytest.approx(clipped["torch"], rel=1e-12)
    assert update["torch"] == pytest.approx(update["value"], rel=1e-12)
    slower = explain("own", "--step", 5, "--quantity", "W[2]⁺", "--entry", "2,1")
    assert slower["torch"] == pytest.approx(slower["value"], rel=1e-12)
    assert sum(term["value"] for term in slower["terms"]) == pytest.approx(slower["value"], rel=1e-12)
    (line,) = gradiente("explain", "own", "--step", 5, "--quantity", "W[2]⁺", "--latex").out.splitlines()
    assert r"\frac{0.3 \alpha " in line
    heading = gradiente("explain", "own", "--step", 5).out.splitlines()[0]
    assert heading.startswith("Step 5 of training on iris (epoch 2)")
    assert f"{watched[4][2]:.4g}" in heading


def test_another_rule_is_that_of_the_training_and_of_a_run_that_of_the_step(watched):
    faster = explain("xor", "--lr", 2.0, "--step", 3)
    scope = workshop()
    names = ("X", "y", "w1", "w2", "b1", "b2", "a2", "a1")
    for _ in range(2):
        scope["a1"], scope["a2"] = scope["feedForward"](*(scope[n] for n in ("X", "w1", "b1", "w2", "b2")))
        gradients = scope["backProp"](*(scope[name] for name in names))
        for name, gradient in zip(("w1", "b1", "w2", "b2"), gradients, strict=True):
            scope[name] = scope[name] - 2.0 * gradient
    found = {quantity["name"]: quantity["value"] for quantity in faster["quantities"]}
    np.testing.assert_allclose(found["W[1]"], scope["w1"], rtol=1e-12)
    plain = explain("own", "--optimizer", "SGD(lr=0.5)", "--step", 2)
    found = {quantity["name"]: np.array(quantity["value"]) for quantity in plain["quantities"]}
    np.testing.assert_array_equal(found["W[1]"], watched[1][1]["0.weight"])
    np.testing.assert_allclose(found["W[1]⁺"], found["W[1]"] - 0.5 * found["g(W[1])"], rtol=1e-13)


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


@pytest.mark.parametrize(("language", "said"), [("en", "page: step.html"), ("es", "página: step.html")])
@pytest.mark.parametrize("form", [[], ["--columns"]], ids=["rows", "columns"])
def test_the_step_as_a_page_that_holds_every_number(own_folder, language, said, form):
    answer = gradiente("explain", "xor", "--html", "step.html", *form, "--lang", language)
    assert (answer.status, answer.out.strip(), answer.err) == (0, said, "")
    page = Path("step.html").read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
    quantities = {quantity["name"]: quantity["entries"] for quantity in json.loads(found)["quantities"]}
    for quantity in explain("xor", *form)["quantities"]:
        values = np.array(quantity["value"])
        entries = {".".join(map(str, place)): values[place] for place in np.ndindex(*values.shape)}
        assert {place: entry[0] for place, entry in quantities[quantity["name"]].items()} == entries
    w1, w2 = (torch.tensor(w, requires_grad=True) for w in workshop_weights())
    (gradient,) = torch.autograd.grad(cost(w1, w2), w2)
    _, terms, closing, _, difference, by_torch = quantities["dW[2]"]["0.1"]
    expected = float(gradient[0, 1])
    assert len(terms) == len(ROWS)
    assert [closing[1], by_torch] == pytest.approx([expected] * 2, rel=1e-12)
    assert difference == pytest.approx(expected, rel=1e-6)


def test_the_page_has_what_a_training_adds_to_the_step(own_folder):
    Path("own.toml").write_text(REGULARIZED, encoding="utf-8")
    asked = ["explain", "--config", "own.toml", "--instances", 4, "--html", "step.html", "--lang", "en"]
    assert gradiente(*asked).status == 0
    page = Path("step.html").read_text(encoding="utf-8")
    assert all(f"<code>{name}</code>" in page for name in ("L", "R", "J", "g(W[1])"))
    assert "Only 4 of the 40 instances" in page


@pytest.mark.parametrize(("language", "words"), [("en", "cannot write"), ("es", "no se puede escribir")])
def test_a_page_that_cannot_be_written(own_folder, language, words):
    answer = gradiente("explain", "--html", "nowhere/step.html", "--lang", language)
    assert (answer.status, answer.out) == (1, "")
    assert "nowhere/step.html" in answer.err
    assert words in answer.err
    assert len(answer.err.splitlines()) == 1


WRONG = [
    (["--quantity", "dW[3]"], "did you mean dW[", "¿quiso decir dW["),
    (["--quantity", "dW[2]", "--entry", "4,0"], "has shape (1, 4)", "tiene forma (1, 4)"),
    (["--quantity", "Z[2]", "--entry", "0,3"], "has shape (4, 1)", "tiene forma (4, 1)"),
    (["--quantity", "dW[2]", "--entry", "0"], "has shape (1, 4)", "tiene forma (1, 4)"),
    (["--entry", "0,1"], "give the quantity with --quantity", "indique la cantidad con --quantity"),
    (["--step", "0"], "counted from 1, in whole numbers; got 0", "desde 1, en números enteros; llegó 0"),
    (["blobs", "--step", "9999"], "it ends after step 366", "termina después del paso 366"),
    (["--optimizer", "Adagradd"], "did you mean Adagrad", "¿quiso decir Adagrad"),
    (["--instances", "0"], "must be at least 1, got 0", "debe ser al menos 1; llegó 0"),
    (["--latex", "--json"], "without --json", "sin --json"),
    (["--html", "x.html", "--json"], "writes the whole step", "escribe el paso completo"),
    (["--html", "x.html", "--latex"], "writes the whole step", "escribe el paso completo"),
    (["--html", "x.html", "--quantity", "dW[2]"], "writes the whole step", "escribe el paso completo"),
    (["runs/nothing"], "neither the folder of a run nor", "no es ni la carpeta de una corrida ni"),
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
