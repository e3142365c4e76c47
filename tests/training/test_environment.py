import json
import platform
from importlib.metadata import version

import numpy as np
from threadpoolctl import threadpool_limits

from gradiente.training.environment import blas, environment, versions


def test_versions_are_those_of_the_installed_packages():
    found = versions()
    for name in ("gradiente", "numpy", "scikit-learn", "torch"):
        assert found[name] == version(name)


def test_a_package_that_is_not_installed_has_no_version(monkeypatch):
    monkeypatch.setattr("gradiente.training.environment.OPTIONAL_PACKAGES", ("no-such-package",))
    assert versions()["no-such-package"] is None
    assert "no-such-package" not in environment()


def test_the_libraries_of_linear_algebra_with_their_threads():
    assert (np.ones((2, 2)) @ np.ones((2, 2)) == 2).all()  # what loads them
    with threadpool_limits(1):
        libraries = blas()
    assert libraries
    assert {library["threads"] for library in libraries} == {1}


def test_the_environment_is_words():
    words = environment()
    assert words["python"] == platform.python_version()
    assert json.loads(json.dumps(words)) == words
    assert all(isinstance(value, str) for value in words.values())
