"""What holds for every test: one thread, the same examples every time, messages in English."""

import gc
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

# Before NumPy and PyTorch are loaded, which read it once; processes that a test starts inherit it.
for library in ("OPENBLAS_NUM", "OMP_NUM", "MKL_NUM", "VECLIB_MAXIMUM", "NUMEXPR_NUM"):
    os.environ[f"{library}_THREADS"] = "1"

import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from gradiente.locale import set_language  # noqa: E402

settings.register_profile(
    "fixed",
    max_examples=40,  # random networks and the vectors of PyTorch and ONNX try the same concepts again
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],  # a busy machine is no failure
)
settings.load_profile("fixed")


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory):
    """What is kept between two runs is not the user's; the processes of a run share it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "cache"
    os.environ["GRADIENTE_CACHE_DIR"] = str(folder)
    yield
    if "PYTEST_XDIST_WORKER" not in os.environ:
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_finish():
    """Thousands of collected tests are no garbage: without them, a collection takes a tenth of the time."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item):
    """The engine compiled needs llvmlite, which is optional."""
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    names = [each for value in parameters for each in (value if isinstance(value, tuple | list) else [value])]
    compiled = any(isinstance(name, str) and name == "compiled" for name in names)
    if (compiled or item.get_closest_marker("compiled")) and find_spec("llvmlite") is None:
        pytest.skip("llvmlite is missing")


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


@pytest.fixture(scope="session")
def browser():
    """Chromium, driven by Playwright."""
    playwright = pytest.importorskip("playwright.sync_api", reason="the package playwright is missing")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium on this machine: the page was not tried in a browser")
    with playwright.sync_playwright() as running:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]  # Chromium has none for root
        chromium = running.chromium.launch(executable_path=found, args=sandbox)
        yield chromium
        chromium.close()
