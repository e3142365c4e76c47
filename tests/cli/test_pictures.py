"""A folder of pictures by class, from training to prediction."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gradiente.cli.seen import print_seen
from gradiente.data import read_picture
from gradiente.training.run import Run

from ..data.pictures import squares
from .conftest import gradiente


@pytest.fixture(scope="module")
def squares_run(tmp_path_factory):
    """(a folder of red and of blue squares, a finished run on it); both are only read."""
    folder = tmp_path_factory.mktemp("squares")
    squares(folder / "squares", count=40, size=(14, 10))
    options = ("--epochs", "60", "--engine", "numpy", "--run", folder / "run", "--json", "--lang", "en")
    answer = gradiente("train", folder / "squares", *options)
    assert answer.status == 0, answer.err
    return folder / "squares", folder / "run", answer


def test_red_squares_are_told_from_blue_ones(squares_run):
    folder, run, answer = squares_run
    assert answer.data["test"]["accuracy"] == 1
    assert "80 pictures of 2 classes (blue, red), as 10 × 14 pixels in colour." in answer.err
    assert "a convolutional network is taken for pictures" in answer.err
    description = json.loads((run / "data.json").read_text())
    assert (description["image_shape"], description["picture_files"]) == ([3, 10, 14], True)
    assert answer.data["config"]["data"]["name"] == str(folder)
    evaluated = gradiente("evaluate", run, "--json")
    assert evaluated.data["metrics"] == answer.data["test"]
    assert "data:image/png" in (run / "report.html").read_text(encoding="utf-8")


def test_predictions_are_those_of_python(squares_run):
    folder, run, _ = squares_run
    files = [folder / "red" / "3.png", folder / "blue" / "5.png"]
    found = gradiente("predict", run, *files, "--json").data
    scores = Run.open(run).network().predict(np.stack([read_picture(file, (3, 10, 14)) for file in files]))
    second = 1 / (1 + np.exp(-scores[:, 0]))
    assert [row["class"] for row in found] == ["red", "blue"]
    assert [row["source"] for row in found] == ["3.png", "5.png"]
    for row, expected in zip(found, second, strict=True):
        assert row["probabilities"]["red"] == pytest.approx(expected, abs=1e-5)


def test_a_folder_has_a_line_for_each_picture(squares_run):
    folder, run, _ = squares_run
    answer = gradiente("predict", run, folder, "--output", "out.csv")
    assert answer.status == 0, answer.err
    with open("out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 80
    assert all(row["source"].startswith(row["class"]) for row in rows)


def test_other_sizes_formats_and_modes(squares_run):
    _, run, _ = squares_run
    page = Image.new("RGBA", (280, 300), (128, 128, 128, 255))
    page.paste((255, 0, 0, 255), (100, 120, 190, 210))
    page.save("large.png")
    page.convert("RGB").save("photo.jpg")
    page.convert("RGB").save("photo.webp")
    page.convert("P").save("few.gif")
    found = gradiente("predict", run, "large.png", "photo.jpg", "photo.webp", "few.gif", "--json").data
    assert [row["class"] for row in found] == ["red"] * 4


def test_show_in_colours_where_there_are_some(squares_run, monkeypatch):
    folder, run, _ = squares_run
    plain = gradiente("predict", run, folder / "red" / "3.png", "--show", "--lang", "en")
    assert "3.png as the network sees it, 10 × 14 pixels:" in plain.out
    assert "\x1b" not in plain.out
    assert sum("│" in line for line in plain.out.splitlines()) == 10
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    colours = gradiente("predict", run, folder / "red" / "3.png", "--show", "--lang", "en")
    assert "48;2;255;0;0m" in colours.out
    assert "48;2;128;128;128m" in colours.out


def test_a_picture_wider_than_the_terminal_is_shown_smaller(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "40")
    print_seen("wide", np.ones(30 * 60), (30, 60), as_json=False)
    lines = [line for line in capsys.readouterr().out.splitlines() if "█" in line]
    assert len(lines) == 30 // 4
    assert all(len(line) <= 40 for line in lines)


def test_what_is_wrong_is_said_before_anything_is_trained(own_folder):
    squares(own_folder / "two", count=5)
    (own_folder / "two" / "green").mkdir()
    squares(own_folder / "one", ("red",))
    squares(own_folder / "bad", count=4)
    (own_folder / "bad" / "red" / "2.png").write_text("words")
    (own_folder / "flat").mkdir()
    Image.new("L", (5, 5)).save(own_folder / "flat" / "1.png")
    (own_folder / "nothing").mkdir()
    squares(own_folder / "huge", count=2)
    Image.new("1", (9000, 9000)).save(own_folder / "huge" / "red" / "bomb.png")
    for name, words, spanish in (
        ("two", "green has no pictures", "green no tiene imágenes"),
        ("one", "a single class, red", "una sola clase, red"),
        ("bad", "2.png is not an image", "2.png no es una imagen"),
        ("flat", "lie side by side", "todas juntas"),
        ("nothing", "there are no pictures in", "no hay imágenes en"),
        ("huge", "more than 50 million pixels", "más de 50 millones de píxeles"),
    ):
        for language, expected in (("en", words), ("es", spanish)):
            answer = gradiente("train", name, "--run", "run", "--lang", language)
            assert (answer.status, expected in answer.err) == (1, True), answer.err
        assert not (own_folder / "run").exists()
    answer = gradiente("train", "two", "--image-size", "2", "--lang", "en")
    assert (answer.status, "[4, 1024]" in answer.err) == (2, True)


def test_a_run_is_measured_on_another_folder(squares_run, own_folder):
    _, run, _ = squares_run
    squares(own_folder / "new", count=6, size=(20, 20), seed=5)
    answer = gradiente("evaluate", run, "new", "--json", "--lang", "en")
    answers = gradiente("predict", run, "new", "--json").data
    right = np.mean([row["class"] == Path(row["source"]).parent.name for row in answers])
    assert answer.data["instances"] == len(answers) == 12
    assert answer.data["metrics"]["accuracy"] == pytest.approx(right)
    assert "new: 12 pictures, read as those of training" in answer.err
    squares(own_folder / "new", ("green",))
    answer = gradiente("evaluate", run, "new", "--lang", "es")
    assert (answer.status, answer.out) == (1, "")
    assert "new tiene una clase green que no está entre las de entrenamiento: blue, red" in answer.err


def test_the_test_part_in_a_folder_of_its_own(own_folder):
    squares(own_folder / "mine", count=10)
    squares(own_folder / "new", ("blue",), count=3, seed=5)
    options = ("--epochs", "2", "--run", "run", "--json", "--lang", "en")
    answer = gradiente("train", "mine", "--test", "new", *options)
    assert answer.status == 0, answer.err
    assert gradiente("evaluate", "run", "--json").data["metrics"] == answer.data["test"]
    assert gradiente("evaluate", "run", "new", "--json").data["metrics"] == answer.data["test"]


def test_what_cannot_be_predicted(squares_run, table_run):
    folder, run, _ = squares_run
    with open("bad.png", "w", encoding="utf-8") as file:
        file.write("words")
    for arguments, status, words in (
        ((run, "bad.png"), 1, "bad.png is not an image"),
        ((run, "none.png"), 1, "none.png"),
        ((run, "notes.txt"), 2, "cannot predict from notes.txt"),
        ((table_run[1], folder), 2, "does not contain images"),
        ((run, "."), 1, "bad.png"),
    ):
        answer = gradiente("predict", *arguments, "--output", "out.csv", "--lang", "en")
        assert (answer.status, words in answer.err) == (status, True), answer.err
    assert not Path("out.csv").exists()


def test_explain_and_show(squares_run):
    folder, run, _ = squares_run
    assert gradiente("explain", run, "--instances", "2", "--json").status == 0
    shown = gradiente("data", "show", folder, "--output", "some.png", "--json")
    assert shown.data["image_shape"] == [3, 10, 14]
    with Image.open("some.png") as picture:
        colours = np.asarray(picture.convert("RGB")).reshape(-1, 3)
    assert (colours == (255, 0, 0)).all(axis=1).any()
    assert (colours == (0, 0, 255)).all(axis=1).any()
