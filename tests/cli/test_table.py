"""Tables as people have them: trained on and predicted by the command line, and what it says about them."""

import csv
import json

import numpy as np
import pytest

from gradiente.locale import catalogue

from .conftest import gradiente

ROWS = 60


@pytest.fixture
def odd():
    """A table of a spreadsheet in Spanish, without header: y = a + 2 b + 3 where it is Cali."""
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, ROWS)).round(2)
    lines = []
    for i in range(ROWS):
        numbers = [f"{a[i]:.2f}", f"{1000 * b[i]:,.1f}", f"{a[i] + 2 * b[i] + 3 * (i % 2):.2f}"]
        first, second, y = (number.translate(str.maketrans(",.", ".,")) for number in numbers)
        lines.append(
            "|".join([f"r{i}", "N/A" if i == 7 else first, "Cali" if i % 2 else "Bogotá", second, y])
        )
    return lines


def test_every_option_of_a_table(odd):
    with open("odd.txt", "w", encoding="utf-16") as file:
        file.write("\n".join(odd))
    options = [
        "--no-header",
        "--separator",
        "|",
        "--decimal",
        ",",
        "--encoding",
        "utf-16",
        "--drop",
        "column_1",
    ]
    fit = [
        "--missing",
        "indicator",
        "--task",
        "regression",
        "--epochs",
        150,
        "--lr",
        0.03,
        "--batch-size",
        16,
    ]
    answer = gradiente(
        "train", "odd.txt", *options, *fit, "--run", "run", "--no-report", "--json", "--seed", 1
    )
    assert answer.status == 0, answer.err
    assert json.loads(answer.out)["test"]["r2"] > 0.9
    with open("new.csv", "w", encoding="utf-8") as file:
        file.write("column_2;column_3;column_4\n0;Cali;0\n1,5;Bogotá;1.000,0\n0;Leticia;0\n")
    answer = gradiente("predict", "run", "new.csv", "--output", "said.csv", "--lang", "es")
    assert answer.status == 0, answer.err
    assert (
        "columna column_3: 1 de 3 filas tiene una categoría que el entrenamiento no vio ('Leticia'"
        in answer.err
    )
    with open("said.csv", encoding="utf-8", newline="") as file:
        said = [float(row["value"]) for row in csv.DictReader(file)]
    np.testing.assert_allclose(said[:2], [3, 3.5], atol=0.9)


@pytest.mark.parametrize("lang", ["en", "es"])
def test_what_is_taken_is_said_before_training(lang):
    with open("wine.csv", "w", encoding="utf-8") as file:
        file.write("class,alcohol,quality\n" + "".join(f"{i % 2},{i}.5,{3 + i % 6}\n" for i in range(ROWS)))
    answer = gradiente("train", "wine.csv", "--epochs", 1, "--no-report", "--lang", lang)
    words = catalogue(lang)
    assert words["csv.remark.as_classification"].format(target="quality", count=6) in answer.out
    assert words["csv.remark.like_target"].format(target="quality", column="class") in answer.out
    assert words["train.data.target"].format(target="quality") in " ".join(answer.out.split())
    taken = gradiente(
        "train", "wine.csv", "--epochs", 1, "--no-report", "--loss", "MSELoss", "--json", "--lang", lang
    )
    assert "r2" in json.loads(taken.out)["test"]
    assert words["csv.remark.as_regression"].format(target="quality", count=6) in taken.err


def test_the_part_that_needs_a_row_of_a_class_is_named():
    with open("two.csv", "w", encoding="utf-8") as file:
        file.write("a,y\n" + "".join(f"{i}.5,k{i // 2:03}\n" for i in range(ROWS)))
    answer = gradiente("train", "two.csv", "--epochs", 1, "--lang", "en")
    assert answer.status == 1
    assert "class k000 has a single row in the training part, and validation needs one" in answer.err
    answer = gradiente("train", "two.csv", "--epochs", 1, "--validation", 0, "--no-report")
    assert answer.status == 0, answer.err
