import ast
import json

import pytest

from gradiente.checker.reading.submission import read
from gradiente.checker.verdict import hint_lines
from gradiente.errors import FileError

SOURCE = "import numpy as np\n\n\ndef softmax(z, axis=0):\n    return z\n\n\ndef año():\n    pass\n"


def script(tmp_path, source, encoding="utf-8"):
    path = tmp_path / "taller.py"
    path.write_bytes(source.encode(encoding))
    return read(path)


def notebook(tmp_path, *cells, kinds=None):
    kinds = kinds or ["code"] * len(cells)
    entries = [{"cell_type": kind, "source": cell} for kind, cell in zip(kinds, cells, strict=True)]
    path = tmp_path / "taller.ipynb"
    path.write_text(json.dumps({"cells": entries, "nbformat": 4}), encoding="utf-8")
    return read(path)


def test_functions_with_their_parameters(tmp_path):
    found = script(tmp_path, SOURCE)
    assert list(found.functions) == ["softmax", "año"]
    assert (found.functions["softmax"].parameters, found.functions["softmax"].optional) == (("z",), ("axis",))
    assert found.functions["softmax"].signature() == "softmax(z, axis=0)"
    assert not found.cells


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_every_encoding_is_read_and_another_one_than_utf8_is_told(tmp_path, encoding):
    found = script(tmp_path, SOURCE, encoding)
    assert "año" in found.functions
    assert bool(found.notices) == (not encoding.startswith("utf-8"))


def test_an_encoding_that_is_declared_is_used(tmp_path):
    assert "año" in script(tmp_path, f"# -*- coding: cp1252 -*-\n{SOURCE}", "cp1252").functions


def test_line_ends_of_any_system(tmp_path):
    assert list(script(tmp_path, SOURCE.replace("\n", "\r\n")).functions) == ["softmax", "año"]


@pytest.mark.parametrize(
    ("body", "blank"),
    [
        ('"""Says what it does."""', True),
        ("pass", True),
        ("...", True),
        ("return None", True),
        ('raise NotImplementedError("f")', True),
        ("return 0", False),
        ("x = 1", False),
    ],
)
def test_a_function_without_a_body_is_blank(tmp_path, body, blank):
    assert script(tmp_path, f"def f(x):\n    {body}\n").functions["f"].blank is blank


def test_other_names_and_lambdas_are_functions(tmp_path):
    found = script(tmp_path, "import numpy as np\ntanh = np.tanh\nrelu = lambda z: z * (z > 0)\nn = 3\n")
    assert list(found.functions) == ["tanh", "relu"]
    assert found.functions["relu"].parameters == ("z",)
    assert found.functions["relu"].line == 3


@pytest.mark.parametrize(
    ("source", "line", "kind"),
    [
        ("def f(x)\n    return x\n", 1, "colon"),
        ("x = (1,\ny = 2\n", 1, "never_closed"),
        ("x = 1)\n", 1, "unmatched"),
        ("def f(x):\nreturn x\n", 2, "no_block"),
        ("x = 1\n  y = 2\n", 2, "indent"),
        ("def f(x):\n        y = 1\n    return y\n", 3, "unindent"),
        ("s = 'abc\n", 1, "unterminated"),
        ("if x = 1:\n    pass\n", 1, "assign"),
        ("x = [1 2]\n", 1, "comma"),
        ("x = = 1\n", 1, "other"),
    ],
)
def test_a_syntax_error_has_its_line_its_kind_and_a_caret(tmp_path, source, line, kind):
    (finding,) = script(tmp_path, source).findings
    assert (finding.mistake, finding.line, finding.values["kind"]) == ("syntax", line, kind)
    assert finding.values["words"] == source.splitlines()[line - 1].strip()
    assert finding.values["caret"].strip() == "^"
    assert len(finding.values["caret"]) <= len(finding.values["words"]) + 1


def test_a_notebooks_code_cells_are_one_file(tmp_path):
    found = notebook(
        tmp_path,
        "# Taller",
        ["import numpy as np\n", "%matplotlib inline"],
        "!pip install x\ndef f(x):\n    return x",
        kinds=["markdown", "code", "code"],
    )
    assert list(found.functions) == ["f"]
    assert found.cells
    assert "%" not in found.source
    assert "!" not in found.source


