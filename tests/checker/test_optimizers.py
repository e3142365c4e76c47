"""The workshop optimizadores, checked: the solution, its single mistakes, and other ways to write it.

Every edit of optimizer_edits is one place of the solution that reads otherwise; a file has at most one of a function.
"""

from collections import Counter
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
import pytest

from gradiente.checker.checking import check
from gradiente.checker.judges import JUDGES
from gradiente.checker.judging import (
    decay_rules,
    dropout_rules,
    early_stopping_rules,
    optimizer_rules,
    penalty_rules,
)
from gradiente.checker.judging.early_stopping_rules import COSTS
from gradiente.checker.judging.early_stopping_rules import RIGHT as STOPPING
from gradiente.checker.judging.rule_exercise import gives
from gradiente.checker.verdict import FunctionVerdict
from gradiente.checker.workshop import WORKSHOPS
from gradiente.locale import LANGUAGES, set_language
from gradiente.training.callbacks import EarlyStopping
from gradiente.training.history import History
from gradiente.workshops.notebook import SUFFIXES, as_text, blanks, solution_cells, student_cells

from . import optimizer_edits

NAME = "optimizadores"
EXERCISES = (
    *optimizer_rules.EXERCISES,
    *decay_rules.EXERCISES,
    early_stopping_rules.EXERCISE,
    *penalty_rules.EXERCISES,
)
every_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
pytestmark = pytest.mark.usefixtures("one_process")


class Edit(NamedTuple):
    """A place of the solution that reads otherwise; its mistakes, or the variant that it is, where it is one."""

    function: str
    old: str
    new: str
    keys: tuple[str, ...] = ()


def packed(table):
    """Every edit with the number of a file, so that a file has at most one of each function."""
    seen: Counter[str] = Counter()
    found = []
    for function, old, new, *keys in table:
        found.append((seen[function], Edit(function, old, new, tuple(keys))))
        seen[function] += 1
    return found


MISTAKES, RIGHT = packed(optimizer_edits.MISTAKES), packed(optimizer_edits.RIGHT)


def label(pair):
    pack, edit = pair
    return f"{edit.function}-{'-'.join(edit.keys)}-{pack}"


@cache
def solution():
    return as_text(solution_cells(NAME, "es"), "script")


@cache
def with_edits(edits):
    """The solution with those edits, each at the first place in its function where it fits."""
    source = solution()
    for edit in edits:
        body = source.index(":\n", source.index(f"def {edit.function}("))
        place = source.index(edit.old, body)
        source = source[:place] + edit.new + source[place + len(edit.old) :]
    compile(source, NAME, "exec")
    return source


@pytest.fixture
def judged(check_source):
    """The verdict on a function with an edit, found together with the others of its file."""

    def found(pack: int, edit: Edit, table: list[tuple[int, Edit]]) -> FunctionVerdict:
        source = with_edits(tuple(other for number, other in table if number == pack))
        functions = {one.name: one for one in check_source(source, NAME).functions}
        return functions[edit.function]

    return found


@pytest.mark.parametrize(("language", "format"), [("es", "notebook"), ("en", "script")])
def test_the_solution_is_right(language, format, tmp_path):
    path = tmp_path / f"{NAME}{SUFFIXES[format]}"
    path.write_text(as_text(solution_cells(NAME, language), format), encoding="utf-8")
    found = check(path)
    assert found.workshop == NAME
    assert {one.name: (one.status, one.variants) for one in found.functions} == dict.fromkeys(
        WORKSHOPS[NAME].functions, ("right", ())
    )
    assert found.passed


def test_the_habits_of_others_are_right_too():
    found = check(Path(__file__).with_name("optimizers_by_another_hand.py"))
    assert found.workshop == NAME
    assert [(one.name, one.findings) for one in found.functions if one.findings] == []
    assert found.passed


def test_every_blank_is_said_to_be_one(tmp_path):
    path = tmp_path / f"{NAME}.ipynb"
    path.write_text(as_text(student_cells(NAME, "en"), "notebook"), encoding="utf-8")
    found = check(path)
    assert [(one.name, one.status) for one in found.functions] == [(name, "blank") for name in blanks(NAME)]


