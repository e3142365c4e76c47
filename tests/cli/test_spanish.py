"""A reader of Spanish meets no English words: in no output, no message, no report."""

import re
import shlex
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from gradiente.locale import catalogue

from .conftest import gradiente, write_prices, write_table
from .test_encoding import HELPS, LINES

WORD = re.compile(r"[^\W\d_]{3,}")
# What is written the same in every language: options, names with points or brackets, quotations, paths, Spanish too.
NO_WORDS = re.compile(
    r"\{[^}]*\}|--[\w-]+|`[^`]*`|'[^']*'|\"[^\"]*\"|[\w./-]*\w[.(/=_]\w[\w./-]*|\w+\([^)]*\)|\S*/\S*|\w+(\|\w+)+"
)
# Words of the English catalogue that are names elsewhere: of data sets, layers, packages, rows in a config.
NAMES = {"iris", "digits", "moons", "circles", "spirals", "blobs", "mnist", "fashion", "xor", "and", "none"}
NAMES |= {"scikit", "learn", "scale", "area"}


def words_of(texts):
    return {word.casefold() for text in texts for word in WORD.findall(NO_WORDS.sub(" ", text))}


ENGLISH = words_of(catalogue("en").values()) - words_of(catalogue("es").values()) - NAMES


def english_in(text):
    return sorted(words_of([text]) & ENGLISH)


class Seen(HTMLParser):
    """What a reader of a page sees, without what is set as code."""

    def __init__(self, page):
        super().__init__()
        self.open, self.text = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)
        self.text += [value or "" for name, value in attrs if name in ("alt", "title", "aria-label")]

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        if not {"style", "script", "code", "math"} & set(self.open):
            self.text.append(data)


def test_the_words_that_are_looked_for_are_english():
    assert len(ENGLISH) > 500
    assert {"the", "file", "version", "threads", "installed", "layer", "folder", "cores"} <= ENGLISH


def test_every_command_speaks_spanish(own_folder, digits_run):
    (own_folder / "run").symlink_to(digits_run)
    np.savez(own_folder / "new.npz", x=np.zeros((2, 8, 8)))
    for line in LINES:
        if "--json" not in line and "--latex" not in line:
            answer = gradiente(*shlex.split(line), "--lang", "es")
            assert english_in(answer.out + answer.err) == [], line


def test_every_help_speaks_spanish():
    for command in HELPS:
        assert english_in(gradiente(*command.split(), "--help", "--lang", "es").out) == [], command


WRONG = [
    "train absent.csv",
    "train a_folder.csv",
    "train long.csv",
    "train deep.toml",
    "train --config deep.toml",
    "train --config broken.toml",
    "train --hidden 99999999999 --no-report",
    "train garden.csv --target nada",
    "train garden.csv --network Linear(3,2)",
    "train garden.csv --lr 1e38 --epochs 3 --no-report",
    "train iris --engine torch --device cuda",
    "train iris --optimizer Adam(tasa=3)",
    "evaluate garden.csv",
    "predict garden.csv garden.csv",
    "check broken.toml",
    "grade garden.csv",
    "grade broken.zip",
    "explain xor --quantity Q",
    "explain xor --quantity J --entry 3",
    "explain xor --html absent/page.html",
    "gradcheck --network Linear(3,2),Linear(3,2)",
    "data check garden.csv --target soil --no-standardize",
    "data show garden.csv --augment Foo",
    "data show digits --output absent/d.png",
    "compare --remedies water",
    "workshop new xor absent",
]


@pytest.mark.parametrize("line", WRONG)
def test_every_error_speaks_spanish(line, own_folder):
    write_table("garden.csv")
    table = Path("garden.csv").read_text(encoding="utf-8").partition("\n")[2]
    Path("garden.csv").write_text("altura,suelo,ancho,flor\n" + table, encoding="utf-8")
    Path("a_folder.csv").mkdir()
    Path("broken.zip").write_text("no zip")
    Path("broken.toml").write_text("x = ")
    Path("deep.toml").write_text("x = " + "[" * 10_000)
    answer = gradiente(*line.replace("long.csv", "a" * 300 + ".csv").split(), "--lang", "es")
    assert answer.status in (1, 2)
    assert english_in(answer.err) == []


def test_reports_and_pages_speak_spanish(own_folder):
    write_prices("precios.csv")
    commands = {
        "moons/report.html": "train moons --epochs 3 --run moons",
        "precios/report.html": "train precios.csv --epochs 2 --run precios",
        "digitos/report.html": "train digits --epochs 2 --run digitos",
        "xor/report.html": "train xor --epochs 3 --run xor",
        "paso.html": "explain xor --html paso.html",
        "remedios.html": "compare --data iris --seeds 1 --epochs 2 --remedies none,l2,dropout --output remedios.html",
        "certificado.html": "parity --network Linear(2,3),Tanh --steps 2 --html certificado.html",
    }
    for page, command in commands.items():
        answer = gradiente(*command.split(), "--lang", "es")
        assert answer.status == 0, answer.err
        assert english_in(answer.out) == [], command
        written = Path(page).read_text(encoding="utf-8")
        # The values of a config are as its file has them: epoch, float32.
        written = re.sub(
            r'<div class="settings">.*?</section>', "</section>", written, count=1, flags=re.DOTALL
        )
        seen = " \n".join(Seen(written).text)
        assert english_in(seen) == [], page
