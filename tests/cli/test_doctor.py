import os
import platform
from importlib import metadata

import pytest

from .conftest import gradiente


def test_as_data():
    answer = gradiente("doctor", "--json")
    assert (answer.status, answer.err) == (0, "")
    found = answer.data
    assert found["python"]["version"] == platform.python_version()
    assert found["processor"]["cores"] == os.cpu_count()
    for name in ("gradiente", "numpy", "torch", "numba", "click"):
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
