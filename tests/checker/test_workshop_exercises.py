"""The workshops' exercise files: right solutions in every style are right by them, planted mistakes are found."""

import pytest

from gradiente.checker import check_exercise
from gradiente.checker.exercises.exercise import Exercise
from gradiente.workshops.exercises import NAMES, exercise_file
from gradiente.workshops.notebook import as_text, solution_cells

from .corpus import MISTAKES, STYLES
from .corpus.case import Case

BASES = {style.variant("base").name: style.variant("base") for style in STYLES}
# Mistakes that an exercise file does not ask for: of functions that it does not have, of b where b = 0 is agreed, of
# scores and probabilities that are extreme, of an order that it leaves free.
NOT_ASKED = ("init_", "helper_wrong", "cost_log0", "softmax_unstable", "integer_truncation", "names_swapped")
PLANTED = {
    case.name: case
    for case in MISTAKES
    if case.style == "columns" and not case.keys[0].startswith(NOT_ASKED) and not case.name.startswith("xor")
}


@pytest.fixture
def judged(tmp_path, one_process):
    """The verdict on a file by the exercise of its workshop."""

    def judge(case: Case):
        path = tmp_path / "student.py"
        path.write_text(case.source, encoding="utf-8")
        return check_exercise(path, Exercise.read(exercise_file(case.workshop)))

    return judge


@pytest.mark.parametrize("name", BASES)
def test_a_right_solution_of_any_style_is_right(judged, name):
    verdict = judged(BASES[name])
    assert verdict.passed, verdict.all_findings


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_found(judged, name):
    assert judged(PLANTED[name]).all_findings


@pytest.mark.parametrize("workshop", NAMES)
def test_the_solution_of_the_notebook_is_right(tmp_path, workshop):
    solution = tmp_path / "solution.py"
    solution.write_text(as_text(solution_cells(workshop, "en"), "script"), encoding="utf-8")
    verdict = check_exercise(solution, Exercise.read(exercise_file(workshop)))
    assert verdict.passed, verdict.all_findings
