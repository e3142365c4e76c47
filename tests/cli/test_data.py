import re
import shlex
from pathlib import Path

import click
import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from gradiente.cli.data_show import command as data_show
from gradiente.locale import LANGUAGES, set_language, text

from .conftest import contents, finish, gradiente, start, write_prices, write_table

AUGMENT = "RandomAffine(degrees=10, translate=(0.1, 0.1)), RandomErasing()"


def show(*arguments):
    """`gradiente data show ARGUMENTS --json`, which must succeed."""
    answer = gradiente("data", "show", *arguments, "--json")
    assert (answer.status, answer.err) == (0, ""), answer.err
    return answer.data


def pixels(path):
    with Image.open(path) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB")).astype(int)


def test_the_facts_of_the_digits():
    facts = show("digits")
    images, labels = load_digits(return_X_y=True)
    assert (facts["name"], facts["task"], facts["features"]) == ("digits", "classification", 64)
    assert facts["image_shape"] == [8, 8]
    assert facts["train"] + facts["test"] == len(images)
    counts = {row["name"]: row["train"] + row["test"] for row in facts["classes"]}
    assert counts == {str(label): int(np.sum(np.asarray(labels) == label)) for label in range(10)}
    assert facts["values"] == {"smallest": 0.0, "largest": 1.0}
    assert facts["targets"] is None


def test_the_facts_of_mnist(mnist_folder):
    facts = show("mnist", "--data-dir", mnist_folder, "--output", "some.png")
    assert (facts["train"], facts["test"], facts["features"]) == (60000, 10000, 784)
    assert sum(row["train"] for row in facts["classes"]) == 60000
    assert facts["output"] == "some.png"
    assert contents(Path()) == {"some.png"}


def test_the_facts_of_a_regression_in_its_own_units():
    write_prices("prices.csv")
    facts = show("prices.csv")
    prices = [float(row.split(",")[-1]) for row in Path("prices.csv").read_text().splitlines()[1:]]
    assert (facts["task"], facts["classes"], facts["image_shape"]) == ("regression", None, None)
    assert facts["targets"]["count"] == 1
    assert facts["targets"]["smallest"] == pytest.approx(min(prices), rel=1e-6)
    assert facts["targets"]["largest"] == pytest.approx(max(prices), rel=1e-6)
    assert facts["output"] is None


def test_a_table_is_not_standardized():
    write_table("garden.csv")
    rows = [row.split(",") for row in Path("garden.csv").read_text().splitlines()[1:]]
    numbers = [float(row[column]) for row in rows for column in (0, 2)]
    facts = show("garden.csv")
    assert facts["values"]["smallest"] == pytest.approx(min(*numbers, 0.0), rel=1e-6)
    assert facts["values"]["largest"] == pytest.approx(max(*numbers, 1.0), rel=1e-6)


@pytest.mark.parametrize("name", ["moons", "xor", "iris"])
def test_data_that_are_not_images_have_facts_and_no_picture(name, own_folder):
    facts = show(name)
    assert (facts["image_shape"], facts["output"]) == (None, None)
    assert contents(own_folder) == set()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["task", "classification", "training", "features", "class", "image: digits.png"]),
        ("es", ["tarea", "clasificación", "entrenamiento", "atributos", "clase", "imagen: digits.png"]),
    ],
)
def test_what_is_printed(language, words):
    answer = gradiente("data", "show", "digits", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in words)
    facts = show("digits")
    for row in facts["classes"]:
        assert re.search(rf"^ +{row['name']} +{row['train']} +{row['test']} *$", answer.out, re.MULTILINE)


def test_the_picture_before_and_after():
    assert show("digits", "--augment", AUGMENT, "--output", "both.png")["output"] == "both.png"
    assert show("digits", "--output", "plain.png")["output"] == "plain.png"
    both, plain = pixels("both.png"), pixels("plain.png")
    width = both.shape[1] // 2
    assert abs(width - plain.shape[1]) <= 2
    top = both.shape[0] // 5  # below the titles
    before, after = both[top:, :width], both[top:, width : 2 * width]
    assert (before != after).any(axis=2).mean() > 0.05
    # The same instances, in the same order, as without augmentation: only the titles differ.
    np.testing.assert_array_equal(before[:, : plain.shape[1]], plain[top:, :width])


def test_an_augmentation_that_does_nothing_changes_nothing():
    show("digits", "--augment", "RandomAffine", "--output", "both.png")
    both = pixels("both.png")
    width, top = both.shape[1] // 2, both.shape[0] // 5
    np.testing.assert_array_equal(both[top:, :width], both[top:, width : 2 * width])


def test_the_seed_is_the_picture():
    for name, seed in (("one", 3), ("same", 3), ("other", 4)):
        show("digits", "--augment", AUGMENT, "--seed", seed, "--output", f"{name}.png")
    one, same, other = (Path(f"{name}.png").read_bytes() for name in ("one", "same", "other"))
    assert one == same
    assert one != other


def test_in_another_process_the_bytes_are_the_same():
    arguments = ["data", "show", "digits", "--augment", AUGMENT, "--lang", "es"]
    assert finish(start(*arguments, "--output", "a.png")).status == 0
    assert gradiente(*arguments, "--output", "b.png").status == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert gradiente(*arguments[:-1], "en", "--output", "c.png").status == 0
    assert Path("a.png").read_bytes() != Path("c.png").read_bytes()


