"""A terminal, a pipe or a file in any encoding: every command ends as in UTF-8, and a person can read it."""

import ast
import io
import re
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

import gradiente as package
from gradiente.cli import main
from gradiente.cli.encoding import readable
from gradiente.locale import LANGUAGES, catalogue

from .conftest import gradiente

ENCODINGS = ("cp1252", "latin-1", "ascii")
HELPS = (
    "",
    "train",
    "evaluate",
    "predict",
    "compare",
    "data",
    "data check",
    "data show",
    "gradcheck",
    "explain",
    "parity",
)
HELPS += ("workshop", "workshop list", "workshop new", "check", "grade", "bench", "doctor")
LINES = {
    "train or --epochs 2 --lr 0.1 --run trained": 0,
    "train or --optimizer course.Momentum --epochs 1 --run momentum --json": 0,
    "train --resume ✓": 1,
    "train --config ✓.toml": 1,
    "train --epochs ŷ": 2,
    "evaluate run": 0,
    "evaluate run --part ∂": 2,
    "predict run new.npz": 0,
    "predict run ✗.npz": 1,
    "data check moons": 0,
    "data check ∅.csv": 1,
    "data show digits --output d.png": 0,
    "data show ∅.npz": 1,
    "gradcheck --batch-size 2": 0,
    "gradcheck --network Linear(3,2),Tanh,BatchNorm1d(2) --loss MSELoss --training": 0,
    "explain run": 0,
    "explain run --latex": 0,
    "explain xor --columns --optimizer Adam --step 3": 0,
    "explain xor --quantity dW[2] --entry 0,1": 0,
    "explain xor --json": 0,
    "explain ᵀ": 2,
    "workshop list": 0,
    "workshop new xor --format script": 0,
    "workshop new ✓": 2,
    "check ✓.py": 1,
    "grade ✓": 1,
    "doctor": 0,
    "✓": 2,
    "train --✓": 2,
}


def in_encoding(encoding, line, language):
    """Status, output and messages of a command whose streams have that encoding, as Python opens them."""
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")
    err = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="backslashreplace")
    status = 0
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([*shlex.split(line), "--lang", language])
        except SystemExit as end:
            status = int(end.code or 0)
        for stream in (out, err):
            stream.flush()
    assert (out.errors, err.errors) == ("strict", "backslashreplace")
    return status, *(stream.buffer.getvalue().decode(encoding) for stream in (out, err))


@pytest.fixture
def folder(own_folder, digits_run):
    """A run, new instances for it, and nothing else."""
    (own_folder / "run").symlink_to(digits_run)
    import numpy as np

    np.savez(own_folder / "new.npz", x=np.zeros((2, 8, 8)))
    return own_folder


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_command_in_every_encoding(encoding, language, folder):
    for line, expected in LINES.items():
        if line.startswith("workshop new xor"):
            (folder / "xor.py").unlink(missing_ok=True)
        status, out, err = in_encoding(encoding, line, language)
        assert status == expected, (line, err)
        assert not re.search(r"\\[ux][0-9a-f]{2}", out if "--json" not in line else ""), (line, out)
        assert not re.search(r"\\[ux][0-9a-f]{2}", err), (line, err)
        assert out or expected or "--run" in line, line
        for run in ("trained", "momentum"):
            if (folder / run).exists():
                (folder / run).rename(folder / f"{run}-{encoding}-{language}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_help_in_every_encoding(encoding, language):
    for command in HELPS:
        status, out, err = in_encoding(encoding, f"{command} --help", language)
        assert (status, err) == (0, "")
        assert "gradiente" in out
        assert "\\u" not in out


@pytest.mark.parametrize(("encoding", "language"), [("cp1252", "es"), ("ascii", "en")])
def test_the_checkers_words_in_a_narrow_encoding(encoding, language, own_folder):
    (own_folder / "class").mkdir()
    for file in ("wrong.py", "class/ana.py"):
        (own_folder / file).write_text("def backProp(X, y, w1, w2, b1, b2, a2, a1):\n    return X\n")
    assert gradiente("check", "wrong.py", "--hint", 3, "--lang", language).status == 1
    status, out, err = in_encoding(encoding, "check wrong.py --hint 3", language)
    assert (status, err) == (1, "")
    assert "no backProp" in out
    assert "\\u" not in out
    status, out, err = in_encoding(encoding, "grade class", language)
    assert status == 0, err
    assert "\\u" not in out + err


def test_parity_in_a_narrow_encoding():
    status, out, err = in_encoding("ascii", 'parity --network "Linear(2, 3), Tanh" --steps 2', "es")
    assert (status, err) == (0, "")
    assert " ok" in out
    assert "\\u" not in out


def test_every_character_of_ours_has_a_spelling():
    source = Path(package.__file__).parent
    written = "".join(text for code in LANGUAGES for text in catalogue(code).values())
    for path in source.rglob("*.py"):
        if path.parent.name != "notebooks":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            written += "".join(
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            )
    shown = filter(str.isprintable, written)  # a byte-order mark or a line separator is read and never shown
    foreign = {character for character in shown if not character.isascii()} - {"猫"}
    assert len(foreign) > 80
    assert [character for character in sorted(foreign) if "\\" in readable(character)] == []


@pytest.mark.parametrize(
    ("words", "spelled"),
    [
        ("∂J/∂W[1] ≥ 4.5·10⁻⁵", "dJ/dW[1] >= 4.5*10^-5"),
        ("ŷᵢ = σ(zᵢⱼ)", "y_hat_i = sigma(z_ij)"),
        ("m̂ := m / (1 − β₁ᵗ)", "m_hat := m / (1 - beta_1^t)"),
        ("¿quiso decir «época»?", 'quiso decir "epoca"?'),
        ("Xᵀ δ ⊙ g′(z)", "X^T delta * g'(z)"),
        ("x\N{NARROW NO-BREAK SPACE}y…", "x y..."),
        ("Müller, ﬁn, Ångström", "Muller, fin, Angstrom"),
        ("猫\ud800", "\\u732b\\ud800"),
    ],
)
def test_how_it_is_spelled(words, spelled):
    assert readable(words) == spelled


def test_what_an_encoding_has_stays():
    status, out, _ = in_encoding("latin-1", "train --help", "es")
    assert status == 0
    assert "pérdida" in out
    assert "N,N,..." in out


def test_a_process_without_streams():
    out, err = sys.stdout, sys.stderr
    sys.stdout = sys.stderr = None
    try:
        with pytest.raises(SystemExit) as end:
            main(["train", "--epochs", "x"])
    finally:
        sys.stdout, sys.stderr = out, err
    assert end.value.code == 2
