"""The workshops as files: wholly in one language, with blanks that hide the solution, and solutions that run."""

import ast
import os
import re
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from gradiente.checker.workshop import WORKSHOPS
from gradiente.errors import ArgumentError
from gradiente.locale import LANGUAGES, set_language, text
from gradiente.workshops.notebook import NAMES, as_text, blanks, solution_cells, student_cells

every_workshop = pytest.mark.parametrize("name", NAMES)
every_language = pytest.mark.parametrize("language", LANGUAGES)
# Words that one language has many of and the other has not: "a" and "no" are both, and names are Spanish in both.
WORDS = {
    "es": {
        "el",
        "la",
        "los",
        "las",
        "que",
        "una",
        "con",
        "para",
        "por",
        "cada",
        "usted",
        "más",
        "es",
        "después",
    },
    "en": {
        "the",
        "of",
        "that",
        "and",
        "with",
        "every",
        "is",
        "are",
        "which",
        "you",
        "from",
        "it",
        "after",
        "to",
    },
}
MARKERS = re.compile(r"###|SOLUTION|# *(es|en):|lang=")


def code(cells):
    return [cell.source for cell in cells if cell.kind == "code"]


def prose(cells):
    """What a person reads: markdown without formulas and code, comments, docstrings, messages."""
    found = []
    for cell in cells:
        if cell.kind == "markdown":
            found.append(
                re.sub(r"`[^`]*`|\*[^* ][^*]*\*|\$\$.*?\$\$|\$[^$]*\$", "", cell.source, flags=re.DOTALL)
            )
            continue
        found += re.findall(r"#(.*)", cell.source)
        strings = [node.value for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Constant)]
        found += [value for value in strings if isinstance(value, str)]
    return re.findall(r"[^\W\d_]+", " ".join(found).lower())


def functions(source):
    """Every function at the top by its name."""
    return {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}