@pytest.mark.parametrize(("pack", "edit"), MISTAKES, ids=map(label, MISTAKES))
def test_a_mistake_is_named(judged, pack, edit):
    found = judged(pack, edit, MISTAKES)
    assert tuple(finding.mistake for finding in found.findings) == edit.keys
    assert found.status in ("wrong", "error")


@pytest.mark.parametrize(("pack", "edit"), RIGHT, ids=map(label, RIGHT))
def test_another_right_way_is_right(judged, pack, edit):
    found = judged(pack, edit, RIGHT)
    assert (found.status, found.findings) == ("right", ())
    assert tuple(key for key, _ in found.variants) == edit.keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_has_words(judged, language):
    """Each title fills its places with what the check found; no brace is left."""
    set_language(language)
    for pack, edit in MISTAKES:
        for finding in judged(pack, edit, MISTAKES).findings:
            assert edit.function in finding.title()
            assert "{" not in finding.title() + (finding.why() or "")


def test_every_wrong_rule_is_planted():
    planted = {key for _, edit in MISTAKES for key in edit.keys}
    assert {wrong.mistake for exercise in EXERCISES for wrong in exercise.wrong} - planted == set()


@every_exercise
def test_a_wrong_rule_is_neither_right_nor_another_mistake(exercise):
    """On the random cases of several files."""
    for seed in range(5):
        cases = exercise.cases(np.random.default_rng([seed, 3]))
        for wrong in exercise.wrong:
            with np.errstate(all="ignore"):
                answers = [[np.asarray(piece, float) for piece in wrong.rule(case)] for case in cases]
            assert not any(gives(right, cases, answers) for right in exercise.right.values())
            alike = {other.mistake for other in exercise.wrong if gives(other.rule, cases, answers)}
            assert alike == {wrong.mistake}


def test_the_parts_of_an_update_make_gradientes_own_optimizers():
    """What the mistakes are changes of is the rule that is right."""
    updates = {
        "nesterov": optimizer_rules.NESTEROV,
        "adagrad": optimizer_rules.ADAGRAD,
        "adadelta": optimizer_rules.ADADELTA,
        "rmsprop": optimizer_rules.RMSPROP,
        "adam": optimizer_rules.ADAM,
        "adamCorregido": optimizer_rules.ADAM_CORRECTED,
    }
    assert list(updates) == [exercise.name for exercise in optimizer_rules.EXERCISES]
    for exercise in optimizer_rules.EXERCISES:
        cases = exercise.cases(np.random.default_rng(1))
        assert gives(exercise.right[""], cases, [updates[exercise.name].path(case) for case in cases])


@pytest.mark.parametrize(("patience", "costs"), COSTS)
def test_early_stopping_is_that_of_the_library(patience, costs):
    """The callback is shown the costs one by one, as a training shows them; the best epoch is the lowest so far."""

    records: list[dict[str, float]] = []
    state: Any = SimpleNamespace(monitor="val_loss", stop=None, history=History(records))
    callback = EarlyStopping(patience=patience)
    callback.fit_begin(state)
    for cost in costs:
        records.append({"val_loss": cost})
        callback.epoch_end(state)
        if state.stop is not None:
            break
    seen = [record["val_loss"] for record in records]
    assert STOPPING({"costos": costs, "paciencia": patience}) == (seen.index(min(seen)), len(seen) - 1)


def test_a_number_is_worked_out(judged):
    """The first step of Adagrad uphill: as far from θ as the right one, on the other side."""
    one = next(pair for pair in MISTAKES if pair[1][0] == "adagrad" and "optimizer_uphill" in pair[1].keys)
    (finding,) = judged(*one, MISTAKES).findings
    assert finding.quantity == "θ(1)"
    assert finding.worked is not None
    assert finding.worked.got != pytest.approx(finding.worked.expected)
    assert "√S + ε" in finding.formula


def test_the_judges_are_those_of_the_workshop():
    assert set(JUDGES[NAME]) == set(WORKSHOPS[NAME].functions)
    assert dropout_rules.NAME in JUDGES[NAME]
