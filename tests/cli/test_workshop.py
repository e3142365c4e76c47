import re
from importlib import import_module
from pathlib import Path

import nbformat
import pytest

from gradiente.locale import LANGUAGES, set_language, text
from gradiente.workshops.notebook import NAMES, as_text, student_cells

from .conftest import contents, finish, gradiente, start


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            ["workshop", "XOR: back-propagation by hand", "To start with one: gradiente workshop new xor"],
        ),
        ("es", ["taller", "XOR: back-propagation a mano", "Para empezar uno: gradiente workshop new xor"]),
    ],
)
def test_the_list_in_both_languages(language, words):
    answer = gradiente("workshop", "list", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in words)
    places = [re.search(rf"^ +{name} ", answer.out, re.MULTILINE) for name in NAMES]
    assert all(places)
    assert [place.start() for place in places if place] == sorted(place.start() for place in places if place)


def test_the_list_as_data():
    listed = {row["name"]: row for row in gradiente("workshop", "list", "--json").data}
    assert list(listed) == list(NAMES)
    assert listed["xor"]["functions"] == ["backProp", "entrenarRed"]
    assert len(listed["mnist"]["functions"]) == 11


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_file_is_in_the_language_in_use(name, language, own_folder):
    answer = gradiente("workshop", "new", name, "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert f"gradiente check {name}.ipynb" in answer.out
    assert contents(own_folder) == {f"{name}.ipynb"}
    notebook = nbformat.read(own_folder / f"{name}.ipynb", as_version=4)
    set_language(language)
    assert notebook.cells[0].source.startswith(f"# {text(f'workshop.{name}.title')}\n")
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in student_cells(name, language)]
    assert any("NotImplementedError(" in cell.source for cell in notebook.cells)


def test_a_script_into_a_folder(own_folder):
    folder = own_folder / "my work"
    folder.mkdir()
    answer = gradiente("workshop", "new", "xor", "my work", "--format", "script")
    assert (answer.status, answer.err) == (0, "")
    assert "gradiente check 'my work/xor.py'" in answer.out
    written = (folder / "xor.py").read_text(encoding="utf-8")
    assert written == as_text(student_cells("xor", "en"), "script")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "xor.ipynb is there already and may hold your work"), ("es", "xor.ipynb ya existe")],
)
def test_a_file_that_is_there_is_never_overwritten(language, words, own_folder):
    (own_folder / "xor.ipynb").write_text("my work", encoding="utf-8")
    answer = gradiente("workshop", "new", "xor", "--lang", language)
    assert (answer.status, answer.out) == (1, "")
    assert words in answer.err
    assert (own_folder / "xor.ipynb").read_text(encoding="utf-8") == "my work"
    assert gradiente("workshop", "new", "xor", "--format", "script").status == 0
    assert contents(own_folder) == {"xor.ipynb", "xor.py"}


def test_nor_is_a_link_that_leads_nowhere(own_folder):
    (own_folder / "xor.py").symlink_to(own_folder / "elsewhere.py")
    assert gradiente("workshop", "new", "xor", "--format", "script").status == 1
    assert contents(own_folder) == {"xor.py"}


@pytest.mark.parametrize(
    ("line", "english", "spanish"),
    [
        ("new mnits", "there is no workshop mnits: did you mean mnist?", "no existe el taller mnits"),
        ("new xor nowhere", "there is no folder nowhere", "no existe la carpeta nowhere"),
        ("new xor --format scrpt", "did you mean script?", "¿quiso decir script?"),
        ("new xor --solution", "there is no option --solution", "no existe la opción --solution"),
        ("new", "is missing", "falta "),
        ("nwe", "there is no command nwe: did you mean new?", "no existe el comando nwe"),
    ],
)
def test_wrong_use_is_answered_with_the_right_one(line, english, spanish, own_folder):
    for language, words in (("en", english), ("es", spanish)):
        answer = gradiente("workshop", *line.split(), "--lang", language)
        assert (answer.status, answer.out) == (2, "")
        assert words in answer.err
        assert "Traceback" not in answer.err
    assert contents(own_folder) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["list", "new"])
def test_help_in_both_languages(name, language):
    answer = finish(start("workshop", name, "--help", "--lang", language))
    assert (answer.status, answer.err) == (0, "")
    set_language(language)
    spoken = " ".join(answer.out.split())
    assert text(f"cli.workshop.{name}") in spoken
    command = import_module(f"gradiente.cli.workshop_{name}").command()
    for line in text(f"cli.workshop.{name}.example").splitlines():
        assert line in answer.out
        program, group, called, *arguments = line.split()
        assert (program, group, called) == ("gradiente", "workshop", name)
        assert command.make_context(name, arguments) is not None


def test_without_its_own_command_it_says_which_there_are():
    answer = gradiente("workshop")
    assert (answer.status, answer.out) == (2, "")
    assert re.search(r"^  list .*^  new ", answer.err, re.MULTILINE | re.DOTALL)
    assert contents(Path()) == set()
