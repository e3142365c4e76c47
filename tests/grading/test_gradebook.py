"""Points and what a class has in common, against numbers counted by hand."""

import statistics

import pytest

from gradiente.checker.verdict import Finding, FunctionVerdict, Verdict
from gradiente.grading import Obstacle, Rubric, StudentResult, gradebook

from .stub import verdict

ONE, TWO = ("stub_one", "dW[1]"), ("stub_two", "dZ[2]")


def a_class():
    """Nine students; the third and fourth share their mistakes."""
    made = {
        "ana": verdict(),
        "beto": verdict([ONE]),
        "caro": verdict([ONE, TWO]),
        "dan": verdict([ONE, TWO]),
        "eva": verdict([TWO], [ONE]),
        "fer": Verdict("x.py", "", findings=(Finding("stub_syntax", line=2),)),
        "gus": Verdict("x.py", "xor", findings=(Finding("stub_syntax", line=2),)),
    }
    results = [StudentResult(student, f"{student}.py", found) for student, found in made.items()]
    two = Obstacle("two_files", "two_files", {"count": 2, "files": "a.py, b.py"})
    return [
        *results,
        StudentResult("hugo", "a.py, b.py", obstacle=two),
        StudentResult("ines", "", obstacle=Obstacle("no_file", "no_file")),
    ]


def test_points():
    rows = gradebook(a_class(), Rubric({"backProp": 3, "entrenarRed": 2}, partial=0.5)).rows
    assert {row.result.student: row.total for row in rows} == {
        "ana": 5,
        "beto": 3.5,
        "caro": 2,
        "dan": 2,
        "eva": 2.5,
        "fer": 0,
        "gus": 0,
        "hugo": None,
        "ines": None,
    }
    assert {row.maximum for row in rows} == {5}
    assert dict(rows[1].points) == {"backProp": 1.5, "entrenarRed": 2}
    assert dict(rows[6].points) == {"backProp": 0, "entrenarRed": 0}
    assert [row.result.status for row in rows[5:]] == ["not_run", "not_run", "two_files", "no_file"]


@pytest.mark.parametrize("others", ["unchecked", "blank", "error"])
def test_a_part_of_the_points_is_never_for_a_file_that_does_not_run(others):
    functions = FunctionVerdict("backProp", "unchecked"), FunctionVerdict("entrenarRed", others)
    found = Verdict("x.py", "xor", functions, (Finding("stub_syntax", line=1),))
    (row,) = gradebook([StudentResult("ana", "x.py", found)], Rubric(partial=0.5)).rows
    assert (row.result.status, row.total, dict(row.points)) == (
        "not_run",
        0,
        {"backProp": 0, "entrenarRed": 0},
    )


def test_a_function_that_waits_for_another_one_keeps_a_part():
    functions = FunctionVerdict("backProp", "wrong", (), (Finding("unknown"),))
    found = Verdict("x.py", "xor", (functions, FunctionVerdict("entrenarRed", "unchecked")))
    (row,) = gradebook([StudentResult("ana", "x.py", found)], Rubric(partial=0.5)).rows
    assert dict(row.points) == {"backProp": 0, "entrenarRed": 25}


def test_who_was_not_graded_does_not_lower_the_mean():
    graded = gradebook(a_class(), Rubric())
    totals = [100, 50, 50, 50, 0, 0, 0]
    assert graded.totals == totals
    assert graded.mean() == pytest.approx(statistics.mean(totals))
    assert graded.median() == 50
    assert graded.statuses() == {"mistakes": 4, "not_run": 2, "right": 1, "two_files": 1, "no_file": 1}


def test_mistakes_first_quantities_and_groups():
    graded = gradebook(a_class(), Rubric())
    found = {(entry.what[0][0], entry.what[0][1]): list(entry.students) for entry in graded.mistakes()}
    assert found == {
        ("backProp", "the factor is missing in dW[1]"): ["beto", "caro", "dan"],
        ("backProp", "the sign of dZ[2] is wrong"): ["caro", "dan", "eva"],
        ("", "a colon is missing"): ["fer", "gus"],
        ("entrenarRed", "the factor is missing in dW[1]"): ["eva"],
    }
    counts = [len(entry.students) for entry in graded.mistakes()]
    assert counts == sorted(counts, reverse=True)
    quantities = {entry.what[0]: list(entry.students) for entry in graded.quantities()}
    assert quantities == {("backProp", "dW[1]"): ["beto", "caro", "dan"], ("backProp", "dZ[2]"): ["eva"]}
    assert [list(entry.students) for entry in graded.groups()] == [["fer", "gus"], ["caro", "dan"]] or [
        list(entry.students) for entry in graded.groups()
    ] == [["caro", "dan"], ["fer", "gus"]]


