"""Files that are no tables say what they are, with what to do."""

import pytest

from gradiente import check_data
from gradiente.data import load
from gradiente.errors import DataError, FileError

ROWS = "".join(f"{i}.5,{i * 7 % 11},{i % 2}\n" for i in range(40))
TABLE = f"a,b,y\n{ROWS}"
FILES = {
    "web page": ("<!DOCTYPE html><html><table><tr><td>1</td></tr></table></html>", "is a web page"),
    "JSON": ('[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', r"is JSON: .*polars.read_json"),
    "pointer": ("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n", "git lfs pull"),
    "ARFF": ("% a comment\n@relation x\n@attribute a numeric\n@data\n1,0\n", "is ARFF"),
    "spaces": (TABLE.replace(",", "  "), "between spaces"),
    "title": (f"Sales of 2024\n{TABLE}", "has a single value"),
    "title of a spreadsheet": (f"Sales of 2024,,\n{TABLE}", "has a single value"),
    "comments": (f"# exported\n# today\n{TABLE}", "has a single value"),
    "header again": (f"{TABLE}a,b,y\n{ROWS}", "line 42 has the names of the columns again"),
}


AS_TABLES = {"pointer", "spaces", "header again"}  # in which a check finds more than that


@pytest.mark.parametrize(
    ("read", "name"),
    [*((load, name) for name in FILES), *((check_data, name) for name in FILES if name not in AS_TABLES)],
)
def test_what_it_is_is_said(read, name, tmp_path):
    content, message = FILES[name]
    (tmp_path / "t.csv").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read(tmp_path / "t.csv")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_text_without_its_mark_names_its_encoding(encoding, tmp_path):
    (tmp_path / "t.csv").write_bytes(TABLE.encode(encoding))
    with pytest.raises(DataError, match=f"--encoding {encoding}"):
        load(tmp_path / "t.csv")


def test_another_error_stays_as_it_is(tmp_path):
    (tmp_path / "t.csv").write_bytes(TABLE.replace("5,", "5\0,", 1).encode())
    with pytest.raises(FileError, match="is not text"):
        load(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text(TABLE + "1,2\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 42: expected 3 values"):
        load(tmp_path / "t.csv")
    (tmp_path / "t.csv").write_text(TABLE.replace("0.5,0,0", "kg,0,1"), encoding="utf-8")
    with pytest.raises(DataError, match=r"line 2, column a: .*remove that row, or leave the column out"):
        load(tmp_path / "t.csv")


def test_the_target_is_not_to_be_dropped(tmp_path):
    rows = "".join(f"{i},{i}.25\n" for i in range(60))
    (tmp_path / "t.csv").write_text(f"a,y\n{rows}61,s\n", encoding="utf-8")
    with pytest.raises(DataError, match="line 62, column y: expected a number, got 's'") as found:
        load(tmp_path / "t.csv")
    (finding,) = check_data(tmp_path / "t.csv").findings
    for words in (str(found.value), str(finding)):
        assert "--drop" not in words
