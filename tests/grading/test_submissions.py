"""Who handed in what, in every layout that teachers have, and what is refused."""

import os
import struct
import unicodedata
import zipfile
from pathlib import Path

import pytest

from gradiente.errors import FileError
from gradiente.grading import archives, entries, submissions
from gradiente.locale import LANGUAGES, set_language

from .conftest import write_class, zipped


def told(folder):
    """(student, file, the content as text or the obstacle's key)"""
    rows = submissions(folder)
    return [
        (row.student, row.file, row.obstacle.key if row.obstacle else (row.content or b"").decode())
        for row in rows
    ]


def statuses(folder):
    return {row.student: row.obstacle.status if row.obstacle else "" for row in submissions(folder)}


LAYOUTS = {
    "a file for each": (
        {"beto.ipynb": "b", "ana.py": "a"},
        [("ana", "ana.py", "a"), ("beto", "beto.ipynb", "b")],
    ),
    "a folder for each": (
        {"ana/src/xor.py": "a", "ana/notes.txt": "", "beto/XOR.IPYNB": "b"},
        [("ana", "ana/src/xor.py", "a"), ("beto", "beto/XOR.IPYNB", "b")],
    ),
    "nbgrader's course": (
        {
            "source/xor/xor.ipynb": "the teacher's",
            "submitted/ana/xor/xor.ipynb": "a",
            "submitted/ana/xor/timestamp.txt": "2026",
            "submitted/beto/xor/xor.ipynb": "b",
        },
        [("ana", "ana/xor/xor.ipynb", "a"), ("beto", "beto/xor/xor.ipynb", "b")],
    ),
    "a zip for each": (
        {
            "ana.zip": zipped({"taller/xor.py": "a", "taller/datos.csv": "1"}),
            "beto.ZIP": zipped({"xor.py": "b"}),
        },
        [("ana", "ana.zip/taller/xor.py", "a"), ("beto", "beto.ZIP/xor.py", "b")],
    ),
    "Moodle, unpacked": (
        {
            "Ana Gómez_123_assignsubmission_file_/xor.ipynb": "a",
            "Ana Gómez_123_assignsubmission_onlinetext_/onlinetext.html": "hola",
            "Beto Ruiz_124_assignsubmission_file_/taller.zip": zipped({"xor.py": "b"}),
            "Caro_125_assignsubmission_file_xor.py": "c",
        },
        [
            ("Ana Gómez", "Ana Gómez_123_assignsubmission_file_/xor.ipynb", "a"),
            ("Beto Ruiz", "Beto Ruiz_124_assignsubmission_file_/taller.zip/xor.py", "b"),
            ("Caro", "Caro_125_assignsubmission_file_xor.py", "c"),
        ],
    ),
    "two students of one name": (
        {"Ana_1_assignsubmission_file_/xor.py": "a", "Ana_2_assignsubmission_file_/xor.py": "b"},
        [
            ("Ana (1)", "Ana_1_assignsubmission_file_/xor.py", "a"),
            ("Ana (2)", "Ana_2_assignsubmission_file_/xor.py", "b"),
        ],
    ),
    "Canvas, with a late one and a second upload": (
        {
            "ruizana_101_9001_taller xor.py": "a",
            "gomezbeto_102_9002_xor.py": "first",
            "gomezbeto_102_10001_xor-1.py": "second",
            "gomezbeto_102_10002_report.pdf": "x",
            "peñacaro_LATE_103_9004_xor-2.ipynb": "c",
            "zoedan_late_105_9006_xor.py": "e",
            "ruizana_104_9005_all.zip": zipped({"in/xor.py": "d"}),
        },
        [
            ("gomezbeto", "gomezbeto_102_10001_xor-1.py", "second"),
            ("peñacaro", "peñacaro_LATE_103_9004_xor-2.ipynb", "c"),
            ("ruizana (101)", "ruizana_101_9001_taller xor.py", "a"),
            ("ruizana (104)", "ruizana_104_9005_all.zip/in/xor.py", "d"),
            ("zoedan", "zoedan_late_105_9006_xor.py", "e"),
        ],
    ),
    "numbers of a teacher's own": (
        {"grupo_1_2_xor.py": "a", "grupo_1_3_xor.py": "b", "ana_1_200_xor/xor.py": "c"},
        [
            ("ana_1_200_xor", "ana_1_200_xor/xor.py", "c"),
            ("grupo_1_2_xor", "grupo_1_2_xor.py", "a"),
            ("grupo_1_3_xor", "grupo_1_3_xor.py", "b"),
        ],
    ),
    "what machines leave behind": (
        {
            ".DS_Store": "x",
            "roster.csv": "x",
            "readme.txt": "x",
            "__MACOSX/ana/._xor.py": "x",
            ".ipynb_checkpoints/ana-checkpoint.ipynb": "x",
            "ana/.ipynb_checkpoints/xor-checkpoint.ipynb": "x",
            "ana/__pycache__/xor.cpython-311.py": "x",
            "ana/._xor.py": "x",
            "ana/xor.py": "a",
        },
        [("ana", "ana/xor.py", "a")],
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(layout, tmp_path):
    files, expected = LAYOUTS[layout]
    assert told(write_class(tmp_path / "class", files)) == expected


CLASS_ZIPS = {
    "Moodle's": (
        {
            "Ana Gómez_123_assignsubmission_file_/xor.ipynb": b"a",
            "Beto_124_assignsubmission_file_/taller.zip": zipped({"in/xor.py": "b"}),
        },
        {"Ana Gómez": "a", "Beto": "b"},
    ),
    "Canvas's": ({"ruizana_1_900_xor.py": b"a", "ruizana_1_901_xor-1.py": b"b"}, {"ruizana": "b"}),
    "wrapped in a folder": ({"class/ana/xor.py": b"a", "class/beto.py": b"b"}, {"ana": "a", "beto": "b"}),
    "made under Windows": ({"ana\\xor.py": b"a", "beto\\xor.py": b"b"}, {"ana": "a", "beto": "b"}),
    "one student": ({"ana/xor.py": b"a"}, {"ana": "a"}),
}


@pytest.mark.parametrize("name", CLASS_ZIPS)
def test_the_zip_of_a_class(name, tmp_path):
    files, expected = CLASS_ZIPS[name]
    (tmp_path / "class.zip").write_bytes(zipped(files))
    assert {student: words for student, _, words in told(tmp_path / "class.zip")} == expected


def test_one_hostile_entry_of_a_class_zip_concerns_one_student(tmp_path):
    files = {"ana/xor.py": "a", "beto/../../xor.py": "b", "caro/inner.zip": b"PK no zip", "dan/xor.py": "d"}
    (tmp_path / "class.zip").write_bytes(zipped(files, links=[("eva/xor.py", "/etc/passwd")]))
    assert statuses(tmp_path / "class.zip") == {
        "ana": "",
        "beto": "refused",
        "caro": "unreadable",
        "dan": "",
        "eva": "refused",
    }


def test_names_of_zips_made_on_a_mac(tmp_path):
    """UTF-8 that is not declared as such, with its accents apart."""
    apart = unicodedata.normalize("NFD", "José Peña")
    data = zipped({f"{apart}/xor.py": "a", "Zoé/xor.py": "b"})
    undeclared = data.replace(struct.pack("<H", 0x800), struct.pack("<H", 0))
    assert undeclared != data
    (tmp_path / "class.zip").write_bytes(undeclared)
    assert [student for student, *_ in told(tmp_path / "class.zip")] == ["José Peña", "Zoé"]


def test_two_files_of_one_student_are_named_and_neither_is_taken(tmp_path):
    files = {"ana/xor.py": "1", "ana/old/xor.py": "2", "beto.py": "3", "beto.zip": zipped({"xor.py": "4"})}
    ana, beto = submissions(write_class(tmp_path / "class", {**files}))
    for row, names in ((ana, ["ana/old/xor.py", "ana/xor.py"]), (beto, ["beto.py", "beto.zip/xor.py"])):
        assert row.content is None
        assert row.obstacle is not None
        assert row.obstacle.status == "two_files"
        assert all(name in row.obstacle.words() for name in names)


def test_of_a_later_zip_with_two_files_none_is_taken(tmp_path):
    later = zipped({"a.py": "2", "b.py": "3"})
    folder = write_class(tmp_path / "class", {"ana_7_100_xor.py": "1", "ana_7_200_xor.zip": later})
    assert told(folder) == [("ana", "ana_7_200_xor.zip/a.py, ana_7_200_xor.zip/b.py", "two_files")]


def test_who_a_student_is_for_the_platform(tmp_path):
    names = {"Ana G_12_assignsubmission_file_/x.py": "a", "ruiz_34_567_x.py": "b", "caro.py": "c"}
    people = {
        row.student: (row.person.platform, row.person.number)
        for row in submissions(write_class(tmp_path / "class", names))
    }
    assert people == {"Ana G": ("moodle", "12"), "ruiz": ("canvas", "34"), "caro": ("", "")}


def bomb():
    return zipped({"zeros.py": bytes(archives.MOST_BYTES + 1)})


REFUSED = {
    "a place above": (zipped({"../../evil.py": "x", "xor.py": "x"}), "unsafe"),
    "a place above, with the other stroke": (zipped({"..\\evil.py": "x"}), "unsafe"),
    "an absolute place": (zipped({"/etc/evil.py": "x"}), "unsafe"),
    "a drive": (zipped({"C:/evil.py": "x"}), "unsafe"),
    "a link": (zipped({"xor.py": "x"}, links=[("passwd.txt", "/etc/passwd")]), "unsafe"),
    "a bomb of size": (bomb(), "bomb"),
    "a bomb of number": (zipped({f"{i}.txt": "" for i in range(archives.MOST_FILES + 1)}), "bomb"),
    "a zip in a zip": (zipped({"again.zip": zipped({"xor.py": "x"})}), "nested"),
    "no zip": (b"PK\x03\x04 but then nothing", "unreadable"),
    "an empty file": (b"", "unreadable"),
    "nothing inside": (zipped({}), "other_files"),
    "only other files": (zipped({"report.pdf": "x"}), "other_files"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_zip_that_is_refused_concerns_its_student_alone(name, tmp_path):
    data, key = REFUSED[name]
    folder = write_class(tmp_path / "class", {"ana.zip": data, "beto.py": "b"})
    assert [(student, words) for student, _, words in told(folder)] == [("ana", key), ("beto", "b")]
    assert {path.name for path in tmp_path.rglob("*")} == {"class", "ana.zip", "beto.py"}


def test_an_entry_whose_bytes_are_damaged(tmp_path):
    data = bytearray(zipped({"xor.py": "a" * 100}, compression=zipfile.ZIP_STORED))
    data[data.index(b"aaaa")] ^= 0xFF
    assert statuses(write_class(tmp_path / "class", {"ana.zip": bytes(data)})) == {"ana": "unreadable"}


def test_an_entry_with_a_password(tmp_path):
    data = bytearray(zipped({"xor.py": "a"}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    assert told(write_class(tmp_path / "class", {"ana.zip": bytes(data)})) == [
        ("ana", "ana.zip/xor.py", "encrypted")
    ]


def test_links_are_not_followed(tmp_path):
    secret = write_class(tmp_path / "secret", {"xor.py": "the teacher's solution"})
    folder = write_class(tmp_path / "class", {"ana": None, "caro/xor.py": "c"})
    (folder / "ana" / "xor.py").symlink_to(secret / "xor.py")
    (folder / "beto").symlink_to(secret)
    (folder / "caro" / "data.csv").symlink_to(secret / "xor.py")
    (folder / "dan.py").symlink_to(folder / "caro" / "xor.py")
    (folder / "eva.py").symlink_to(folder / "nowhere")
    assert told(folder) == [
        ("ana", "ana/xor.py", "link"),
        ("beto", "beto", "link"),
        ("caro", "caro/xor.py", "c"),
        ("dan", "dan.py", "link"),
        ("eva", "eva.py", "link"),
    ]


def test_files_of_other_kinds(tmp_path, monkeypatch):
    monkeypatch.setattr(entries, "LARGEST", 10)
    folder = write_class(
        tmp_path / "class", {"big.py": "x" * 11, "fits.py": "x" * 10, "packed.rar": "x", "none": None}
    )
    write_class(folder, {"other/taller.pdf": "x", "other/taller.7z": "x", "report/taller.pdf": "x"})
    os.mkfifo(folder / "pipe.py")
    rows = {student: words for student, _, words in told(folder)}
    assert rows == {
        "big": "large",
        "fits": "x" * 10,
        "none": "no_file",
        "other": "packed",
        "packed": "packed",
        "pipe": "no_plain_file",
        "report": "other_files",
    }


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    folder = write_class(tmp_path / "class", {"ana.py": "a", "beto.py": "b"})
    opened = Path.open

    def refuse(path, *arguments):
        if path.name == "ana.py":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments)

    monkeypatch.setattr(Path, "open", refuse)
    ana, beto = submissions(folder)
    assert beto.content == b"b"
    assert ana.obstacle is not None
    assert ana.obstacle.words() == "ana.py cannot be read: permission denied"


def test_names_that_would_steer_a_terminal(tmp_path):
    (row,) = submissions(write_class(tmp_path / "class", {"ana\x1b[31m\n.py": "a"}))
    assert (row.student, row.file) == ("ana�[31m�", "ana�[31m�.py")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, "grade.empty"),
        ({"readme.txt": "x"}, "grade.empty"),
        ({"ana": None}, "grade.empty"),
        (None, "grade.missing"),
    ],
)
def test_a_folder_without_submissions(files, expected, language, tmp_path):
    set_language(language)
    if files is not None:
        (tmp_path / "class").mkdir()
        write_class(tmp_path / "class", files)
    with pytest.raises(FileError, match=str(tmp_path / "class")) as error:
        submissions(tmp_path / "class")
    assert error.value.key == expected


@pytest.mark.parametrize("content", [b"", b"no zip at all"])
def test_a_class_zip_that_is_none(content, tmp_path):
    (tmp_path / "class.zip").write_bytes(content)
    with pytest.raises(
        FileError, match=r"class\.zip as the zip of a class: it is damaged, or of another kind"
    ):
        submissions(tmp_path / "class.zip")
