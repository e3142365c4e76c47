"""A small class, checked for real: right, wrong and hostile files, in every packing."""

import json

import pytest

from gradiente.checker.checking import check
from gradiente.grading import Outputs, Rubric, grade, gradebook, submissions, write_outputs

from .conftest import write_class, zipped

RIGHT = """import numpy as np


def sigmoide(z):
    return 1 / (1 + np.exp(-z))


def backProp(X, y, w1, w2, b1, b2, a2, a1):
    m = X.shape[1]
    dz2 = a2 - y
    dw2 = dz2 @ a1.T / m
    db2 = dz2.sum(axis=1, keepdims=True) / m
    dz1 = (w2.T @ dz2) * a1 * (1 - a1)
    dw1 = dz1 @ X.T / m
    db1 = dz1.sum(axis=1, keepdims=True) / m
    return dw1, db1, dw2, db2


def entrenarRed(epocas, lr, X, y, w1, b1, w2, b2, a1, a2):
    for _ in range(epocas):
        a1 = sigmoide(w1 @ X + b1)
        a2 = sigmoide(w2 @ a1 + b2)
        dw1, db1, dw2, db2 = backProp(X, y, w1, w2, b1, b2, a2, a1)
        w1, b1, w2, b2 = w1 - lr * dw1, b1 - lr * db1, w2 - lr * dw2, b2 - lr * db2
    return w1, b1, w2, b2
"""


def changed(old, new):
    assert RIGHT.count(old) == 1
    return RIGHT.replace(old, new)


def notebook(source):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


FIRST = "import numpy as np\n"
CLASS = {
    "right.py": RIGHT,
    "notebook/xor/xor.ipynb": notebook(RIGHT),
    "zip.zip": zipped({"taller/xor.py": RIGHT + "\n"}),
    "sign.py": changed("dz2 = a2 - y", "dz2 = y - a2"),
    "same sign.py": changed("dz2 = a2 - y", "dz2 = y - a2  # igual"),
    "mean.py": changed("dz2 @ a1.T / m", "dz2 @ a1.T"),
    "syntax.py": changed("def sigmoide(z):", "def sigmoide(z)"),
    "loop.py": changed("    m = X.shape[1]\n", "    while True:\n        pass\n"),
    "exit.py": RIGHT.replace(FIRST, FIRST + "import sys\n\nsys.exit(0)\n", 1),
    "raises.py": RIGHT.replace(FIRST, FIRST + "\n1 / 0\n", 1),
    "kills.py": changed("    m = X.shape[1]\n", "    import os\n\n    os.kill(os.getpid(), 9)\n"),
    "surrogate.py": changed("    m = X.shape[1]\n", "    raise ValueError('\\ud800\\x1b\\r=1')\n"),
    "surrogates at the top.py": RIGHT + "\n\nraise ValueError('\\udfff')\n",
    "surrogate/xor.ipynb": notebook(RIGHT + "\nname = '\ud800'\n"),
    "forged.py": RIGHT.replace(
        "    m = X.shape[1]\n",
        "    import sys\n\n    frame = sys._getframe()\n    while 'target' not in frame.f_locals:\n"
        "        frame = frame.f_back\n    frame.f_locals['target'].write(b'\\xff' * 99)\n"
        "    frame.f_locals['target'].flush()\n    while True:\n        pass\n",
    ),
    "deep.py": RIGHT + "\n\nx = " + " + ".join(["1"] * 5000) + "\n",
    "digits.py": changed("    m = X.shape[1]\n", f"    m = X.shape[1] + 0 * {'9' * 400}\n"),
    "large.py": RIGHT + "#" * (1 << 20),
    "binary.py": bytes(range(256)),
    "two/a.py": RIGHT,
    "two/b.py": RIGHT,
}


@pytest.mark.slow
def test_a_class(tmp_path):
    outputs = Outputs(tmp_path / "grades")
    folder = write_class(tmp_path / "class", CLASS)
    outputs.prepare(folder)
    results = grade(submissions(folder), outputs.verdicts, check, workshop="xor", workers=2)
    graded = gradebook(results, Rubric(), "xor")
    pages = write_outputs(outputs, graded)
    rows = {row.result.student: row for row in graded.rows}
    assert set(rows) == set(pages) == {name.split("/")[0].rsplit(".", 1)[0] for name in CLASS}
    assert {
        name: row.result.first_mistake() for name, row in rows.items() if row.result.status == "error"
    } == {}
    for name in ("right", "notebook", "zip"):
        assert (rows[name].result.status, rows[name].total) == ("right", 100)
    for name in ("sign", "same sign", "mean", "loop", "kills"):
        assert rows[name].result.status == "mistakes", name
        assert rows[name].points["backProp"] == 0
    for name in ("syntax", "binary"):
        assert rows[name].result.status in ("not_run", "mistakes"), name
        assert rows[name].total == 0
    assert None not in (rows["exit"].total, rows["raises"].total)
    assert rows["two"].result.status == "two_files"
    assert ["same sign", "sign"] in [sorted(group.students) for group in graded.groups()]
    assert all((outputs.folder / page).is_file() for page in pages.values())
