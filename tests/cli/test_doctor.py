import json
import os
import platform
from importlib import metadata
from importlib.util import find_spec

import pytest

from gradiente.training.kernel_times import PRODUCTS, KernelTimes

from .conftest import gradiente


def test_as_data():
    answer = gradiente("doctor", "--json")
    assert (answer.status, answer.err) == (0, "")
    found = answer.data
    assert found["python"]["version"] == platform.python_version()
    assert found["processor"]["cores"] == os.cpu_count()
    optional = [name for name in ("llvmlite",) if find_spec(name)]
    for name in ("gradiente", "numpy", "torch", "click", *optional):
        assert found["versions"][name] == metadata.version(name)
    assert found["torch"]["version"] == metadata.version("torch")
    assert found["processor"]["blas"][0]["threads"] >= 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Packages", "Processor and linear algebra", "Data sets", "PyTorch and GPU", "yes"]),
        ("es", ["Paquetes", "Procesador y álgebra lineal", "Conjuntos de datos", "PyTorch y GPU", "sí"]),
    ],
)
def test_in_both_languages(language, words):
    answer = gradiente("doctor", "--lang", language)
    assert (answer.status, answer.err) == (0, "")
    assert all(word in answer.out for word in (*words, metadata.version("numpy"), platform.python_version()))


def test_it_finds_the_data_that_are_there(monkeypatch, mnist_folder):
    monkeypatch.setenv("GRADIENTE_DATA_DIR", str(mnist_folder.parent))
    found = gradiente("doctor", "--json").data["data"]
    assert found["mnist"] == str(mnist_folder)


def test_it_says_what_is_not_at_hand(monkeypatch, own_folder):
    monkeypatch.setenv("GRADIENTE_DATA_DIR", str(own_folder))
    assert "not here yet" in gradiente("doctor").out
    assert "todavía no está aquí" in gradiente("doctor", "--lang", "es").out


def test_the_libraries_and_the_kernels_are_shown():
    found = gradiente("doctor", "--json").data["processor"]
    assert {"numpy", "scipy"} <= {library["package"] for library in found["blas"]}
    assert set(found["kernels"]) == {"architecture", "chosen_by"}
    shown = gradiente("doctor").out
    assert "kernels" in shown
    assert "chosen by" in shown


def test_the_kernels_are_measured_and_the_choice_is_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("GRADIENTE_CACHE_DIR", str(tmp_path))
    times = [
        KernelTimes(coretype, name, dict.fromkeys(PRODUCTS, seconds))
        for coretype, name, seconds in ((None, "SkylakeX", 0.0011), ("HASWELL", "Haswell", 0.001))
    ]
    monkeypatch.setattr("gradiente.cli.doctor.measure_kernels", lambda: times)
    monkeypatch.setattr("gradiente.training.kernel_times.processor", lambda: ("it", frozenset()))
    shown = gradiente("doctor", "--kernels").out
    assert all(words in shown for words in ("1.100 ms", "1.10 ×", "OPENBLAS_CORETYPE=HASWELL, 10 % faster"))
    assert json.loads((tmp_path / "kernels.json").read_text())["coretype"] == "HASWELL"
    assert "10 % más rápido" in gradiente("doctor", "--kernels", "--lang", "es").out
    found = gradiente("doctor", "--kernels", "--json").data
    assert (found["coretype"], len(found["kernels"])) == ("HASWELL", 2)
    times.reverse()
    times[0], times[1] = (
        KernelTimes(None, "Haswell", times[0].seconds),
        KernelTimes("SKYLAKEX", "SkylakeX", times[1].seconds),
    )
    assert "OpenBLAS's own choice, Haswell" in gradiente("doctor", "--kernels").out
    assert json.loads((tmp_path / "kernels.json").read_text())["coretype"] is None


def test_where_there_are_no_kernels_to_choose(monkeypatch):
    monkeypatch.setattr("gradiente.training.kernel_times.processor", lambda: None)
    answer = gradiente("doctor", "--kernels")
    assert answer.status == 2
    assert "no kernels to choose" in answer.err
