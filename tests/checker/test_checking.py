"""The whole check on files: right ones in every style, every kind of mistake, hostile ones, the workshops' own."""

import json
import os
import re

import pytest

from gradiente.checker import HINTS, Verdict, check, hint_lines
from gradiente.checker.running.sandbox import Limits
from gradiente.errors import ArgumentError
from gradiente.locale import LANGUAGES, set_language
from gradiente.workshops.notebook import as_text, blanks, solution_cells, student_cells

from .corpus import HOSTILE, MISTAKES, PAIRS, RIGHT

# One file of every kind of mistake in each workshop; benchmarks/diagnosis.py checks all of them.
CHOSEN = list({(case.workshop, case.keys): case for case in reversed(MISTAKES)}.values())
# What a hostile file ends in, by what is in its name; a few are only noisy, and right.
ENDS = {
    "endless-loop-at-import": [],
    "endless-loop": ["timeout"],
    "sleeps": ["timeout"],
    "memory-at-import": ["import_exception"],
    "memory": ["memory", "timeout"],
    "closes-output": ["outside"],
    "output": [],
    "exception-at-import": [],
    "missing-module": [],
    "exit-at-import": ["import_exits"],
    "exit-at-once": ["ended"],
    "exit": ["exits"],
    "kills-itself": ["ended"],
    "reads-home": ["outside"],
    "socket": ["outside"],
    "processes": ["outside"],
    "recursion": ["recursion"],
    "huge-file": ["outside"],
    "deletes": ["outside"],
    "syntax-error": ["syntax"],
    "indentation": ["syntax"],
    "missing-function": ["misspelled", "missing"],
    "misspelled": ["misspelled"],
    "other-signature": ["signature"],
    "unfinished": ["unfinished"],
    "ellipsis": ["blank"],
    "blank-name": ["name_error"],
    "huge-message": ["exception"],
    "asks": ["exception"],
}


def written(folder, source, name="taller.py"):
    path = folder / name
    path.write_text(source, encoding="utf-8")
    return path


def keys(verdict):
    return sorted(finding.mistake for finding in verdict.all_findings)


@pytest.mark.parametrize("case", RIGHT, ids=lambda case: case.name)
def test_right_code_is_not_accused(check_source, one_process, case):
    verdict = check_source(case.source)
    assert keys(verdict) == []
    assert verdict.passed
    assert verdict.workshop == case.workshop


@pytest.mark.parametrize("case", CHOSEN, ids=lambda case: case.name)
def test_a_mistake_is_named_and_nothing_else(check_source, one_process, case):
    verdict = check_source(case.source, case.workshop)
    assert keys(verdict) == sorted(case.keys)
    assert not verdict.passed


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.name)
def test_two_mistakes_are_both_named(check_source, one_process, case):
    assert keys(check_source(case.source, case.workshop)) == sorted(case.keys)


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_a_hostile_file_ends_in_a_verdict(tmp_path, case):
    kind = next((kind for kind in ENDS if kind in case.name), None)
    limits = Limits(memory=1 << 29, call=1.0 if ENDS.get(kind or "") == ["timeout"] else Limits().call)
    verdict = check(written(tmp_path, case.source), case.workshop, limits)
    if kind is not None:
        assert bool(keys(verdict)) == bool(ENDS[kind])
        assert not keys(verdict) or set(keys(verdict)) & set(ENDS[kind])
    assert list(tmp_path.iterdir()) == [tmp_path / "taller.py"]


def every_hint(verdict):
    return [
        [finding.title(), *hint_lines(finding, hint)] for finding in verdict.all_findings for hint in HINTS
    ]


@pytest.mark.parametrize("case", CHOSEN[::9], ids=lambda case: case.name)
def test_the_same_file_gives_the_same_words_in_each_language(check_source, tmp_path, case):
    verdicts = check_source(case.source, case.workshop), check(written(tmp_path, case.source), case.workshop)
    words = []
    for language in LANGUAGES:
        set_language(language)
        first, second = map(every_hint, verdicts)
        assert first == second
        words.append(first)
    assert words[0] != words[1]
    assert json.dumps(verdicts[0].to_dict()) == json.dumps(verdicts[1].to_dict())