def definitions(source):
    """What a reader of Python sees in a script, without the words that differ from language to language."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def run(script, folder, data=None):
    """A script in a process of its own; what it printed."""
    path = folder / "solution.py"
    path.write_text(script, encoding="utf-8")
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    if data is not None:
        environment["GRADIENTE_DATA_DIR"] = str(data)
    command = [sys.executable, path]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def smaller(script, **sizes):
    """The script with other constants at its top: fewer instances, fewer epochs."""
    for name, value in sizes.items():
        script, count = re.subn(rf"^{name} = \d+$", f"{name} = {value}", script, flags=re.MULTILINE)
        assert count == 1, name
    return script


def after(words, out):
    """The number that stands after these words in the output."""
    found = re.search(rf"{words} ([\d.]+)", out)
    assert found, out
    return float(found[1])


@every_language
def test_the_solution_of_xor_learns_the_table(language, tmp_path):
    out = run(as_text(solution_cells("xor", language), "script"), tmp_path)
    rows = re.findall(r"\[([01])\. ([01])\.\] → ([\d.]+)", out)
    assert [(a, b) for a, b, _ in rows] == [("0", "0"), ("0", "1"), ("1", "0"), ("1", "1")]
    for a, b, predicted in rows:
        assert abs(float(predicted) - (int(a) ^ int(b))) < 0.05
    pairs = re.findall(r"backProp (\S+) +\w+ (\S+)", out)
    assert len(pairs) == 4
    assert all(float(own) == pytest.approx(float(measured), abs=1e-7) for own, measured in pairs)


@pytest.mark.parametrize(("alike", "learns"), [(("w1", "w2"), False), (("w1",), True)])
def test_xor_learns_from_equal_weights_only_where_they_are_equal_in_one_layer(alike, learns, tmp_path):
    """The first question of "Para pensar", tried as it says."""
    asked = solution_cells("xor", "es")[-1].source
    script = as_text(solution_cells("xor", "es"), "script")
    for name in alike:
        (full,) = re.findall(rf"`{name} = (np\.full\(.*?\))`", asked)
        script = re.sub(
            rf"^{name} = azar.*$", f"azar.uniform(size=12); {name} = {full}", script, flags=re.MULTILINE
        )
    (unchecked, count) = re.subn(
        r"^assert .*$", "print('filas', np.ptp(aprendidos[0], axis=0))", script, flags=re.M
    )
    assert count == 1
    out = run(unchecked, tmp_path)
    (cost,) = re.findall(r"costo: de \S+ a (\S+)", out)
    assert (float(cost) < 0.01) is learns
    assert learns or float(cost) > 0.3
    (rows,) = re.findall(r"filas \[(.*)\]", out)
    assert (max(map(float, rows.split())) < 1e-9) is not learns


def test_the_solution_of_mnist_reads_digits_and_keeps_its_weights(mnist_folder, tmp_path):
    script = as_text(solution_cells("mnist", "es"), "script")
    out = run(smaller(script, INSTANCIAS=2000, EPOCAS=2, EPOCAS_MINI_BATCH=3), tmp_path, mnist_folder)
    assert after("por lotes: .* exactitud", out) > 0.8
    pairs = re.findall(r"backProp (\S+) +medido (\S+)", out)
    assert len(pairs) == 4
    assert all(float(own) == pytest.approx(float(measured), abs=1e-7) for own, measured in pairs)
    weights = np.load(tmp_path / "mnist_numpy.npz")
    assert {name: weights[name].shape for name in weights} == {
        "w1": (512, 784),
        "b1": (512, 1),
        "w2": (10, 512),
        "b2": (10, 1),
    }


def test_the_solution_of_mnist_in_pytorch_equals_the_numpy_network(mnist_folder, tmp_path):
    script = as_text(solution_cells("mnist-pytorch", "en"), "script")
    out = run(smaller(script, INSTANCIAS=4000, EPOCAS=3), tmp_path, mnist_folder)
    assert after("test accuracy:", out) > 0.85
    assert after("the same digit in", out) == 100
    differences = re.findall(r"^d[wb][12] .*: largest difference (\S+)$", out, re.MULTILINE)
    assert len(differences) == 4
    assert all(float(value) < 1e-12 for value in differences)


def test_the_solution_of_the_introduction_to_pytorch_runs(tmp_path):
    out = run(as_text(solution_cells("pytorch-intro", "es"), "script"), tmp_path)
    assert "predicción: [0, 1, 1, 0]" in out
    assert "(2, 4, 5, 3) True" in out
    assert "(0.75, " in out


@every_language
def test_the_solution_of_the_optimizers_gives_the_numbers_that_the_text_says(language, tmp_path):
    cells = solution_cells("optimizadores", language)
    out = run(as_text(cells, "script"), tmp_path)
    said = re.findall(r"`(\[[-\d. ]+\])`", "".join(cell.source for cell in cells if cell.kind == "markdown"))
    assert len(said) == 13
    printed = re.findall(r"theta = (\[.*\])", out)
    assert [list(map(float, one.strip("[]").split())) for one in printed] == [
        list(map(float, one.strip("[]").split())) for one in said
    ]
    measured = re.findall(r"d[wb][12]\[0, 0\]: (\S+) +\w+ (\S+)", out)
    assert len(measured) == 8
    assert all(float(own) == pytest.approx(float(one), abs=1e-6) for own, one in measured)
    for epochs in ("1 (1, 2)", "2 (4, 6)", "3 (4, 7)", "4 (8, 8)"):
        assert epochs in out


@every_workshop
@every_language
def test_a_blank_is_a_function_that_raises_and_nothing_of_its_solution(name, language):
    blank = as_text(student_cells(name, language), "script")
    solution = as_text(solution_cells(name, language), "script")
    compile(blank, name, "exec")
    assert not MARKERS.search(blank)
    assert not MARKERS.search(solution)
    assert "NotImplementedError(" not in solution
    raised = re.findall(r"^ +raise NotImplementedError\(\"(\w+)\"\)$", blank, re.MULTILINE)
    assert list(dict.fromkeys(raised)) == blanks(name)
    written = functions(blank)
    assert written.keys() == functions(solution).keys()
    for owner in set(raised) & written.keys():
        explanation, only = written[owner].body
        assert isinstance(explanation, ast.Expr)
        assert isinstance(only, ast.Raise)


@every_workshop
@every_language
def test_no_line_of_the_solution_is_left_in_the_functions_of_the_student(name, language):
    blank, solution = (
        functions(as_text(make(name, language), "script")) for make in (student_cells, solution_cells)
    )
    changed = [key for key in blank if ast.dump(blank[key]) != ast.dump(solution[key])]
    assert changed == [key for key in blanks(name) if key in blank]
    for key in changed:
        body = {ast.unparse(node) for node in solution[key].body[1:]}
        assert not body & {ast.unparse(node) for node in blank[key].body}


@every_workshop
def test_both_languages_have_the_same_code(name):
    for make in (student_cells, solution_cells):
        spanish, english = (as_text(make(name, language), "script") for language in LANGUAGES)
        assert definitions(spanish) == definitions(english)


@every_workshop
@every_language
@pytest.mark.parametrize("make", [student_cells, solution_cells])
def test_both_formats_have_the_same_cells(name, language, make):
    cells = make(name, language)
    notebook = nbformat.reads(as_text(cells, "notebook"), as_version=4)
    nbformat.validate(notebook)
    assert [(cell.cell_type, cell.source) for cell in notebook.cells] == [
        (cell.kind, cell.source) for cell in cells
    ]
    script = as_text(cells, "script")
    assert ast.dump(ast.parse(script)) == ast.dump(ast.parse("\n".join(code(cells))))
    assert script.startswith("# %% [markdown]\n# # ")


@every_workshop
@pytest.mark.parametrize(("language", "other"), [("es", "en"), ("en", "es")])
def test_a_file_is_wholly_in_one_language(name, language, other):
    words = prose(solution_cells(name, language))
    own, foreign = (sum(word in WORDS[code] for word in words) for code in (language, other))
    assert own > 100
    assert foreign == 0, sorted(set(words) & WORDS[other])


@every_workshop
def test_the_same_workshop_is_the_same_file(name):
    assert as_text(student_cells(name, "es"), "notebook") == as_text(student_cells(name, "es"), "notebook")


@every_workshop
@every_language
def test_a_notebook_begins_with_its_title(name, language):
    set_language(language)
    heading, _, rest = student_cells(name, language)[0].source.partition("\n")
    assert heading == f"# {text(f'workshop.{name}.title')}"
    assert {"es": "Notación", "en": "Notation"}[language] in rest
    assert f"gradiente check {name}.ipynb" in rest


@pytest.mark.parametrize("name", WORKSHOPS)
def test_the_functions_that_are_checked_stand_in_the_notebook(name):
    """tanh's derivative is a function of a, which the list of signatures calls z."""
    written = functions(as_text(student_cells(name, "es"), "script"))
    for function, parameters in WORKSHOPS[name].functions.items():
        names = tuple(parameter.arg for parameter in written[function].args.args)
        assert names == (("a",) if function == "tanhGrad" else parameters), function


