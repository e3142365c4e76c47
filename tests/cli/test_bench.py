"""`gradiente bench`: the table, the JSON, the picture, and what is wrong with its options."""

import io
import itertools
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gradiente.benchmarking.peer import PEERS
from gradiente.benchmarking.process import Once
from gradiente.benchmarking.result import RESTLESS
from gradiente.benchmarking.work import Target
from gradiente.benchmarking.works import WORKS

from .conftest import gradiente

OURS, THEIRS, MISSING = "gradiente-numpy", "numpy", "jax"


@pytest.fixture
def tiny(monkeypatch):
    """Two works of a moment: a few steps on XOR, by NumPy alone, and JAX that is not installed; and a process."""
    monkeypatch.setitem(PEERS, MISSING, replace(PEERS[MISSING], needs={"no_such_module": "no-such-package"}))
    work = WORKS["xor-step"]
    entries = tuple(replace(work.entries[0], peer=name) for name in (OURS, THEIRS, MISSING))
    targets = (Target(1e3, (THEIRS, MISSING), ours=OURS), Target(0.001, (THEIRS,), ours=OURS))
    changed = replace(work, job=replace(work.job, epochs=3), entries=entries, targets=targets)
    monkeypatch.setitem(WORKS, "xor-step", changed)
    monkeypatch.setitem(WORKS, "xor-process", replace(changed, name="xor-process", once=True, unit="process"))


@pytest.mark.usefixtures("tiny")
def test_as_data():
    answer = gradiente("bench", "xor-step", "xor-process", "--rounds", 3, "--threads", 1, "--json")
    assert answer.status == 0, answer.err
    data = answer.data
    assert data["threads"] == 1
    assert data["rounds"] == 3
    assert data["missing"] == ["no-such-package"]
    assert data["machine"]["cores"] >= 1
    assert data["machine"]["versions"]["numpy"] == np.__version__
    assert data["machine"]["processor"]
    step, process = data["works"]
    assert (step["work"], process["work"]) == ("xor-step", "xor-process")
    for work in data["works"]:
        ours, theirs, missing = work["entries"]
        assert [entry["name"] for entry in work["entries"]] == [OURS, THEIRS, MISSING]
        assert len(ours["rounds"]) == len(theirs["rounds"]) == 3
        assert all(seconds > 0 for seconds in ours["rounds"])
        assert ours["median"] == sorted(ours["rounds"])[1]
        assert (missing["rounds"], missing["median"], missing["missing"]) == ([], None, ["no-such-package"])
        assert all(0 <= accuracy <= 1 for accuracy in ours["accuracy"])
        ratio = np.median(np.divide(ours["rounds"], theirs["rounds"]))
        reached, not_reached = work["targets"]
        assert reached["ratio"] == not_reached["ratio"] == pytest.approx(ratio)
        assert (reached["fastest"], reached["reached"]) == (THEIRS, True)
        assert (not_reached["fastest"], not_reached["reached"]) == (THEIRS, False)
        assert work["restless"] == [
            one["name"] for one in work["entries"] if spread(one["rounds"]) > 1 + RESTLESS
        ]
        assert work["behind"] == []


def spread(rounds):
    return max(rounds) / min(rounds) if rounds else 1


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["a step", "ours/theirs", "accuracy", "memory", "not installed"]),
        ("es", ["un paso", "nuestro/suyo", "exactitud", "memoria", "no instalado"]),
    ],
)
def test_the_table_in_both_languages(language, words):
    answer = gradiente("bench", "xor-step", "--rounds", 2, "--lang", language)
    assert answer.status == 0, answer.err
    assert all(word in answer.out for word in (*words, "pip install no-such-package", "✓", "✗")), answer.out


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize(("ended", "status"), [(KeyboardInterrupt(), 130), (SystemExit(143), 143)])
def test_interrupted_it_writes_what_was_measured(monkeypatch, ended, status, as_json):
    """At the beginning of the second round of the second work."""
    measured_round, calls = Once.round, itertools.count(1)

    def interrupted_round(self):
        if next(calls) == 3:
            raise ended
        return measured_round(self)

    monkeypatch.setattr(Once, "round", interrupted_round)
    options = ["--json"] if as_json else []
    answer = gradiente("bench", "xor-step", "xor-process", "tiny-mlp", "--rounds", 2, *options)
    assert answer.status == status
    if status == 130:
        assert answer.err.endswith("interrupted\n")
    if as_json:
        assert answer.data["interrupted"] is True
        step, process = answer.data["works"]
        assert [entry["median_of"] for entry in step["entries"]] == [2, 2, 0]
        assert [entry["median_of"] for entry in process["entries"]] == [1, 1, 0]
    else:
        assert WORKS["xor-process"].title in answer.out
        assert answer.out.count("(n = 1)") == 2
        assert WORKS["tiny-mlp"].title not in answer.out


@pytest.mark.usefixtures("tiny")
def test_the_picture(own_folder):
    answer = gradiente("bench", "xor-step", "--rounds", 1, "--picture", "bench.png")
    assert answer.status == 0, answer.err
    assert "bench.png" in answer.out
    with Image.open(io.BytesIO((own_folder / "bench.png").read_bytes())) as image:
        assert image.format == "PNG"
        assert min(image.size) > 100


@pytest.mark.usefixtures("tiny")
def test_a_machine_that_is_not_quiet_is_told(monkeypatch):
    for load, quiet in ((3.0, False), (0.1, True)):
        monkeypatch.setattr(os, "getloadavg", lambda load=load: (load, load, load))
        assert gradiente("bench", "xor-step", "--rounds", 1, "--json").data["quiet"] is quiet
        assert ("not quiet" in gradiente("bench", "xor-step", "--rounds", 1).out) is not quiet


def test_the_list():
    answer = gradiente("bench", "--list")
    assert answer.status == 0
    assert all(f"  {name} " in answer.out for name in WORKS)
    without = gradiente("bench", "--list", "--no-busy", "--json").data
    assert [entry["work"] for entry in without] == [name for name in WORKS if name != "mlp-busy"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mpl"], "unknown work mpl: did you mean mlp?"),
        (["mlp", "--rounds", 0], "--rounds must be at least 1, not 0"),
        (["mlp", "--threads", 0], "--threads must be from 1 to"),
        (["mlp", "--threads", 10_000], "not 10000"),
        (["mlp", "--picture", "bench.pdf"], "bench.pdf does not end in .png"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_measured(arguments, message):
    answer = gradiente("bench", *arguments)
    assert (answer.status, answer.out) == (2, "")
    assert message in answer.err


def test_without_mnist_it_says_where_it_looked(own_folder):
    (own_folder / "data").mkdir()
    answer = gradiente("bench", "mlp", "--data-dir", "data")
    assert answer.status == 1
    assert "train-images-idx3-ubyte.gz" in answer.err