@pytest.mark.parametrize("case", CHOSEN[::5], ids=lambda case: case.name)
def test_hints_escalate_and_never_give_a_line_of_the_solution(check_source, case):
    verdict = check_source(case.source, case.workshop)
    solution = {re.sub(r"\s+", "", line) for line in solution_lines(case.workshop)}
    for finding in verdict.all_findings:
        lines = [hint_lines(finding, hint) for hint in HINTS]
        assert len(lines[0]) <= len(lines[1]) <= len(lines[2])
        own = [finding.values["own_line"]] if "own_line" in finding.values else []
        assert set(own) <= {line.partition("#")[0].strip() for line in case.source.splitlines()}
        quoted = {f"  {line}" for line in own}  # the student's own line, which gives nothing away
        said = {re.sub(r"\s+", "", line) for line in [finding.title(), *lines[2]] if line not in quoted}
        assert not {line for line in said if any(piece in line for piece in solution)}


def solution_lines(name):
    """The statements of the solution that a student's file has not."""
    student, solved = (
        as_text(cells(name, "en"), "script").splitlines() for cells in (student_cells, solution_cells)
    )
    statements = {line.strip() for line in solved} - {line.strip() for line in student}
    return [
        line for line in statements if len(line) > 8 and not line.startswith(("#", "return", "for ", '"'))
    ]


# Every pair of a workshop, a format and a language once.
@pytest.mark.parametrize(
    ("name", "kind", "language"),
    [
        ("xor", "script", "es"),
        ("xor", "notebook", "en"),
        ("mnist", "script", "en"),
        ("mnist", "notebook", "es"),
    ],
)
def test_the_solution_passes_and_the_untouched_file_is_blank(tmp_path, name, kind, language):
    suffix = {"script": "py", "notebook": "ipynb"}[kind]
    solved = written(tmp_path, as_text(solution_cells(name, language), kind), f"solution.{suffix}")
    verdict = check(solved)
    assert keys(verdict) == []
    assert (verdict.passed, verdict.workshop, verdict.notices) == (True, name, ())
    untouched = check(written(tmp_path, as_text(student_cells(name, language), kind), f"student.{suffix}"))
    assert {function.name for function in untouched.functions if function.status == "blank"} == set(
        blanks(name)
    )
    assert set(keys(untouched)) == {"blank"}


def test_a_verdict_is_data_and_comes_back(tmp_path):
    case = next(case for case in MISTAKES if case.keys == ("derivative_missing",))
    verdict = check(written(tmp_path, case.source))
    again = Verdict.from_dict(json.loads(json.dumps(verdict.to_dict())))
    assert again == verdict
    assert every_hint(again) == every_hint(verdict)


def test_the_worked_number_is_the_students_and_its_terms_make_the_expected_one(tmp_path):
    case = next(case for case in MISTAKES if case.name == "xor-columns-derivative_missing")
    (finding,) = check(written(tmp_path, case.source)).all_findings
    worked = finding.worked
    assert worked is not None
    assert worked.got is not None
    total = sum(float(product) for _, _, product in worked.terms)
    assert total == pytest.approx(worked.expected, rel=1e-4)
    assert worked.got != pytest.approx(worked.expected, rel=1e-3)
    assert finding.quantity == "∂J/∂Z[1]"
    assert finding.formula == "∂J/∂Z[1] = ∂J/∂A[1] ⊙ A[1] ⊙ (1 - A[1])"


def notebook(folder, *cells):
    entries = [{"cell_type": "code", "source": cell} for cell in cells]
    return written(folder, json.dumps({"cells": entries, "nbformat": 4}), "taller.ipynb")


def test_of_a_notebook_the_cell_is_named(tmp_path):
    case = next(case for case in MISTAKES if case.name == "xor-columns-output_sign")
    before, after = case.source.split("def backProp")
    path = notebook(tmp_path, "%matplotlib inline", before, f"# mi intento\ndef backProp{after}")
    (finding,) = check(path).all_findings
    assert finding.values["in_cell"] == 3
    line = f"# mi intento\ndef backProp{after}".splitlines()[finding.values["line_in_cell"] - 1]
    assert "y - a2" in line
    assert any("3" in words for words in hint_lines(finding, 1))


