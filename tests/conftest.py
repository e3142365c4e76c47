"""What holds for every test: one thread, the same examples every time, messages in English."""

import os
from pathlib import Path

for name in ("OPENBLAS", "OMP", "MKL", "VECLIB_MAXIMUM", "NUMEXPR"):
    os.environ[f"{name}_NUM_THREADS" if name != "VECLIB_MAXIMUM" else f"{name}_THREADS"] = "1"

import pytest
from hypothesis import settings

from gradiente.locale import set_language

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """A test that wants another language says so; what it chose ends with it."""
    monkeypatch.setenv("GRADIENTE_LANG", "en")
    yield
    set_language(None)


def _real(name):
    """The folder of real files of one data set, beside the repository or where GRADIENTE_TEST_DATA says."""
    beside = Path(__file__).parents[2] / "shared" / "data"
    folder = Path(os.environ.get("GRADIENTE_TEST_DATA", beside)) / name
    if not folder.is_dir():
        pytest.skip(f"the real files of {name} are missing: {folder}")
    return folder


@pytest.fixture
def mnist_folder():
    return _real("mnist")


@pytest.fixture
def fashion_folder():
    return _real("fashion-mnist")


@pytest.fixture
def tabular_folder():
    return _real("tabular")
