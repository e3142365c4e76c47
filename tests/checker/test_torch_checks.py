"""The checks of the two workshops of PyTorch: solutions pass, other right ways too, blanks and mistakes are named."""

import importlib.util
from collections import Counter
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest

from gradiente.checker.checking import check
from gradiente.checker.verdict import FunctionVerdict, Verdict
from gradiente.checker.workshop import WORKSHOPS
from gradiente.errors import ArgumentError
from gradiente.locale import LANGUAGES, set_language
from gradiente.workshops.notebook import (
    SUFFIXES,
    Format,
    as_text,
    blanks,
    solution_cells,
    student_cells,
)

from . import torch_intro_edits, torch_mnist_edits

pytest.importorskip("torch", reason="PyTorch is missing")
pytest.importorskip("torchmetrics", reason="torchmetrics is missing")

# Functions whose solution stands in a class before them, or is a line that nothing else has.
OUTSIDE = ("crearRed", "descenderConMomentum")
INTRO, MNIST = "pytorch-intro", "mnist-pytorch"
every_workshop = pytest.mark.parametrize("workshop", [INTRO, MNIST])
pytestmark = pytest.mark.usefixtures("one_process")


class Edit(NamedTuple):
    """A place of the solution that reads otherwise; the mistakes that this is, none where it is right too."""

    workshop: str
    function: str
    old: str
    new: str
    mistakes: tuple[str, ...] = ()


def edits(name: str) -> tuple[Edit, ...]:
    tables = ((INTRO, torch_intro_edits), (MNIST, torch_mnist_edits))
    return tuple(
        Edit(workshop, function, old, new, tuple(mistakes))
        for workshop, table in tables
        for function, old, new, *mistakes in getattr(table, name)
    )


MISTAKES, RIGHT = edits("MISTAKES"), edits("RIGHT")


