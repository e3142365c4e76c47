"""A few of PyTorch's and ONNX's own test inputs for every operator; benchmarks/vectors.py runs all of them."""

import ast
import json
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from gradiente import NLLLoss, ReLU, ShapeError, Softmax, Tanh
from gradiente.layers.linear import Linear
from gradiente.optimizers import Adam
from gradiente.schedules import StepLR

from .vectors import CONCEPTS, SOURCES, judge

ROOT = Path(__file__).parents[2]
EACH = 2  # vectors of an operator


def vectors(source, *concepts):
    """The vectors of the concepts, or of all that are here; without the other library's lists the test is skipped."""
    package = "onnx" if source == "onnx" else "expecttest"
    pytest.importorskip(package, reason=f'the lists of inputs need {package}: pip install -e ".[test]"')
    wanted = concepts or CONCEPTS
    return list(SOURCES[source](0, wanted.__contains__))


def outcomes(source, *concepts):
    return [judge(vector) for vector in vectors(source, *concepts)]


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
def test_a_sample_of_every_operator_passes(source):
    by_operator = defaultdict(list)
    for vector in vectors(source):
        by_operator[vector.operator].append(vector)
    generator = np.random.default_rng(0)
    sample = [
        operator[int(i)]
        for operator in by_operator.values()
        for i in generator.choice(len(operator), min(EACH, len(operator)), replace=False)
    ]
    judged = [judge(vector) for vector in sample]
    failed = [f"{o.vector.name}: {o.failure}\n{o.vector.shown()}" for o in judged if o.failure]
    assert not failed, "\n".join(failed)
    assert sum(outcome.applies for outcome in judged) > len(judged) / 4


def test_a_wrong_derivative_of_a_layer_is_found(monkeypatch):
    monkeypatch.setattr(Tanh, "input_gradient", lambda self, parameters, cache, dy: dy * (1 - cache))
    failures = [outcome.failure for outcome in outcomes("modules", "Tanh")]
    assert len(failures) == 6
    assert all(failure.startswith("∂J/∂x") for failure in failures)


def test_a_wrong_derivative_of_a_parameter_is_found_in_its_tenth_digit(monkeypatch):
    right = Linear.parameter_gradients

    def wrong(self, parameters, cache, dy, out):
        right(self, parameters, cache, dy, out)
        out["weight"] *= 1 + 1e-10

    monkeypatch.setattr(Linear, "parameter_gradients", wrong)
    judged = [outcome for outcome in outcomes("functions", "Linear") if outcome.applies]
    found = [outcome for outcome in judged if outcome.failure.startswith("∂J/∂weight")]
    empty = [outcome for outcome in judged if "(0, " in outcome.vector.shown()]
    assert len(found) == len(judged) - len(empty) > 0


def test_a_wrong_loss_rule_schedule_and_output_are_found(monkeypatch):
    monkeypatch.setattr(NLLLoss, "value", lambda self, prediction, target: 1.0)
    monkeypatch.setattr(
        Adam, "rule", lambda self, theta, gradient, slots, t: (theta - self.lr * gradient, slots)
    )
    monkeypatch.setattr(StepLR, "lr", lambda self, base_lr, t, metrics=(): base_lr)
    monkeypatch.setattr(Softmax, "forward", lambda self, parameters, x, context: (0 * x, None))
    for source, concept, quantity in (
        ("modules", "NLLLoss", "J"),
        ("optimizers", "Adam", "θ"),
        ("schedulers", "StepLR", "α"),
        ("onnx", "Softmax", "y"),
    ):
        judged = [outcome for outcome in outcomes(source, concept) if outcome.applies]
        assert judged
        assert all(outcome.failure.startswith(quantity) for outcome in judged)


def test_what_is_refused_before_y_is_missing_and_what_is_refused_after_it_a_failure(monkeypatch):
    def refused(self, *arguments):
        raise ShapeError("linear.shape", layer="ReLU()", expected="(1,)", shape="(3, 4)", todo="")

    monkeypatch.setattr(ReLU, "input_gradient", refused)
    assert all("refused" in outcome.failure for outcome in outcomes("modules", "ReLU"))
    monkeypatch.setattr(ReLU, "forward", refused)
    assert {outcome.missing for outcome in outcomes("modules", "ReLU")} == {"x with 2 axes"}


def test_an_error_of_another_kind_is_a_failure(monkeypatch):
    def broken(self, *arguments):
        raise ValueError("operands could not be broadcast together")

    monkeypatch.setattr(ReLU, "forward", broken)
    assert all(outcome.failure.startswith("ValueError: operands") for outcome in outcomes("modules", "ReLU"))


def test_a_missing_option_and_a_missing_concept_are_named():
    missing = {outcome.vector.shown(): outcome.missing for outcome in outcomes("modules", "MaxPool1d")}
    asked = [option for call, option in missing.items() if "return_indices=True" in call]
    assert [option.partition("=")[0] for option in asked] == ["return_indices"] * 2
    assert {outcome.missing for outcome in outcomes("modules", "LSTM")} == {"LSTM"}


def test_the_same_seed_draws_the_same_inputs():
    first, again = (vectors("functions", "Conv1d") for _ in range(2))
    assert [vector.shown() for vector in first] == [vector.shown() for vector in again]


def test_the_two_pages_have_the_same_tables():
    english, spanish = (
        (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("equality.md", "equality.es.md")
    )

    def numbers(page):
        rows = [line for line in page.splitlines() if line.startswith("| ")]
        return [re.findall(r"`[^`]+`|[\d.,]+\b", row.replace(",", ".")) for row in rows]

    assert numbers(english) == numbers(spanish)
    assert re.findall("`python .*`", english) == re.findall("`python .*`", spanish)
    assert english.count("\n- **") == spanish.count("\n- **")


def test_every_missing_option_in_words_is_in_both_languages():
    phrases = {
        language: json.loads((ROOT / "benchmarks" / "equality" / f"{language}.json").read_text("utf-8"))[
            "phrases"
        ]
        for language in ("en", "es")
    }
    assert phrases["en"].keys() == phrases["es"].keys()
    for path in sorted((Path(__file__).parent / "vectors").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Missing":
                written = node.args[0]
                if isinstance(written, ast.Constant) and " " in str(written.value):
                    assert written.value in phrases["es"]
