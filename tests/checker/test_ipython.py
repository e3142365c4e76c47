"""IPython's own lines become Python, and nothing else does."""

import ast

import pytest

from gradiente.checker.reading.ipython import other_language, without_ipython


@pytest.mark.parametrize(
    ("line", "python"),
    [
        ("%matplotlib inline", "pass"),
        ("    !pip install x", "    pass"),
        ("%%time", "pass"),
        ("?np.dot", "pass"),
        ("np.dot??", "pass"),
        ("x = !ls", "x = get_ipython()"),
        ("  a, b = %sx ls 'c'", "  a, b = get_ipython()"),
        ("t = %timeit -o f(x)", "t = get_ipython()"),
        ("d.t=%timeit -o f(x)", "d.t=get_ipython()"),
        ("%time w = f(x)", "w = f(x)"),
        ("    %time w = f(x)", "    w = f(x)"),
        ("%time", "pass"),
    ],
)
def test_a_line_of_ipython(line, python):
    assert without_ipython(line) == (python, (1,))


@pytest.mark.parametrize(
    "source",
    [
        "print('%d'\n      % (x,))",
        "y = x \\\n  % 3",
        "s = '''\n%matplotlib inline\n!ls\n'''",
        's = """a \\""" b\n!ls\n"""\nx = 1',
        "s = f(  # (\n  a[1],\n%b)",
        "x = {\n  'a': '(',\n  'b': 10\n  % 3}",
        "a != b",
        "x = 'y = !ls'",
        "x = y % 2  # = %d",
        "if a == b and c != d: x = a % b",
        "def f(x='%'): return x",
        "s = 'it\\'s' # '''\nx = 1",
        "x = 5\n\n\n",
        "",
    ],
)
def test_python_stays_as_it_is(source):
    assert without_ipython(source) == (source, ())


def test_after_python_of_several_lines_ipython_begins_again():
    source = "s = '''\n%no\n'''\n%yes\nx = f(1\n%y)\n!yes \\\n  more (\n  \ny = 1"
    python, changed = without_ipython(source)
    assert changed == (4, 7, 8)
    assert python.count("\n") == source.count("\n")
    assert [node.lineno for node in ast.parse(python).body] == [1, 4, 5, 7, 10]


def test_a_timed_statement_may_go_on():
    python, _ = without_ipython("%time x = f(1\n%y)\n%time z = 2")
    assert python == "x = f(1\n%y)\nz = 2"


@pytest.mark.parametrize(
    ("cell", "other"),
    [
        ("%%bash\nls (", True),
        ("\n\n%%html\n<b>", True),
        ("%%writefile a.txt\n(", True),
        ("%%timeit -n 3\nf()", False),
        ("%%writefile taller.py\ndef f():\n    pass", False),
        ("%%capture salida\nf()", False),
        ("x = 1\n", False),
        ("%timeit f()", False),
    ],
)
def test_a_cell_for_another_program(cell, other):
    assert other_language(cell) is other