def packed(edits: tuple[Edit, ...]) -> list[tuple[int, Edit]]:
    """Every edit with the number of a file, so that a file has at most one of each function."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for edit in edits:
        found.append((seen[edit[:2]], edit))
        seen[edit[:2]] += 1
    return found


@pytest.fixture
def judged(check_source):
    """The verdict on a function with an edit, found together with the others of its file."""

    def found(pack: int, edit: Edit, edits: tuple[Edit, ...]) -> FunctionVerdict:
        together = [one for number, one in packed(edits) if number == pack and one.workshop == edit.workshop]
        return functions_of(check_source(with_edits(edit.workshop, *together)))[edit.function]

    return found


@lru_cache
def with_edits(workshop: str, *edits: Edit) -> str:
    """The solution with those edits, each at the one place in its function where it fits."""
    source = as_text(solution_cells(workshop, "es"), "script")
    for edit in edits:
        body = source.index(":\n", source.index(f"def {edit.function}("))
        place = source.find(edit.old, 0 if edit.function in OUTSIDE else body)
        assert place >= 0, edit.old
        source = source[:place] + edit.new + source[place + len(edit.old) :]
    compile(source, workshop, "exec")
    return source


def functions_of(verdict: Verdict) -> dict[str, FunctionVerdict]:
    return {function.name: function for function in verdict.functions}


def checked(workshop: str, source: str, format: Format) -> Verdict:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{workshop}{SUFFIXES[format]}"
        path.write_text(source, encoding="utf-8")
        return check(path)


def labels(edits: tuple[Edit, ...]) -> list[str]:
    return [
        f"{edit.workshop}-{edit.function}-{'-'.join(edit.mistakes)}-{pack}" for pack, edit in packed(edits)
    ]


# Every pair of a workshop, a language and a format once.
@pytest.mark.parametrize(
    ("workshop", "language", "format"),
    [(INTRO, "es", "notebook"), (INTRO, "en", "script"), (MNIST, "es", "script"), (MNIST, "en", "notebook")],
)
def test_the_solution_is_right(workshop, language, format):
    found = checked(workshop, as_text(solution_cells(workshop, language), format), format)
    assert found.workshop == workshop
    assert {f.name: f.status for f in found.functions} == dict.fromkeys(
        WORKSHOPS[workshop].functions, "right"
    )
    assert found.passed


@every_workshop
def test_every_blank_is_said_to_be_one(workshop):
    found = checked(workshop, as_text(student_cells(workshop, "en"), "notebook"), "notebook")
    assert found.workshop == workshop
    functions = functions_of(found)
    unwritten = blanks(workshop)
    assert all(functions[name].status == "blank" for name in unwritten if name in functions)
    through = {"crearRed": "RedDensa", "descenderConMomentum": "Momentum"} if workshop == INTRO else {}
    assert set(functions) - set(unwritten) == set(through)
    for name, blank in through.items():
        assert blank in unwritten
        (finding,) = functions[name].findings
        assert (finding.mistake, finding.values["blank"]) == ("torch_blank", blank)
        assert blank in finding.title()
    assert not found.passed


def test_what_needs_a_blank_function_is_not_blamed_for_it(check_source):
    line = "return nn.Sequential(nn.Linear(784, 512), nn.Tanh(), nn.Linear(512, 10))"
    blank = Edit(MNIST, "crearRed", line, 'raise NotImplementedError("crearRed")')
    found = functions_of(check_source(with_edits(MNIST, blank)))
    assert found["crearRed"].status == "blank"
    assert (found["desdeNumpy"].status, found["desdeNumpy"].findings) == ("unchecked", ())
    assert found["gradientes"].status == "right"


def test_what_needs_a_wrong_function_is_not_blamed_for_it_either(check_source):
    layers = "nn.Linear(784, 512), nn.Tanh(), nn.Linear(512, 10)"
    wrong = Edit(MNIST, "crearRed", layers, "nn.Linear(784, 10)")
    found = functions_of(check_source(with_edits(MNIST, wrong)))
    assert [finding.mistake for finding in found["crearRed"].findings] == ["torch_parameters"]
    assert (found["desdeNumpy"].status, found["desdeNumpy"].findings) == ("unchecked", ())
    assert found["gradientes"].status == "right"


@pytest.mark.parametrize(("pack", "edit"), packed(MISTAKES), ids=labels(MISTAKES))
def test_a_mistake_is_named(judged, pack, edit):
    found = judged(pack, edit, MISTAKES)
    assert tuple(finding.mistake for finding in found.findings) == edit.mistakes
    assert found.status in ("wrong", "error")


@pytest.mark.parametrize(("pack", "edit"), packed(RIGHT), ids=labels(RIGHT))
def test_another_right_way_is_right(judged, pack, edit):
    found = judged(pack, edit, RIGHT)
    assert (found.status, found.findings) == ("right", ())


def test_a_number_is_worked_out(judged):
    """The sum of six losses beside their mean."""
    one = next(one for one in packed(MISTAKES) if one[1].new == 'nn.CrossEntropyLoss(reduction="sum")')
    (finding,) = judged(*one, MISTAKES).findings
    assert finding.worked is not None
    assert finding.worked.got == pytest.approx(6 * finding.worked.expected, rel=1e-5)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mistake_of_the_tests_has_words(judged, language):
    """Each title fills its places with what the check found; no brace is left."""
    set_language(language)
    keys = {key for edit in MISTAKES for key in edit.mistakes if key.startswith("torch_")}
    for pack, edit in packed(MISTAKES):
        for finding in judged(pack, edit, MISTAKES).findings:
            if finding.mistake in keys:
                assert edit.function in finding.title()
                assert "{" not in finding.title() + (finding.why() or "")


def test_without_pytorch_it_is_said_how_to_install_it(monkeypatch):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "torch" else found(name))
    with pytest.raises(ArgumentError, match=r'pip install "gradiente\[torch\]"'):
        checked(INTRO, as_text(solution_cells(INTRO, "en"), "script"), "script")
