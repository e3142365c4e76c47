"""Break it: the right run is the library's training, the wrong one what the checker finds, each level what it says."""

import re
from itertools import islice

import numpy as np
import pytest

from gradiente.checker.reference.layer_formulas import label
from gradiente.checker.rules.catalogue import all_mistakes
from gradiente.checker.rules.search import Search
from gradiente.checker.verdict import Finding
from gradiente.errors import ArgumentError
from gradiente.html import formula
from gradiente.lab.chain import ACTIVATIONS, DATA, Problem, config_of, gradient_of, stepped, trained
from gradiente.lab.challenge import EVERY, LEVELS, MOMENTS, Mistakes, code_of, level_of, mistakes_in
from gradiente.lab.frame import read_frame
from gradiente.lab.messages import message_of
from gradiente.lab.rooms.broken import Break, GuessWhere, Mistaken, Tell, _formula
from gradiente.lab.typeset import typeset
from gradiente.locale import set_language
from gradiente.trace import trace
from gradiente.training.build import plan
from gradiente.training.load_for import load_for
from gradiente.training.targets import default_loss

EVERYTHING = [(data, activation) for data in DATA for activation in ACTIVATIONS]


@pytest.mark.parametrize(("data", "activation"), EVERYTHING)
def test_the_right_run_is_a_training_of_the_library(data, activation):
    problem, config = Problem.of(data, activation), config_of(data, activation)
    parameters = problem.first
    for rows in islice(problem.rows(), 25):
        parameters = stepped(problem, parameters, rows, None)
    train, _ = load_for(config)
    planned = plan(config, train)
    size = planned.config.descent.batch_size
    planned.trainer([]).fit(train, validation=None, epochs=25, batch_size=size, max_steps=25)
    for number, (w, b) in enumerate(parameters):
        np.testing.assert_allclose(
            w, planned.network.parameters[f"{2 * number}.weight"], rtol=1e-9, atol=1e-12
        )
        np.testing.assert_allclose(
            b[:, 0], planned.network.parameters[f"{2 * number}.bias"], rtol=1e-9, atol=1e-12
        )


@pytest.mark.parametrize("data", ["moons", "blobs"])
def test_the_right_quantities_are_those_of_a_trace(data):
    problem, config = Problem.of(data, "tanh"), config_of(data, "tanh")
    rows = next(problem.rows())
    step, found = problem.passed(problem.first, rows)
    train, _ = load_for(config)
    loss = default_loss(train)
    y = train.y[rows] if len(problem.y) > 1 else train.y[rows][:, None].astype(float)
    record = trace(plan(config, train).network, loss, train.x[rows], y, columns=True)
    for name in ("Z1", "A1", "Z2", "dZ2", "dW2", "dA1", "dZ1", "dW1"):
        np.testing.assert_allclose(
            found[name], record[f"{name[:-1]}[{name[-1]}]"].value, rtol=1e-9, atol=1e-12
        )
    assert problem.cost(step) == pytest.approx(float(np.ravel(record["J"].value)[0]), rel=1e-12)


@pytest.mark.parametrize(("data", "activation"), [("moons", "tanh"), ("blobs", "relu")])
def test_the_checker_finds_in_a_step_the_mistake_that_was_made(data, activation):
    """By its search from what one step changes; a factor is no mistake of the search, and a forward pass is given."""
    mistakes = mistakes_in(data, activation)
    problem, keys = mistakes.problem, {mistake.key for mistake in all_mistakes()}
    batches = list(islice(problem.rows(), 12))
    parameters = problem.first
    for rows in batches[:10]:
        parameters = stepped(problem, parameters, rows, None)
    backward = [one for one in mistakes.all if one.wrong.kind not in "ZA" and one.key in keys]
    assert len(backward) > 20
    found = []
    for made in backward:
        steps, changes = [], []
        for rows in batches[10:]:
            step, quantities = problem.passed(parameters, rows, made)
            steps.append(step)
            changes.append({name: -problem.rate * quantities[name] for name in ("dW2", "db2", "dW1", "db1")})
        explained = Search(steps, changes).best()
        found.append([one.key for one in explained.made] == [made.key])
    assert np.mean(found) > 0.8  # of others another explanation is as short


@pytest.mark.parametrize(("data", "activation"), [("moons", "tanh"), ("blobs", "relu"), ("xor", "sigmoid")])
def test_the_gradients_that_are_trained_with_are_those_that_are_shown(data, activation):
    """With every quantity in its place, as link by link; and where one of them has no numbers, so has the other."""
    mistakes = mistakes_in(data, activation)
    problem, parameters = mistakes.problem, mistakes.problem.first
    for rows in islice(problem.rows(), 30):
        for made in (None, *mistakes.all):
            try:
                _, expected = problem.passed(parameters, rows, made)
            except ValueError:
                with pytest.raises(ValueError):
                    problem.gradients(parameters, rows, made)
                continue
            found = problem.gradients(parameters, rows, made)
            assert list(found) == ["dW2", "db2", "dW1", "db1"]
            for name, gradient in found.items():
                np.testing.assert_array_equal(gradient, expected[name])
        parameters = stepped(problem, parameters, rows, None)