def test_a_cell_with_a_syntax_error_is_left_out_and_told(tmp_path):
    found = notebook(tmp_path, "def f(x):\n    return x", "def g(x):\n", "def h(x):\n    return x")
    assert list(found.functions) == ["f", "h"]
    (finding,) = found.findings
    assert (finding.mistake, finding.values["cell"]) == ("syntax_cell", 2)


def test_a_cell_of_another_language_is_left_out(tmp_path):
    found = notebook(tmp_path, "%%bash\nls (", "%%time\ndef f(x):\n    return x")
    assert list(found.functions) == ["f"]
    assert not found.findings


def test_a_script_with_cell_marks_is_a_notebook(tmp_path):
    assert script(tmp_path, f"# %%\n{SOURCE}").cells


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("taller.txt", b"x = 1", "submission.kind"),
        ("taller.ipynb", b"{not json", "submission.notebook"),
        ("taller.ipynb", b"[1, 2]", "submission.notebook"),
        ("taller.ipynb", b'{"nbformat": 4}', "submission.notebook"),
    ],
)
def test_what_is_no_submission_is_said_in_one_sentence(tmp_path, name, content, key):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError) as error:
        read(path)
    assert error.value.key == key
    assert len(str(error.value).splitlines()) == 1


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileError) as error:
        read(tmp_path / "none.py")
    assert error.value.key == "file.missing"


def test_control_characters_and_lone_surrogates_never_get_in(tmp_path):
    found = script(tmp_path, "x = '\x1b[31m\x07'\n\f\ndef f(x):\n    return x\n")
    assert found.statement(1) == "x = '\ufffd[31m\ufffd'"
    assert list(found.functions) == ["f"]
    cells = notebook(tmp_path, "x = '\ud800'", "y = '\x1b\n")
    assert cells.statement(1) == "x = '\ufffd'"
    (finding,) = cells.findings
    assert finding.values["words"] == "y = '\ufffd"


LONG_SUM = " + ".join(["1"] * 5000)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        (LONG_SUM, "deep"),
        (" + ".join(["1"] * 400), "deep"),
        ("[" + "1," * 250_000 + "]", "long"),
        ("-" * 400 + "1", "deep"),
        ("x" + "[0]" * 400, "deep"),
        ("0x" + "f" * 5000, "number"),
    ],
)
def test_an_expression_that_cannot_be_read_to_its_end_is_said_with_its_line(tmp_path, expression, kind):
    (finding,) = script(tmp_path, f"def f(x):\n    return x\ny = {expression}\n").findings
    assert (finding.mistake, finding.line, finding.values["kind"]) == ("syntax", 3, kind)
    assert len(finding.values["words"]) <= 300
    assert hint_lines(finding, 1)
    (finding,) = notebook(tmp_path, "def f(x):\n    return x", f"y = {expression}").findings
    assert (finding.mistake, finding.values["cell"], finding.values["kind"]) == ("syntax_cell", 2, kind)


def test_long_chains_of_elif_and_of_terms_are_read(tmp_path):
    chain = "".join(f"    elif x == {place}:\n        return {place}\n" for place in range(600))
    source = f"def f(x):\n    if x < 0:\n        return 0\n{chain}y = {' + '.join(['1'] * 200)}\n"
    found = script(tmp_path, source)
    assert not found.findings
    assert ast.unparse(found.functions["f"].node)


@pytest.mark.parametrize("name", ["taller.py", "taller.ipynb"])
def test_code_of_more_than_a_megabyte_is_refused(tmp_path, name):
    code = SOURCE + "# " + "x" * (1 << 20)
    cell = {"cell_type": "code", "source": code, "outputs": []}
    path = tmp_path / name
    path.write_text(code if name.endswith(".py") else json.dumps({"cells": [cell]}), encoding="utf-8")
    with pytest.raises(FileError, match="longer than 1 MB") as error:
        read(path)
    assert error.value.key == "submission.large_source"


def test_a_notebook_may_have_more_than_a_megabyte_of_pictures(tmp_path):
    cell = {"cell_type": "code", "source": SOURCE, "outputs": [{"data": {"image/png": "x" * (2 << 20)}}]}
    path = tmp_path / "taller.ipynb"
    path.write_text(json.dumps({"cells": [cell]}), encoding="utf-8")
    assert "softmax" in read(path).functions