def test_as_many_images_as_asked_for_and_no_more_than_there_are():
    for count in (1, 2, 30):
        assert show("digits", "--count", count, "--output", f"{count}.png")["output"] == f"{count}.png"
        pixels(f"{count}.png")
    np.savez("few.npz", x=np.random.default_rng(0).random((10, 5, 5)), y=np.arange(10) % 2)
    show("few.npz", "--count", 400)
    pixels("few.png")


def test_pictures_in_colour_and_of_a_regression():
    x = np.random.default_rng(0).integers(0, 256, (30, 6, 9, 3), dtype=np.uint8)
    np.savez("colour.npz", x=x, y=np.arange(30) / 7)
    facts = show("colour.npz", "--augment", "RandomHorizontalFlip(p=1)")
    assert (facts["image_shape"], facts["features"], facts["output"]) == ([3, 6, 9], 162, "colour.png")
    assert facts["targets"]["largest"] == pytest.approx(29 / 7)
    image = pixels("colour.png")
    assert (np.abs(image[..., 0] - image[..., 2]) > 50).any()


WRONG = [
    ("digits --augment RandomAfine()", "did you mean RandomAffine?", "¿quiso decir RandomAffine?"),
    ("digits --augment RandomAffine(angle=10)", "has no argument angle", "angle"),
    ("digits --augment RandomErasing(p=2)", "p must be a number in [0, 1], got 2", "[0, 1]"),
    ("digits --augment ''", "at least one augmentation", "al menos un aumento"),
    ("digits --count 0", "from 1 to 400, got 0", "de 1 a 400; llegó 0"),
    ("digits --count x", "expected a whole number", "se esperaba un número entero"),
    ("digits --seed -1", "seed must be a number in [0, inf), got -1", "seed debe ser un número en [0, inf)"),
    ("digits --output digits.jpg", "does not end in .png", "no termina en .png"),
    (
        "moons --augment RandomAffine()",
        "the instances of moons are not images",
        "las instancias de moons no son imágenes",
    ),
    ("iris --output iris.png", "remove --output", "quite --output"),
    ("digts", "did you mean digits?", "¿quiso decir digits?"),
    ("digits iris", "unexpected: iris", "sobra: iris"),
    ("digits --augmnt x", "did you mean --augment?", "¿quiso decir --augment?"),
    ("", "is missing", "falta "),
]


@pytest.mark.parametrize(("line", "english", "spanish"), WRONG, ids=[line for line, _, _ in WRONG])
def test_wrong_use_is_answered_with_the_right_one(line, english, spanish, own_folder):
    for language, words in (("en", english), ("es", spanish)):
        answer = gradiente("data", "show", *shlex.split(line), "--lang", language)
        assert (answer.status, answer.out) == (2, "")
        assert answer.err.startswith("error: ")
        assert words in answer.err
        assert "Traceback" not in answer.err
    assert contents(own_folder) == set()


def test_images_with_too_many_channels_have_facts_and_no_picture(own_folder):
    np.savez("deep.npz", x=np.random.default_rng(0).random((20, 7, 6, 6)), y=np.arange(20) % 2)
    assert show("deep.npz")["image_shape"] == [7, 6, 6]
    answer = gradiente("data", "show", "deep.npz", "--augment", "RandomAffine(degrees=10)")
    assert answer.status == 2
    assert "the instances of deep are not images that can be drawn" in answer.err
    assert contents(own_folder) == {"deep.npz"}


def test_a_folder_that_is_not_there_fails():
    answer = gradiente("data", "show", "digits", "--output", "nowhere/digits.png")
    assert (answer.status, answer.out) == (1, "")
    assert "cannot write nowhere" in answer.err


def test_without_its_own_command_it_says_which_there_are():
    for language, words in (("en", "Commands:"), ("es", "Comandos:")):
        answer = gradiente("data", "--lang", language)
        assert (answer.status, answer.out) == (2, "")
        assert words in answer.err
        assert all(re.search(rf"^  {name} ", answer.err, re.MULTILINE) for name in ("check", "show"))


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "there is no command shwo: did you mean show?"), ("es", "no existe el comando shwo")],
)
def test_an_unknown_command_inside(language, words):
    answer = gradiente("data", "shwo", "--lang", language)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_help_in_both_languages(language):
    answer = finish(start("data", "show", "--help", "--lang", language))
    assert (answer.status, answer.err) == (0, "")
    spoken = " ".join(answer.out.split())
    assert "gradiente data show" in spoken
    command = data_show()
    options = [p for p in command.get_params(click.Context(command)) if isinstance(p, click.Option)]
    for option in options:
        assert option.help
        assert all(way in spoken for way in option.opts)
    set_language(language)
    for line in text("cli.data.show.example").splitlines():
        assert line in answer.out
    assert ("Usage:" in answer.out) == (language == "en")
    assert ("Uso:" in answer.out) == (language == "es")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_are_right_command_lines(language):
    set_language(language)
    for line in text("cli.data.show.example").splitlines():
        program, group, called, *arguments = shlex.split(line)
        assert (program, group, called) == ("gradiente", "data", "show")
        assert data_show().make_context("show", arguments) is not None
