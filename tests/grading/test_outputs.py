"""The files: the table as another program reads it, the pages as a reader sees them."""

import csv
import io
import os
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from gradiente.errors import ArgumentError, FileError
from gradiente.grading import Obstacle, Outputs, Rubric, StudentResult, gradebook, write_outputs
from gradiente.grading.feedback import feedback_page
from gradiente.locale import LANGUAGES, catalogue, set_language

from .stub import verdict
from .test_gradebook import ONE, TWO, a_class


class Page(HTMLParser):
    """What a reader sees, where the links lead, and whether every element is closed."""

    def __init__(self, page):
        super().__init__()
        self.open, self.seen, self.links, self.outside = [], [], [], []
        self.feed(page)
        assert self.open == []

    @property
    def words(self):
        return " ".join("".join(self.seen).split())

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if tag == "a" and name == "href"]
        self.outside += [value for name, value in attrs if name == "src" or (value or "").startswith("http")]
        if tag not in ("meta", "br", "img", "path", "use", "rect"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "use", "rect"):
            assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.seen.append(f"{data} ")


def written(tmp_path, results, rubric=None):
    outputs = Outputs(tmp_path / "grades")
    outputs.prepare(tmp_path / "class")
    write_outputs(outputs, gradebook(results, rubric or Rubric()))
    return outputs


def read(outputs, separator=","):
    content = outputs.grades.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=separator))


def test_the_table(tmp_path):
    rows = read(written(tmp_path, a_class(), Rubric({"backProp": 1, "entrenarRed": 2}, partial=1 / 3)))
    assert list(rows[0]) == [
        *(
            "student",
            "file",
            "workshop",
            "backProp",
            "entrenarRed",
            "total",
            "maximum",
            "first mistake",
            "status",
            "isolation",
        )
    ]
    assert [row["student"] for row in rows] == [
        "ana",
        "beto",
        "caro",
        "dan",
        "eva",
        "fer",
        "gus",
        "hugo",
        "ines",
    ]
    assert list(rows[0].values()) == [
        "ana",
        "ana.py",
        "xor",
        "1",
        "2",
        "3",
        "3",
        "",
        "right",
        "none (--unsafe)",
    ]
    assert list(rows[1].values())[3:] == [
        "0.33",
        "2",
        "2.33",
        "3",
        "the factor is missing in dW[1]",
        "mistakes",
        "none (--unsafe)",
    ]
    assert list(rows[5].values())[2:] == ["", "", "", "0", "3", "a colon is missing", "cannot be run", ""]
    assert rows[7]["total"] == rows[7]["backProp"] == ""
    assert rows[7]["status"] == "two files"
    assert "a.py, b.py" in rows[7]["first mistake"]


def test_the_table_in_spanish(tmp_path):
    set_language("es")
    rows = read(written(tmp_path, a_class(), Rubric({"backProp": 1}, partial=0.25)), ";")
    assert {"estudiante", "primer error", "estado"} <= rows[0].keys()
    assert (rows[1]["primer error"], rows[1]["total"]) == ("falta el factor en dW[1]", "0,25")


@pytest.mark.parametrize("language", LANGUAGES)
def test_excel_is_told_the_encoding_and_every_cell_is_quoted(language, tmp_path):
    set_language(language)
    content = written(tmp_path, a_class()).grades.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    separator = {"en": ",", "es": ";"}[language]
    for line in content.decode("utf-8-sig").splitlines():
        assert line.startswith('"')
        assert line.endswith('"')
        assert len(line.split(f'"{separator}"')) == 10


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x","y")', "+1", "-1+2", "@SUM(A1)", "＝1+1"])
def test_no_name_becomes_a_formula(name, tmp_path):
    (row,) = read(written(tmp_path, [StudentResult(name, f"{name}.py", verdict())]))
    assert (row["student"], row["file"]) == (f"'{name}", f"'{name}.py")


