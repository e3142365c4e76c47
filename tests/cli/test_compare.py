import statistics
from pathlib import Path

import pytest

from gradiente.comparison import REMEDIES
from gradiente.locale import LANGUAGES, catalogue

from .conftest import CTRL_C, contents, finish, gradiente, start

QUICK = ["--seeds", 2, "--epochs", 3, "--hidden", "8", "--samples", 40]
PARTS = ("train", "validation", "test")


def compare(*arguments):
    answer = gradiente("compare", *QUICK, *arguments, "--json")
    assert answer.status == 0, answer.err
    return answer.data


def test_a_row_for_every_remedy_with_its_spread():
    found = compare()
    assert [row["remedy"] for row in found["rows"]] == [remedy.name for remedy in REMEDIES]
    assert (found["data"], found["samples"], found["validation"], found["seeds"]) == ("digits", 40, 40, 2)
    assert found["output"] == "compare-digits.html"
    for row, remedy in zip(found["rows"], REMEDIES, strict=True):
        assert row["values"] == remedy.values
        assert [seed["seed"] for seed in row["seeds"]] == [0, 1]
        for part in PARTS:
            scores = [seed[part]["accuracy"] for seed in row["seeds"]]
            assert row["mean"][part] == pytest.approx(statistics.mean(scores))
            assert row["sd"][part] == pytest.approx(statistics.stdev(scores))
            assert all(seed[part]["loss"] > 0 for seed in row["seeds"])
        gaps = [seed["train"]["accuracy"] - seed["test"]["accuracy"] for seed in row["seeds"]]
        assert [seed["gap"] for seed in row["seeds"]] == pytest.approx(gaps)
        for seed in row["seeds"]:
            assert len(seed["curves"]["train"]) == len(seed["curves"]["validation"]) == seed["epochs"]
            assert 1 <= seed["best_epoch"] <= seed["epochs"]
    best = max(found["rows"], key=lambda row: row["mean"]["test"])
    assert found["best"] == best["remedy"]


def test_the_same_command_prints_the_same_numbers():
    chosen = ["--remedies", "dropout,none"]
    assert compare(*chosen) == compare(*chosen)
    assert [row["remedy"] for row in compare(*chosen)["rows"]] == ["none", "dropout"]


def test_one_seed_alone_has_no_spread():
    row = compare("--seeds", 1, "--remedies", "none")["rows"][0]
    assert row["sd"] == dict.fromkeys((*PARTS, "gap", "test_loss"))


@pytest.mark.parametrize("name", ["moons", "iris"])
def test_data_that_are_not_images(name):
    found = compare("--data", name)
    assert found["left_out"] == ["augmentation"]
    assert len(found["rows"]) == len(REMEDIES) - 1
    assert found["output"] == f"compare-{name}.html"


def test_mnist(mnist_folder):
    found = compare("--data", "mnist", "--data-dir", mnist_folder, "--remedies", "none,augmentation")
    assert (found["test"], len(found["rows"])) == (10_000, 2)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["remedy", "train", "validation", "test", "gap", "L2, λ = ", "page: ours.html", "left out"]),
        ("es", ["remedio", "entrenamiento", "validación", "prueba", "brecha", "página: ours.html", "omite"]),
    ],
)
def test_what_is_printed(language, words, own_folder):
    answer = gradiente("compare", *QUICK, "--data", "iris", "--output", "ours.html", "--lang", language)
    assert answer.status == 0, answer.err
    assert all(word in answer.out or word.capitalize() in answer.out for word in words)
    assert answer.out.count(" ± ") == 4 * 6 + 1  # one says what it means
    assert "★" in answer.out
    assert contents(own_folder) == {"ours.html"}
    assert f'lang="{language}"' in Path("ours.html").read_text(encoding="utf-8")
    # A line for every run, on the error stream.
    assert len(answer.err.splitlines()) == 2 * 6
    names = [catalogue(language)[f"compare.name.{remedy.name}"] for remedy in REMEDIES[:-1]]
    assert all(name in answer.err for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_help_names_every_remedy(language):
    words = catalogue(language)["cli.compare.remedies"]
    assert all(remedy.name in words for remedy in REMEDIES)


@pytest.mark.parametrize(
    ("arguments", "status", "english", "spanish"),
    [
        (["--remedies", "none,dropuot"], 2, "did you mean dropout?", "¿quiso decir dropout?"),
        (["--data", "digitos"], 2, "did you mean digits?", "¿quiso decir digits?"),
        (
            ["--samples", 5000],
            2,
            "from 20 (two per class) to 1150",
            "entre 20 (dos por clase) y 1150",
        ),
        (["--seeds", 0], 2, "at least 1, got 0", "al menos 1; llegó 0"),
        (["--epochs", 0], 2, "at least 1, got 0", "al menos 1; llegó 0"),
        (["--hidden", "none"], 2, "at least one", "al menos una"),
        (["--data", "iris", "--remedies", "augmentation"], 2, "not images", "no son imágenes"),
        (["--data", "xor"], 1, "too few", "muy pocas"),
        (["--output", "nowhere/page.html"], 1, "nowhere/page.html", "nowhere/page.html"),
    ],
)
def test_what_cannot_be_compared(arguments, status, english, spanish, own_folder):
    for language, words in (("en", english), ("es", spanish)):
        answer = gradiente("compare", *arguments, "--lang", language)
        assert (answer.status, answer.out) == (status, "")
        assert words in answer.err
    assert contents(own_folder) == set()


def test_ctrl_c_ends_all_of_it(own_folder):
    process = start("compare", "--epochs", 200, "--lang", "en")
    assert process.stderr is not None
    assert "no remedy, seed 0" in process.stderr.readline()
    process.send_signal(CTRL_C)
    answer = finish(process)
    assert (answer.status, answer.out) == (130, "")
    assert answer.err.endswith("error: interrupted\n")
    assert contents(own_folder) == set()
