import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from .conftest import FLOWERS, gradiente, weights, write_table


def rows_of(path):
    with Path(path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def predicted(run, *files):
    answer = gradiente("predict", run, *files, "--json")
    assert (answer.status, answer.err) == (0, ""), answer.err
    return answer.data


def by_hand(run, rows):
    """The probability of the second class for rows of the garden, from the run's files by the formulas."""
    encoder = json.loads((run / "data.json").read_text())["encoder"]
    numbers = np.array([[float(row["height"]), float(row["width"])] for row in rows])
    height, width = ((numbers - encoder["mean"]) / encoder["scale"]).T
    soils = [[float(row["soil"] == kind) for kind in ("clay", "sand")] for row in rows]
    x = np.column_stack([height, soils, width])
    w = {name: array.astype(np.float64) for name, array in weights(run).items()}
    score = np.maximum(0, x @ w["0.weight"].T + w["0.bias"]) @ w["2.weight"].T + w["2.bias"]
    return 1 / (1 + np.exp(-score[:, 0]))


def test_the_rows_of_a_table(table_run):
    table, run = table_run
    found = predicted(run, table)
    classes = sorted(FLOWERS)
    for row, second in zip(found, by_hand(run, rows_of(table)), strict=True):
        assert list(row["probabilities"]) == classes
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-6)
        assert row["probabilities"][classes[1]] == pytest.approx(second, abs=1e-5)
        assert row["class"] == classes[int(second > 0.5)]
        assert row["probability"] == max(row["probabilities"].values())
    assert [row["source"] for row in found] == [f"garden.csv:{number}" for number in range(1, len(found) + 1)]


def test_without_the_target_and_in_another_order(table_run):
    table, run = table_run
    rows = rows_of(table)[:9]
    with open("new.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(
            file, ["width", "soil", "note", "height"], extrasaction="ignore", delimiter=";"
        )
        writer.writeheader()
        writer.writerows({**row, "note": "seen by the river"} for row in rows)
    expected = [row["probability"] for row in predicted(run, table)[:9]]
    assert [row["probability"] for row in predicted(run, "new.csv")] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["instance", "class", "probability"]), ("es", ["instancia", "clase", "probabilidad"])],
)
def test_what_is_printed(language, words, table_run):
    table, run = table_run
    answer = gradiente("predict", run, table, "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in words)
    found = predicted(run, table)
    lines = answer.out.splitlines()
    assert sum("garden.csv:" in line for line in lines) == len(found)
    first = next(line for line in lines if "garden.csv:1 " in line)
    assert found[0]["class"] in first
    assert "%" in first


def test_also_into_a_file(table_run):
    table, run = table_run
    answer = gradiente("predict", run, table, "--output", "said.csv")
    assert answer.status == 0
    written = rows_of("said.csv")
    found = predicted(run, table)
    assert [(row["source"], row["class"]) for row in written] == [
        (row["source"], row["class"]) for row in found
    ]
    assert [float(row["probability"]) for row in written] == [row["probability"] for row in found]


def test_names_that_look_like_markup_are_printed_as_they_are():
    write_table("garden.csv")
    text = (
        Path("garden.csv")
        .read_text(encoding="utf-8")
        .replace(",red", ",[red]si")
        .replace(",white", ",:smile:")
    )
    Path("signs.csv").write_text(text, encoding="utf-8")
    assert gradiente("train", "signs.csv", "--epochs", 30, "--run", "run", "--no-report").status == 0
    out = gradiente("predict", "run", "signs.csv").out
    assert "[red]si" in out
    assert ":smile:" in out


def test_an_npz_by_an_independent_forward_pass():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(50, 3))
    np.savez("data.npz", x=x, y=generator.integers(4, 7, size=50))
    chosen = ["--network", "Linear(3, 6), Tanh, Linear(6, 3)", "--no-standardize", "--epochs", 3]
    assert gradiente("train", "data.npz", *chosen, "--run", "run", "--no-report").status == 0
    new = generator.normal(size=(8, 3))
    np.savez("new.npz", x=new)
    w = {name: array.astype(np.float64) for name, array in weights("run").items()}
    scores = np.tanh(new @ w["0.weight"].T + w["0.bias"]) @ w["2.weight"].T + w["2.bias"]
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    found = predicted("run", "new.npz")
    assert [list(row["probabilities"]) for row in found] == [["4", "5", "6"]] * 8
    np.testing.assert_allclose([list(row["probabilities"].values()) for row in found], expected, atol=1e-6)


def test_several_targets():
    generator = np.random.default_rng(0)
    x = generator.normal(size=(60, 3))
    np.savez("pairs.npz", x=x, y=np.stack([1000 + 100 * x[:, 0], x[:, 1]], axis=1))
    chosen = ["pairs.npz", "--hidden", "none", "--lr", 0.05, "--epochs", 200]
    assert gradiente("train", *chosen, "--run", "run", "--no-report").status == 0
    values = np.array([[row["value"]["y1"], row["value"]["y2"]] for row in predicted("run", "pairs.npz")])
    assert values.shape == (60, 2)
    np.testing.assert_allclose(values[:, 0], 1000 + 100 * x[:, 0], rtol=0.05)
    answer = gradiente("predict", "run", "pairs.npz", "--output", "said.csv", "--lang", "es")
    assert answer.status == 0
    assert "y2" in answer.out
    with open("said.csv", encoding="utf-8") as file:
        assert file.readline().split() == ["source,y1,y2"]


