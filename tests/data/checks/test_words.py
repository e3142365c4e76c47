"""Spellings of one thing that are taken for several, dates as numbers, and copies among few categories."""

import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gradiente import check_data
from gradiente.data.checks.of_words import key_of

RNG = np.random.default_rng


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yes", "yes"),
        ("sí", "si"),
        ("Nariño", "Narin\u0303o"),
        ("red", "red\u200b"),
        ("red  car", "Red car"),
        ("1", "1.0"),
        ("01", "1"),
    ],
)
def test_alike(one, other):
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("año", "ano"), ("a", "b"), ("9" * 20, "9" * 19 + "8"), ("", "0")]
)
def test_not_alike(one, other):
    assert key_of(one) != key_of(other)


def people(answers, kinds):
    x = RNG(0).normal(size=len(answers))
    return pd.DataFrame({"x": x, "kind": kinds, "answer": answers})


def findings(table, tmp_path, key):
    table.to_csv(tmp_path / "t.csv", index=False)
    return [finding for finding in check_data(tmp_path / "t.csv") if finding.key == key]


def test_a_class_in_two_spellings_is_warned_of_and_a_category_is_a_remark(tmp_path):
    answers = np.array(["yes", "no", "Yes", "no"])[RNG(1).integers(0, 4, 200)]
    kinds = np.array(["TRUE", "true", "FALSE", "?x"])[RNG(2).integers(0, 4, 200)]
    table = people(answers, kinds)
    (classes,) = findings(table, tmp_path, "alike_classes")
    counts = table["answer"].value_counts()
    assert (classes.level, classes.column) == ("warning", "answer")
    assert classes.evidence["words"] == f"'Yes' {counts['Yes']}; 'yes' {counts['yes']}"
    (words,) = findings(table, tmp_path, "alike_words")
    assert (words.level, words.column) == ("remark", "kind")
    assert "'FALSE'" not in words.evidence["words"]


@pytest.mark.parametrize(
    ("words", "found"),
    [(["sí", "1", "no", "0"], True), (["t", "f"], False), (["sí", "no", "1", "blue"], False)],
)
def test_yes_as_a_word_and_as_a_digit_is_one_answer(tmp_path, words, found):
    kinds = np.array(words)[RNG(2).integers(0, len(words), 200)]
    answers = np.where(RNG(1).random(200) < 0.5, "a", "b")
    assert bool(findings(people(answers, kinds), tmp_path, "alike_words")) is found


def test_letters_are_words_of_their_own(tmp_path):
    letters = np.array(list("abcdefghijklmnopqrstuvwxyzABCDEFG"))[RNG(1).integers(0, 33, 2000)]
    assert not findings(people(letters, "k"), tmp_path, "alike_classes")


def test_dates_as_numbers_are_a_remark(tmp_path):
    days = pd.date_range("2023-11-01", periods=200)
    table = pd.DataFrame({"day": days.strftime("%Y%m%d").astype(int), "x": RNG(0).normal(size=200)})
    table["y"] = table["x"] * 2 + RNG(1).normal(size=200)
    (finding,) = findings(table.sample(frac=1, random_state=0), tmp_path, "day_numbers")
    assert (finding.evidence["low"], finding.evidence["high"]) == ("20231101", "20240518")
    table["day"] += 50  # days 51 to 80
    assert not findings(table, tmp_path, "day_numbers")


def test_copies_in_a_table_that_tells_most_rows_apart_are_no_chance(tmp_path):
    """No column is different in every row, and 150 of 450 rows are there twice; chance would have made about five."""
    generator = RNG(0)
    table = pd.DataFrame(
        {
            "x1": generator.uniform(0, 10, 300).round(2),
            "x2": generator.uniform(-5000, 5000, 300).round(),
            "k": np.array(["red", "green", "blue"])[generator.integers(0, 3, 300)],
        }
    )
    table["y"] = np.where(table["x1"] + table["x2"] / 2000 + generator.normal(size=300) > 5, "yes", "no")
    table = pd.concat([table, table.head(150)])
    (finding,) = findings(table, tmp_path, "across_split")
    assert finding.evidence["repeated"] == table.duplicated().sum() == 150
    assert finding.level == "warning"


def test_copies_among_pictures_are_named_as_such(tmp_path):
    generator = RNG(0)
    for place in range(40):
        path = tmp_path / "photos" / ("sun", "moon")[place % 2] / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(generator.integers(0, 255, (6, 6), np.uint8)).save(path)
        shutil.copy(path, path.with_name(f"copy{place}.png"))
    (finding,) = [f for f in check_data(tmp_path / "photos") if f.key.startswith(("across", "repeated"))]
    assert (finding.key, finding.evidence["repeated"]) == ("across_split_pictures", 40)
    assert "fdupes" in str(finding)
    assert "polars" not in str(finding)
