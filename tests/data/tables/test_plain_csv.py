"""What polars reads alone is what `read_table` reads with care; where that is not sure, it is not read alone."""

from pathlib import Path

import numpy as np
import pytest

from gradiente.data.tables.form import Form
from gradiente.data.tables.plain_csv import plain_columns
from gradiente.data.tables.table import read_table

PLAIN = {
    "numbers": "a,city,y\n1.5,Cali,x\n-2e3,Pasto,y\n+3,,z\n",
    "other columns": "n,a,more,city\n1,4.627,é,Cali\n2,.5,x, Pasto \n",
    "quoted": 'a,city,y\n1,"Bogotá, D.C.",x\n2,"a""b",y\n',
    "missing words": "a,city,y\n1,NA,x\n2,null,y\n3,Cali,z\n",
    "codes": "a,city,y\n007,007,x\n2,1.0,y\n",
}
NOT_PLAIN = {
    "thousands": 'a,city,y\n"1,234",Cali,x\n2,Pasto,y\n',
    "a percent sign": "a,city,y\n5 %,Cali,x\n2 %,Pasto,y\n",
    "a number is missing": "a,city,y\n,Cali,x\n2,Pasto,y\n",
    "a word for it": "a,city,y\nNA,Cali,x\n2,Pasto,y\n",
    "infinite": "a,city,y\ninf,Cali,x\n2,Pasto,y\n",
    "a short row": "a,city,y\n1,Cali,x\n2,Pasto\n",
    "a long row": "a,city,y\n1,Cali,x\n2,Pasto,y,z\n",
    "an empty line": "a,city,y\n1,Cali,x\n\n2,Pasto,y\n",
    "semicolons": "a;city;y\n1,5;Cali;x\n2,5;Pasto;y\n",
    "no header": "1,Cali,x\n2,Pasto,y\n",
    "two columns of one name": "a,city,a\n1,Cali,2\n2,Pasto,3\n",
    "row numbers of pandas": ",a,city\n0,1,Cali\n1,2,Pasto\n",
    "a space before a quotation mark": 'a,city,y\n1, "Cali",x\n2,Pasto,y\n',
    "the line of Excel": "sep=,\na,city,y\n1,Cali,x\n",
    "a typographic minus": "a,city,y\n−1,Cali,x\n2,Pasto,y\n",
    "no rows": "a,city,y\n",
    "nothing": "",
}


def written(folder, content) -> Path:
    path = folder / "table.csv"
    path.write_text(content, encoding="utf-8", newline="")
    return path


@pytest.mark.parametrize("content", PLAIN.values(), ids=PLAIN)
def test_a_plain_table_has_the_same_columns(content, tmp_path):
    path = written(tmp_path, content)
    found = plain_columns(path, ["a", "city"], {"city"})
    table = read_table(path, Form(decimal="."))
    assert found is not None
    np.testing.assert_array_equal(found["a"], table.numbers("a"))
    assert found["city"].tolist() == table.words("city").tolist()


@pytest.mark.parametrize("content", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_not_sure_is_read_with_care(content, tmp_path):
    assert plain_columns(written(tmp_path, content), ["a", "city"], {"city"}) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_another_encoding_is_read_with_care(encoding, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("a,city,y\n1,Bogotá,x\n2,Ibagué,y\n".encode(encoding))
    assert plain_columns(path, ["a", "city"], {"city"}) is None