def test_a_network_with_more_outputs_than_classes():
    generator = np.random.default_rng(0)
    np.savez("data.npz", x=generator.normal(size=(30, 2)), y=np.arange(30) % 3)
    chosen = ["--network", "Linear(2, 5)", "--epochs", 0]
    assert gradiente("train", "data.npz", *chosen, "--run", "run", "--no-report").status == 0
    for row in predicted("run", "data.npz"):
        assert list(row["probabilities"]) == ["0", "1", "2", "3", "4"]
        assert sum(row["probabilities"].values()) == pytest.approx(1, abs=1e-6)


@pytest.fixture
def test_images(mnist_folder):
    """The first 40 test images of MNIST and what they show, read byte by byte."""
    images = gzip.decompress((mnist_folder / "t10k-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((mnist_folder / "t10k-labels-idx1-ubyte.gz").read_bytes())
    pixels = np.frombuffer(images, np.uint8, offset=16, count=40 * 784).reshape(40, 28, 28)
    return pixels, np.frombuffer(labels, np.uint8, offset=8, count=40)


@pytest.mark.parametrize("ink", ["light on dark", "dark on light"])
def test_pictures_of_digits(ink, mnist_run, test_images):
    images, labels = test_images
    files = []
    for number, image in enumerate(images):
        sheet = np.zeros((200, 170), dtype=np.uint8)
        sheet[30:142, 40:152] = np.kron(image, np.ones((4, 4), dtype=np.uint8))
        files.append(f"{number}.png" if number % 2 else f"{number}.jpg")
        Image.fromarray(sheet if ink == "light on dark" else 255 - sheet).save(files[-1])
    found = predicted(mnist_run[0], *files)
    assert [row["source"] for row in found] == files
    right = [row["class"] == str(label) for row, label in zip(found, labels, strict=True)]
    assert np.mean(right) >= 0.8


def test_pictures_for_a_run_of_small_digits(digits_run):
    images, labels = load_digits(return_X_y=True)
    files = [f"{number}.png" for number in range(40)]
    for file, image in zip(files, images, strict=False):
        large = np.kron(image.reshape(8, 8), np.ones((9, 9)))
        Image.fromarray((255 - 15 * large).astype(np.uint8)).save(file)
    right = [
        row["class"] == str(label) for row, label in zip(predicted(digits_run, *files), labels, strict=False)
    ]
    assert np.mean(right) >= 0.9


@pytest.fixture
def photographs(test_images):
    """A file for each of the images, dark on a sheet half in the shade and with a speck on it."""
    files = []
    for number, image in enumerate(test_images[0]):
        page = np.full((200, 170), 220.0)
        page[30:142, 40:152] -= 0.8 * np.kron(image, np.ones((4, 4)))
        page[180:184, 10:14] = 0
        page *= np.linspace(1, 0.4, 170)
        files.append(f"{number}.png")
        Image.fromarray(page.astype(np.uint8)).save(files[-1])
    return files


def test_photographs_of_digits(mnist_run, photographs, test_images):
    found = predicted(mnist_run[0], *photographs)
    right = [row["class"] == str(label) for row, label in zip(found, test_images[1], strict=True)]
    assert np.mean(right) >= 0.8


@pytest.mark.parametrize(
    ("language", "words"), [("en", "as the network sees it"), ("es", "tal como la ve la red")]
)
def test_what_the_network_saw_is_shown(mnist_run, photographs, test_images, language, words):
    answer = gradiente("predict", mnist_run[0], *photographs[:2], "--show", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.count(words) == 2
    for image, part in zip(test_images[0], answer.out.split(words)[1:], strict=False):
        lines = [line[1:-1:2] for line in part.splitlines() if line.startswith("│")]
        shown = np.array([[" ░▒▓█".index(character) for character in line] for line in lines])
        assert shown.shape == (28, 28)
        assert np.corrcoef(shown.ravel(), image.ravel())[0, 1] > 0.8


def test_what_the_network_saw_beside_json(mnist_run, photographs):
    answer = gradiente("predict", mnist_run[0], photographs[0], "--show", "--json")
    assert answer.status == 0
    assert [row["source"] for row in answer.data] == photographs[:1]
    assert "as the network sees it" in answer.err


def test_pictures_of_other_things_are_not_cleaned(digits_run):
    page = np.full((100, 100), 255, dtype=np.uint8)
    page[30:70, 45:55] = 0
    Image.fromarray(page).save("clean.png")
    page[5:8, 5:8] = 0
    Image.fromarray(page).save("speck.png")
    answer = gradiente("predict", digits_run, "clean.png", "speck.png", "--show")
    clean, speck = answer.out.split("as the network sees it")[1:]
    assert clean.splitlines()[1:11] != speck.splitlines()[1:11]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "--show shows images"), ("es", "--show muestra imágenes")]
)
def test_a_table_is_not_shown(table_run, language, words):
    table, run = table_run
    answer = gradiente("predict", run, table, "--show", "--output", "said.csv", "--lang", language)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    assert not Path("said.csv").exists()


def test_ten_rows_and_a_count_where_a_file_is_written(table_run, tmp_path):
    table, run = table_run
    answer = gradiente("predict", run, table, "--output", "said.csv", "--lang", "en")
    assert answer.status == 0
    rows = rows_of("said.csv")
    assert len(rows) == len(rows_of(table)) > 10
    assert [f"garden.csv:{n}" in answer.out for n in (1, 10, 11)] == [True, True, False]
    assert answer.out.rstrip().endswith(f"{len(rows)} predictions in said.csv")