@pytest.mark.parametrize(("data", "activation"), EVERYTHING)
def test_there_are_mistakes_of_every_level_and_each_shows_as_it_says(data, activation):
    mistakes = mistakes_in(data, activation)
    right = mistakes.right
    assert right.accuracies[-1] > 0.9
    for level in LEVELS:
        made = mistakes.drawn(level, 1)
        run = mistakes.broken(made)
        again = trained(mistakes.problem, made, MOMENTS, EVERY)
        np.testing.assert_array_equal([*again.costs, *again.accuracies], [*run.costs, *run.accuracies])
        if level == "learns":
            assert run.accuracies[-1] >= right.accuracies[-1] - 0.05
        elif level == "stalls":
            assert run.accuracies[-1] < right.accuracies[-1] - 0.05
            assert np.isfinite(run.costs).all()
        else:
            assert len(run.costs) < MOMENTS or not run.costs[-1] < 2 * run.costs[0]


def test_a_number_draws_one_mistake_and_other_numbers_others():
    mistakes = mistakes_in("moons", "tanh")
    drawn = [mistakes.drawn("learns", number) for number in range(4)]
    assert len({made.key for made in drawn}) > 1
    assert mistakes.drawn("learns", 2) == drawn[2]


@pytest.mark.parametrize(("data", "activation"), EVERYTHING)
def test_every_mistake_gives_another_number_first_where_it_says(data, activation):
    mistakes = mistakes_in(data, activation)
    problem = mistakes.problem
    rows = list(islice(problem.rows(), 11))
    parameters = problem.first
    for batch in rows[:10]:
        parameters = stepped(problem, parameters, batch, None)
    _, right = problem.passed(parameters, rows[10])
    for made in mistakes.all:
        _, wrong = problem.passed(parameters, rows[10], made)
        first = next((name for name in right if not np.allclose(right[name], wrong[name], 1e-9, 1e-12)), None)
        assert first == made.quantity or (
            first is None and made.wrong.kind in ("A", "target", "output", "dZ")
        )
    pairs = [(made.key, made.quantity) for made in mistakes.all]
    assert len(set(pairs)) == len(pairs) > 40


def test_of_four_names_one_is_right_and_the_others_give_other_numbers():
    mistakes = mistakes_in("moons", "sigmoid")
    problem = mistakes.problem
    *before, rows = islice(problem.rows(), 11)
    parameters = problem.first
    for batch in before:
        parameters = stepped(problem, parameters, batch, None)
    for made in mistakes.all:
        names = mistakes.names(made, 5)
        assert len(set(names)) == 4
        assert names.count(made.key) == 1
        assert names == mistakes.names(made, 5)
        value = problem.passed(parameters, rows, made)[1][made.quantity]
        for other in mistakes.all:
            if other.key in names and other.key != made.key and other.quantity == made.quantity:
                another = problem.passed(parameters, rows, other)[1][made.quantity]
                assert not np.allclose(value, another, 1e-9, 1e-12)


def test_the_weights_of_the_next_layer_are_updated_before_the_error_passes_through_them():
    mistakes = mistakes_in("moons", "tanh")
    problem, rows = mistakes.problem, next(mistakes.problem.rows())
    made = next(one for one in mistakes.all if one.key == "w2_updated")
    _, right = problem.passed(problem.first, rows)
    _, wrong = problem.passed(problem.first, rows, made)
    w = problem.first[1][0] - problem.rate * right["dW2"]
    np.testing.assert_allclose(wrong["dA1"], w.T @ right["dZ2"], rtol=1e-12)