def test_a_class_with_two_workshops():
    results = [
        StudentResult("ana", "a.py", verdict()),
        StudentResult("beto", "b.py", verdict(workshop="mnist")),
        *a_class()[7:],
    ]
    graded = gradebook(results, Rubric())
    assert graded.functions[:2] == ["backProp", "entrenarRed"]
    assert len(graded.functions) == len(set(graded.functions)) == 11
    assert graded.totals == pytest.approx([100, 100])
    assert graded.workshop == "mnist"  # as many of each: the first of the alphabet
    assert gradebook(results, Rubric(), "xor").workshop == "xor"


def test_a_class_in_which_nothing_could_be_graded():
    graded = gradebook(a_class()[7:], Rubric())
    assert (graded.workshop, graded.mean(), graded.median(), graded.totals) == ("", None, None, [])
    assert graded.mistakes() == graded.quantities() == graded.groups() == []


@pytest.mark.parametrize(("with_mistake", "status"), [(False, "unjudged"), (True, "mistakes")])
def test_what_cannot_be_checked_here_is_no_mistake(with_mistake, status):
    found = (Finding("derivative_missing", "backProp"),) if with_mistake else ()
    functions = (
        FunctionVerdict("backProp", "wrong" if with_mistake else "right", (), found),
        FunctionVerdict("entrenarRed", "unchecked"),
    )
    result = StudentResult("Ana", "ana.py", Verdict("ana.py", "xor", functions))
    assert result.status == status
    assert bool(result.first_mistake()) == with_mistake


def test_each_student_with_the_line_of_the_mistake():
    graded = gradebook(a_class(), Rubric())
    places = {entry.what[0]: dict(entry.places) for entry in graded.mistakes()}
    assert places["", "a colon is missing"] == {"fer": "line 2", "gus": "line 2"}
    assert {place for entry in graded.quantities() for place in entry.places.values()} == {"line 3"}


def test_the_line_in_a_notebook_and_one_that_is_not_known():
    cell = Finding("stub_syntax", line=9, values={"in_cell": 4, "line_in_cell": 2})
    results = [
        StudentResult("ana", "a.ipynb", Verdict("a.ipynb", "xor", findings=(cell,))),
        StudentResult("beto", "b.py", Verdict("b.py", "xor", findings=(Finding("stub_syntax"),))),
    ]
    (shared,) = gradebook(results, Rubric()).mistakes()
    assert dict(shared.places) == {"ana": "cell 4, line 2", "beto": ""}
    assert [result.first_place() for result in results] == ["cell 4, line 2", ""]


def test_exceptions_with_other_words_are_other_mistakes():
    words = {"ana": "'w3'", "beto": "division by zero", "caro": "'w3'", "dan": "'b3'"}
    results = []
    for line, (student, message) in enumerate(words.items(), start=4):
        error = {"type": "KeyError" if "'" in message else "ZeroDivisionError", "message": message}
        made = Finding("exception", "backProp", line=line, values=error)
        functions = (FunctionVerdict("backProp", "error", findings=(made,)),)
        results.append(StudentResult(student, "a.py", Verdict("a.py", "xor", functions)))
    graded = gradebook(results, Rubric())
    title = "backProp stops with {}: {}"
    assert {entry.what[0][1]: dict(entry.places) for entry in graded.mistakes()} == {
        title.format("KeyError", "'w3'"): {"ana": "line 4", "caro": "line 6"},
        title.format("KeyError", "'b3'"): {"dan": "line 7"},
        title.format("ZeroDivisionError", "division by zero"): {"beto": "line 5"},
    }
    assert [entry.students for entry in graded.groups()] == [["ana", "caro"]]


def test_syntax_errors_in_other_lines_are_one_mistake():
    results = [
        StudentResult(str(line), "a.py", Verdict("a.py", "xor", findings=(Finding("syntax", line=line),)))
        for line in (2, 3)
    ]
    (shared,) = gradebook(results, Rubric()).mistakes()
    assert dict(shared.places) == {"2": "line 2", "3": "line 3"}


def test_a_class_of_two_workshops_is_two_gradebooks():
    results = [
        StudentResult("ana", "a.py", verdict([ONE], workshop="mnist")),
        StudentResult("beto", "b.py", verdict([ONE])),
        StudentResult("caro", "c.py", verdict()),
        StudentResult("dan", "", obstacle=Obstacle("no_file", "no_file")),
    ]
    graded = gradebook(results, Rubric())
    parts = [(part.workshop, [row.result.student for row in part.rows]) for part in graded.by_workshop()]
    assert parts == [("xor", ["beto", "caro", "dan"]), ("mnist", ["ana"])]
    assert [len(part.mistakes()) for part in graded.by_workshop()] == [1, 1]
    assert [part.workshop for part in gradebook(results[1:], Rubric()).by_workshop()] == ["xor"]