def test_an_unfinished_cell_is_one_finding_and_not_two(tmp_path):
    source = next(case.source for case in RIGHT if case.name == "xor-columns-base")
    before, after = source.split("def backProp")
    body, loop = after.split("def entrenarRed")
    path = notebook(tmp_path, before, f"def backProp{body.splitlines()[0]}", f"def entrenarRed{loop}")
    verdict = check(path)
    assert keys(verdict) == ["syntax_cell"]
    assert {f.name: f.status for f in verdict.functions}["backProp"] == "unchecked"


def test_a_file_of_no_workshop_says_how_to_name_one(tmp_path):
    path = written(tmp_path, "def f(x):\n    return x\n")
    with pytest.raises(ArgumentError, match="--workshop"):
        check(path)
    assert {function.status for function in check(path, "xor").functions} == {"missing"}


def test_a_files_name_in_another_encoding_can_be_stored(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/a\xf1o.py")
    written(tmp_path, "def backProp(:\n", path)
    verdict = check(path, "xor")
    assert verdict.file == "a\ufffdo.py"
    assert json.loads(json.dumps(verdict.to_dict(), ensure_ascii=False).encode())["file"] == verdict.file


def test_an_unknown_workshop_is_answered_with_the_known_ones(tmp_path):
    with pytest.raises(ArgumentError, match="mnist"):
        check(written(tmp_path, "x = 1\n"), "minst")


def xor_with(old, new, *, extra=""):
    source = next(case.source for case in RIGHT if case.name == "xor-columns-base")
    assert old in source
    return source.replace(old, new, 1) + extra


LOOP = "    for "  # the first in the file is the loop of entrenarRed
HELPER = "\n\ndef elemento(x):\n    return x\n"


def test_a_helper_that_is_called_for_every_number_hides_no_step_of_a_loop(tmp_path):
    head = next(line for line in xor_with(LOOP, LOOP).splitlines() if line.startswith(LOOP))
    source = xor_with(head, f"{head}\n        [elemento(i) for i in range(2000)]", extra=HELPER)
    verdict = check(written(tmp_path, source))
    assert keys(verdict) == []
    assert verdict.passed


def test_a_loop_whose_calls_are_too_many_to_follow_is_said_to_be_so(tmp_path):
    call = next(line for line in xor_with(LOOP, LOOP).splitlines() if "= backProp(" in line)
    source = xor_with(call, f"        for _ in range(200):\n    {call}")
    verdict = check(written(tmp_path, source))
    assert keys(verdict) == ["too_many_calls"]
    assert verdict.all_findings[0].function == "entrenarRed"


@pytest.mark.parametrize("other", ["None", "3", "{'a': dw1}", "(dw1,)", "'x'", "np.float64(2)"])
def test_a_function_that_returns_another_kind_after_its_first_call_is_wrong(tmp_path, other):
    line = next(line for line in xor_with(LOOP, LOOP).splitlines() if line.startswith("    return dw1"))
    body = f"    calls.append(1)\n    if len(calls) > 1:\n        return {other}\n{line}"
    verdict = check(written(tmp_path, xor_with(line, body, extra="\n\ncalls = []\n")))
    assert {function.name: function.status for function in verdict.functions}["backProp"] in (
        "wrong",
        "error",
    )


def test_a_number_too_large_for_a_float_is_no_fault(tmp_path):
    call = next(line for line in xor_with(LOOP, LOOP).splitlines() if "= backProp(" in line)
    assert check(written(tmp_path, xor_with(call, f"        n = {'9' * 400}\n{call}"))).passed
    line = next(line for line in xor_with(LOOP, LOOP).splitlines() if line.startswith("    return dw1"))
    assert check(written(tmp_path, xor_with(line, f"    n = {'9' * 400}\n{line}"))).passed