def test_another_name_is_an_error():
    with pytest.raises(ArgumentError, match="there is no workshop mnits: did you mean mnist"):
        student_cells("mnits", "en")


@pytest.mark.parametrize(("language", "says"), [("es", "4 veces el medido"), ("en", "4 times the measured")])
def test_the_try_out_of_xor_finds_gradients_by_shape_and_tells_sums(language, says, tmp_path):
    """What the checker takes for right, another order of the results and sums over the instances, the cell does too."""
    script = as_text(solution_cells("xor", language), "script")
    head, tried = script.split("por_forma = ", 1)
    tried = tried.split("def entrenarRed", 1)[0]
    for old, new in (
        ("dz2 = (a2 - y) / m", "dz2 = a2 - y"),
        ("return dw1, db1, dw2, db2", "return dw2, db1, dw1, db2"),
    ):
        assert head.count(old) == 1
        head = head.replace(old, new)
    out = run(f"{head}por_forma = {tried}", tmp_path)
    pairs = re.findall(r"backProp (\S+) +\w+ (\S+)", out)
    assert len(pairs) == 4
    assert all(
        float(own) == pytest.approx(4 * float(measured), rel=1e-3, abs=1e-7) for own, measured in pairs
    )
    assert out.count(says) == 4


@every_language
def test_the_try_out_of_xor_names_a_gradient_that_has_no_parameters_shape(language, tmp_path):
    script = as_text(solution_cells("xor", language), "script")
    assert script.count("dw1 = dz1 @ X.T") == 1
    script = script.replace("dw1 = dz1 @ X.T", "dw1 = X @ dz1.T")
    with pytest.raises(AssertionError, match=r"\(4, 3\)"):
        run(script, tmp_path)
