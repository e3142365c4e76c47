"""`gradiente explain RUN --row` and `--importance`: numbers that add up, rows of the file, pictures, bad usage."""

import csv

import numpy as np
import pytest
from PIL import Image

import gradiente as gr
from gradiente.training.run import Run

from .conftest import gradiente


@pytest.fixture(scope="module")
def table_run(tmp_path_factory):
    """A table with a column of categories, and a run on it."""
    folder = tmp_path_factory.mktemp("table")
    generator = np.random.default_rng(0)
    city, size = generator.choice(["Cali", "Pasto", "Tunja"], 150), generator.normal(50, 10, 150)
    path = folder / "towns.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["city", "size", "coast"])
        writer.writerows(
            [c, f"{s:.2f}", "yes" if c == "Cali" else "no"] for c, s in zip(city, size, strict=True)
        )
    run = folder / "run"
    answer = gradiente("train", path, "--target", "coast", "--epochs", 300, "--run", run, "--no-report")
    assert answer.status == 0, answer.err
    return run, path, city, size


@pytest.mark.parametrize("row", [1, 7, 150])
def test_a_row_of_the_file_is_taken_apart_and_adds_up(table_run, row):
    run, path, city, size = table_run
    data = gradiente("explain", run, "--row", row, "--json").data
    opened = Run.open(run)
    encoder = opened.description().table_encoder()
    assert encoder is not None
    p = opened.loss().estimate(opened.network().predict(encoder.encode(path)))[row - 1, 0]
    assert data["answer"] == ("yes" if city[row - 1] == "Cali" else "no")
    assert data["f"] == pytest.approx(float(max(p, 1 - p)), rel=1e-5)
    amounts = [part["amount"] for part in data["columns"]]
    assert sum(amounts) == pytest.approx(data["f"] - data["f_baseline"], rel=2e-3)
    parts = {part["column"]: part for part in data["columns"]}
    assert set(parts) == {"city", "size"}  # the categories are one column
    assert parts["city"]["value"] == city[row - 1]
    assert float(parts["size"]["value"]) == pytest.approx(size[row - 1], abs=0.01)
    assert abs(parts["city"]["amount"]) > abs(parts["size"]["amount"])
    assert parts["size"]["amount"] == pytest.approx(parts["size"]["change"] * parts["size"]["slope"])


def test_a_row_of_another_file(table_run, tmp_path):
    run, *_ = table_run
    (tmp_path / "new.csv").write_text("size,city\n40,Pasto\n60,Cali\n")
    data = gradiente("explain", run, tmp_path / "new.csv", "--row", 2, "--json").data
    assert (data["source"], data["answer"]) == ("new.csv", "yes")
    words = gradiente("explain", run, tmp_path / "new.csv", "--row", 2).out
    assert "Row 2 of new.csv" in words
    assert "∫₀¹ ∂F/∂xⱼ" in words


def test_an_answer_of_a_regression_is_in_its_units(tmp_path):
    generator = np.random.default_rng(1)
    x = generator.normal(size=(200, 2))
    lines = [f"{a:.4f},{b:.4f},{300 + 40 * a:.4f}" for a, b in x]
    (tmp_path / "price.csv").write_text("rooms,noise,price\n" + "\n".join(lines) + "\n")
    options = ("--target", "price", "--epochs", 60, "--run", tmp_path / "run", "--no-report")
    assert gradiente("train", tmp_path / "price.csv", *options).status == 0
    data = gradiente("explain", tmp_path / "run", "--row", 3, "--json").data
    assert data["f"] == pytest.approx(300 + 40 * x[2, 0], abs=12)
    parts = {part["column"]: part["amount"] for part in data["columns"]}
    assert parts["rooms"] == pytest.approx(40 * (x[2, 0] - x[:, 0].mean()), abs=12)
    assert data["sum"] == pytest.approx(data["f"] - data["f_baseline"], rel=2e-3)


def test_a_picture_is_taken_apart_by_its_pixels(digits_run, tmp_path):
    picture = tmp_path / "parts.png"
    answer = gradiente("explain", digits_run, "--row", 4, "--output", picture)
    assert answer.status == 0
    assert all(
        words in answer.out for words in ("for the answer", "against it", "a black picture", "which is")
    )
    data = gradiente("explain", digits_run, "--row", 4, "--json").data
    assert len(data["columns"]) == 64
    assert data["sum"] == pytest.approx(data["f"] - data["f_baseline"], rel=2e-3)
    with Image.open(picture) as image:
        assert min(image.size) > 300


def test_the_importance_of_the_columns(table_run):
    run, *_ = table_run
    data = gradiente("explain", run, "--importance", "--json").data
    first, second = data["columns"]
    assert (first["column"], second["column"]) == ("city", "size")
    assert first["importance"] > 0.2 > second["importance"]
    opened = Run.open(run)
    _, test = gr.data.load(str(table_run[1]), target="coast", seed=0)
    expected = gr.permutation_importance(opened.network(), opened.loss(), test)
    assert data["score"] == expected.score
    words = gradiente("explain", run, "--importance", "--lang", "es").out
    assert "cuánto baja al barajar una columna" in " ".join(words.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["RUN", "--row", "0"], "no row 0"),
        (["RUN", "--row", "151"], "1 to 150"),
        (["RUN", "--row", "1", "--step", "2"], "--row and --importance"),
        (["RUN", "--row", "1", "--importance"], "one of them"),
        (["RUN", "--output", "a.png"], "--row"),
        (["RUN", "missing.csv", "--row", "1"], "missing.csv"),
        (["RUN", "--row", "1", "--output", "a.pdf"], ".png"),
        (["iris", "--row", "1"], "folder of a run"),
        (["--importance"], "folder of a run"),
    ],
)
def test_bad_usage_is_one_message(table_run, arguments, words):
    answer = gradiente("explain", *(table_run[0] if part == "RUN" else part for part in arguments))
    assert answer.status in (1, 2)
    assert words in answer.err
    assert len(answer.err.strip().splitlines()) == 1


def test_pictures_have_no_columns(digits_run):
    answer = gradiente("explain", digits_run, "--importance")
    assert (answer.status, "pixels" in answer.err) == (2, True)