def test_what_the_page_gets_is_what_was_trained():
    values, arrays = read_frame(Break("moons", "tanh", "stalls", 4, None).answer(None))
    mistakes = mistakes_in("moons", "tanh")
    problem, made = mistakes.problem, mistakes.coded(values["mistake"], 4)
    run = trained(problem, made, MOMENTS, EVERY)
    assert values["runs"]["broken"]["cost"] == pytest.approx(run.costs)
    assert values["runs"]["right"]["accuracy"] == pytest.approx(mistakes.right.accuracies)
    rows = list(islice(problem.rows(), 3 * EVERY + 1))[-1]
    _, wrong = problem.passed(run.moments[3], rows, made)
    _, right = problem.passed(run.moments[3], rows)
    names = [one["name"] for one in values["quantities"]]
    assert names == ["Z1", "A1", "Z2", "A2", "Y", "J", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1"]
    for name in set(names) - {"J"}:
        np.testing.assert_allclose(arrays[f"broken.{name}"][3], wrong[name], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(arrays[f"right.{name}"][3], right[name], rtol=1e-5, atol=1e-7)
    a, b = gradient_of(wrong), gradient_of(right)
    assert values["cosines"][3] == pytest.approx(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    assert arrays["map.right"].shape == arrays["map.broken"].shape == (MOMENTS, 48, 48)


def test_a_positive_cosine_goes_downhill_and_a_negative_one_uphill():
    """By a small step of each mistake: whether J of the batch, rightly computed, gets smaller."""
    mistakes = mistakes_in("circles", "tanh")
    problem, rows = mistakes.problem, next(mistakes.problem.rows())
    x, y = problem.data.x[rows].T, problem.y[:, rows]
    before = problem.cost(problem.forward(problem.first, x, y))
    _, right = problem.passed(problem.first, rows)
    tried = 0
    for made in mistakes.all:
        _, wrong = problem.passed(problem.first, rows, made)
        a, b = gradient_of(wrong), gradient_of(right)
        norm = np.linalg.norm(a)
        if not norm or abs(cosine := a @ b / norm / np.linalg.norm(b)) < 0.05:
            continue
        tried += 1
        step = 1e-6 / norm
        moved = [
            (w - step * wrong[f"dW{n}"], bias - step * wrong[f"db{n}"])
            for n, (w, bias) in enumerate(problem.first, 1)
        ]
        assert (problem.cost(problem.forward(moved, x, y)) < before) == (cosine > 0)
    assert tried > 30


def test_a_guess_is_judged_and_told_as_the_checker_says_it():
    place = {"data": "moons", "activation": "tanh"}
    mistakes = mistakes_in(**place)
    made = next(one for one in mistakes.all if (one.key, one.quantity) == ("derivative_missing", "dZ1"))
    mistake = code_of(made, 1)
    wrong = GuessWhere(**place, mistake=mistake, number=1, where="dW1").answer(None)
    right = GuessWhere(**place, mistake=mistake, number=1, where="dZ1").answer(None)
    assert (wrong["right"], right["right"], right["where"]) == (False, True, "∂J/∂Z[1]")
    assert len(right["titles"]) == 4
    tells = [Tell(**place, mistake=mistake, number=1, guessed=guessed).answer(None) for guessed in range(4)]
    told = tells[0]
    assert [each["right"] for each in tells] == [title == told["title"] for title in right["titles"]]
    assert told["title"] == "∂J/∂Z[1]: the derivative g′(Z[1]) of the hidden activation is missing."
    assert told["formula"] == formula(
        r"\frac{\partial J}{\partial Z^{[1]}} = \frac{\partial J}{\partial A^{[1]}} \odot g'(Z^{[1]})"
    )
    assert [kind for kind, _ in told["said"]] == ["math", "text", "math", "text"]
    assert told["level"] == level_of(mistakes.right, trained(mistakes.problem, made, MOMENTS, EVERY))
    assert Tell(**place, mistake=mistake, number=1, guessed=None).answer(None)["right"] is None


@pytest.mark.parametrize(("data", "activation"), EVERYTHING)
def test_every_mistake_has_its_words(data, activation):
    answer = Mistaken(data, activation, 3).answer(None)
    assert all("{" not in title and title[-1] == "." for title in answer["titles"])
    assert len(answer["titles"]) == len(mistakes_in(data, activation).all)
    assert len(set(answer["codes"])) == len(answer["titles"])


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_mistake_is_told_with_its_formulas_as_mathml(language):
    mistakes = mistakes_in("blobs", "tanh")
    step, _ = mistakes.problem.passed(mistakes.problem.first, next(mistakes.problem.rows()))
    set_language(language)
    for made in mistakes.all:
        finding = Finding(made.key, quantity=label(made.quantity), values={"activation": "tanh"})
        for words in (finding.title(), finding.why() or ""):
            pieces = typeset(words)
            plain = "".join(content for kind, content in pieces if kind == "text")
            assert not re.search(r"∂J/∂\w\[|\w\[[\dl](−1)?\]", plain), plain
        if made.quantity != "Y":
            assert "<math" in _formula(step, made.quantity)


def test_a_code_stays_when_mistakes_are_added_and_says_nothing():
    mistakes = mistakes_in("moons", "tanh")
    codes = {code_of(made, 3): made for made in mistakes.all}
    assert len(codes) == len(mistakes.all)
    assert not set(codes) & {code_of(made, 4) for made in mistakes.all}
    for code, made in codes.items():
        assert mistakes.coded(code, 3) == made
        assert made.key not in code
    fewer = Mistakes(mistakes.problem)
    vars(fewer)["all"] = mistakes.all[5:]
    assert all(fewer.coded(code_of(made, 3), 3) == made for made in fewer.all)
    with pytest.raises(ArgumentError, match="has the code"):
        fewer.coded(code_of(mistakes.all[0], 3), 3)


def test_a_page_may_ask_for_it():
    given = {"data": "xor", "activation": "relu", "level": "learns", "number": 7, "chosen": None}
    assert message_of({"do": "break", **given}) == Break(**given)
    with pytest.raises(ArgumentError, match="xor, circles, moons and blobs"):
        Break("spirals", "tanh", "learns", 0, None).answer(None)
    with pytest.raises(ArgumentError, match="no level"):
        Break("xor", "tanh", "hard", 0, None).answer(None)
    with pytest.raises(ArgumentError, match="has the code 999"):
        Break("xor", "tanh", "learns", 0, "999").answer(None)