@pytest.mark.parametrize(
    "start", ["\r", "\n", "\r\n", "\t", "\x1b[31m\r", " ", "\x00", "\ud800", "\u2028", ";", ","]
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_of_a_submission_begin_a_cell_of_their_own(start, language, tmp_path):
    set_language(language)
    said = Obstacle("error", "said", {"words": f"{start}=cmd|' /C calc'!A0{start}@x"})
    content = written(tmp_path, [StudentResult("ana", "ana.py", obstacle=said)]).grades.read_bytes()
    text = content.decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert all(letter.isprintable() or letter == "\n" for letter in text)
    for line in text.splitlines():
        for cell in csv.reader([line], delimiter={"en": ",", "es": ";"}[language]):
            assert len(cell) == 8
            assert not any(value.startswith(("=", "+", "-", "@")) for value in cell)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_the_class(language, tmp_path):
    set_language(language)
    outputs = written(tmp_path, a_class())
    text = outputs.class_page.read_text(encoding="utf-8")
    page = Page(text)
    words = catalogue(language)
    assert f'<html lang="{language}">' in text
    assert page.outside == []
    for key in ("distribution", "mistakes", "quantities", "groups", "every_student"):
        assert words[f"grade.{key}"] in page.words
    assert words["grade.line"].format(line=3) in page.words
    assert words["mistake.stub_one"].format(quantity="dW[1]") in page.words
    assert "35.71" in page.words  # the mean of 100, 50, 50, 50, 0, 0, 0
    targets = {os.path.normpath(outputs.folder / link) for link in page.links}
    assert targets == {str(path) for path in outputs.feedback.iterdir()}
    assert len(targets) == 9


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("modes", [["bubblewrap"], ["process"], ["bubblewrap", "process"], [""]])
def test_what_contained_the_code_is_on_the_page_and_in_the_table(modes, language, tmp_path):
    set_language(language)
    results = [
        StudentResult(f"s{place}", "a.py", replace(verdict(), isolation=mode))
        for place, mode in enumerate(modes)
    ]
    outputs = written(tmp_path, results)
    words = catalogue(language)
    seen = Page(outputs.class_page.read_text(encoding="utf-8")).words
    said = [mode for mode in ("bubblewrap", "process") if words[f"grade.isolation.{mode}"] in seen]
    assert said == [mode for mode in modes if mode][-1:]
    cells = [row[words["grade.column.isolation"]] for row in read(outputs, {"en": ",", "es": ";"}[language])]
    assert cells == [words[f"grade.mode.{mode}"] if mode else "" for mode in modes]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_student(language, tmp_path):
    set_language(language)
    variants = (("stub", {"kind": "rows"}),)
    found = verdict([ONE, TWO], variants=variants, notices=[("stub", {"encoding": "latin-1"})])
    (graded,) = gradebook([StudentResult("Ana Gómez", "ana/xor.py", found)], Rubric()).rows
    text = feedback_page(graded)
    page = Page(text)
    words = catalogue(language)
    assert f'<html lang="{language}">' in text
    assert page.outside == []
    assert page.links == ["#backProp"]
    for expected in (
        "Ana Gómez",
        "xor.py",
        "backProp(X, y, w1, w2, b1, b2, a2, a1)",
        words["grade.function.right"],
        words["grade.function.wrong"],
        words["mistake.stub_one"].format(quantity="dW[1]"),
        words["mistake.stub_two"].format(quantity="dZ[2]"),
        words["variant.stub"].format(kind="rows"),
        words["notice.stub"].format(encoding="latin-1"),
        "δ = a − y",
        "a = 2 · 3 = 6",
        "7 / 4 = 1.75",
    ):
        assert expected in page.words
    assert " 50 " in f" {page.words} "


def test_names_from_outside_are_escaped(tmp_path):
    outputs = written(tmp_path, [StudentResult("<script>x</script>", '"><img src=x>.py', verdict([ONE]))])
    for path in (outputs.class_page, *outputs.feedback.iterdir()):
        text = path.read_text(encoding="utf-8")
        assert "<script" not in text
        assert "<img" not in text
        assert "<script>x</script>" in Page(text).words


def test_who_was_not_graded_has_a_page_with_the_reason(tmp_path):
    outputs = written(tmp_path, a_class())
    words = Page((outputs.feedback / "hugo.html").read_text(encoding="utf-8")).words
    assert "only one can be graded: a.py, b.py" in words
    assert "of 100 points" not in words


def test_the_same_class_gives_the_same_files(tmp_path):
    def everything(name):
        (tmp_path / name).mkdir()
        outputs = written(tmp_path / name, a_class())
        return {
            str(p.relative_to(outputs.folder)): p.read_bytes()
            for p in outputs.folder.rglob("*")
            if p.is_file()
        }

    assert everything("once") == everything("again")


def test_a_class_in_which_nothing_could_be_graded(tmp_path):
    outputs = written(tmp_path, a_class()[7:])
    assert [row["total"] for row in read(outputs)] == ["", ""]
    assert "hugo" in Page(outputs.class_page.read_text(encoding="utf-8")).words


@pytest.mark.parametrize("place", ["class", "class/grades", "class/../class/a/b"])
def test_an_output_among_the_submissions(place, tmp_path):
    (tmp_path / "class").mkdir()
    with pytest.raises(ArgumentError, match="choose a folder outside"):
        Outputs(tmp_path / place).prepare(tmp_path / "class")
    assert list((tmp_path / "class").iterdir()) == []


def test_an_output_that_is_a_file(tmp_path):
    (tmp_path / "grades").write_text("mine", encoding="utf-8")
    with pytest.raises(FileError, match="grades"):
        Outputs(tmp_path / "grades").prepare(tmp_path / "class")
    assert (tmp_path / "grades").read_text(encoding="utf-8") == "mine"
